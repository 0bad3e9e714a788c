import type { InvariantNumber } from '../simulator/invariants.ts';
import { executionsUnderWay, harmsIn, type Story } from './world.ts';

/** Something that must never be, and is. */
export interface Finding {
  /** Its number in the project's list. */
  invariant: number;
  what: string;
  /** The last twenty calls and events before it, where the watch saw it at once. */
  history?: readonly string[];
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
function falselyStopped({ account, witness }: Story): Finding[] {
  const images = account.regions().flatMap(({ name }) => witness.images(name));
  return images.flatMap(({ id, tags, snapshots }) => {
    const saysSo = tags['ami-lifecycle:state'] === 'complete' && tags['ami-lifecycle:consistency'] === 'stopped';
    const other = snapshots.find(({ instanceWas }) => instanceWas !== undefined && instanceWas !== 'stopped');
    if (!saysSo || !other) return [];
    return [
      {
        invariant: 15,
        what: `${id} is complete and 'stopped', but ${other.id} began while it was ${other.instanceWas}.`,
      },
    ];
  });
}

/** What is left when everything rests and the rescue has looked twice. */
export function leftBehind(story: Story): Finding[] {
  const harms = harmsIn(story);
  const standing = harms['standing instances'];
  const history = story.account.recentHistory();
  return [
    ...standing.map((id) => ({ invariant: 1, what: `${id} is left standing.`, history })),
    ...harms.leases.map((id) => ({ invariant: 1, what: `${id} is left with its lease.`, history })),
    ...executionsUnderWay(story).map((arn) => ({ invariant: 14, what: `${arn} does not end.`, history })),
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
