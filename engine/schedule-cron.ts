import { daysIn, daysOnWeekdays, nearestWeekday } from './schedule-calendar.ts';
import { ScheduleError } from './schedule-error.ts';

/** The days of a month (1 to 31, ascending) on which a cron may run; `month` is 1 to 12. */
type DayRule = (year: number, month: number) => readonly number[];

/** A parsed cron expression. Lists are ascending and without repetition. */
export interface Cron {
  minutes: readonly number[];
  hours: readonly number[];
  days: DayRule;
  months: readonly number[];
  years: readonly number[];
}

interface Field {
  name: string;
  least: number;
  greatest: number;
  /** Words for values, counted from `least`. */
  words?: readonly string[];
}

const minutesField: Field = { name: 'minutes', least: 0, greatest: 59 };
const hoursField: Field = { name: 'hours', least: 0, greatest: 23 };
const dayOfMonthField: Field = { name: 'day-of-month', least: 1, greatest: 31 };
const monthField: Field = {
  name: 'month',
  least: 1,
  greatest: 12,
  words: words('JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'),
};
const dayOfWeekField: Field = {
  name: 'day-of-week',
  least: 1,
  greatest: 7,
  words: words('SUN MON TUE WED THU FRI SAT'),
};
const yearField: Field = { name: 'year', least: 1970, greatest: 2199 };

const fieldsInOrder = [minutesField, hoursField, dayOfMonthField, monthField, dayOfWeekField, yearField];

type SixFields = readonly [string, string, string, string, string, string];

/**
 * Parses the six fields of an EventBridge cron, without `cron()` around them.
 *
 * Taken is what AWS documents, with `a-b/n` and lower-case words besides, which it is known to take. Refused is what
 * AWS leaves undocumented though Quartz has it (`LW`, `L-3`, ranges that wrap such as `FRI-MON`, W or L or # inside a
 * list): it would be a guess when such a schedule runs.
 * @throws ScheduleError
 */
export function parseCron(values: readonly string[]): Cron {
  if (!areSix(values)) throw wrongFieldCount(values);
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = values;
  return {
    minutes: parseList(minutesField, minutes),
    hours: parseList(hoursField, hours),
    days: parseDays(dayOfMonth, dayOfWeek),
    months: parseList(monthField, month),
    years: parseList(yearField, year),
  };
}

function areSix(values: readonly string[]): values is SixFields {
  return values.length === 6;
}

function parseDays(dayOfMonth: string, dayOfWeek: string): DayRule {
  if (dayOfMonth === '?' && dayOfWeek === '?') {
    throw new ScheduleError({
      field: 'day-of-week',
      value: '?',
      problem: 'leaves the day open together with day-of-month',
      mend: "one of the two must say the day; write '*' in day-of-month for every day",
    });
  }
  if (dayOfMonth !== '?' && dayOfWeek !== '?') {
    const open = dayOfWeek === '*' || dayOfMonth !== '*' ? 'day-of-week' : 'day-of-month';
    throw new ScheduleError({
      field: open,
      value: open === 'day-of-week' ? dayOfWeek : dayOfMonth,
      problem: 'says the day a second time',
      mend: `exactly one of day-of-month and day-of-week must be '?'; write '?' in ${open}`,
    });
  }
  return dayOfWeek === '?' ? parseDayOfMonth(dayOfMonth) : parseDayOfWeek(dayOfWeek);
}

function parseDayOfMonth(value: string): DayRule {
  if (/^l$/i.test(value)) return (year, month) => [daysIn(year, month)];
  const weekday = /^(\d+)w$/i.exec(value)?.[1];
  if (weekday !== undefined) {
    const day = parseValue(dayOfMonthField, weekday, value);
    return (year, month) => nearestWeekday(year, month, day);
  }
  const days = parseList(dayOfMonthField, value);
  return (year, month) => {
    const length = daysIn(year, month);
    return days.filter((day) => day <= length);
  };
}

function parseDayOfWeek(value: string): DayRule {
  // The last day of the week is Saturday: a week of EventBridge begins on Sunday.
  if (/^l$/i.test(value)) return (year, month) => daysOnWeekdays(year, month, [7]);
  const last = /^(\w+)l$/i.exec(value)?.[1];
  if (last !== undefined) {
    const weekday = parseValue(dayOfWeekField, last, value);
    return (year, month) => daysOnWeekdays(year, month, [weekday]).slice(-1);
  }
  const [, nth, ordinal] = /^(\w+)#(\d+)$/.exec(value) ?? [];
  if (nth !== undefined && ordinal !== undefined) {
    const weekday = parseValue(dayOfWeekField, nth, value);
    const index = Number(ordinal) - 1;
    if (index < 0 || index > 4) {
      throw refused(
        dayOfWeekField,
        value,
        'asks for a week that no month has',
        'write 1 to 5 after #, or MONL for the last Monday',
      );
    }
    return (year, month) => daysOnWeekdays(year, month, [weekday]).slice(index, index + 1);
  }
  if (value.includes('/')) {
    throw refused(
      dayOfWeekField,
      value,
      'has steps, which this field does not take',
      'list the days, such as MON,WED,FRI',
    );
  }
  const weekdays = parseList(dayOfWeekField, value);
  return (year, month) => daysOnWeekdays(year, month, weekdays);
}

/** Parses `*`, values, ranges, steps and lists of them. */
function parseList(field: Field, text: string): number[] {
  const chosen = new Set<number>();
  for (const part of text.split(',')) {
    for (const value of parsePart(field, part, text)) chosen.add(value);
  }
  return [...chosen].sort((left, right) => left - right);
}

function* parsePart(field: Field, part: string, whole: string): Generator<number> {
  const [, from = '', to, step] = /^([^-/]+)(?:-([^-/]+))?(?:\/([^-/]+))?$/.exec(part) ?? [];
  if (from === '') throw refused(field, whole, `has '${part}' where a value belongs`, `write ${valuesOf(field)}`);
  if (from === '*' && to !== undefined) {
    throw refused(field, whole, "has '*' in a range", `write two values, such as ${field.least}-${field.greatest}`);
  }
  const least = from === '*' ? field.least : parseValue(field, from, whole);
  // A step without an end runs on to the field's greatest value.
  const openEnd = from === '*' || step !== undefined ? field.greatest : least;
  const greatest = to === undefined ? openEnd : parseValue(field, to, whole);
  if (greatest < least) {
    const mend = `write the two parts, such as ${from}-${field.words?.at(-1) ?? field.greatest},${field.words?.[0] ?? field.least}-${to}`;
    throw refused(field, whole, 'is a range that runs backwards', mend);
  }
  const stride = step === undefined ? 1 : Number(step);
  if (!/^\d+$/.test(step ?? '1') || stride < 1) {
    throw refused(field, whole, `has the step '${step}'`, 'write a whole number from 1 after the slash');
  }
  for (let value = least; value <= greatest; value += stride) yield value;
}

function parseValue(field: Field, text: string, whole: string): number {
  const index = field.words?.indexOf(text.toUpperCase()) ?? -1;
  if (index >= 0) return field.least + index;
  const value = Number(text);
  const isNumber = /^\d+$/.test(text);
  if (isNumber && value >= field.least && value <= field.greatest) return value;
  if (text === '?') throw refused(field, whole, "takes no '?'", `only the two day fields do; write ${valuesOf(field)}`);
  const problem = isNumber ? 'is out of range' : 'is not understood';
  throw refused(field, whole, text === whole ? problem : `has '${text}', which ${problem}`, `write ${valuesOf(field)}`);
}

function valuesOf(field: Field): string {
  const range = `${field.least}-${field.greatest}`;
  if (field === dayOfMonthField) return `${range}, *, L for the last day, or 15W for the weekday nearest the 15th`;
  const [first, last] = [field.words?.[0], field.words?.at(-1)];
  if (first === undefined) return `${range} or *`;
  const note = field === dayOfWeekField ? ' (1 is Sunday)' : '';
  return `${range}${note}, ${first}-${last} or *`;
}

function refused(field: Field, value: string, problem: string, mend: string): ScheduleError {
  return new ScheduleError({ field: field.name, value, problem, mend });
}

function wrongFieldCount(values: readonly string[]): ScheduleError {
  const text = values.join(' ');
  const names = fieldsInOrder.map(({ name }) => name).join(' ');
  const count = text === '' ? 0 : values.length;
  const [minutes, hours, dayOfMonth, month, dayOfWeek] = values;
  // Five fields are what crontab has: there the year is missing, and one of two stars must become a question mark.
  const days = dayOfWeek === '*' ? `${dayOfMonth} ${month} ?` : `? ${month} ${dayOfWeek}`;
  const example = count === 5 ? `${minutes} ${hours} ${days} *` : '0 3 * * ? *';
  return new ScheduleError({
    field: 'expression',
    value: text,
    problem: `has ${count} field${count === 1 ? '' : 's'} instead of six`,
    mend: `write ${names}, such as ${example}`,
  });
}

/**
 * The first time at or after `fromLocalMs` that fits the cron, in the same local milliseconds (see `Zone`); undefined
 * when none does until the year 2199. Months are tried one by one, so 30 February costs some thousand steps, no more.
 */
export function nextLocalTime(cron: Cron, fromLocalMs: number): number | undefined {
  const from = new Date(Math.ceil(fromLocalMs / 60_000) * 60_000);
  const fromYear = from.getUTCFullYear();
  const fromMonth = from.getUTCMonth() + 1;
  for (const year of cron.years) {
    if (year < fromYear) continue;
    for (const month of cron.months) {
      if (year === fromYear && month < fromMonth) continue;
      const isFirstMonth = year === fromYear && month === fromMonth;
      for (const day of cron.days(year, month)) {
        if (!isFirstMonth || day > from.getUTCDate()) return timeOn(cron, year, month, day, 0, 0);
        if (day < from.getUTCDate()) continue;
        const time = timeOn(cron, year, month, day, from.getUTCHours(), from.getUTCMinutes());
        if (time !== undefined) return time;
      }
    }
  }
  return undefined;
}

/** The first fitting time of a day at or after the given one. */
function timeOn(
  cron: Cron,
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
): number | undefined {
  for (const nextHour of cron.hours) {
    if (nextHour < hour) continue;
    const nextMinute = nextHour > hour ? cron.minutes[0] : cron.minutes.find((candidate) => candidate >= minute);
    if (nextMinute !== undefined) return Date.UTC(year, month - 1, day, nextHour, nextMinute);
  }
  return undefined;
}

function words(text: string): string[] {
  return text.split(' ');
}
