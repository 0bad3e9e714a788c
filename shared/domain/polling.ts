/** How closely a wait is watched. */
export type Pace = 'brisk' | 'patient';

interface Rhythm {
  leastSeconds: number;
  mostSeconds: number;
  /** The part of the time already waited that the next wait takes. */
  share: number;
}

/**
 * `brisk`, while an instance stands still for us: a tenth, so that a stop of a minute is noticed within seconds.
 * `patient`, for images: a quarter, so that one of 20 hours costs about eighty looks and is noticed at most a quarter late.
 * Why 20 minutes at most: docs/decisions/0002-poll-waits.md.
 */
const rhythms: Record<Pace, Rhythm> = {
  brisk: { leastSeconds: 2, mostSeconds: 60, share: 0.1 },
  patient: { leastSeconds: 15, mostSeconds: 20 * 60, share: 0.25 },
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
