import { parts } from './contract.ts';
import type { Image } from './image.ts';
import { ladder, type NamedPolicy, type Step } from './policy.ts';
import { secondsBetween } from './polling.ts';
import { type Tags, tagKeys } from './tags.ts';

/** The last step that was taken with an image, and since when (an ISO instant). */
export interface Rung {
  step: Step;
  since: string;
  /** A person disabled it, and only a person enables it again. */
  isByHand?: boolean;
}

const byHand = 'by-hand';

/** The rung that is written on an image; undefined where none is, or where people have edited it beyond reading. */
export function rungOf(tags: Tags): Rung | undefined {
  const [word, since, how] = tags[tagKeys.rung]?.split(' ') ?? [];
  const step = ladder.find((each) => each === word);
  if (!step || !isInstant(since)) return undefined;
  return { step, since, ...(how === byHand ? { isByHand: true } : {}) };
}

/** Whether a text is an instant as we write them. `Date.parse` would do for less: it reads a bare 1 as the year 2001. */
export function isInstant(text: string | undefined): text is string {
  return parts.instant.safeParse(text).success;
}

/** The tags of an image that has just taken a step. One whose capture was never completed goes on saying so. */
export function rungTags(tags: Tags, rung: Rung): Tags {
  return {
    ...(tags[tagKeys.state] === 'capturing' ? {} : { [tagKeys.state]: 'retiring' }),
    [tagKeys.retiringSince]: tags[tagKeys.retiringSince] ?? rung.since,
    [tagKeys.rung]: [rung.step, rung.since, ...(rung.isByHand ? [byHand] : [])].join(' '),
  };
}

/** Whether the system has begun to retire it. */
export function isRetiring({ tags }: Image): boolean {
  return tags[tagKeys.state] === 'retiring' || tags[tagKeys.rung] !== undefined;
}

export type NextStep =
  | { step: Step; reason: string }
  /** The image stands on a rung that its tags do not tell: it is written down, and its grace begins. */
  | { note: Step; reason: string }
  | { wait: string };

/** A schedule does not run to the second, and a day may have 23 hours: without this a grace would end a run late. */
const toleranceSeconds = 2 * 3600;

/** Whether so many days have passed between two ISO instants, or nearly. */
export function isGraceOver(since: string, graceDays: number, now: string): boolean {
  return secondsBetween(since, now) >= graceDays * 86_400 - toleranceSeconds;
}

/**
 * What comes next for an image that is no longer wanted. Where it stands is what EC2 shows; since when, only its tag can
 * say, so whatever people change by hand begins a new grace.
 */
export function nextStep(image: Image, steps: readonly Step[], graceDays: number, now: string): NextStep {
  // What EC2 could not make can be neither deprecated nor disabled, and nobody can launch from it.
  if (image.state === 'failed') {
    return steps.includes('deregister')
      ? { step: 'deregister', reason: 'EC2 could not make it' }
      : { wait: 'EC2 could not make it, and the policy deregisters nothing' };
  }
  const current = steps.findLast((step) => standsOn(image, step, now));
  if (current === undefined) {
    const [first = 'deprecate'] = steps;
    return { step: first, reason: 'no longer wanted' };
  }
  const next = steps[steps.indexOf(current) + 1];
  const rung = rungOf(image.tags);
  if (rung?.step !== current) return { note: current, reason: `is ${pastTense[current]}, but not by a step of ours` };
  if (next === undefined) return { wait: `stays ${pastTense[current]}, as the policy has no further step` };
  return isGraceOver(rung.since, graceDays, now)
    ? { step: next, reason: `${pastTense[current]} since ${rung.since}` }
    : { wait: `${pastTense[current]} since ${rung.since}; ${graceDays} days of grace` };
}

/** The rung on which an image stands without its tags saying so. */
export function rungToNote(image: Image, { retire }: Pick<NamedPolicy, 'retire'>, now: string): Step {
  const next = retire && nextStep(image, retire.steps, retire.graceDays, now);
  if (next === undefined || !('note' in next)) throw new Error(`${image.imageId} stands on no rung of its policy.`);
  return next.note;
}

/** EC2 refuses to deprecate in the past, and a call may be tried for a while before it gets through. */
const aheadMs = 3_600_000;

/** From when an image is to be deprecated that takes this step now (ISO instants). */
export function deprecationFrom(now: string): string {
  return new Date(Date.parse(now) + aheadMs).toISOString();
}

/** Words for what was done. */
export const pastTense = {
  deprecate: 'deprecated',
  disable: 'disabled',
  deregister: 'deregistered',
} as const satisfies Record<Step, string>;

function standsOn({ state, deprecatesAt }: Image, step: Step, now: string): boolean {
  if (step === 'disable') return state === 'disabled';
  return step === 'deprecate' && Date.parse(deprecatesAt) <= Date.parse(now) + 2 * aheadMs;
}
