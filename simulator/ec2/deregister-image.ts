import type {
  DeleteSnapshotReturnCode,
  DeregisterImageCommandInput,
  DeregisterImageCommandOutput,
} from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { Call } from '../world.ts';
import { known } from './identifiers.ts';
import { unregisterImage } from './image-records.ts';
import { removeSnapshot } from './snapshot-records.ts';

/** Answers 200 even where snapshots stayed: what became of each stands in its return code. */
export const deregisterImage = operation<DeregisterImageCommandInput, Omit<DeregisterImageCommandOutput, '$metadata'>>({
  parameters: ['ImageId', 'DeleteAssociatedSnapshots'],
  act(call, input) {
    const { world, region, nowMs } = call;
    const id = required(input.ImageId, 'ImageId');
    if (region.tombstones.has(id)) {
      refuse('InvalidAMIID.Unavailable', `The image id '[${id}]' is no longer available`);
    }
    const image = known('image', region.images, id);
    const { OwnerId, DeregistrationProtection = 'disabled' } = image.description;
    if (OwnerId !== world.accountId) refuse('AuthFailure', `Not authorized for image:${id}`, 401);
    if (DeregistrationProtection !== 'disabled') {
      refuse(
        'OperationNotPermitted',
        `The image '${id}' is protected from deregistration: ${DeregistrationProtection}.`,
      );
    }
    const { snapshotIds } = image;
    unregisterImage(world, region, image, nowMs);
    if (input.DeleteAssociatedSnapshots !== true) return { Return: true };
    return { Return: true, DeleteSnapshotResults: snapshotIds.flatMap((snapshotId) => deleted(call, snapshotId)) };
  },
});

function deleted(call: Call, SnapshotId: string): DeleteSnapshotReturnCode[] {
  const snapshot = call.region.snapshots.get(SnapshotId);
  if (!snapshot) return [];
  if (snapshot.imageIds.size > 0) return [{ SnapshotId, ReturnCode: 'skipped' }];
  removeSnapshot(call.region, snapshot, call.nowMs);
  return [{ SnapshotId, ReturnCode: 'success' }];
}
