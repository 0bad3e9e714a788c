import { InputError } from '../input-error.ts';
import { nearest } from '../nearest.ts';
import type { KnownInstance } from './known-instances.ts';
import type { Life } from './lives.ts';
import type { Observer } from './observer.ts';
import { particulars } from './problem-lines.ts';
import { reasonsOf } from './verdicts.ts';

/** Something that happened, or a verdict with all its reasons from `at` on. */
export interface ExplainedEvent {
  /** ISO instant. */
  at: string;
  what: string;
  reasons: string[];
  /** Of a verdict that changed: what no longer spoke for the image. */
  noLonger: string[];
  /** Of a verdict, and of what was withheld: the last run that did so. */
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

/** Captures that did not come to a good end, and why; `incomplete`: its image is there, but not shared or copied as it should be. */
export interface Missed {
  policy: string;
  outcome: 'skipped' | 'failed' | 'incomplete';
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
  /** Of an instance: why no policy selects it; null where one does. */
  withoutPolicy: string | null;
}

const mostSuggestions = 3;

/**
 * The life of what was asked for: an instance by its id or its name, an image, or all images of a name (a copy has the name of its
 * original).
 * @param instances all that there are
 * @throws InputError for what is none of these, with what was probably meant
 */
export function explain(
  subject: string,
  { lives, runs }: Pick<Observer, 'lives' | 'runs'>,
  instances: readonly KnownInstance[],
): Explanation {
  const all = [...(lives?.all.values() ?? [])];
  const images = all.filter(({ imageId, name }) => imageId === subject || name === subject);
  if (images.length > 0) {
    return { subject, kind: 'image', images: images.toSorted(bySlot).map(explained), missed: [], withoutPolicy: null };
  }
  const known = new Set([...instances, ...all].map(({ instanceId }) => instanceId));
  const instanceId = known.has(subject) ? subject : instanceNamed(subject, instances);
  if (instanceId === undefined) {
    const names = instances.flatMap(({ name }) => (name === '' ? [] : [name]));
    throw unknown(subject, [...known, ...names, ...all.flatMap(({ imageId, name }) => [imageId, name])]);
  }
  return {
    subject: instanceId,
    kind: 'instance',
    images: all
      .filter((life) => life.instanceId === instanceId)
      .toSorted(bySlot)
      .map(explained),
    missed: missedBy(instanceId, runs),
    withoutPolicy: instances.find((each) => each.instanceId === instanceId)?.withoutPolicy ?? null,
  };
}

/** @throws InputError where several have the name */
function instanceNamed(name: string, instances: readonly KnownInstance[]): string | undefined {
  const ids = instances.filter((each) => name !== '' && each.name === name).map(({ instanceId }) => instanceId);
  if (ids.length <= 1) return ids[0];
  const mend = `name one of ${ids.join(', ')}`;
  throw new InputError([{ file: '--explain', problem: `'${name}' is the name of ${ids.length} instances`, mend }]);
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
      : 'name an instance or an image of this system, by its id or its name';
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
      reasons: told(event),
      noLonger: 'lastReasons' in event ? [...event.noLonger] : [],
      lastAt: 'lastAtMs' in event ? iso(event.lastAtMs) : null,
    })),
  };
}

function told(event: Life['events'][number]): string[] {
  if ('lastReasons' in event) return reasonsOf(event);
  if (!('kind' in event) || event.lastAtMs === event.atMs) return [...event.reasons];
  const [what, ...why] = event.reasons;
  return [`${what}, until ${iso(event.lastAtMs).slice(0, 10)}`, ...why];
}

function missedBy(instanceId: string, runs: Observer['runs']): Missed[] {
  const missed = runs
    .flatMap(({ captures }) => captures)
    .filter((capture) => capture.instanceId === instanceId && capture.outcome !== 'captured');
  const groups = Map.groupBy(missed, ({ policy, outcome, reason, message, hasImage }) =>
    JSON.stringify([policy, outcome, reason, hasImage, message.replaceAll(particulars, '#')]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first || first.outcome === 'captured') return [];
    const { policy, reason, message, slot } = first;
    const outcome = first.outcome === 'failed' && first.hasImage ? 'incomplete' : first.outcome;
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
