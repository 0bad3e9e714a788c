import type { InvariantNumber } from '../simulator/invariants.ts';
import { executionsUnderWay, harmsIn, type Story } from './world.ts';

/** Something that must never be, and is. */
export interface Finding {
  /** Its number in the project's list. */
  invariant: number;
  what: string;
  /** The last twenty calls and events before it was noticed. */
  history?: readonly string[];
}

/** Notes it as it is noticed. */
export function finding({ account }: Pick<Story, 'account'>, invariant: number, what: string): Finding {
  return { invariant, what, history: account.recentHistory() };
}

/** What the watch saw, in order; and which images are not what they say. */
export function breachesIn(story: Story, mayBreak: readonly InvariantNumber[] = []): Finding[] {
  const seen = story.witness.watch.breaches
    // Of an image that is never complete nobody believes what it says.
    .filter(({ invariant }) => invariant !== 15 && !mayBreak.includes(invariant))
    .map(({ invariant, message, history }) => {
      const [what = ''] = message.split('\n');
      return { invariant, what, history };
    });
  return [...seen, ...falselyStopped(story)];
}

/** Complete images that are said to be of a stopped instance, and have a snapshot that was started while it ran. */
function falselyStopped(story: Story): Finding[] {
  const images = story.account.regions().flatMap(({ name }) => story.witness.images(name));
  return images.flatMap(({ id, tags, snapshots }) => {
    const saysSo = tags['ami-lifecycle:state'] === 'complete' && tags['ami-lifecycle:consistency'] === 'stopped';
    const other = snapshots.find(({ instanceWas }) => instanceWas !== undefined && instanceWas !== 'stopped');
    if (!saysSo || !other) return [];
    const what = `${id} is complete and 'stopped', but ${other.id} began while its instance was ${other.instanceWas}.`;
    return [finding(story, 15, what)];
  });
}

/** What is left when everything rests and the rescue has looked twice. */
export function leftBehind(story: Story): Finding[] {
  const { 'standing instances': standing, leases } = harmsIn(story);
  return [
    ...standing.map((id) => finding(story, 1, `${id} is left standing.`)),
    ...leases.map((id) => finding(story, 1, `${id} is left with its lease.`)),
    ...executionsUnderWay(story).map((arn) => finding(story, 14, `${arn} does not end.`)),
  ];
}

/** Notes whether anything is heard of what happens: a message, or a run that does not succeed, which is an alarm. */
export function watchNews({ account, stack }: Story): { isTold: () => boolean } {
  const toldBefore = account.notifications.length;
  let hasFailed = false;
  stack.engine.onStatusChange(({ detail }) => {
    const isChild = detail.executionArn.split(':')[6]?.includes('/');
    if (!isChild && detail.status !== 'SUCCEEDED' && detail.status !== 'RUNNING') hasFailed = true;
  });
  return { isTold: () => hasFailed || account.notifications.length > toldBefore };
}
