import { required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { SnapshotRecord } from '../state.ts';
import type { Call } from '../world.ts';
import { known } from './identifiers.ts';

/** The snapshot that a call would change; ends the operation with NotFound, Malformed or AuthFailure. */
export function ownSnapshot({ world, region }: Call, snapshotId: string | undefined): SnapshotRecord {
  const snapshot = known('snapshot', region.snapshots, required(snapshotId, 'SnapshotId'));
  if (snapshot.description.OwnerId !== world.accountId) {
    refuse('AuthFailure', `Not authorized for snapshot:${snapshot.id}`, 401);
  }
  return snapshot;
}

/** Whether a lock keeps the snapshot from being deleted. */
export function isLocked(snapshot: SnapshotRecord, nowMs: number): boolean {
  return snapshot.lockedUntilMs !== undefined && nowMs < snapshot.lockedUntilMs;
}
