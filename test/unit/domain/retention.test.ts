import { describe, expect, it } from 'vitest';
import { slotOf } from '../../../shared/domain/naming.ts';
import { type DatedImage, keptByRules, type RetentionRules } from '../../../shared/domain/retention.ts';

const rome = 'Europe/Rome';
const newYork = 'America/New_York';
const generations: RetentionRules = { daily: 7, weekly: 4, monthly: 12, yearly: 3 };

const imageOf = (slot: string): DatedImage => ({ imageId: `ami-${slot}`, slot });

/** The reasons of what is kept of images that have these slots, by slot. */
function kept(slots: readonly string[], rules: RetentionRules, zone = 'UTC'): Record<string, readonly string[]> {
  const reasons = keptByRules(slots.map(imageOf), rules, zone);
  return Object.fromEntries([...reasons].map(([imageId, why]) => [imageId.replace('ami-', ''), why]));
}

/** The slots of what is kept, oldest first, where the oldest image has no special place. */
function keptSlots(slots: readonly string[], rules: RetentionRules, zone = 'UTC'): string[] {
  return [...keptByRules(slots.map(imageOf), rules, zone, { keepOldest: false }).keys()]
    .map((imageId) => imageId.replace('ami-', ''))
    .sort();
}

describe('the rules keep', () => {
  it('the last images, whenever they were made', () => {
    expect(kept(['20261121T0301Z', '20261121T0300Z', '20250101T0000Z', '20240101T0000Z'], { last: 3 })).toEqual({
      '20261121T0301Z': ['last 1 of 3'],
      '20261121T0300Z': ['last 2 of 3'],
      '20250101T0000Z': ['last 3 of 3'],
    });
  });

  it('the newest image of an hour', () => {
    expect(
      kept(['20261121T0310Z', '20261121T0350Z', '20261121T0200Z', '20261121T0259Z', '20261120T0300Z'], { hourly: 2 }),
    ).toEqual({ '20261121T0350Z': ['hourly 1 of 2'], '20261121T0259Z': ['hourly 2 of 2'] });
  });

  it('the newest image of a day', () => {
    expect(
      kept(['20261121T0300Z', '20261121T1500Z', '20261121T2359Z', '20261120T0000Z', '20261120T2300Z'], { daily: 1 }),
    ).toEqual({ '20261121T2359Z': ['daily 1 of 1'] });
  });

  it('the newest image of a week, which begins on Monday', () => {
    expect(kept(['20261123T0300Z', '20261122T0300Z', '20261116T0300Z', '20261115T0300Z'], { weekly: 2 })).toEqual({
      '20261123T0300Z': ['weekly 1 of 2'],
      '20261122T0300Z': ['weekly 2 of 2'],
    });
  });

  it('one image of the week that lies in two years', () => {
    const slots = ['20270104T0300Z', '20270103T0300Z', '20270101T0300Z', '20261228T0300Z', '20261227T0300Z'];
    expect(kept(slots, { weekly: 3 })).toEqual({
      '20270104T0300Z': ['weekly 1 of 3'],
      '20270103T0300Z': ['weekly 2 of 3'],
      '20261227T0300Z': ['weekly 3 of 3'],
    });
  });

  it('the newest image of a month', () => {
    expect(kept(['20261130T0300Z', '20261101T0300Z', '20261031T0300Z', '20251030T0300Z'], { monthly: 2 })).toEqual({
      '20261130T0300Z': ['monthly 1 of 2'],
      '20261031T0300Z': ['monthly 2 of 2'],
    });
  });

  it('the newest image of a year', () => {
    expect(kept(['20261121T0300Z', '20260101T0000Z', '20251231T2359Z', '20241231T0000Z'], { yearly: 2 })).toEqual({
      '20261121T0300Z': ['yearly 1 of 2'],
      '20251231T2359Z': ['yearly 2 of 2'],
    });
  });

  it('as many days as they say, for days without an image do not count', () => {
    expect(kept(['20261121T0300Z', '20261101T0300Z', '20260704T0300Z', '20250101T0300Z'], { daily: 3 })).toEqual({
      '20261121T0300Z': ['daily 1 of 3'],
      '20261101T0300Z': ['daily 2 of 3'],
      '20260704T0300Z': ['daily 3 of 3'],
    });
  });

  it('an image for every rule that it serves, and name them all', () => {
    const slots = ['20261201T0300Z', '20261130T0300Z', '20261129T0300Z', '20260102T0300Z', '20260101T0300Z'];
    const rules = { within: '2d', yearly: 2, monthly: 3, weekly: 1, daily: 2, hourly: 2, last: 1 };
    expect(kept(slots, rules)).toEqual({
      '20261201T0300Z': [
        'last 1 of 1',
        'hourly 1 of 2',
        'daily 1 of 2',
        'weekly 1 of 1',
        'monthly 1 of 3',
        'yearly 1 of 2',
        'within 2d of the newest',
      ],
      '20261130T0300Z': ['hourly 2 of 2', 'daily 2 of 2', 'monthly 2 of 3', 'within 2d of the newest'],
      '20260102T0300Z': ['monthly 3 of 3'],
      '20260101T0300Z': ['oldest, while yearly has 1 of 2 left'],
    });
  });

  it('nothing where there is nothing, and nothing that no rule asks for', () => {
    expect(kept([], { ...generations, last: 3, within: '14d' })).toEqual({});
    expect(kept(['20261121T0300Z'], {})).toEqual({});
    expect(kept(['20261121T0300Z'], { daily: undefined, within: undefined })).toEqual({});
    expect(kept(['20261121T0300Z'], { daily: 0 })).toEqual({});
  });

  it('of two images of the same slot always the same one first', () => {
    const two = [
      { imageId: 'ami-b', slot: '20261121T0300Z' },
      { imageId: 'ami-a', slot: '20261121T0300Z' },
    ];
    for (const images of [two, two.toReversed()]) {
      expect([...keptByRules(images, { last: 1 }, 'UTC').keys()]).toEqual(['ami-a']);
      expect([...keptByRules(images, { daily: 1 }, 'UTC').keys()]).toEqual(['ami-a']);
      expect([...keptByRules(images, { last: 2 }, 'UTC')]).toEqual([
        ['ami-a', ['last 1 of 2']],
        ['ami-b', ['last 2 of 2']],
      ]);
    }
  });

  it('the images as they were given: the list of the caller is not reordered', () => {
    const images = ['20261119T0300Z', '20261121T0300Z', '20261120T0300Z'].map(imageOf);
    keptByRules(images, { daily: 2 }, 'UTC');
    expect(images.map(({ slot }) => slot)).toEqual(['20261119T0300Z', '20261121T0300Z', '20261120T0300Z']);
  });
});

describe('the oldest image', () => {
  const slots = ['20261121T0300Z', '20261120T0300Z', '20261102T0300Z', '20261101T0300Z'];

  it('is kept while a rule has counts left, so that history grows to what the rule asks for', () => {
    expect(kept(slots, { monthly: 12 })).toEqual({
      '20261121T0300Z': ['monthly 1 of 12'],
      '20261101T0300Z': ['oldest, while monthly has 11 of 12 left'],
    });
  });

  it('is kept for each of the rules that have counts left', () => {
    expect(kept(slots, { weekly: 3, monthly: 2, yearly: 1 })).toEqual({
      '20261121T0300Z': ['weekly 1 of 3', 'monthly 1 of 2', 'yearly 1 of 1'],
      '20261102T0300Z': ['weekly 2 of 3'],
      '20261101T0300Z': ['weekly 3 of 3', 'oldest, while monthly has 1 of 2 left'],
    });
  });

  it('is not kept once the counts are used up', () => {
    expect(Object.keys(kept(slots, { monthly: 1 }))).toEqual(['20261121T0300Z']);
  });

  it('is named once where it is the newest of its period anyway', () => {
    expect(kept(['20261121T0300Z'], { daily: 7, last: 2 })).toEqual({
      '20261121T0300Z': ['last 1 of 2', 'daily 1 of 7'],
    });
  });

  it('has no special place where the caller wants none', () => {
    expect(keptSlots(slots, { monthly: 12 })).toEqual(['20261121T0300Z']);
  });
});

describe('within', () => {
  it('reckons from the newest image, so that nothing expires while captures fail', () => {
    expect(kept(['20200110T0300Z', '20200109T0300Z', '20200101T0300Z'], { within: '2d' })).toEqual({
      '20200110T0300Z': ['within 2d of the newest'],
      '20200109T0300Z': ['within 2d of the newest'],
    });
  });

  it.each([
    ['12h', '20261120T1501Z', '20261120T1500Z'],
    ['14d', '20261107T0301Z', '20261107T0300Z'],
    ['2w', '20261107T0301Z', '20261107T0300Z'],
    ['6m', '20260521T0301Z', '20260521T0300Z'],
    ['1y', '20251121T0301Z', '20251121T0300Z'],
  ])('%s keeps what is newer, such as %s, and not what is just as old, %s', (within, newer, justAsOld) => {
    expect(keptSlots(['20261121T0300Z', newer, justAsOld], { within })).toEqual([newer, '20261121T0300Z']);
  });

  it('of a day is the time from noon to noon, 25 hours when the clock goes back', () => {
    const slots = ['20261025T1100Z', '20261024T1030Z', '20261024T1000Z'];
    expect(keptSlots(slots, { within: '1d' }, rome)).toEqual(['20261024T1030Z', '20261025T1100Z']);
    expect(keptSlots(slots, { within: '24h' }, rome)).toEqual(['20261025T1100Z']);
  });
});

describe('the calendar of the policy', () => {
  it('never puts an image into the wrong bucket at a clock change', () => {
    // 23:30 and 00:30 in Rome, and 00:30 with the offset that ended that night.
    expect(keptSlots(['20261025T2230Z', '20261025T2330Z', '20261024T2230Z'], { daily: 9 }, rome)).toEqual([
      '20261025T2230Z',
      '20261025T2330Z',
    ]);
    expect(keptSlots(['20260329T2130Z', '20260329T2230Z', '20260328T2330Z'], { daily: 9 }, rome)).toEqual([
      '20260329T2130Z',
      '20260329T2230Z',
    ]);
    expect(keptSlots(['20261102T0430Z', '20261102T0530Z', '20261101T0430Z'], { daily: 9 }, newYork)).toEqual([
      '20261102T0430Z',
      '20261102T0530Z',
    ]);
    expect(keptSlots(['20260309T0330Z', '20260309T0430Z', '20260308T0530Z'], { daily: 9 }, newYork)).toEqual([
      '20260309T0330Z',
      '20260309T0430Z',
    ]);
  });

  it('takes an hour that the clock shows twice for two hours', () => {
    const slots = ['20261025T0010Z', '20261025T0050Z', '20261025T0110Z', '20261025T0150Z'];
    expect(keptSlots(slots, { hourly: 9 }, rome)).toEqual(['20261025T0050Z', '20261025T0150Z']);
  });

  it('takes a day of 23 or 25 hours for one day', () => {
    const everyHour = (first: string, hours: number): string[] =>
      Array.from({ length: hours }, (_, hour) => slotOf(new Date(Date.parse(first) + hour * 3_600_000).toISOString()));
    expect(keptSlots(everyHour('2026-03-28T23:00Z', 23), { daily: 9 }, rome)).toEqual(['20260329T2100Z']);
    expect(keptSlots(everyHour('2026-10-24T22:00Z', 25), { daily: 9 }, rome)).toEqual(['20261025T2200Z']);
  });

  it('is that of its zone: the same images are of two days, weeks, months and years in one and of one in another', () => {
    const slots = ['20280102T2230Z', '20280102T2330Z', '20271231T2230Z', '20271231T2330Z'];
    expect(keptSlots(slots, { weekly: 9 }, rome)).toEqual(['20280102T2230Z', '20280102T2330Z']);
    expect(keptSlots(slots, { weekly: 9 }, 'UTC')).toEqual(['20280102T2330Z']);
    expect(keptSlots(slots, { yearly: 9 }, rome)).toEqual(['20271231T2230Z', '20280102T2330Z']);
    expect(keptSlots(slots, { monthly: 9 }, newYork)).toEqual(['20271231T2330Z', '20280102T2330Z']);
    expect(keptSlots(['20261121T1829Z', '20261121T1830Z'], { daily: 9 }, 'Asia/Kolkata')).toHaveLength(2);
    expect(keptSlots(['20261121T1829Z', '20261121T1830Z'], { daily: 9 }, 'UTC')).toHaveLength(1);
  });
});

/** A zone of 2026 with clock changes, written down by hand so that it shares no code with what it tests. */
interface Year {
  zone: string;
  winterHours: number;
  /** The first and the last date of summer time, as far as captures of that night's hours go. */
  summer: readonly [string, string];
}

/** Slots of a capture at a local time on each day of 2026; `skipped` are days on which the clock never shows it. */
function daily({ zone, winterHours, summer }: Year, hour: number, minute: number, skipped: readonly string[] = []) {
  const slotOn = (date: string): string => {
    const isSummer = summer[0] <= date && date <= summer[1];
    const utcHour = String(hour - winterHours - (isSummer ? 1 : 0)).padStart(2, '0');
    return slotOf(`${date}T${utcHour}:${String(minute).padStart(2, '0')}:00Z`);
  };
  const dates = Array.from({ length: 365 }, (_, day) =>
    new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
  );
  return { zone, slotOn, dates: dates.filter((date) => !skipped.includes(date)) };
}

const romeSummer = ['2026-03-29', '2026-10-24'] as const;
// What comes first on the day when the clock goes back, comes in summer time.
const romeNightSummer = ['2026-03-29', '2026-10-25'] as const;
const newYorkSummer = ['2026-03-08', '2026-10-31'] as const;
const year = {
  'at 03:00 in Rome': daily({ zone: rome, winterHours: 1, summer: romeSummer }, 3, 0),
  'at 02:30 in Rome': daily({ zone: rome, winterHours: 1, summer: romeNightSummer }, 2, 30, ['2026-03-29']),
  'at 03:00 in New York': daily({ zone: newYork, winterHours: -5, summer: newYorkSummer }, 3, 0),
  'at 02:30 in New York': daily({ zone: newYork, winterHours: -5, summer: newYorkSummer }, 2, 30, ['2026-03-08']),
};

const lastDays = ['2026-12-25', '2026-12-26', '2026-12-27', '2026-12-28', '2026-12-29', '2026-12-30', '2026-12-31'];
const sundays = ['2026-12-13', '2026-12-20', '2026-12-27'];
const monthEnds = [
  '2026-01-31',
  '2026-02-28',
  '2026-03-31',
  '2026-04-30',
  '2026-05-31',
  '2026-06-30',
  '2026-07-31',
  '2026-08-31',
  '2026-09-30',
  '2026-10-31',
  '2026-11-30',
];
const keptAtYearsEnd = [...new Set(['2026-01-01', ...monthEnds, ...sundays, ...lastDays])].sort();

describe.each(Object.entries(year))('a year of daily captures %s', (_, { zone, slotOn, dates }) => {
  it('leaves exactly the last seven days, four weeks, twelve months and the beginning', () => {
    const reasons = kept(dates.map(slotOn), generations, zone);
    expect(Object.keys(reasons).sort()).toEqual(keptAtYearsEnd.map(slotOn));
    expect(reasons[slotOn('2026-01-01')]).toEqual(['oldest, while yearly has 2 of 3 left']);
    expect(reasons[slotOn('2026-01-31')]).toEqual(['monthly 12 of 12']);
    expect(reasons[slotOn('2026-03-31')]).toEqual(['monthly 10 of 12']);
    expect(reasons[slotOn('2026-12-13')]).toEqual(['weekly 4 of 4']);
    expect(reasons[slotOn('2026-12-27')]).toEqual(['daily 5 of 7', 'weekly 2 of 4']);
    expect(reasons[slotOn('2026-12-31')]).toEqual([
      'daily 1 of 7',
      'weekly 1 of 4',
      'monthly 1 of 12',
      'yearly 1 of 3',
    ]);
  });

  it('leaves the same where what is not kept is deregistered day by day', () => {
    let images: DatedImage[] = [];
    for (const date of dates) {
      images = [...images, imageOf(slotOn(date))];
      const reasons = keptByRules(images, generations, zone);
      images = images.filter(({ imageId }) => reasons.has(imageId));
    }
    expect(images.map(({ slot }) => slot)).toEqual(keptAtYearsEnd.map(slotOn));
  });

  it.each([
    // Where a night has no capture, the day before it is kept in its place.
    ['2026-03-30', ['2026-03-01', '2026-03-08', '2026-03-15', '2026-03-22', '2026-03-29']],
    ['2026-10-26', ['2026-10-04', '2026-10-11', '2026-10-18', '2026-10-25']],
    ['2026-11-02', ['2026-10-11', '2026-10-18', '2026-10-25', '2026-11-01']],
  ])('has the right weeks just after a clock change, on %s', (today, allSundays) => {
    const upToToday = dates.filter((date) => date <= today);
    const lastOfWeek = (sunday: string) => upToToday.findLast((date) => date <= sunday) ?? '';
    const expected = [...allSundays.slice(-3).map(lastOfWeek), today];
    expect(keptSlots(upToToday.map(slotOn), { weekly: 4 }, zone)).toEqual(expected.map(slotOn));
  });
});
