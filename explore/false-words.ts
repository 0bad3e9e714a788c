import type { Account } from '../simulator/account.ts';
import type { RegionState } from '../simulator/state.ts';
import type { Finding } from './judge.ts';
import { tagsOf } from './witness.ts';

/**
 * Images that are said to be complete and of a stopped instance, and hold what was written while it ran, found at the moment
 * that says so. The watch finds such snapshots as they start; but of a capture that fails then, nobody believes what its
 * image says.
 */
export function watchFalseWords(account: Account): readonly Finding[] {
  const findings: Finding[] = [];
  const falsely = new Map<string, string>();
  const check = (region: RegionState, imageId: string): void => {
    const why = falsely.get(imageId);
    const tags = tagsOf(region.images.get(imageId)?.description.Tags);
    if (why === undefined || tags['ami-lifecycle:state'] !== 'complete') return;
    if (tags['ami-lifecycle:consistency'] !== 'stopped') return;
    falsely.delete(imageId);
    const what = `${imageId} is said to be complete and of a stopped instance, and ${why}.`;
    findings.push({ invariant: 15, what, history: account.recentHistory() });
  };
  account.onSnapshot((region, { id, description, instanceStateAtStart: state }) => {
    const [, imageId] = /(ami-[0-9a-f]+)/.exec(description.Description ?? '') ?? [];
    if (imageId === undefined || state === undefined || state === 'stopped') return;
    falsely.set(imageId, `${id} started while its instance was ${state}`);
    check(region, imageId);
  });
  account.onCall(({ operation, input, region, errorCode }) => {
    if (operation !== 'CreateTags' || errorCode !== undefined || falsely.size === 0) return;
    const { Resources = [] }: { Resources?: string[] } = input;
    for (const imageId of Resources) check(account.region(region), imageId);
  });
  return findings;
}
