import type { LockSnapshotCommandInput, LockSnapshotCommandOutput } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { NotSimulated, refuse } from '../service-failure.ts';
import { ownSnapshot } from './own-snapshot.ts';

const dayMs = 86_400_000;
const mostDays = 36_500;

/** Keeps a snapshot from being deleted by anybody. On a pending one, the days count from its completion. */
export const lockSnapshot = operation<LockSnapshotCommandInput, Omit<LockSnapshotCommandOutput, '$metadata'>>({
  parameters: ['SnapshotId', 'LockMode', 'LockDuration', 'ExpirationDate'],
  act(call, input) {
    const { nowMs } = call;
    const mode = required(input.LockMode, 'LockMode');
    if (mode !== 'governance') {
      throw new NotSimulated(`the lock mode '${mode}'`, 'add it to simulator/ec2/lock-snapshot.ts');
    }
    const { LockDuration: days, ExpirationDate: expiry } = input;
    if ((days === undefined) === (expiry === undefined)) {
      refuse('InvalidParameterCombination', 'Exactly one of LockDuration and ExpirationDate must be given.');
    }
    if (days !== undefined && (days < 1 || days > mostDays)) {
      refuse('InvalidParameterValue', `LockDuration must be between 1 and ${mostDays} days.`);
    }
    const snapshot = ownSnapshot(call, input.SnapshotId);
    const beginsAtMs = snapshot.description.State === 'pending' ? Math.max(nowMs, snapshot.completesAtMs) : nowMs;
    const endsAtMs = expiry?.getTime() ?? beginsAtMs + (days ?? 0) * dayMs;
    if (endsAtMs <= nowMs) refuse('InvalidParameterValue', 'ExpirationDate must be in the future.');
    snapshot.lockedUntilMs = endsAtMs;
    return {
      SnapshotId: snapshot.id,
      LockState: 'governance',
      LockDuration: days ?? Math.ceil((endsAtMs - beginsAtMs) / dayMs),
      LockCreatedOn: new Date(nowMs),
      LockDurationStartTime: new Date(beginsAtMs),
      LockExpiresOn: new Date(endsAtMs),
    };
  },
});
