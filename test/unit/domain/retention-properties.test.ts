import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { slotOf } from '../../../shared/domain/naming.ts';
import { type DatedImage, keptByRules, type RetentionRules } from '../../../shared/domain/retention.ts';

const counts = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

const zones = fc.constantFrom('UTC', 'Europe/Rome', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
const count = fc.integer({ min: 1, max: 12 });
const duration = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom('h', 'd', 'w', 'm', 'y'))
  .map((x) => x.join(''));
const rules: fc.Arbitrary<RetentionRules> = fc.record(
  { last: count, hourly: count, daily: count, weekly: count, monthly: count, yearly: count, within: duration },
  { requiredKeys: [] },
);

// Crowded around the clock changes and the ends of years, and spread over several years: both make periods that are
// shared, empty or split.
const minutesFrom = (start: string, span: number): fc.Arbitrary<number> =>
  fc.nat(span).map((minutes) => Date.parse(start) / 60_000 + minutes);
const slots = fc
  .oneof(
    minutesFrom('2024-01-01T00:00Z', 3 * 366 * 24 * 60),
    minutesFrom('2026-03-28T12:00Z', 2 * 24 * 60),
    minutesFrom('2026-10-24T12:00Z', 2 * 24 * 60),
    minutesFrom('2026-12-26T00:00Z', 10 * 24 * 60),
    fc.constantFrom(...['2026-11-21T03:00Z', '2026-11-21T03:30Z'].map((at) => Date.parse(at) / 60_000)),
  )
  .map((minutes) => slotOf(new Date(minutes * 60_000).toISOString()));
const lineages: fc.Arbitrary<DatedImage[]> = fc.uniqueArray(
  fc.record({ imageId: fc.integer({ min: 1, max: 999 }).map((id) => `ami-${id}`), slot: slots }),
  { maxLength: 40, selector: ({ imageId }) => imageId },
);

type Case = readonly [images: DatedImage[], rules: RetentionRules, zone: string];
const cases: fc.Arbitrary<Case> = fc.tuple(lineages, rules, zones);

const fixed = { seed: 20_261_121, numRuns: 300 };

/** Holds for every lineage, rules and time zone. */
function always(rule: (...given: Case) => void): void {
  fc.assert(
    fc.property(cases, (given) => rule(...given)),
    fixed,
  );
}

const idsOf = (kept: ReadonlyMap<string, unknown>): string[] => [...kept.keys()].sort();

/** Each rule by itself, in the order of the reasons. */
const eachAlone = (all: RetentionRules): RetentionRules[] => [
  ...counts.map((name) => ({ [name]: all[name] })),
  { within: all.within },
];

describe('whatever images there are and whatever the rules', () => {
  it('the order in which the images are listed does not matter', () => {
    const shuffled = cases.chain(([images, asked, zone]) =>
      fc.tuple(
        fc.constant(images),
        fc.shuffledSubarray(images, { minLength: images.length }),
        fc.constant(asked),
        fc.constant(zone),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([images, inAnotherOrder, asked, zone]) => {
        expect([...keptByRules(inAnotherOrder, asked, zone)]).toEqual([...keptByRules(images, asked, zone)]);
      }),
      fixed,
    );
  });

  it('all rules together keep what each alone would keep, for the same reasons', () => {
    always((images, asked, zone) => {
      const union = new Map<string, string[]>();
      for (const alone of eachAlone(asked)) {
        for (const [imageId, reasons] of keptByRules(images, alone, zone)) {
          union.set(imageId, [...(union.get(imageId) ?? []), ...reasons]);
        }
      }
      expect(keptByRules(images, asked, zone)).toEqual(union);
    });
  });

  it('larger counts keep what smaller ones do, and more', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...counts), count, ([images, asked, zone], name, more) => {
        const larger = { ...asked, [name]: (asked[name] ?? 0) + more };
        expect(idsOf(keptByRules(images, larger, zone))).toEqual(
          expect.arrayContaining(idsOf(keptByRules(images, asked, zone))),
        );
      }),
      fixed,
    );
  });

  it('another image never takes the place of a newer one', () => {
    fc.assert(
      fc.property(cases, slots, ([images, asked, zone], slot) => {
        const newerThanAdded = images.filter((image) => image.slot > slot);
        const without = keptByRules(images, asked, zone, { keepOldest: false });
        const withAdded = keptByRules([...images, { imageId: 'ami-added', slot }], asked, zone, { keepOldest: false });
        for (const { imageId } of newerThanAdded) expect(withAdded.get(imageId)).toEqual(without.get(imageId));
      }),
      fixed,
    );
  });

  it('an image older than all passes on no place but that of the oldest, and only to itself', () => {
    always((images, asked, zone) => {
      const without = keptByRules(images, asked, zone);
      const withAdded = keptByRules([...images, { imageId: 'ami-added', slot: '20231231T0000Z' }], asked, zone);
      for (const [imageId, reasons] of without) {
        const isKeptAsOldestOnly = reasons.every((reason) => reason.startsWith('oldest, '));
        expect(withAdded.has(isKeptAsOldestOnly ? 'ami-added' : imageId)).toBe(true);
      }
    });
  });

  it('nothing but the given images is named, each with at least one reason and none twice', () => {
    always((images, asked, zone) => {
      const given = new Set(images.map(({ imageId }) => imageId));
      for (const [imageId, reasons] of keptByRules(images, asked, zone)) {
        expect(given.has(imageId)).toBe(true);
        expect(reasons.length).toBeGreaterThan(0);
        expect(new Set(reasons).size).toBe(reasons.length);
      }
    });
  });

  it('the newest image is kept as soon as there is any rule', () => {
    always((images, asked, zone) => {
      const newest = images
        .map(({ slot }) => slot)
        .sort()
        .at(-1);
      const kept = keptByRules(images, asked, zone);
      const isKept = images.some(({ imageId, slot }) => slot === newest && kept.has(imageId));
      expect(isKept).toBe(images.length > 0 && Object.keys(asked).length > 0);
    });
  });

  it('no rule keeps more than it says, but for the oldest', () => {
    always((images, asked, zone) => {
      for (const name of counts) {
        const most = asked[name];
        if (most === undefined) continue;
        const kept = keptByRules(images, { [name]: most }, zone, { keepOldest: false });
        expect(kept.size).toBeLessThanOrEqual(most);
        const withOldest = keptByRules(images, { [name]: most }, zone);
        expect(withOldest.size).toBeLessThanOrEqual(Math.min(kept.size + 1, most));
      }
    });
  });

  it('what is left after one round is left after the next', () => {
    always((images, asked, zone) => {
      const kept = keptByRules(images, asked, zone);
      const remaining = images.filter(({ imageId }) => kept.has(imageId));
      expect(idsOf(keptByRules(remaining, asked, zone))).toEqual(idsOf(kept));
    });
  });
});

describe('the time zone of the computer', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each([
    ['Europe/Rome', 2],
    ['America/New_York', 20],
    ['Pacific/Kiritimati', 14],
    ['Australia/Lord_Howe', 10],
  ])('never matters: in %s the answers are those of UTC', async (zoneOfTheComputer, hourAtMidnightUtc) => {
    const samples = fc.sample(cases, { ...fixed, numRuns: 100 });
    // Periods that were worked out once are remembered: only fresh modules work them out in the other zone.
    const answers = async (): Promise<unknown[]> => {
      vi.resetModules();
      const fresh = await import('../../../shared/domain/retention.ts');
      return samples.map((given) => [...fresh.keptByRules(...given)]);
    };
    vi.stubEnv('TZ', 'UTC');
    const inUtc = await answers();
    vi.stubEnv('TZ', zoneOfTheComputer);
    expect(new Date('2026-07-01T00:00Z').getHours()).toBe(hourAtMidnightUtc);
    expect(await answers()).toEqual(inUtc);
  });
});
