import type { LoadedPolicy } from '../cli/policies/load.ts';
import { nextRun, parseSchedule, type Schedule } from '../engine/schedule.ts';
import { defaultRetireCron } from '../shared/domain/policy.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * What CloudWatch looks back on, at most: seven days, and one day where a period is shorter than an hour (PutMetricAlarm,
 * Period).
 */
export const mostLookbackSeconds = (periodSeconds: number): number => (periodSeconds < hour ? day : 7 * day);

/** How often a capture may be late: half of what lies between two. */
const patience = 1.5;

/** How to tell that a policy is not captured any more. */
export interface SilenceWatch {
  /** `age`, which the daily look at the images measures, where the silence is longer than CloudWatch looks back. */
  by: 'captures' | 'age';
  silenceSeconds: number;
  periodSeconds: number;
  periods: number;
  missing: 'breaching' | 'ignore';
}

/** Undefined for a schedule that does not come twice: there is no silence to wait for. */
export function silenceWatch({ policy, schedule, retireSchedule }: LoadedPolicy): SilenceWatch | undefined {
  const gapSeconds = longestGapSeconds(schedule);
  if (gapSeconds === undefined) return undefined;
  const silenceSeconds = Math.max(gapSeconds * patience, gapSeconds + policy.schedule.flexibleMinutes * minute);
  const periodSeconds = silenceSeconds <= day / 2 ? 5 * minute : hour;
  const periods = Math.ceil(silenceSeconds / periodSeconds);
  if (periods * periodSeconds <= mostLookbackSeconds(periodSeconds)) {
    return { by: 'captures', silenceSeconds, periodSeconds, periods, missing: 'breaching' };
  }
  const lookSeconds = longestGapSeconds(retireSchedule ?? parseSchedule(defaultRetireCron));
  const looks = Math.ceil(((lookSeconds ?? Number.POSITIVE_INFINITY) * patience) / day);
  // Where nobody looks for a week, CloudWatch cannot tell silence from waiting: the last look holds until the next.
  return looks <= 7
    ? { by: 'age', silenceSeconds, periodSeconds: day, periods: looks, missing: 'breaching' }
    : { by: 'age', silenceSeconds, periodSeconds: day, periods: 1, missing: 'ignore' };
}

/** Enough to meet the weekend of a schedule for every minute of office hours. */
const mostRuns = 10_000;
const spanMs = 2 * 366 * day * 1000;

/**
 * The longest time between two runs. In UTC whatever the schedule's zone: a clock change moves a run by an hour, which is
 * within the patience, and a run that it skips is a capture that is missing.
 */
export function longestGapSeconds(schedule: Schedule): number | undefined {
  if (schedule.kind === 'rate') return schedule.intervalMs / 1000;
  const fromMs = Date.UTC(2026, 0, 1);
  let previousMs = nextRun(schedule, { afterMs: fromMs });
  let longestMs: number | undefined;
  for (let runs = 1; previousMs !== undefined && runs < mostRuns; runs++) {
    const runMs = nextRun(schedule, { afterMs: previousMs });
    if (runMs === undefined) break;
    longestMs = Math.max(longestMs ?? 0, runMs - previousMs);
    if (runMs - fromMs > spanMs) break;
    previousMs = runMs;
  }
  return longestMs === undefined ? undefined : longestMs / 1000;
}
