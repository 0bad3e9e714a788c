import { type Cron, nextLocalTime, parseCron } from './schedule-cron.ts';
import { ScheduleError } from './schedule-error.ts';
import { zoneOf } from './schedule-zone.ts';

export { ScheduleError } from './schedule-error.ts';

/** A schedule as EventBridge Scheduler knows them; `expression` is what it would be given. */
export type Schedule =
  | { kind: 'cron'; expression: string; cron: Cron }
  | { kind: 'rate'; expression: string; intervalMs: number }
  | { kind: 'at'; expression: string; localMs: number };

export interface RunOptions {
  /** Runs strictly after this instant, in epoch milliseconds. */
  afterMs: number;
  /** A name of the IANA database; UTC if not given. */
  timezone?: string;
  /**
   * When the schedule begins: no run is earlier, and a rate counts from here, its first run at this very instant.
   * Without it a rate counts from `afterMs`.
   */
  startMs?: number;
}

/** A clock change that touches a schedule's times. */
export interface ClockChange {
  /** `skipped`: these times do not exist that day and do not run. `repeated`: they come twice and run the first time. */
  kind: 'skipped' | 'repeated';
  /** The instant of the change, in epoch milliseconds. */
  atMs: number;
  /** The schedule's own times in that hour, as the wall clock shows them: `2027-03-28T02:30`, ascending. */
  localTimes: string[];
}

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Parses `cron(...)`, `rate(...)`, `at(...)`, or the six fields of a cron alone.
 * @throws ScheduleError naming the field, its value and the mend
 */
export function parseSchedule(expression: string): Schedule {
  const text = expression.trim();
  const [, kind = 'cron', body = text] = /^(\w+)\s*\((.*)\)$/.exec(text) ?? [];
  if (kind === 'rate') return parseRate(body.trim());
  if (kind === 'at') return parseAt(body.trim());
  if (kind !== 'cron') {
    const mend = 'write cron(...), rate(...) or at(...), in lower case';
    throw new ScheduleError({ field: 'expression', value: text, problem: `begins with '${kind}'`, mend });
  }
  const fields = body.trim().split(/\s+/);
  return { kind, expression: `cron(${fields.join(' ')})`, cron: parseCron(fields) };
}

function parseRate(body: string): Schedule {
  const [, digits, unit, plural] = /^(\d+)\s+(minute|hour|day)(s?)$/.exec(body) ?? [];
  const value = Number(digits);
  const refused = (problem: string, mend: string) => new ScheduleError({ field: 'rate', value: body, problem, mend });
  if (unit === undefined) {
    throw refused('is not understood', 'write a number and minutes, hours or days, such as rate(6 hours)');
  }
  if (value < 1) throw refused('is no rate', `write 1 or more, such as rate(1 ${unit})`);
  if ((value === 1) !== (plural === '')) {
    throw refused('does not agree in number', `write rate(${value} ${unit}${value === 1 ? '' : 's'})`);
  }
  return { kind: 'rate', expression: `rate(${body.replace(/\s+/, ' ')})`, intervalMs: value * (unitMs[unit] ?? 0) };
}

function parseAt(body: string): Schedule {
  const localMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body) ? Date.parse(`${body}Z`) : Number.NaN;
  // Date.parse lets some dates roll over, 31 April to 1 May: written back, such a date differs.
  if (Number.isNaN(localMs) || !new Date(localMs).toISOString().startsWith(body)) {
    const mend = 'write a date and time that exist, without zone, such as at(2027-01-31T03:00:00)';
    throw new ScheduleError({ field: 'at', value: body, problem: 'is no date and time', mend });
  }
  return { kind: 'at', expression: `at(${body})`, localMs };
}

/**
 * The first run after `afterMs`, in epoch milliseconds; undefined when there is none any more. As in EventBridge
 * Scheduler, a local time that a clock change skips does not run, one that it repeats runs once, the first time; days
 * of a rate are 24 hours whatever the clock does.
 * @throws RangeError when the time zone is unknown
 */
export function nextRun(schedule: Schedule, options: RunOptions): number | undefined {
  const zone = zoneOf(options.timezone ?? 'UTC');
  const earliestMs = Math.max(options.afterMs + 1, options.startMs ?? Number.NEGATIVE_INFINITY);
  switch (schedule.kind) {
    case 'rate': {
      const startMs = options.startMs ?? options.afterMs;
      return startMs + Math.ceil((earliestMs - startMs) / schedule.intervalMs) * schedule.intervalMs;
    }
    case 'at': {
      const runMs = zone.toEpoch(schedule.localMs);
      return runMs !== undefined && runMs >= earliestMs ? runMs : undefined;
    }
    case 'cron': {
      let localMs = nextLocalTime(schedule.cron, zone.toLocal(earliestMs));
      while (localMs !== undefined) {
        const runMs = zone.toEpoch(localMs);
        if (runMs !== undefined && runMs >= earliestMs) return runMs;
        localMs = nextLocalTime(schedule.cron, localMs + 60_000);
      }
      return undefined;
    }
  }
}

/** The next `count` runs, or as many as there are. */
export function nextRuns(schedule: Schedule, options: RunOptions, count: number): number[] {
  const runs: number[] = [];
  let afterMs = options.afterMs;
  while (runs.length < count) {
    const runMs = nextRun(schedule, { ...options, afterMs });
    if (runMs === undefined) break;
    runs.push(runMs);
    afterMs = runMs;
  }
  return runs;
}

/** Whether the schedule names a time that exists: a cron for 30 February does not, and would never run. */
export function isPossible(schedule: Schedule): boolean {
  return schedule.kind !== 'cron' || nextLocalTime(schedule.cron, 0) !== undefined;
}

/**
 * The clock changes after `fromMs` until `untilMs` (inclusive) in which times of the schedule are skipped or repeated.
 * A rate is untouched by them.
 * @throws RangeError when the time zone is unknown
 */
export function clockChanges(
  schedule: Schedule,
  options: { fromMs: number; untilMs: number; timezone: string },
): ClockChange[] {
  const changes: ClockChange[] = [];
  for (const { atMs, beforeMs, afterMs } of zoneOf(options.timezone).transitions(options.fromMs, options.untilMs)) {
    const localTimes = localTimesWithin(
      schedule,
      atMs + Math.min(beforeMs, afterMs),
      atMs + Math.max(beforeMs, afterMs),
    );
    if (localTimes.length > 0) {
      changes.push({ kind: afterMs > beforeMs ? 'skipped' : 'repeated', atMs, localTimes });
    }
  }
  return changes;
}

/** The schedule's local times from `fromLocalMs` until before `untilLocalMs`. */
function localTimesWithin(schedule: Schedule, fromLocalMs: number, untilLocalMs: number): string[] {
  const times: string[] = [];
  if (schedule.kind === 'rate') return times;
  const next = (localMs: number): number | undefined => {
    if (schedule.kind === 'cron') return nextLocalTime(schedule.cron, localMs);
    return schedule.localMs >= localMs ? schedule.localMs : undefined;
  };
  let localMs = next(fromLocalMs);
  while (localMs !== undefined && localMs < untilLocalMs) {
    times.push(new Date(localMs).toISOString().slice(0, 16));
    localMs = next(localMs + 60_000);
  }
  return times;
}
