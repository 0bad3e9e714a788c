import type {
  RestoreSnapshotFromRecycleBinCommandInput,
  RestoreSnapshotFromRecycleBinCommandOutput,
  Snapshot,
} from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import type { SnapshotRecord } from '../state.ts';
import { created } from '../world.ts';
import { known } from './identifiers.ts';
import { enlistSnapshot } from './snapshot-records.ts';

/** The snapshot comes back as it was, with whom it was shared. */
export const restoreSnapshotFromRecycleBin = operation<
  RestoreSnapshotFromRecycleBinCommandInput,
  Omit<RestoreSnapshotFromRecycleBinCommandOutput, '$metadata'>
>({
  parameters: ['SnapshotId'],
  act({ world, region, nowMs }, input) {
    const { record } = known('snapshot', region.recycledSnapshots, required(input.SnapshotId, 'SnapshotId'));
    region.recycledSnapshots.delete(record.id);
    enlistSnapshot(region, created<Snapshot, SnapshotRecord>(world, record, nowMs));
    const { Description, Encrypted, OwnerId, Progress, StartTime, State, VolumeId, VolumeSize } = record.description;
    return { SnapshotId: record.id, Description, Encrypted, OwnerId, Progress, StartTime, State, VolumeId, VolumeSize };
  },
});
