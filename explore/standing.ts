import type { Account } from '../simulator/account.ts';
import type { FaultName, FaultOccasion } from '../simulator/faults.ts';
import type { InvariantWatch, StrandedInstance } from '../simulator/invariants.ts';
import { type Finding, finding } from './judge.ts';

const minuteMs = 60_000;
const lookMs = 5 * minuteMs;
/** Two looks of the rescue pass, and two minutes for the one that finds the instance to claim it. */
const allowedMs = 2 * lookMs + 2 * minuteMs;
/** What Step Functions does not know counts as lost only when it should long be visible: shared/domain/rescue.ts. */
const visibilityMs = 5 * minuteMs;

/** What a rescue does before it holds the lease, beside reading its items; from then on its execution is the holder. */
const findsAndClaims: ReadonlySet<string> = new Set(['find-stranded', 'claim-instance']);

interface Unheld {
  stoppedAtMs: number;
  holder: string | undefined;
  sinceMs: number;
}

/**
 * Judges invariant 1 all the time: an instance that we stopped has a running execution that holds its lease, or a rescue is
 * due, which is so only for some minutes after its holder is gone. The minutes count anew when a fault strikes the rescue
 * itself, and after a jump of the clock, which no look survives.
 */
export function watchStanding(account: Account, watch: Pick<InvariantWatch, 'strandedInstances'>): readonly Finding[] {
  const { clock } = account;
  const findings: Finding[] = [];
  const told = new Set<string>();
  const unheld = new Map<string, Unheld>();
  let isLooking = false;
  let rescueStruckAtMs = Number.NEGATIVE_INFINITY;

  account.faults.onStrike(({ fault }, occasion) => {
    if (isOfRescue(fault, occasion)) rescueStruckAtMs = occasion.atMs;
  });
  account.onCall(({ operation, caller }) => {
    if (operation === 'StopInstances' && caller !== undefined) lookLater();
  });
  return findings;

  /** Only while something stands still, so that a clock that runs until nothing is left comes to its end. */
  function lookLater(): void {
    if (isLooking) return;
    isLooking = true;
    const dueMs = clock.now() + lookMs;
    clock.after(lookMs, () => {
      isLooking = false;
      if (clock.now() > dueMs + minuteMs) unheld.clear();
      if (look()) lookLater();
    });
  }

  function look(): boolean {
    const standing = watch.strandedInstances().filter(({ instanceId }) => !told.has(instanceId));
    const here = new Set(standing.map(({ instanceId }) => instanceId));
    for (const instanceId of unheld.keys()) if (!here.has(instanceId)) unheld.delete(instanceId);
    for (const each of standing) judge(each);
    return standing.length > 0;
  }

  function judge({ instanceId, stoppedAtMs, stoppedBy }: StrandedInstance): void {
    const executions = account.answering.world.executions;
    const holder = stoppedBy === undefined ? undefined : executions?.find(stoppedBy);
    if (holder?.status === 'RUNNING') {
      unheld.delete(instanceId);
      return;
    }
    const nowMs = clock.now();
    const known = unheld.get(instanceId);
    const isSame = known?.stoppedAtMs === stoppedAtMs && known.holder === stoppedBy;
    // It was held at the look before, so it is not longer alone than that.
    const sinceMs = isSame ? known.sinceMs : Math.max(holder?.stopDate?.getTime() ?? nowMs, nowMs - lookMs);
    unheld.set(instanceId, { stoppedAtMs, holder: stoppedBy, sinceMs });
    const isLost = stoppedBy !== undefined && holder === undefined;
    const dueMs = Math.max(sinceMs, rescueStruckAtMs) + allowedMs + (isLost ? visibilityMs : 0);
    if (nowMs < dueMs) return;
    told.add(instanceId);
    const minutes = Math.round((nowMs - sinceMs) / minuteMs);
    const what = `${instanceId} has stood still for ${minutes} minutes without anybody at work on it.`;
    findings.push(finding({ account }, 1, what));
  }
}

function isOfRescue(fault: FaultName, { function: name, operation }: FaultOccasion): boolean {
  const isUnread = name === 'rescue-instances' && fault === 'items-unreadable';
  return isUnread || findsAndClaims.has(name ?? '') || operation === 'Scheduled rescue-instances';
}
