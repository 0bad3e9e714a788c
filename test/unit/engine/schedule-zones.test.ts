import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { clockChanges, nextRun, nextRuns, parseSchedule } from '../../../engine/schedule.ts';
import { zoneOf } from '../../../engine/schedule-zone.ts';

/** The runs from one UTC instant to another, as ISO minutes in UTC. */
function runsWithin(expression: string, timezone: string, from: string, until: string): string[] {
  const schedule = parseSchedule(expression);
  const runs: string[] = [];
  let runMs = nextRun(schedule, { afterMs: Date.parse(from) - 1, timezone });
  while (runMs !== undefined && runMs < Date.parse(until)) {
    runs.push(new Date(runMs).toISOString().slice(0, 16));
    runMs = nextRun(schedule, { afterMs: runMs, timezone });
  }
  return runs;
}

describe('a local time that a clock change skips does not run, one that it repeats runs once', () => {
  it.each<[says: string, timezone: string, cron: string, from: string, until: string, runs: string[]]>([
    [
      'Rome in spring, 02:30',
      'Europe/Rome',
      '30 2 * * ? *',
      '2027-03-27T00:00Z',
      '2027-03-30T00:00Z',
      ['2027-03-27T01:30', '2027-03-29T00:30'],
    ],
    [
      'Rome in autumn, 02:30',
      'Europe/Rome',
      '30 2 * * ? *',
      '2027-10-30T00:00Z',
      '2027-11-02T00:00Z',
      ['2027-10-30T00:30', '2027-10-31T00:30', '2027-11-01T01:30'],
    ],
    [
      'Rome in spring, 03:00 just after the gap',
      'Europe/Rome',
      '0 3 * * ? *',
      '2027-03-28T00:00Z',
      '2027-03-29T00:00Z',
      ['2027-03-28T01:00'],
    ],
    [
      'Rome in spring, 02:00 at the edge of the gap',
      'Europe/Rome',
      '0 2 * * ? *',
      '2027-03-28T00:00Z',
      '2027-03-28T23:00Z',
      [],
    ],
    [
      'Rome in autumn, every half hour',
      'Europe/Rome',
      '0/30 1-3 * * ? *',
      '2027-10-30T23:00Z',
      '2027-10-31T12:00Z',
      [
        '2027-10-30T23:00',
        '2027-10-30T23:30',
        '2027-10-31T00:00',
        '2027-10-31T00:30',
        '2027-10-31T02:00',
        '2027-10-31T02:30',
      ],
    ],
    [
      'New York in spring, 02:30',
      'America/New_York',
      '30 2 * * ? *',
      '2027-03-13T00:00Z',
      '2027-03-16T00:00Z',
      ['2027-03-13T07:30', '2027-03-15T06:30'],
    ],
    [
      'New York in autumn, 01:30',
      'America/New_York',
      '30 1 * * ? *',
      '2027-11-06T00:00Z',
      '2027-11-09T00:00Z',
      ['2027-11-06T05:30', '2027-11-07T05:30', '2027-11-08T06:30'],
    ],
    [
      'Lord Howe in spring, where half an hour is skipped: 02:15',
      'Australia/Lord_Howe',
      '15 2 * * ? *',
      '2027-10-01T12:00Z',
      '2027-10-04T12:00Z',
      ['2027-10-01T15:45', '2027-10-03T15:15'],
    ],
    [
      'Lord Howe in spring, 02:30 after the gap',
      'Australia/Lord_Howe',
      '30 2 * * ? *',
      '2027-10-02T12:00Z',
      '2027-10-03T12:00Z',
      ['2027-10-02T15:30'],
    ],
    [
      'Lord Howe in autumn, where half an hour is repeated: 01:45',
      'Australia/Lord_Howe',
      '45 1 * * ? *',
      '2027-04-02T12:00Z',
      '2027-04-05T12:00Z',
      ['2027-04-02T14:45', '2027-04-03T14:45', '2027-04-04T15:15'],
    ],
    [
      'UTC, which never changes',
      'UTC',
      '30 2 * * ? *',
      '2027-03-27T00:00Z',
      '2027-03-30T00:00Z',
      ['2027-03-27T02:30', '2027-03-28T02:30', '2027-03-29T02:30'],
    ],
    [
      'a date that Samoa never had',
      'Pacific/Apia',
      '0 12 * * ? *',
      '2011-12-29T00:00Z',
      '2011-12-31T12:00Z',
      ['2011-12-29T22:00', '2011-12-30T22:00'],
    ],
  ])('%s', (_says, timezone, cron, from, until, runs) => {
    expect(runsWithin(cron, timezone, from, until)).toEqual(runs);
  });

  it('does not go back to the first time, asked within the second', () => {
    const schedule = parseSchedule('0/30 2 * * ? *');
    const repeatedMs = Date.parse('2027-10-31T01:00Z');
    for (const afterMs of [repeatedMs - 1, repeatedMs, repeatedMs + 1_800_000]) {
      expect(nextRun(schedule, { afterMs, timezone: 'Europe/Rome' })).toBe(Date.parse('2027-11-01T01:00Z'));
    }
  });

  it('skips a single run in the gap', () => {
    const schedule = parseSchedule('at(2027-03-28T02:30:00)');
    expect(nextRun(schedule, { afterMs: 0, timezone: 'Europe/Rome' })).toBeUndefined();
    expect(nextRun(schedule, { afterMs: 0, timezone: 'UTC' })).toBe(Date.parse('2027-03-28T02:30Z'));
  });

  it('refuses a zone that does not exist', () => {
    const schedule = parseSchedule('0 3 * * ? *');
    expect(() => nextRun(schedule, { afterMs: 0, timezone: 'Europe/Atlantis' })).toThrow(RangeError);
    expect(() => nextRun(schedule, { afterMs: 0, timezone: '+01:00' })).toThrow(/no time zone/);
  });
});

describe('a time zone', () => {
  it.each(['Mars/Olympus', '+01:00', '2027-01-01T00:00[Europe/Berlin]', '2027-01-01T00:00Z', ''])(
    'is a name of the IANA database, whatever the schedule: %j is none',
    (timezone) => {
      expect(() => nextRun(parseSchedule('rate(1 day)'), { afterMs: 0, timezone })).toThrow(RangeError);
    },
  );

  it('may have no clock changes at all', () => {
    expect(zoneOf('UTC').transitions(0, Date.UTC(2030, 0, 1))).toEqual([]);
  });
});

describe('the author of a schedule is told of clock changes', () => {
  const year = { fromMs: Date.parse('2026-11-21T00:00Z'), untilMs: Date.parse('2027-11-21T00:00Z') };

  it('when a time is skipped and when it is repeated', () => {
    expect(clockChanges(parseSchedule('0/30 2 * * ? *'), { ...year, timezone: 'Europe/Rome' })).toEqual([
      { kind: 'skipped', atMs: Date.parse('2027-03-28T01:00Z'), localTimes: ['2027-03-28T02:00', '2027-03-28T02:30'] },
      { kind: 'repeated', atMs: Date.parse('2027-10-31T01:00Z'), localTimes: ['2027-10-31T02:00', '2027-10-31T02:30'] },
    ]);
  });

  it.each<[says: string, expression: string, timezone: string]>([
    ['at an hour that no change touches', '0 3 * * ? *', 'Europe/Rome'],
    ['just before the change', '59 1 * * ? *', 'Europe/Rome'],
    ['on days without a change', '30 2 ? * MON *', 'Europe/Rome'],
    ['in a zone without changes', '30 2 * * ? *', 'UTC'],
    ['with a rate', 'rate(30 minutes)', 'Europe/Rome'],
    ['with a single run on another day', 'at(2027-03-29T02:30:00)', 'Europe/Rome'],
  ])('but not %s', (_says, expression, timezone) => {
    expect(clockChanges(parseSchedule(expression), { ...year, timezone })).toEqual([]);
  });

  it('also of one in the last moment that was asked about, or at the first minute of the gap', () => {
    const atMs = Date.parse('2027-03-28T01:00Z');
    const options = { fromMs: atMs - 1, untilMs: atMs, timezone: 'Europe/Rome' };
    const found = [{ kind: 'skipped', atMs, localTimes: ['2027-03-28T02:00'] }];
    expect(clockChanges(parseSchedule('0 2 * * ? *'), options)).toEqual(found);
    expect(clockChanges(parseSchedule('at(2027-03-28T02:00:00)'), options)).toEqual(found);
    expect(clockChanges(parseSchedule('0 2 * * ? *'), { ...options, untilMs: atMs - 1 })).toEqual([]);
  });

  it('of a single run that will never come', () => {
    const changes = clockChanges(parseSchedule('at(2027-03-28T02:30:00)'), { ...year, timezone: 'Europe/Rome' });
    expect(changes.map(({ kind, localTimes }) => [kind, ...localTimes])).toEqual([['skipped', '2027-03-28T02:30']]);
  });
});

const zones = ['UTC', 'Europe/Rome', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/St_Johns'];
const minuteMs = 60_000;

describe('for any cron', () => {
  const originalZone = process.env.TZ;
  afterAll(() => {
    // Assigning undefined would set the text 'undefined'.
    if (originalZone === undefined) delete process.env.TZ;
    else process.env.TZ = originalZone;
  });

  const anyMoment = fc
    .integer({ min: Date.UTC(2020, 0, 1) / minuteMs, max: Date.UTC(2035, 0, 1) / minuteMs })
    .map((minutes) => minutes * minuteMs);
  const anyZone = fc.constantFrom(...zones);

  it('runs only go forward', () => {
    fc.assert(
      fc.property(anyCron(), anyZone, anyMoment, (expression, timezone, afterMs) => {
        const runs = nextRuns(parseSchedule(expression), { afterMs, timezone }, 20);
        for (const [index, runMs] of runs.entries()) expect(runMs).toBeGreaterThan(runs[index - 1] ?? afterMs);
      }),
    );
  });

  it('runs are those that one finds by trying every minute', () => {
    // Around clock changes, where the two ways would part.
    const moments = zones.flatMap((zone) => changesOf(zone)).map((changeMs) => changeMs - 86_400_000);
    fc.assert(
      fc.property(
        anyCron(),
        anyZone,
        fc.oneof(anyMoment, fc.constantFrom(...moments)),
        (expression, timezone, fromMs) => {
          const untilMs = fromMs + 3 * 86_400_000;
          const runs = nextRuns(parseSchedule(expression), { afterMs: fromMs - 1, timezone }, 3 * 24 * 60);
          expect(runs.filter((runMs) => runMs < untilMs)).toEqual(
            everyFittingMinute(expression, timezone, fromMs, untilMs),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it("runs do not depend on the host's own time zone", () => {
    fc.assert(
      fc.property(anyCron(), anyZone, anyMoment, (expression, timezone, afterMs) => {
        const hostOffsets = new Set<number>();
        const answers = new Set<number | undefined>();
        for (const hostZone of ['UTC', 'Asia/Tokyo', 'America/Los_Angeles']) {
          process.env.TZ = hostZone;
          hostOffsets.add(new Date(afterMs).getTimezoneOffset());
          answers.add(nextRun(parseSchedule(expression), { afterMs, timezone }));
        }
        expect(hostOffsets.size).toBe(3);
        expect(answers.size).toBe(1);
      }),
    );
  });
});

function anyCron(): fc.Arbitrary<string> {
  const field = (least: number, greatest: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min: least, max: greatest }).map(String),
      fc
        .tuple(fc.integer({ min: least, max: greatest }), fc.integer({ min: 1, max: 9 }))
        .map(([from, step]) => `${from}/${step}`),
      fc
        .tuple(fc.integer({ min: least, max: greatest }), fc.integer({ min: least, max: greatest }))
        .map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`),
      fc
        .uniqueArray(fc.integer({ min: least, max: greatest }), { minLength: 1, maxLength: 4 })
        .map((values) => values.join()),
    );
  const dayOfWeek = fc.oneof(
    fc.constant('*'),
    fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }).map((values) => values.join()),
  );
  const days = fc.oneof(fc.tuple(field(1, 31), fc.constant('?')), fc.tuple(fc.constant('?'), dayOfWeek));
  return fc
    .tuple(field(0, 59), field(0, 23), days, fc.oneof(fc.constant('*'), field(1, 12)))
    .map(([minutes, hours, [dayOfMonth, weekday], month]) => `${minutes} ${hours} ${dayOfMonth} ${month} ${weekday} *`);
}

/** A second way to the same answer: the wall clock is read by Intl, minute by minute, and each reading counts once. */
function everyFittingMinute(expression: string, timezone: string, fromMs: number, untilMs: number): number[] {
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = ''] = expression.split(' ');
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const found: number[] = [];
  const seen = new Set<string>();
  // A repeated hour whose first pass lies before the window has run already.
  for (let ms = fromMs - 2 * 3_600_000; ms < untilMs; ms += minuteMs) {
    const reading = format.format(ms);
    if (seen.has(reading)) continue;
    seen.add(reading);
    const [, monthText, day, year, hour, minute] = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+)$/.exec(reading) ?? [];
    const weekday = new Date(Date.UTC(Number(year), Number(monthText) - 1, Number(day))).getUTCDay() + 1;
    const fits =
      fitsField(minutes, Number(minute)) &&
      fitsField(hours, Number(hour)) &&
      fitsField(dayOfMonth, Number(day)) &&
      fitsField(month, Number(monthText)) &&
      fitsField(dayOfWeek, weekday);
    if (fits && ms >= fromMs) found.push(ms);
  }
  return found;
}

function fitsField(field: string, value: number): boolean {
  if (field === '*' || field === '?') return true;
  const [, from, step] = /^(\d+)\/(\d+)$/.exec(field) ?? [];
  if (from !== undefined) return value >= Number(from) && (value - Number(from)) % Number(step) === 0;
  const [, least, greatest] = /^(\d+)-(\d+)$/.exec(field) ?? [];
  if (least !== undefined) return value >= Number(least) && value <= Number(greatest);
  return field.split(',').map(Number).includes(value);
}

/** The clock changes of 2026 and 2027, found hour by hour. */
function changesOf(timezone: string): number[] {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  const offsetAt = (ms: number) => format.format(ms).split(' ').at(-1);
  const changes: number[] = [];
  for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2028, 0, 1); ms += 6 * 3_600_000) {
    if (offsetAt(ms) !== offsetAt(ms + 6 * 3_600_000)) changes.push(ms);
  }
  return changes;
}
