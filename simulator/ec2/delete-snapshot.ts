import type { DeleteSnapshotCommandInput } from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { isLocked, ownSnapshot } from './own-snapshot.ts';
import { removeSnapshot } from './snapshot-records.ts';

export const deleteSnapshot = operation<DeleteSnapshotCommandInput, object>({
  parameters: ['SnapshotId'],
  act(call, input) {
    const { world, region, nowMs } = call;
    const snapshot = ownSnapshot(call, input.SnapshotId);
    const [userId = nowMs < snapshot.inUseUntilMs ? snapshot.lastImageId : undefined] = snapshot.imageIds;
    if (userId !== undefined) {
      refuse('InvalidSnapshot.InUse', `The snapshot ${snapshot.id} is currently in use by ${userId}`);
    }
    if (isLocked(snapshot, nowMs)) {
      // That it is refused is documented, the code is not.
      refuse('OperationNotPermitted', `The snapshot '${snapshot.id}' is locked and cannot be deleted.`);
    }
    removeSnapshot(world, region, snapshot, nowMs);
    return {};
  },
});
