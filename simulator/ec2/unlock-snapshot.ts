import type { UnlockSnapshotCommandInput, UnlockSnapshotCommandOutput } from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { isLocked, ownSnapshot } from './own-snapshot.ts';

export const unlockSnapshot = operation<UnlockSnapshotCommandInput, Omit<UnlockSnapshotCommandOutput, '$metadata'>>({
  parameters: ['SnapshotId'],
  act(call, input) {
    const snapshot = ownSnapshot(call, input.SnapshotId);
    // The code is not documented.
    if (!isLocked(snapshot, call.nowMs)) refuse('IncorrectState', `The snapshot '${snapshot.id}' is not locked.`);
    snapshot.lockedUntilMs = undefined;
    return { SnapshotId: snapshot.id };
  },
});
