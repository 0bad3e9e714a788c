import type { DeleteSnapshotCommandInput } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { known } from './identifiers.ts';
import { removeSnapshot } from './snapshot-records.ts';

export const deleteSnapshot = operation<DeleteSnapshotCommandInput, object>({
  parameters: ['SnapshotId'],
  act(call, input) {
    const { region, nowMs } = call;
    const snapshot = known('snapshot', region.snapshots, required(input.SnapshotId, 'SnapshotId'));
    if (snapshot.description.OwnerId !== call.world.accountId) {
      refuse('AuthFailure', `Not authorized for snapshot:${snapshot.id}`, 401);
    }
    const [userId = nowMs < snapshot.inUseUntilMs ? snapshot.lastImageId : undefined] = snapshot.imageIds;
    if (userId !== undefined) {
      refuse('InvalidSnapshot.InUse', `The snapshot ${snapshot.id} is currently in use by ${userId}`);
    }
    removeSnapshot(region, snapshot, nowMs);
    return {};
  },
});
