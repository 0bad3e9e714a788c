import type { Account } from '../simulator/account.ts';
import type { Finding } from './judge.ts';
import { tagsOf } from './witness.ts';

/**
 * Watches for people who stop what we have claimed and not stopped yet: where our own stop fails then, nothing tells theirs from
 * it, and it is started again (docs/reliability.md, "Who stopped it"). What was launched since our claim is not among it.
 */
export function watchDoubtfulStops(account: Account): { isOfOne: (finding: Finding) => boolean } {
  const doubtful = new Set<string>();
  account.beforeCall(({ operation, caller, input, region }) => {
    if (operation !== 'StopInstances' || caller !== undefined) return;
    const { InstanceIds = [] }: { InstanceIds?: string[] } = input;
    for (const id of InstanceIds) {
      const description = account.region(region).instances.get(id)?.description;
      const lease = tagsOf(description?.Tags)['ami-lifecycle:restart-by'];
      const launchedAt = description?.LaunchTime?.toISOString();
      if (description?.State?.Name !== 'running' || launchedAt === undefined) continue;
      if (lease?.endsWith(` launched ${launchedAt}`)) doubtful.add(id);
    }
  });
  return { isOfOne: ({ invariant, what }) => invariant === 2 && [...doubtful].some((id) => what.includes(id)) };
}
