import type { Account } from '../../simulator/account.ts';
import type { Finding } from '../judge.ts';
import { tagsOf } from '../witness.ts';

/**
 * Images that are said to be complete and of a stopped instance, and hold what was written while it ran. The watch finds such
 * snapshots as they start; but of a capture that fails then, nobody believes what its image says.
 */
export function watchFalseWords(account: Account): readonly Finding[] {
  const findings: Finding[] = [];
  const falsely = new Map<string, string>();
  account.onSnapshot((_, { id, description, instanceStateAtStart: state }) => {
    const saysSo = tagsOf(description.Tags)['ami-lifecycle:consistency'] === 'stopped';
    if (!saysSo || state === undefined || state === 'stopped') return;
    const [, imageId] = /(ami-[0-9a-f]+)/.exec(description.Description ?? '') ?? [];
    if (imageId !== undefined) falsely.set(imageId, `${id} started while its instance was ${state}`);
  });
  account.onCall(({ operation, input, caller, errorCode }) => {
    if (operation !== 'CreateTags' || caller === undefined || errorCode !== undefined || falsely.size === 0) return;
    const { Resources = [], Tags = [] }: { Resources?: string[]; Tags?: { Key: string; Value: string }[] } = input;
    if (tagsOf(Tags)['ami-lifecycle:state'] !== 'complete') return;
    for (const imageId of Resources) {
      const why = falsely.get(imageId);
      const what = `${imageId} is said to be complete and of a stopped instance, and ${why}.`;
      if (why !== undefined) findings.push({ invariant: 15, what, history: account.recentHistory() });
    }
  });
  return findings;
}
