import { InputError } from '../input-error.ts';
import { nearest } from '../nearest.ts';
import type { Life } from './lives.ts';
import type { Observer } from './observer.ts';
import { reasonsOf } from './verdicts.ts';

/** Something that happened, or a verdict with all its reasons from `at` on. */
export interface ExplainedEvent {
  /** ISO instant. */
  at: string;
  what: string;
  reasons: string[];
  /** Of a verdict that changed: what no longer spoke for the image. */
  noLonger: string[];
  /** Of a verdict: the last run that gave it. */
  lastAt: string | null;
}

export interface ExplainedImage {
  imageId: string;
  region: string;
  name: string;
  policy: string;
  instanceId: string;
  slot: string;
  /** What a copy or a restored image was made from. */
  origin: string | null;
  events: ExplainedEvent[];
}

/** Captures that made no image, and why. */
export interface Missed {
  policy: string;
  outcome: 'skipped' | 'failed';
  reason: string;
  message: string;
  /** The first and the last slot of them. */
  slots: [first: string, last: string];
  count: number;
}

/** The life of one image, or of all images of one instance; printed as it is by `--json`. */
export interface Explanation {
  subject: string;
  kind: 'image' | 'instance';
  images: ExplainedImage[];
  /** Of an instance. */
  missed: Missed[];
}

const mostSuggestions = 3;

/**
 * The life of what was asked for: an instance, an image, or all images of a name (a copy has the name of its original).
 * @param instanceIds of all instances that there are
 * @throws InputError for what is none of these, with what was probably meant
 */
export function explain(
  subject: string,
  { lives, runs }: Pick<Observer, 'lives' | 'runs'>,
  instanceIds: Iterable<string>,
): Explanation {
  const all = [...(lives?.all.values() ?? [])];
  const known = new Set([...instanceIds, ...all.map(({ instanceId }) => instanceId)]);
  const isInstance = known.has(subject);
  const chosen = all.filter(({ imageId, name, instanceId }) =>
    isInstance ? instanceId === subject : imageId === subject || name === subject,
  );
  if (!isInstance && chosen.length === 0) {
    throw unknown(subject, [...known, ...all.flatMap(({ imageId, name }) => [imageId, name])]);
  }
  return {
    subject,
    kind: isInstance ? 'instance' : 'image',
    images: chosen.toSorted(bySlot).map(explained),
    missed: isInstance ? missedBy(subject, runs) : [],
  };
}

function unknown(subject: string, candidates: readonly string[]): InputError {
  const left = new Set(candidates);
  const meant: string[] = [];
  while (meant.length < mostSuggestions) {
    const next = nearest(subject, left);
    if (next === undefined) break;
    meant.push(next);
    left.delete(next);
  }
  const mend =
    meant.length > 0
      ? `did you mean ${meant.join(' or ')}?`
      : 'name an instance, or an image by its id or its name; the images of an instance are told by --explain with its id';
  return new InputError([
    { file: '--explain', problem: `'${subject}' is no image and no instance of this simulation`, mend },
  ]);
}

/** The images of a slot one after the other: each capture before its copies. */
function bySlot(left: Life, right: Life): number {
  const keys = ({ slot, policy, origin, region }: Life) => [slot, policy, origin === undefined ? '' : region].join(' ');
  return keys(left) < keys(right) ? -1 : keys(left) > keys(right) ? 1 : 0;
}

function explained({ origin, events, ...life }: Life): ExplainedImage {
  // Events of EC2 come late, and are dated to the second before.
  const ordered = events.toSorted((left, right) => second(left.atMs) - second(right.atMs));
  return {
    ...life,
    origin: origin ?? null,
    events: ordered.map((event) => ({
      at: iso(event.atMs),
      what: event.what,
      reasons: 'lastReasons' in event ? reasonsOf(event) : [...event.reasons],
      noLonger: 'lastReasons' in event ? [...event.noLonger] : [],
      lastAt: 'lastReasons' in event ? iso(event.lastAtMs) : null,
    })),
  };
}

function missedBy(instanceId: string, runs: Observer['runs']): Missed[] {
  const missed = runs
    .flatMap(({ captures }) => captures)
    .filter((capture) => capture.instanceId === instanceId && capture.outcome !== 'captured');
  const groups = Map.groupBy(missed, ({ policy, outcome, reason, message }) =>
    JSON.stringify([policy, outcome, reason, message]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first || first.outcome === 'captured') return [];
    const { policy, outcome, reason, message, slot } = first;
    const slots: Missed['slots'] = [slot, group.at(-1)?.slot ?? slot];
    return [{ policy, outcome, reason, message, slots, count: group.length }];
  });
}

function second(atMs: number): number {
  return Math.floor(atMs / 1000);
}

function iso(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
