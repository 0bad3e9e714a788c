import type {
  ListSnapshotsInRecycleBinCommandInput,
  ListSnapshotsInRecycleBinCommandOutput,
} from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import { page } from '../paging.ts';
import { known } from './identifiers.ts';

export const listSnapshotsInRecycleBin = operation<
  ListSnapshotsInRecycleBinCommandInput,
  Omit<ListSnapshotsInRecycleBinCommandOutput, '$metadata'>
>({
  parameters: ['SnapshotIds', 'MaxResults', 'NextToken'],
  act(call, input) {
    const { recycledSnapshots } = call.region;
    const { SnapshotIds: wanted } = input;
    const limits = { idsGiven: wanted ? 'snapshotId' : undefined, most: 1000, unasked: 1000 };
    const { ids, nextToken } = page(call, input, limits, () => {
      for (const id of wanted ?? []) known('snapshot', recycledSnapshots, id);
      return wanted ?? [...recycledSnapshots.keys()];
    });
    const Snapshots = ids.flatMap((SnapshotId) => {
      const recycled = recycledSnapshots.get(SnapshotId);
      if (!recycled) return [];
      const { Description, VolumeId } = recycled.record.description;
      return [
        {
          SnapshotId,
          ...(Description === undefined ? {} : { Description }),
          ...(VolumeId === undefined ? {} : { VolumeId }),
          RecycleBinEnterTime: new Date(recycled.enteredAtMs),
          RecycleBinExitTime: new Date(recycled.exitsAtMs),
        },
      ];
    });
    return { Snapshots, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});
