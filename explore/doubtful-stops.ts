import type { Account } from '../simulator/account.ts';
import type { InvariantBroken, InvariantWatch } from '../simulator/invariants.ts';
import { tagsOf } from './witness.ts';

/**
 * Watches for people who stop what we have claimed and not stopped yet: where our own stop fails then, nothing tells theirs from
 * it, and it is started again (docs/reliability.md, "Who stopped it"). What was launched since our claim is not among it. The
 * last stop of an instance decides, not its start: one that fell back is started anew.
 */
export function watchDoubtfulStops(
  account: Account,
  { breaches }: Pick<InvariantWatch, 'breaches'>,
): { excuses: (breach: InvariantBroken) => boolean } {
  const doubtful = new Set<string>();
  const excused = new Set<InvariantBroken>();
  let judged = 0;
  account.beforeCall(({ operation, caller, input, region }) => {
    // The watch has judged this call already.
    for (const breach of breaches.slice(judged)) {
      const [what = ''] = breach.message.split('\n');
      if (breach.invariant === 2 && [...doubtful].some((id) => what.includes(id))) excused.add(breach);
    }
    judged = breaches.length;
    if (operation !== 'StopInstances') return;
    const { InstanceIds = [] }: { InstanceIds?: string[] } = input;
    for (const id of InstanceIds) {
      const description = account.region(region).instances.get(id)?.description;
      const lease = tagsOf(description?.Tags)['ami-lifecycle:restart-by'];
      const launchedAt = description?.LaunchTime?.toISOString();
      if (description?.State?.Name !== 'running') continue;
      doubtful.delete(id);
      const isClaimed = launchedAt !== undefined && lease?.endsWith(` launched ${launchedAt}`);
      if (caller === undefined && isClaimed) doubtful.add(id);
    }
  });
  return { excuses: (breach) => excused.has(breach) };
}
