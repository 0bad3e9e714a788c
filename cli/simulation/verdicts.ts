import type { LifeEvent } from './lives.ts';

/** A verdict, from the run that first gave it for these reasons to the last. */
export interface VerdictEvent extends LifeEvent {
  what: 'kept' | 'not wanted';
  lastAtMs: number;
  /** As of the last run: `daily 1 of 7` is `daily 7 of 7` a week later. */
  lastReasons: readonly string[];
  /** Reasons of the verdict before that hold no more. */
  noLonger: readonly string[];
}

/** What plans had for an image and their runs did not do, from the first run to the last. */
export interface WithheldEvent extends LifeEvent {
  what: 'withheld';
  lastAtMs: number;
  /** Two of the same are one event, unless a plan between them had nothing of it. */
  kind: string;
  isOver: boolean;
}

/** Takes up what a plan withholds, if anything: no news where nothing happened since it was withheld for the same cause. */
export function withheld(
  { events }: { events: (LifeEvent | VerdictEvent | WithheldEvent)[] },
  event: Pick<WithheldEvent, 'atMs' | 'reasons' | 'kind'> | undefined,
): void {
  const last = events.findLast((each) => !('lastReasons' in each));
  const open = last && 'kind' in last && !last.isOver ? last : undefined;
  if (open && open.kind === event?.kind) {
    open.lastAtMs = event.atMs;
    return;
  }
  if (open) open.isOver = true;
  if (event) events.push({ ...event, what: 'withheld', lastAtMs: event.atMs, isOver: false });
}

/**
 * Takes up a verdict if it has changed. How far a count has come is no change: an image is the newest daily, then the second,
 * and is kept for the same reason all the while. So a year of runs leaves some ten verdicts for an image.
 */
export function judged(
  { events }: { events: (LifeEvent | VerdictEvent | WithheldEvent)[] },
  verdict: Pick<VerdictEvent, 'atMs' | 'what' | 'reasons'>,
): void {
  const before = events.findLast((event) => 'lastReasons' in event);
  const isSame = before?.what === verdict.what && sameReasons(before.lastReasons, verdict.reasons);
  if (before && isSame) {
    before.lastAtMs = verdict.atMs;
    before.lastReasons = verdict.reasons;
    return;
  }
  const kinds = new Set(verdict.reasons.map(kindOf));
  const lost = before?.what === 'kept' ? before.lastReasons.filter((reason) => !kinds.has(kindOf(reason))) : [];
  events.push({ ...verdict, lastAtMs: verdict.atMs, lastReasons: verdict.reasons, noLonger: lost.map(kindOf) });
}

/** The reasons of a verdict for as long as it held: `daily 1 to 7 of 7`. */
export function reasonsOf({ reasons, lastReasons }: VerdictEvent): string[] {
  const last = new Map(lastReasons.map((reason) => [kindOf(reason), reason]));
  return reasons.map((reason) => {
    const [, first] = counted.exec(reason) ?? [];
    const [, until] = counted.exec(last.get(kindOf(reason)) ?? '') ?? [];
    return first === undefined || until === undefined || first === until
      ? reason
      : reason.replace(counted, `${first} to ${until} of $2`);
  });
}

const counted = /\b(\d+) of (\d+)\b/;

/** A reason without how far its count has come: `daily`, `oldest, while weekly has some left`. */
function kindOf(reason: string): string {
  if (reason.startsWith('oldest, while ')) return reason.replace(counted, 'some');
  return reason.replace(/^(\w+) \d+ of \d+$/, '$1');
}

function sameReasons(one: readonly string[], other: readonly string[]): boolean {
  const kinds = new Set(one.map(kindOf));
  return one.length === other.length && other.every((reason) => kinds.has(kindOf(reason)));
}
