import type { DescribeSnapshotsCommandInput, DescribeSnapshotsCommandOutput, Snapshot } from '@aws-sdk/client-ec2';
import { type FilterTable, indexTerms } from '../filters.ts';
import { operation } from '../operation.ts';
import type { SnapshotRecord } from '../state.ts';
import { describe } from './describe.ts';
import { snapshotTerm, withProgress } from './snapshot-records.ts';

const filters: FilterTable<Snapshot> = {
  'snapshot-id': ({ SnapshotId }) => SnapshotId,
  'volume-id': ({ VolumeId }) => VolumeId,
  description: ({ Description }) => Description,
  status: ({ State }) => State,
  'start-time': ({ StartTime }) => StartTime?.toISOString(),
  'owner-id': ({ OwnerId }) => OwnerId,
  encrypted: ({ Encrypted }) => Encrypted,
  'storage-tier': ({ StorageTier }) => StorageTier,
  progress: ({ Progress }) => Progress,
};

export const describeSnapshots = operation<
  DescribeSnapshotsCommandInput,
  Omit<DescribeSnapshotsCommandOutput, '$metadata'>
>({
  parameters: ['SnapshotIds', 'OwnerIds', 'Filters', 'MaxResults', 'NextToken'],
  act(call, input) {
    const { snapshots, snapshotIndex } = call.region;
    const owners = input.OwnerIds?.map((owner) => (owner === 'self' ? call.world.accountId : owner));
    const { items, nextToken } = describe<Snapshot, SnapshotRecord>(call, input, {
      kind: 'snapshot',
      ids: input.SnapshotIds,
      idsName: 'snapshotSet',
      records: snapshots,
      filters,
      candidates() {
        return indexTerms(input.Filters, snapshotTerm)?.flatMap((term) => [...snapshotIndex.under(term)]);
      },
      where: (snapshot) => !owners || owners.includes(snapshot.OwnerId ?? ''),
      present: (snapshot, record) => withProgress(snapshot, record, call.nowMs),
      most: 1000,
    });
    return { Snapshots: items, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});
