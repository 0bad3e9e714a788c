import { describe, expect, it } from 'vitest';
import { isPossible, nextRun, nextRuns, parseSchedule, ScheduleError } from '../../../engine/schedule.ts';

/** The next runs as ISO minutes in UTC. */
function runsOf(expression: string, after: string, count: number, timezone = 'UTC'): string[] {
  const runs = nextRuns(parseSchedule(expression), { afterMs: Date.parse(after), timezone }, count);
  return runs.map((runMs) => new Date(runMs).toISOString().replace(':00.000Z', 'Z'));
}

describe('a cron runs when EventBridge Scheduler runs it', () => {
  // 21 November 2026 is a Saturday.
  it.each<[says: string, cron: string, runs: string[]]>([
    ['every day at a time', '0 3 * * ? *', ['2026-11-22T03:00Z', '2026-11-23T03:00Z']],
    ['the same with cron() around it', 'cron(0 3 * * ? *)', ['2026-11-22T03:00Z', '2026-11-23T03:00Z']],
    [
      'lists of hours and minutes',
      '0,30 1,13 * * ? *',
      ['2026-11-21T13:00Z', '2026-11-21T13:30Z', '2026-11-22T01:00Z'],
    ],
    [
      'lists in any order, as their numbers come',
      '30,5 13,2 10,9 12 ? *',
      ['2026-12-09T02:05Z', '2026-12-09T02:30Z', '2026-12-09T13:05Z', '2026-12-09T13:30Z', '2026-12-10T02:05Z'],
    ],
    ['steps from a value', '10/25 12 * * ? *', ['2026-11-21T12:10Z', '2026-11-21T12:35Z', '2026-11-22T12:10Z']],
    ['steps from a star', '0 */8 * * ? *', ['2026-11-21T16:00Z', '2026-11-22T00:00Z', '2026-11-22T08:00Z']],
    ['steps in a range', '0 14-18/2 * * ? *', ['2026-11-21T14:00Z', '2026-11-21T16:00Z', '2026-11-21T18:00Z']],
    ['weekdays by name', '0 9 ? * MON-FRI *', ['2026-11-23T09:00Z', '2026-11-24T09:00Z']],
    ['weekdays by name in small letters', '0 9 ? * sun *', ['2026-11-22T09:00Z', '2026-11-29T09:00Z']],
    ['weekdays by number: 1 is Sunday', '0 9 ? * 1,7 *', ['2026-11-22T09:00Z', '2026-11-28T09:00Z']],
    ['every day of the week', '0 9 ? * * *', ['2026-11-22T09:00Z', '2026-11-23T09:00Z']],
    ['months by name', '0 0 1 JAN,jul ? *', ['2027-01-01T00:00Z', '2027-07-01T00:00Z']],
    ['months by step', '0 0 1 1/3 ? *', ['2027-01-01T00:00Z', '2027-04-01T00:00Z']],
    [
      'the last day of a month',
      '0 0 L * ? *',
      ['2026-11-30T00:00Z', '2026-12-31T00:00Z', '2027-01-31T00:00Z', '2027-02-28T00:00Z'],
    ],
    ['the last day of the week', '0 0 ? * L *', ['2026-11-28T00:00Z', '2026-12-05T00:00Z']],
    ['the last Friday of a month', '0 0 ? * 6L *', ['2026-11-27T00:00Z', '2026-12-25T00:00Z']],
    ['the last Friday of a month, by name', '0 0 ? * FRIL *', ['2026-11-27T00:00Z', '2026-12-25T00:00Z']],
    ['the second Tuesday of a month', '0 0 ? * 3#2 *', ['2026-12-08T00:00Z', '2027-01-12T00:00Z']],
    ['a fifth Monday only in months that have one', '0 0 ? * MON#5 *', ['2026-11-30T00:00Z', '2027-03-29T00:00Z']],
    ['the weekday nearest the 15th: Sunday goes to Monday', '0 0 15W 11 ? 2026-2027', ['2027-11-15T00:00Z']],
    [
      'the weekday nearest the 19th: Saturday goes to Friday',
      '0 0 19W 12 ? *',
      ['2026-12-18T00:00Z', '2027-12-20T00:00Z'],
    ],
    ['the weekday nearest the 1st never leaves its month', '0 0 1W 5 ? 2027', ['2027-05-03T00:00Z']],
    ['the weekday nearest the 31st never leaves its month', '0 0 31W 1 ? 2027', ['2027-01-29T00:00Z']],
    ['the weekday nearest the 31st only in months that have it', '0 0 31W 2,3 ? 2027', ['2027-03-31T00:00Z']],
    ['the first Monday of a month', '0 0 ? * MON#1 *', ['2026-12-07T00:00Z', '2027-01-04T00:00Z']],
    ['29 February in leap years', '0 0 29 2 ? *', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    [
      'the 31st in months that have it',
      '0 0 31 * ? *',
      ['2026-12-31T00:00Z', '2027-01-31T00:00Z', '2027-03-31T00:00Z'],
    ],
    [
      'years as lists and ranges',
      '0 0 1 1 ? 2027,2030-2031',
      ['2027-01-01T00:00Z', '2030-01-01T00:00Z', '2031-01-01T00:00Z'],
    ],
  ])('%s: %s', (_says, cron, runs) => {
    expect(runsOf(cron, '2026-11-21T12:00:00Z', runs.length)).toEqual(runs);
  });

  it('runs strictly after the instant given', () => {
    expect(runsOf('0 3 * * ? *', '2026-11-21T03:00:00Z', 1)).toEqual(['2026-11-22T03:00Z']);
    expect(runsOf('0 3 * * ? *', '2026-11-21T02:59:59.999Z', 1)).toEqual(['2026-11-21T03:00Z']);
  });

  it('does not run before it begins', () => {
    const options = { afterMs: Date.parse('2026-11-21T12:00Z'), startMs: Date.parse('2027-02-01T03:00Z') };
    expect(nextRun(parseSchedule('0 3 * * ? *'), options)).toBe(Date.parse('2027-02-01T03:00Z'));
  });

  it('has no run left when its years are over', () => {
    expect(runsOf('0 3 * * ? 2020-2025', '2026-11-21T12:00:00Z', 5)).toEqual([]);
    expect(runsOf('0 3 31 12 ? 2020-2026', '2026-11-21T12:00:00Z', 5)).toEqual(['2026-12-31T03:00Z']);
  });

  it.each(['0 3 30 2 ? *', '0 3 31 4,6,9,11 ? *', '0 3 29 2 ? 2027', '0 3 30 FEB ? 2000-2199'])(
    'knows that %s never comes',
    (cron) => {
      const schedule = parseSchedule(cron);
      expect(isPossible(schedule)).toBe(false);
      expect(nextRun(schedule, { afterMs: 0, timezone: 'Europe/Rome' })).toBeUndefined();
    },
  );

  it.each(['rate(1 day)', 'at(2020-01-01T00:00:00)'])('counts %s as possible', (expression) => {
    expect(isPossible(parseSchedule(expression))).toBe(true);
  });

  it('counts a schedule whose years are over as possible', () => {
    expect(isPossible(parseSchedule('0 3 29 2 ? 2024'))).toBe(true);
  });
});

describe('an expression', () => {
  it.each([
    ['0 3 * * ? *', 'cron(0 3 * * ? *)'],
    ['  cron(  0   3 * * ? *  )  ', 'cron(0 3 * * ? *)'],
    [' rate( 12   hours ) ', 'rate(12 hours)'],
    ['rate(1 day)', 'rate(1 day)'],
    ['rate (6 hours)', 'rate(6 hours)'],
    ['at( 2027-01-31T03:00:00 )', 'at(2027-01-31T03:00:00)'],
  ])('written %j is %s', (written, expression) => {
    expect(parseSchedule(written).expression).toBe(expression);
  });
});

describe('a rate', () => {
  it('counts from its start, and runs at the start itself', () => {
    const startMs = Date.parse('2026-11-21T12:34:56Z');
    const schedule = parseSchedule('rate(6 hours)');
    expect(nextRun(schedule, { afterMs: startMs - 1, startMs })).toBe(startMs);
    expect(nextRun(schedule, { afterMs: startMs, startMs })).toBe(startMs + 6 * 3_600_000);
    expect(nextRun(schedule, { afterMs: startMs + 100 * 3_600_000, startMs })).toBe(startMs + 102 * 3_600_000);
    expect(nextRun(schedule, { afterMs: startMs - 1e9, startMs })).toBe(startMs);
  });

  it('counts from the instant asked about when it has no start', () => {
    expect(runsOf('rate(1 day)', '2026-11-21T12:00:00Z', 2)).toEqual(['2026-11-22T12:00Z', '2026-11-23T12:00Z']);
  });

  it('takes days as 24 hours, also when the clock changes', () => {
    expect(runsOf('rate(1 day)', '2027-03-27T12:00:00Z', 2, 'Europe/Rome')).toEqual([
      '2027-03-28T12:00Z',
      '2027-03-29T12:00Z',
    ]);
  });
});

describe('a single run', () => {
  it('comes once, at a local time', () => {
    expect(runsOf('at(2027-01-31T03:00:00)', '2026-11-21T12:00:00Z', 5, 'Europe/Rome')).toEqual(['2027-01-31T02:00Z']);
    expect(runsOf('at(2027-01-31T03:00:00)', '2027-01-31T02:00:00Z', 5, 'Europe/Rome')).toEqual([]);
    expect(runsOf('at(2027-01-31T03:00:00)', '2027-01-31T01:59:59.999Z', 5, 'Europe/Rome')).toHaveLength(1);
  });
});

describe('an expression that EventBridge would refuse is refused with field, value and mend', () => {
  it.each<[expression: string, message: string]>([
    ['60 3 * * ? *', "minutes '60' is out of range: write 0-59 or *"],
    ['0 24 * * ? *', "hours '24' is out of range: write 0-23 or *"],
    [
      '0 3 0 * ? *',
      "day-of-month '0' is out of range: write 1-31, *, L for the last day, or 15W for the weekday nearest the 15th",
    ],
    ['0 3 1 13 ? *', "month '13' is out of range: write 1-12, JAN-DEC or *"],
    ['0 3 ? * 0 *', "day-of-week '0' is out of range: write 1-7 (1 is Sunday), SUN-SAT or *"],
    ['0 3 * * ? 1969', "year '1969' is out of range: write 1970-2199 or *"],
    [
      '0 3 ? * MON,FUNDAY *',
      "day-of-week 'MON,FUNDAY' has 'FUNDAY', which is not understood: write 1-7 (1 is Sunday), SUN-SAT or *",
    ],
    ['0,, 3 * * ? *', "minutes '0,,' has '' where a value belongs: write 0-59 or *"],
    [
      '0 3 ? * FRI-MON *',
      "day-of-week 'FRI-MON' is a range that runs backwards: write the two parts, such as FRI-SAT,SUN-MON",
    ],
    ['0 22-2 * * ? *', "hours '22-2' is a range that runs backwards: write the two parts, such as 22-23,0-2"],
    ['*/0 3 * * ? *', "minutes '*/0' has the step '0': write a whole number from 1 after the slash"],
    ['*-5 3 * * ? *', "minutes '*-5' has '*' in a range: write two values, such as 0-59"],
    [
      '0 3 ? * 2/2 *',
      "day-of-week '2/2' has steps, which this field does not take: list the days, such as MON,WED,FRI",
    ],
    [
      '0 3 ? * 2#6 *',
      "day-of-week '2#6' asks for a week that no month has: write 1 to 5 after #, or MONL for the last Monday",
    ],
    [
      '0 3 ? * 2#12 *',
      "day-of-week '2#12' asks for a week that no month has: write 1 to 5 after #, or MONL for the last Monday",
    ],
    ['0x5 3 * * ? *', "minutes '0x5' is not understood: write 0-59 or *"],
    ['1e1 3 * * ? *', "minutes '1e1' is not understood: write 0-59 or *"],
    ['70x 3 * * ? *', "minutes '70x' is not understood: write 0-59 or *"],
    ['x70 3 * * ? *', "minutes 'x70' is not understood: write 0-59 or *"],
    ['? 3 * * ? *', "minutes '?' takes no '?': only the two day fields do; write 0-59 or *"],
    [
      '0 3 * * * *',
      "day-of-week '*' says the day a second time: exactly one of day-of-month and day-of-week must be '?'; write '?' in day-of-week",
    ],
    [
      '0 3 * * MON *',
      "day-of-month '*' says the day a second time: exactly one of day-of-month and day-of-week must be '?'; write '?' in day-of-month",
    ],
    [
      '0 3 1 * MON *',
      "day-of-week 'MON' says the day a second time: exactly one of day-of-month and day-of-week must be '?'; write '?' in day-of-week",
    ],
    [
      '0 3 ? * ? *',
      "day-of-week '?' leaves the day open together with day-of-month: one of the two must say the day; write '*' in day-of-month for every day",
    ],
    [
      '0 3 * * *',
      "expression '0 3 * * *' has 5 fields instead of six: write minutes hours day-of-month month day-of-week year, such as 0 3 * * ? *",
    ],
    [
      '0 3 * * MON',
      "expression '0 3 * * MON' has 5 fields instead of six: write minutes hours day-of-month month day-of-week year, such as 0 3 ? * MON *",
    ],
    [
      '0',
      "expression '0' has 1 field instead of six: write minutes hours day-of-month month day-of-week year, such as 0 3 * * ? *",
    ],
    [
      '0 3 * * ? * *',
      "expression '0 3 * * ? * *' has 7 fields instead of six: write minutes hours day-of-month month day-of-week year, such as 0 3 * * ? *",
    ],
    [
      '',
      "expression '' has 0 fields instead of six: write minutes hours day-of-month month day-of-week year, such as 0 3 * * ? *",
    ],
    [
      'Cron(0 3 * * ? *)',
      "expression 'Cron(0 3 * * ? *)' begins with 'Cron': write cron(...), rate(...) or at(...), in lower case",
    ],
    ['rate(1 hours)', "rate '1 hours' does not agree in number: write rate(1 hour)"],
    ['rate(5 minute)', "rate '5 minute' does not agree in number: write rate(5 minutes)"],
    ['rate(0 minutes)', "rate '0 minutes' is no rate: write 1 or more, such as rate(1 minute)"],
    [
      'rate(2 weeks)',
      "rate '2 weeks' is not understood: write a number and minutes, hours or days, such as rate(6 hours)",
    ],
    [
      'at(2027-02-30T03:00:00)',
      "at '2027-02-30T03:00:00' is no date and time: write a date and time that exist, without zone, such as at(2027-01-31T03:00:00)",
    ],
    [
      'at(2027-01-31T03:00:00Z)',
      "at '2027-01-31T03:00:00Z' is no date and time: write a date and time that exist, without zone, such as at(2027-01-31T03:00:00)",
    ],
  ])('%s', (expression, message) => {
    expect(() => parseSchedule(expression)).toThrow(new RegExp(`^${escaped(message)}$`));
    expect(() => parseSchedule(expression)).toThrow(ScheduleError);
  });

  it.each([
    ...['5x', 'x5', '1-2-3', '*/5/5', '*/5x', '*/x5', '-5', '5-', '/5'].map((minutes) => `${minutes} 3 * * ? *`),
    ...['XL', 'LX', '15WX', 'X15W', '0W', '32W'].map((day) => `0 3 ${day} * ? *`),
    ...['LX', 'FRI,MONL', '2#0', '2#10', '2#', '#2', '8L', '8#1'].map((day) => `0 3 ? * ${day} *`),
    ...['rate(x1 hour)', 'rate(1 hour ago)', 'rate(1 hours)', 'rate(-1 hours)', 'rate(1.5 hours)', 'rate()'],
    ...[
      'at(2027-01-31T03:00:00.000)',
      'at(+002027-01-31T03:00:00)',
      'at(+012027-01-31T03:00:00)',
      'at(2027-01-31)',
      'at()',
    ],
    ...['a rate(1 day)', 'rate(1 day) or so', 'rate(1 day', 'cron()', 'rate!(1 day)'],
  ])('what is misspelt: %s', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(ScheduleError);
  });

  it.each(['0 3 LW * ? *', '0 3 L-3 * ? *', '0 3 1,15W * ? *', '0 3 ? * MON#1,FRI#3 *', '0 3 ? * MONL,FRI *'])(
    'what AWS does not document is refused too: %s',
    (expression) => {
      expect(() => parseSchedule(expression)).toThrow(ScheduleError);
    },
  );
});

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
