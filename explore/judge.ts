import { type InvariantBroken, type InvariantWatch, invariants } from '../simulator/invariants.ts';
import { executionsUnderWay, harmsIn, type Story } from './world.ts';

/** Those included that the watch of an account cannot judge; as in docs/reliability.md. */
const promises: Readonly<Record<number, string>> = {
  ...invariants,
  1: 'An instance that we stopped runs again, or has a live execution or a rescue due.',
  14: 'When faults stop, every execution ends, and all captures that are due exist; what is lacking until then is told.',
};

/** A finding for people: which promise is broken, and by what. */
export function findingText({ invariant, what }: Finding): string {
  // The watch says it by itself.
  return what.startsWith('Invariant ') ? what : `Invariant ${invariant} is broken: ${promises[invariant]} ${what}`;
}

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

/** What a watch saw, in order, but for what is excused. */
export function breachesIn(
  { breaches }: Pick<InvariantWatch, 'breaches'>,
  isExcused: (breach: InvariantBroken) => boolean = () => false,
): Finding[] {
  return (
    breaches
      .filter((breach) => !isExcused(breach))
      // Of an image that is never complete nobody believes what it says: false-words.ts.
      .filter(({ invariant }) => invariant !== 15)
      .map(({ invariant, message, history }) => {
        const [what = ''] = message.split('\n');
        return { invariant, what, history };
      })
  );
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
