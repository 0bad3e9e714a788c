import type {
  DeleteSnapshotReturnCode,
  DeregisterImageCommandInput,
  DeregisterImageCommandOutput,
} from '@aws-sdk/client-ec2';
import { onResource } from '../iam/ec2-needs.ts';
import { operation } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { ImageRecord, SnapshotRecord } from '../state.ts';
import type { Call } from '../world.ts';
import { protectionOf } from './deregistration-protection.ts';
import { unregisterImage } from './image-records.ts';
import { ownImage } from './own-image.ts';
import { isLocked } from './own-snapshot.ts';
import { removeSnapshot } from './snapshot-records.ts';

/** Answers 200 even where snapshots stayed: what became of each stands in its return code. */
export const deregisterImage = operation<DeregisterImageCommandInput, Omit<DeregisterImageCommandOutput, '$metadata'>>({
  parameters: ['ImageId', 'DeleteAssociatedSnapshots'],
  act(call, input) {
    const { world, region, nowMs } = call;
    const image = ownImage(call, input.ImageId);
    checkMayGo(image, nowMs);
    const { snapshotIds } = image;
    unregisterImage(world, region, image, nowMs);
    if (input.DeleteAssociatedSnapshots !== true) return { Return: true };
    return { Return: true, DeleteSnapshotResults: snapshotIds.flatMap((snapshotId) => deleted(call, snapshotId)) };
  },
});

function checkMayGo({ id, description }: ImageRecord, nowMs: number): void {
  const protection = protectionOf(description, nowMs);
  if (protection !== 'disabled') {
    refuse('OperationNotPermitted', `The image '${id}' is protected from deregistration: ${protection}.`);
  }
  // That it is refused is documented, the code is not.
  if (description.Tags?.some(({ Key }) => Key?.startsWith('aws:backup:'))) {
    refuse('OperationNotPermitted', `The image '${id}' is managed by AWS Backup and must be deleted there.`);
  }
}

function deleted(call: Call, SnapshotId: string): DeleteSnapshotReturnCode[] {
  const snapshot = call.region.snapshots.get(SnapshotId);
  if (!snapshot) return [];
  const ReturnCode = returnCode(call, snapshot);
  if (ReturnCode === 'success') removeSnapshot(call.world, call.region, snapshot, call.nowMs);
  return [{ SnapshotId, ReturnCode }];
}

function returnCode(call: Call, snapshot: SnapshotRecord): NonNullable<DeleteSnapshotReturnCode['ReturnCode']> {
  if (snapshot.imageIds.size > 0) return 'skipped';
  if (!mayDelete(call, snapshot.id)) return 'missing-permissions';
  // That a lock counts as the client's error is likely, not documented.
  if (isLocked(snapshot, call.nowMs)) return 'client-error';
  return call.strikes('snapshot-deletion-fails', snapshot.id) ? 'internal-error' : 'success';
}

/** The snapshots go by the caller's right to DeleteSnapshot: who may deregister may still lack it. */
function mayDelete({ world, region, caller, nowMs }: Call, snapshotId: string): boolean {
  if (caller === undefined) return true;
  const occasion = {
    service: 'ec2',
    operation: 'DeleteSnapshot',
    region: region.name,
    function: caller,
    resources: [snapshotId],
    atMs: nowMs,
  };
  if (world.rights?.refused(caller, onResource('ec2:DeleteSnapshot', snapshotId, { world, region }))) return false;
  return world.faults.strikes('access-denied', occasion) === undefined;
}
