import type { Catcher, Retrier } from './definition.ts';
import { errorNames } from './errors.ts';
import type { Random } from './random.ts';

/**
 * Whether `errorEquals` covers an error. Nothing covers States.Runtime; States.DataLimitExceeded only its own name; a
 * missed heartbeat is a States.Timeout too; States.TaskFailed covers all that is no timeout.
 */
export function matchesError(errorEquals: readonly string[], error: string | undefined): boolean {
  if (error === errorNames.runtime) return false;
  if (error !== undefined && errorEquals.includes(error)) return true;
  if (error === errorNames.dataLimitExceeded) return false;
  if (errorEquals.includes(errorNames.all)) return true;
  if (error === errorNames.heartbeatTimeout) return errorEquals.includes(errorNames.timeout);
  return error !== errorNames.timeout && errorEquals.includes(errorNames.taskFailed);
}

/** The counts of one visit to a state: each retrier counts for itself, and a new visit starts afresh. */
export interface RetryCounts {
  /** How long to wait before the next attempt, or `undefined` if there is to be none. */
  nextDelayMs(error: string | undefined): number | undefined;
}

export function countRetries(retriers: readonly Retrier[], random: Random): RetryCounts {
  const counts: number[] = [];
  return {
    nextDelayMs(error) {
      const index = retriers.findIndex((retrier) => matchesError(retrier.errorEquals, error));
      const retrier = retriers[index];
      const used = counts[index] ?? 0;
      if (!retrier || used >= retrier.maxAttempts) return undefined;
      counts[index] = used + 1;
      return delayMs(retrier, used, random);
    },
  };
}

function delayMs(retrier: Retrier, used: number, random: Random): number {
  const grown = retrier.intervalSeconds * retrier.backoffRate ** used;
  const seconds = Math.min(grown, retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return 1000 * (retrier.fullJitter ? random.next() * seconds : seconds);
}

export function findCatcher(catchers: readonly Catcher[], error: string | undefined): number {
  return catchers.findIndex((catcher) => matchesError(catcher.errorEquals, error));
}
