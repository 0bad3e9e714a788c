import type { Instance } from '@aws-sdk/client-ec2';
import type { Account } from '../simulator/account.ts';
import { deedNames } from '../simulator/faults.ts';
import { listIn, tagsIn as tagsOf } from '../simulator/invariants/records.ts';
import type { InvariantBroken, InvariantWatch } from '../simulator/invariants.ts';

/** An instance that functions have claimed. */
interface Claim {
  /** Which launch of it: of two captures that claim at once, one stops it for both. */
  launched: string;
  sinceMs: number;
  /** Whether the stop that was to follow at once did not. */
  hasFailed: boolean;
}

/**
 * How long a claim may stand while its stop fails. Where each wait is drawn at its longest, the Retry of StopInstance waits for
 * half an hour; the rest is for the attempts themselves, and for the look at what runs under the lease still.
 */
const longestClaimMs = 45 * 60_000;

/** For two seconds a look may go on showing what ran, and within another we claim it. */
const beforeClaimMs = 3000;

/**
 * Watches for people who stop what we have claimed and not stopped, as our own stop fails: nothing tells theirs from it, and the
 * instance is started again (docs/reliability.md, "Who stopped it"). So it is where they were before our claim by seconds. What was
 * launched since our claim is not among it, nor what nothing kept us from stopping, nor what we have claimed for longer than is
 * said there. The last stop of an instance decides, not its start: one that fell back is started anew.
 */
export function watchDoubtfulStops(
  account: Account,
  { breaches }: Pick<InvariantWatch, 'breaches'>,
): { excuses: (breach: InvariantBroken) => boolean } {
  const claims = new Map<string, Claim>();
  /** When people stopped what ran. */
  const byHandMs = new Map<string, number>();
  const doubtful = new Set<string>();
  const excused = new Set<InvariantBroken>();
  let judged = 0;
  account.beforeCall(({ operation, caller, input, region, nowMs }) => {
    // The watch has judged this call already.
    for (const breach of breaches.slice(judged)) {
      const [what = ''] = breach.message.split('\n');
      if (breach.invariant === 2 && [...doubtful].some((id) => what.includes(id))) excused.add(breach);
    }
    judged = breaches.length;
    if (operation !== 'StopInstances') return;
    for (const id of listIn(input, 'InstanceIds')) {
      const description = account.region(region).instances.get(id)?.description;
      if (description?.State?.Name !== 'running') continue;
      doubtful.delete(id);
      const claim = claims.get(id);
      const isClaimed = claim !== undefined && claim.launched === launchClaimed(description);
      const isDoubtful = isClaimed && claim.hasFailed && nowMs - claim.sinceMs <= longestClaimMs;
      if (caller === undefined && isDoubtful) doubtful.add(id);
      if (caller === undefined && !isClaimed) byHandMs.set(id, nowMs);
      else byHandMs.delete(id);
    }
  });
  account.onCall(({ operation, caller, input, region, atMs, errorCode }) => {
    if (caller === undefined || errorCode !== undefined) return;
    // Whoever claims it next begins anew.
    if (operation === 'DeleteTags') for (const id of listIn(input, 'Resources')) claims.delete(id);
    if (operation !== 'CreateTags') return;
    for (const id of listIn(input, 'Resources')) {
      const description = account.region(region).instances.get(id)?.description;
      const launched = description && launchClaimed(description);
      // Each further attempt to stop it writes the claim anew.
      if (launched === undefined || claims.get(id)?.launched === launched) continue;
      claims.set(id, { launched, sinceMs: atMs, hasFailed: false });
      if (atMs - (byHandMs.get(id) ?? Number.NEGATIVE_INFINITY) <= beforeClaimMs) doubtful.add(id);
    }
  });
  account.faults.onStrike(({ fault }, { function: name }) => {
    if (name !== 'stop-instance' || deedNames.some((deed) => deed === fault)) return;
    for (const claim of claims.values()) claim.hasFailed = true;
  });
  return { excuses: (breach) => excused.has(breach) };
}

/** The launch that runs, where an instance is claimed by it. */
function launchClaimed({ Tags, LaunchTime }: Instance): string | undefined {
  const launched = LaunchTime?.toISOString();
  return tagsOf(Tags)['ami-lifecycle:restart-by']?.endsWith(` launched ${launched}`) ? launched : undefined;
}
