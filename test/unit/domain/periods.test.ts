import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slotMs, slotOf } from '../../../shared/domain/naming.ts';
import { after, before, calendarRules, periodEndMs, periodsOf } from '../../../shared/domain/periods.ts';

const rome = 'Europe/Rome';
const newYork = 'America/New_York';
const kolkata = 'Asia/Kolkata';
const lordHowe = 'Australia/Lord_Howe';
const chatham = 'Pacific/Chatham';

const iso = (epochMs: number): string => new Date(epochMs).toISOString().replace(':00.000Z', 'Z');

describe('the day of an image', () => {
  it.each([
    ['20261121T2259Z', rome, '2026-11-21'],
    ['20261121T2300Z', rome, '2026-11-22'],
    ['20261121T2300Z', 'UTC', '2026-11-21'],
    ['20261122T0459Z', newYork, '2026-11-21'],
    ['20261122T0500Z', newYork, '2026-11-22'],
    ['20261121T1829Z', kolkata, '2026-11-21'],
    ['20261121T1830Z', kolkata, '2026-11-22'],
    ['20261121T1814Z', 'Asia/Kathmandu', '2026-11-21'],
    ['20261121T1815Z', 'Asia/Kathmandu', '2026-11-22'],
    ['20261121T1000Z', 'Pacific/Kiritimati', '2026-11-22'],
  ])('%s is in %s %s', (slot, zone, day) => {
    expect(periodsOf(slot, zone).daily).toBe(day);
  });

  // With the offset of the other side of the change, each of these lands on the day before or after.
  it.each([
    ['20260328T2230Z', rome, '2026-03-28'],
    ['20260328T2330Z', rome, '2026-03-29'],
    ['20260329T2130Z', rome, '2026-03-29'],
    ['20260329T2230Z', rome, '2026-03-30'],
    ['20260329T2330Z', rome, '2026-03-30'],
    ['20261024T2130Z', rome, '2026-10-24'],
    ['20261024T2230Z', rome, '2026-10-25'],
    ['20261025T2230Z', rome, '2026-10-25'],
    ['20261025T2330Z', rome, '2026-10-26'],
    ['20260308T0430Z', newYork, '2026-03-07'],
    ['20260308T0530Z', newYork, '2026-03-08'],
    ['20260308T2330Z', newYork, '2026-03-08'],
    ['20260309T0330Z', newYork, '2026-03-08'],
    ['20260309T0430Z', newYork, '2026-03-09'],
    ['20261101T0430Z', newYork, '2026-11-01'],
    ['20261101T2330Z', newYork, '2026-11-01'],
    ['20261102T0430Z', newYork, '2026-11-01'],
    ['20261102T0530Z', newYork, '2026-11-02'],
  ])('is not the wrong bucket at a clock change: %s is in %s %s', (slot, zone, day) => {
    expect(periodsOf(slot, zone).daily).toBe(day);
  });

  it.each([
    ['20260329T0000Z', rome, '2026-03-28T23:00Z', '2026-03-29T22:00Z', 23],
    ['20261025T0000Z', rome, '2026-10-24T22:00Z', '2026-10-25T23:00Z', 25],
    ['20260308T1200Z', newYork, '2026-03-08T05:00Z', '2026-03-09T04:00Z', 23],
    ['20261101T1200Z', newYork, '2026-11-01T04:00Z', '2026-11-02T05:00Z', 25],
    ['20260404T1500Z', lordHowe, '2026-04-04T13:00Z', '2026-04-05T13:30Z', 24.5],
  ])('of %s in %s is one day from %s to %s, of %d hours', (slot, zone, start, end, hours) => {
    const lastOfTheDayBefore = slotOf(new Date(Date.parse(start) - 60_000).toISOString());
    expect(iso(periodEndMs('daily', lastOfTheDayBefore, zone))).toBe(start);
    expect(iso(periodEndMs('daily', slot, zone))).toBe(end);
    expect(Date.parse(end) - Date.parse(start)).toBe(hours * 3_600_000);
  });

  it('begins at one where the clock skips midnight', () => {
    expect(iso(periodEndMs('daily', '20260423T1200Z', 'Africa/Cairo'))).toBe('2026-04-23T22:00Z');
    expect(periodsOf('20260423T2159Z', 'Africa/Cairo').hourly).toBe('2026-04-23T23+02:00');
    expect(periodsOf('20260423T2200Z', 'Africa/Cairo').hourly).toBe('2026-04-24T01+03:00');
  });
});

describe('the hour of an image', () => {
  it('is two hours when the clock goes back and shows it again', () => {
    expect(periodsOf('20261025T0030Z', rome).hourly).toBe('2026-10-25T02+02:00');
    expect(periodsOf('20261025T0130Z', rome).hourly).toBe('2026-10-25T02+01:00');
    expect(periodsOf('20261101T0530Z', newYork).hourly).toBe('2026-11-01T01-04:00');
    expect(periodsOf('20261101T0630Z', newYork).hourly).toBe('2026-11-01T01-05:00');
  });

  it('follows the half hour of the zone', () => {
    expect(periodsOf('20261121T0329Z', kolkata).hourly).toBe('2026-11-21T08+05:30');
    expect(periodsOf('20261121T0330Z', kolkata).hourly).toBe('2026-11-21T09+05:30');
  });

  it.each([
    ['20261121T0300Z', rome, '2026-11-21T04:00Z'],
    ['20261121T0359Z', rome, '2026-11-21T04:00Z'],
    ['20261121T0310Z', kolkata, '2026-11-21T03:30Z'],
    ['20261025T0030Z', rome, '2026-10-25T01:00Z'],
    ['20261025T0130Z', rome, '2026-10-25T02:00Z'],
    ['20260404T1445Z', lordHowe, '2026-04-04T15:00Z'],
    ['20260404T1515Z', lordHowe, '2026-04-04T15:30Z'],
    ['20260404T1350Z', chatham, '2026-04-04T14:00Z'],
    ['20260404T1405Z', chatham, '2026-04-04T14:15Z'],
    ['20260926T1350Z', chatham, '2026-09-26T14:00Z'],
  ])('of %s in %s ends at %s', (slot, zone, end) => {
    expect(iso(periodEndMs('hourly', slot, zone))).toBe(end);
  });
});

describe('the week of an image', () => {
  it.each([
    ['20261227T1200Z', '2026-W52'],
    ['20261228T1200Z', '2026-W53'],
    ['20261231T1200Z', '2026-W53'],
    ['20270101T1200Z', '2026-W53'],
    ['20270103T1200Z', '2026-W53'],
    ['20270104T1200Z', '2027-W01'],
    ['20210101T1200Z', '2020-W53'],
    ['20210104T1200Z', '2021-W01'],
    ['20241229T1200Z', '2024-W52'],
    ['20241230T1200Z', '2025-W01'],
  ])('%s is the ISO week %s, in the year that the week belongs to', (slot, week) => {
    expect(periodsOf(slot, 'UTC').weekly).toBe(week);
  });

  it('begins on Monday by the clock of the zone', () => {
    expect(periodsOf('20261025T2230Z', rome).weekly).toBe('2026-W43');
    expect(periodsOf('20261025T2300Z', rome).weekly).toBe('2026-W44');
    expect(iso(periodEndMs('weekly', '20261022T1200Z', rome))).toBe('2026-10-25T23:00Z');
  });
});

describe('the end of a period', () => {
  it.each([
    ['daily', '20261121T0300Z', 'UTC', '2026-11-22T00:00Z'],
    ['weekly', '20261231T0300Z', 'UTC', '2027-01-04T00:00Z'],
    ['weekly', '20261228T0000Z', 'UTC', '2027-01-04T00:00Z'],
    ['monthly', '20261121T0300Z', 'UTC', '2026-12-01T00:00Z'],
    ['monthly', '20260331T1200Z', rome, '2026-03-31T22:00Z'],
    ['monthly', '20260131T2330Z', rome, '2026-02-28T23:00Z'],
    ['monthly', '20280131T1200Z', 'UTC', '2028-02-01T00:00Z'],
    ['yearly', '20261121T0300Z', 'UTC', '2027-01-01T00:00Z'],
    ['yearly', '20261231T2330Z', rome, '2027-12-31T23:00Z'],
    ['yearly', '20280229T1200Z', newYork, '2029-01-01T05:00Z'],
  ] as const)('%s of %s in %s is %s', (rule, slot, zone, end) => {
    expect(iso(periodEndMs(rule, slot, zone))).toBe(end);
  });

  it('is the first minute that is in another period, in every zone and at every time', () => {
    const zones = fc.constantFrom('UTC', rome, newYork, kolkata, lordHowe, chatham, 'America/Havana', 'Africa/Cairo');
    const minutes = fc.integer({ min: Date.UTC(2024, 0) / 60_000, max: Date.UTC(2029, 0) / 60_000 });
    fc.assert(
      fc.property(zones, minutes, fc.constantFrom(...calendarRules), (zone, minute, rule) => {
        const slotAt = (epochMs: number): string => slotOf(new Date(epochMs).toISOString());
        const slot = slotAt(minute * 60_000);
        const endMs = periodEndMs(rule, slot, zone);
        expect(endMs).toBeGreaterThan(slotMs(slot));
        expect(periodsOf(slotAt(endMs - 60_000), zone)[rule]).toBe(periodsOf(slot, zone)[rule]);
        expect(periodsOf(slotAt(endMs), zone)[rule]).not.toBe(periodsOf(slot, zone)[rule]);
      }),
      { seed: 20_261_121, numRuns: 500 },
    );
  });
});

describe('a duration', () => {
  it.each([
    ['2026-11-21T03:00Z', '14d', 'UTC', '2026-11-07T03:00Z'],
    ['2026-11-21T03:00Z', '014d', 'UTC', '2026-11-07T03:00Z'],
    ['2026-11-21T03:00Z', '2w', 'UTC', '2026-11-07T03:00Z'],
    ['2026-11-21T03:00Z', '12h', 'UTC', '2026-11-20T15:00Z'],
    ['2026-11-21T03:00Z', '6m', 'UTC', '2026-05-21T03:00Z'],
    ['2026-11-21T03:00Z', '1y', 'UTC', '2025-11-21T03:00Z'],
    ['2026-11-21T03:00Z', '0d', 'UTC', '2026-11-21T03:00Z'],
    ['2026-03-31T12:00Z', '1m', 'UTC', '2026-02-28T12:00Z'],
    ['2028-02-29T12:00Z', '1y', 'UTC', '2027-02-28T12:00Z'],
    // A day before noon is noon, after 23 or 25 hours; 24 hours before noon is another time of day.
    ['2026-03-29T10:00Z', '1d', rome, '2026-03-28T11:00Z'],
    ['2026-03-29T10:00Z', '24h', rome, '2026-03-28T10:00Z'],
    ['2026-10-25T11:00Z', '1d', rome, '2026-10-24T10:00Z'],
    ['2026-10-25T11:00Z', '24h', rome, '2026-10-24T11:00Z'],
    ['2026-11-01T17:00Z', '1d', newYork, '2026-10-31T16:00Z'],
    ['2026-10-26T11:00Z', '1m', rome, '2026-09-26T10:00Z'],
  ])('before %s, %s in %s, it is %s', (instant, duration, zone, expected) => {
    expect(iso(before(Date.parse(instant), duration, zone))).toBe(expected);
  });

  it.each([
    ['2026-11-07T03:00Z', '14d', 'UTC', '2026-11-21T03:00Z'],
    ['2026-11-20T15:00Z', '12h', 'UTC', '2026-11-21T03:00Z'],
    ['2026-01-31T12:00Z', '1m', 'UTC', '2026-02-28T12:00Z'],
    ['2026-01-31T12:00Z', '2y', 'UTC', '2028-01-31T12:00Z'],
    ['2026-03-28T11:00Z', '1d', rome, '2026-03-29T10:00Z'],
    ['2026-03-28T11:00Z', '24h', rome, '2026-03-29T11:00Z'],
    // 02:30 is skipped on that day: the clock shows 03:30 at that moment.
    ['2026-03-28T01:30Z', '1d', rome, '2026-03-29T01:30Z'],
  ])('after %s, %s in %s, it is %s', (instant, duration, zone, expected) => {
    expect(iso(after(Date.parse(instant), duration, zone))).toBe(expected);
  });

  it.each(['', '14', 'd', '-1d', '1.5d', '14D', '1d12h', ' 1d', '14d\n', 'P14D'])('is not read from %j', (text) => {
    const refusal = new RangeError(`'${text}' is no duration such as 14d (h, d, w, m, y)`);
    expect(() => before(0, text, 'UTC')).toThrow(refusal);
    expect(() => after(0, text, 'UTC')).toThrow(refusal);
  });
});

describe('what is no slot or no time zone', () => {
  it('is refused instead of being put into some period', () => {
    expect(() => periodsOf('20261399T0300Z', 'UTC')).toThrow("'20261399T0300Z' is no slot such as 20261121T0300Z");
    expect(() => periodEndMs('daily', 'yesterday', 'UTC')).toThrow("'yesterday' is no slot such as 20261121T0300Z");
    expect(() => periodsOf('20261121T0300Z', 'Europe/Atlantis')).toThrow(RangeError);
  });
});
