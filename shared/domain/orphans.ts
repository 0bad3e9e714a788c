import { isGraceOver, isInstant } from './ladder.ts';

/** A person who deregisters an image by hand may not look again for some days, however short the grace of the policy. */
const leastDays = 7;

/** How many days a snapshot stays after it was first seen without an image. */
export function orphanDays(graceDays: number): number {
  return Math.max(graceDays, leastDays);
}

/**
 * Where a snapshot stands that belongs to no image: seen so for the first time, in its grace, or to be deleted. How old it is
 * says nothing of how long its image has been gone.
 * @param since what its tag says; what is no instant counts for nothing
 * @param now ISO instant
 */
export function orphanStage(since: string | undefined, graceDays: number, now: string): 'new' | 'waiting' | 'due' {
  if (!isInstant(since)) return 'new';
  return isGraceOver(since, orphanDays(graceDays), now) ? 'due' : 'waiting';
}
