import { Temporal } from 'temporal-polyfill';
import { slotMs } from './naming.ts';

/** The rules of retention that go by the calendar, shortest period first. */
export const calendarRules = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

export type CalendarRule = (typeof calendarRules)[number];

/** The names of the periods in which a slot lies, one per rule: `2026-11-21T04+01:00`, `2026-11-21`, `2026-W47`, … */
export type Periods = Readonly<Record<CalendarRule, string>>;

/** Images of a Region share their slots, and Temporal is slow: each slot is worked out once per zone. */
const known = new Map<string, Periods>();

/** About a year of hourly slots; a few megabytes. */
const mostKnown = 10_000;

/**
 * The periods of a slot by the calendar of an IANA time zone. Weeks are ISO weeks, named by the year that they belong
 * to. An hour that is repeated when the clock goes back is two hours, so an hour's name has its offset from UTC.
 * @throws RangeError for what is no slot or no time zone
 */
export function periodsOf(slot: string, timeZone: string): Periods {
  const key = `${timeZone} ${slot}`;
  const alreadyKnown = known.get(key);
  if (alreadyKnown) return alreadyKnown;
  const periods = readPeriods(zoned(slotMs(slot), timeZone));
  if (known.size >= mostKnown) known.clear();
  known.set(key, periods);
  return periods;
}

function readPeriods(at: Temporal.ZonedDateTime): Periods {
  const day = at.toPlainDate().toString();
  return {
    hourly: `${day}T${String(at.hour).padStart(2, '0')}${at.offset}`,
    daily: day,
    weekly: `${at.yearOfWeek}-W${String(at.weekOfYear).padStart(2, '0')}`,
    monthly: at.toPlainDate().toPlainYearMonth().toString(),
    yearly: String(at.year),
  };
}

/**
 * The end (epoch milliseconds, exclusive) of the period of a rule in which a slot lies: from then on no newer image
 * can come into that period.
 * @throws RangeError for what is no slot or no time zone
 */
export function periodEndMs(rule: CalendarRule, slot: string, timeZone: string): number {
  const at = zoned(slotMs(slot), timeZone);
  if (rule === 'hourly') return hourEndMs(at);
  // Without a time of day this is the first instant of that day, which is not 00:00 where a clock change skips it.
  return dayAfter(rule, at.toPlainDate()).toZonedDateTime(timeZone).epochMilliseconds;
}

/** A clock change may end an hour early: on the Chatham Islands it comes at a quarter to. */
function hourEndMs(at: Temporal.ZonedDateTime): number {
  const fullHourMs = at.epochMilliseconds + (60 - at.minute) * 60_000;
  const change = at.getTimeZoneTransition('next');
  return change ? Math.min(fullHourMs, change.epochMilliseconds) : fullHourMs;
}

/** The first day after the period in which a day lies. */
function dayAfter(rule: Exclude<CalendarRule, 'hourly'>, day: Temporal.PlainDate): Temporal.PlainDate {
  switch (rule) {
    case 'daily':
      return day.add({ days: 1 });
    case 'weekly':
      return day.add({ days: 8 - day.dayOfWeek });
    case 'monthly':
      return day.with({ day: 1 }).add({ months: 1 });
    case 'yearly':
      return day.with({ month: 1, day: 1 }).add({ years: 1 });
  }
}

/**
 * The instant (epoch milliseconds) that lies a duration such as `14d` before another. Hours are exact; days, weeks,
 * months and years go by the calendar of the zone and keep the time of day, so that a day may have 23 or 25 hours. A
 * day that a month lacks becomes its last: a month before 31 March is 28 February.
 * @throws RangeError for what is no duration or no time zone
 */
export function before(atMs: number, duration: string, timeZone: string): number {
  return zoned(atMs, timeZone).subtract(readDuration(duration)).epochMilliseconds;
}

/** The instant that lies a duration after another, reckoned as {@link before} does. */
export function after(atMs: number, duration: string, timeZone: string): number {
  return zoned(atMs, timeZone).add(readDuration(duration)).epochMilliseconds;
}

function readDuration(duration: string): Temporal.Duration {
  if (!/^\d+[hdwmy]$/.test(duration)) {
    throw new RangeError(`'${duration}' is no duration such as 14d (h, d, w, m, y)`);
  }
  // ISO 8601 has the same letters in either case: P14D, and PT12H for what is shorter than a day.
  return Temporal.Duration.from(duration.endsWith('h') ? `PT${duration}` : `P${duration}`);
}

function zoned(atMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
}
