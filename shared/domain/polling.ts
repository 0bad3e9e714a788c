/** What is waited for: the stop of an instance, its start, that of its snapshots, or an image and whatever else takes long. */
export type Pace = 'stop' | 'start' | 'snapshots' | 'image';

interface Rhythm {
  leastSeconds: number;
  mostSeconds: number;
  /** The part of the time already waited that the next wait takes. */
  share: number;
}

/**
 * While an instance stands still for us every second counts; a stop takes longer than the start of snapshots, so it is
 * looked at less often. An instance that is started has begun to run or has fallen back within half a minute, and passes its
 * checks minutes later, when nobody waits for us. An image is waited for by quarters, so that one of 20 hours costs about
 * eighty looks and is noticed at most a quarter late. Why so: docs/decisions/0002-poll-waits.md.
 */
const rhythms: Record<Pace, Rhythm> = {
  stop: { leastSeconds: 3, mostSeconds: 60, share: 0.04 },
  start: { leastSeconds: 30, mostSeconds: 60, share: 2 },
  snapshots: { leastSeconds: 1, mostSeconds: 60, share: 0.1 },
  image: { leastSeconds: 15, mostSeconds: 20 * 60, share: 0.25 },
};

/** The seconds to wait before looking again at what began at `since` and is not done at `now` (ISO instants). */
export function pollSeconds(pace: Pace, since: string, now: string): number {
  const { leastSeconds, mostSeconds, share } = rhythms[pace];
  const waitedSeconds = secondsBetween(since, now);
  return Math.round(Math.min(mostSeconds, Math.max(leastSeconds, waitedSeconds * share)));
}

/** Seconds from `since` to `now` (ISO instants); never negative, as clocks of two machines may disagree. */
export function secondsBetween(since: string, now: string): number {
  return Math.max(0, (Date.parse(now) - Date.parse(since)) / 1000);
}
