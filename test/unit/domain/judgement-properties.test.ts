import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Image } from '../../../shared/domain/image.ts';
import { type Circumstances, judgeLineage } from '../../../shared/domain/judgement.ts';
import { isRetiring } from '../../../shared/domain/ladder.ts';
import { slotMs, slotOf } from '../../../shared/domain/naming.ts';
import { type Decision, decide, isStepDown } from '../../../shared/domain/plan.ts';
import type { Step } from '../../../shared/domain/policy.ts';
import { type Tags, tagKeys } from '../../../shared/domain/tags.ts';
import { after, anImage, aPolicy, instanceId, beginning as now, productTags } from './examples.ts';

/** Why an image stays that nobody can launch from: whatever can be launched from takes its place. */
const forWantOfAnother = 'disabled by hand, but the newest there is';

const fixed = { seed: 20_261_121, numRuns: 400 };
const hour = 3600;
const day = 24 * hour;

const instants = fc.nat(100).map((daysAgo) => after(-daysAgo * day));
const garbage = fc.constantFrom('', 'x', '1', '2020', 'never', ' ', '2026-02-30T00:00:00Z', '99999999T9999Z');
const maybe = <T>(value: fc.Arbitrary<T>, others = 4): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: others, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

// Slots crowd within three months, so that hours, days and months are shared; some are broken.
const slots = fc.nat(90 * 24).map((hoursAgo) => slotOf(after(-hoursAgo * hour)));
const rungs = fc
  .tuple(fc.constantFrom('deprecate', 'deprecate', 'disable', 'x'), fc.oneof(instants, instants, instants, garbage))
  .map((words) => words.join(' '));
const tags: fc.Arbitrary<Tags> = fc
  .record({
    slot: fc.oneof({ weight: 12, arbitrary: slots }, { weight: 1, arbitrary: garbage }),
    state: fc.constantFrom('complete', 'complete', 'complete', 'retiring', 'retiring', 'capturing', 'x', undefined),
    hold: maybe(fc.constantFrom('', 'audit'), 12),
    rung: maybe(rungs, 1),
    sourceGoneSince: maybe(fc.oneof(instants, garbage), 3),
    archivedTo: maybe(fc.constantFrom('s3://my-archive/x.bin', ''), 2),
  })
  .map((all) =>
    Object.fromEntries([
      [tagKeys.policy, 'gold'],
      [tagKeys.source, instanceId],
      ...Object.entries({ ...all }).flatMap(([name, value]) =>
        value === undefined ? [] : [[`ami-lifecycle:${kebab(name)}`, value]],
      ),
    ]),
  );
const images: fc.Arbitrary<Image> = fc
  .record({
    imageId: fc.integer({ min: 1, max: 9999 }).map((id) => `ami-${id}`),
    state: fc.constantFrom('available', 'available', 'available', 'disabled', 'disabled', 'failed', 'pending'),
    createdAt: instants,
    deprecatesAt: fc.oneof(instants, fc.constant('')),
    deregistrationProtection: fc.constantFrom('disabled', 'disabled', 'disabled', 'enabled'),
    hasProductCodes: fc.constantFrom(false, false, false, true),
    tags,
  })
  .map((different) => anImage(different));
const lineages = fc.uniqueArray(images, { maxLength: 25, selector: ({ imageId }) => imageId });

const count = fc.integer({ min: 1, max: 9 });
const retains = fc.record(
  { last: count, daily: count, weekly: count, monthly: count, within: fc.constantFrom('12h', '9d', '1m') },
  { requiredKeys: [] },
);
const ladders = fc.subarray<Step>(['deprecate', 'disable', 'deregister'], { minLength: 1 });
const circumstances: fc.Arbitrary<Circumstances> = fc
  .record({
    retain: fc.tuple(retains, fc.record({ atLeast: count, afterTermination: fc.constantFrom('1d', '60d') })),
    retire: fc.record({ steps: ladders, graceDays: fc.nat(9) }),
    archive: maybe(fc.record({ monthly: count }), 1),
    isSourceGone: fc.boolean(),
    region: fc.constantFrom('eu-south-1', 'eu-south-1', 'eu-west-1'),
  })
  .map(({ retain: [rules, floors], retire, archive, isSourceGone, region }) => ({
    policy: aPolicy({
      retain: { ...rules, ...floors },
      retire,
      copies: [{ region: 'eu-west-1' }],
      ...(archive ? { archive: { bucket: 'my-archive', when: archive } } : {}),
    }),
    region,
    homeRegion: 'eu-south-1',
    now,
    isSourceGone,
  }));

interface Life {
  image: Image;
  keeps: readonly string[];
  decision: Decision;
}

/** What becomes of each image of a lineage that nobody uses. */
function lives(lineage: readonly Image[], given: Circumstances): Life[] {
  return judgeLineage(lineage, given).map((judgement) => ({
    image: judgement.image,
    keeps: judgement.keeps,
    decision: decide(
      judgement,
      { uses: [], silentRegions: [], isShared: false, report: undefined },
      given.policy,
      given.now,
    ),
  }));
}

function always(rule: (lineage: Image[], given: Circumstances) => void): void {
  fc.assert(
    fc.property(lineages, circumstances, (lineage, given) => rule(lineage, given)),
    fixed,
  );
}

/** The complete images, newest first, by a reading of its own. */
function complete(lineage: readonly Image[]): Image[] {
  return lineage
    .filter(({ tags }) => /^2026/.test(tags[tagKeys.slot] ?? '') && (tags[tagKeys.slot] ?? '').length === 14)
    .filter(({ tags }) => tags[tagKeys.state] !== 'capturing')
    .filter((image) => image.state === 'available' || (image.state === 'disabled' && isRetiring(image)))
    .toSorted((left, right) => order(right) - order(left) || (left.imageId < right.imageId ? -1 : 1));
}

function order({ tags }: Image): number {
  return slotMs(tags[tagKeys.slot] ?? '');
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const isGoing = ({ decision }: Life): boolean => decision.verdict === 'retire';
const idOf = ({ image }: Life): string => image.imageId;

describe('whatever images there are, whatever the policy', () => {
  it('every image is judged once, and has a reason', () => {
    always((lineage, given) => {
      const all = lives(lineage, given);
      expect(all.map(({ image }) => image)).toEqual(lineage);
      for (const { decision } of all) expect(decision.reasons.filter((reason) => reason !== '')).not.toEqual([]);
    });
  });

  it('the order in which they are listed does not matter', () => {
    const shuffled = lineages.chain((lineage) =>
      fc.tuple(fc.constant(lineage), fc.shuffledSubarray(lineage, { minLength: lineage.length })),
    );
    const byId = (left: Life, right: Life): number => (idOf(left) < idOf(right) ? -1 : 1);
    fc.assert(
      fc.property(shuffled, circumstances, ([lineage, turned], given) => {
        expect(lives(turned, given).sort(byId)).toEqual(lives(lineage, given).sort(byId));
      }),
      fixed,
    );
  });

  it('the newest that can be launched from stays, and as many as the floor says', () => {
    always((lineage, given) => {
      const standing = complete(lineage).filter(({ state }) => state === 'available');
      const floor = standing.slice(0, Math.max(1, given.policy.retain?.atLeast ?? 1));
      const going = lives(lineage, { ...given, isSourceGone: false })
        .filter(isGoing)
        .map(idOf);
      for (const { imageId } of floor) expect(going).not.toContain(imageId);
    });
  });

  it('the floor ends only after the instance is gone, and known to be for as long as the policy says', () => {
    always((lineage, given) => {
      const notes = lineage
        .map(({ tags }) => tags[tagKeys.sourceGoneSince] ?? '')
        .filter((since) => since.includes('T') && since !== '2026-02-30T00:00:00Z')
        .map((since) => Date.parse(since));
      const days = given.policy.retain?.afterTermination === '1d' ? 1 : 60;
      const isOver = given.isSourceGone && notes.some((note) => note <= Date.parse(now) - days * day * 1000);
      const [newest] = complete(lineage).filter(({ state }) => state === 'available');
      const life = lives(lineage, given).find(({ image }) => image === newest);
      expect(life?.keeps.some((reason) => reason.startsWith('newest ')) ?? !isOver).toBe(!isOver);
    });
  });

  it('another image never sends a newer one away, but for one that was kept as the oldest or for want of another', () => {
    fc.assert(
      fc.property(lineages, circumstances, slots, fc.boolean(), (lineage, given, slot, isComplete) => {
        const there = { ...given, isSourceGone: false };
        const state = isComplete ? 'complete' : 'capturing';
        const added = anImage({
          imageId: 'ami-added',
          tags: { ...productTags, [tagKeys.slot]: slot, [tagKeys.state]: state },
        });
        const goingNow = lives([...lineage, added], there)
          .filter(isGoing)
          .map(idOf);
        for (const { image, keeps } of lives(lineage, there)) {
          const isNewer = (image.tags[tagKeys.slot] ?? '') > slot;
          if (isNewer && keeps.some((reason) => !reason.startsWith('oldest, ') && reason !== forWantOfAnother)) {
            expect(goingNow).not.toContain(image.imageId);
          }
        }
      }),
      fixed,
    );
  });

  it('what is not available, and was not disabled by us, neither counts nor serves', () => {
    always((lineage, given) => {
      const there = { ...given, isSourceGone: false };
      const counting = complete(lineage);
      const alone = lives(counting, there);
      if (alone.some(({ keeps }) => keeps.includes(forWantOfAnother))) return;
      const among = lives(lineage, there).filter(({ image }) => counting.includes(image));
      expect(new Map(among.map((life) => [idOf(life), life]))).toEqual(
        new Map(alone.map((life) => [idOf(life), life])),
      );
    });
  });

  it('as some go, the others are judged as before', () => {
    fc.assert(
      fc.property(lineages, circumstances, fc.integer({ min: 1 }), (lineage, given, choice) => {
        const { archive: _, ...policy } = given.policy;
        const noted = lineage.map((image) => ({
          ...image,
          tags: { ...image.tags, [tagKeys.sourceGoneSince]: after(-30 * day) },
        }));
        const before = lives(noted, { ...given, policy });
        const gone = before.filter((life, index) => isGoing(life) && (choice >> (index % 30)) & 1).map(idOf);
        const left = noted.filter(({ imageId }) => !gone.includes(imageId));
        expect(
          lives(left, { ...given, policy }).map(({ image, decision }) => [image.imageId, decision.verdict]),
        ).toEqual(
          before.filter((life) => !gone.includes(idOf(life))).map((life) => [idOf(life), life.decision.verdict]),
        );
      }),
      fixed,
    );
  });
});

describe('nothing is taken away', () => {
  it('that somebody holds', () => {
    always((lineage, given) => {
      for (const { image, decision } of lives(lineage, given)) {
        if (image.tags[tagKeys.hold] === undefined) continue;
        expect(decision.verdict).toBe('keep');
        expect(isStepDown(decision.step)).toBe(false);
      }
    });
  });

  it('that somebody uses', () => {
    always((lineage, given) => {
      for (const judgement of judgeLineage(lineage, given)) {
        const used = { uses: ['in use by instance i-1'], silentRegions: [], isShared: false, report: undefined };
        const decision = decide(judgement, used, given.policy, now);
        expect(decision).toMatchObject({
          verdict: 'keep',
          reasons: expect.arrayContaining(['in use by instance i-1']),
        });
        expect(isStepDown(decision.step)).toBe(false);
      }
    });
  });

  it('that EC2 is still making, or whose slot nobody can read', () => {
    always((lineage, given) => {
      for (const { image, decision } of lives(lineage, given)) {
        const isLegible = (image.tags[tagKeys.slot] ?? '').startsWith('2026');
        if (image.state === 'pending' || !isLegible) expect(decision.verdict).toBe('keep');
      }
    });
  });

  it('before its grace is over, but for a first step and what EC2 could not make', () => {
    always((lineage, given) => {
      const { steps = [], graceDays = 0 } = given.policy.retire ?? {};
      for (const { image, decision } of lives(lineage, given)) {
        const { step } = decision;
        if (!isStepDown(step) || step === steps[0] || image.state === 'failed') continue;
        const [word, since = ''] = (image.tags[tagKeys.rung] ?? '').split(' ');
        expect(word).toBe(steps[steps.indexOf(step) - 1]);
        const waited = (Date.parse(now) - Date.parse(since)) / 1000;
        expect(waited).toBeGreaterThanOrEqual(Math.max(0, graceDays * day - 2 * hour));
      }
    });
  });

  it('by a step that the policy does not have', () => {
    always((lineage, given) => {
      for (const { decision } of lives(lineage, given)) {
        if (isStepDown(decision.step)) expect(given.policy.retire?.steps).toContain(decision.step);
      }
    });
  });

  it('that is the newest of a month that is over, and not archived in the same breath', () => {
    always((lineage, given) => {
      const months = given.policy.archive?.when.monthly ?? 0;
      if (given.region !== given.homeRegion) return;
      const newestOfEach = new Map<string, Image>();
      for (const image of complete(lineage)) {
        const month = (image.tags[tagKeys.slot] ?? '').slice(0, 6);
        if (!newestOfEach.has(month)) newestOfEach.set(month, image);
      }
      const all = new Map(lives(lineage, given).map((life) => [life.image, life]));
      for (const image of [...newestOfEach.values()].slice(0, months)) {
        const life = all.get(image);
        const isArchived = image.tags[tagKeys.archivedTo]?.startsWith('s3://');
        if (life && isStepDown(life.decision.step) && !isArchived) expect(life.decision.archive).toBe(true);
      }
    });
  });

  it('that is protected against deregistration, by deregistering it', () => {
    always((lineage, given) => {
      for (const { image, decision } of lives(lineage, given)) {
        if (image.deregistrationProtection === 'enabled') expect(decision.step).not.toBe('deregister');
      }
    });
  });
});

describe('the way back', () => {
  it('is taken by whatever is kept and was being retired, and by nothing else', () => {
    always((lineage, given) => {
      for (const { image, decision } of lives(lineage, given)) {
        const isOnLadder = image.tags[tagKeys.state] === 'retiring' || tagKeys.rung in image.tags;
        expect(decision.step === 'reinstate').toBe(decision.verdict === 'keep' && isOnLadder);
      }
    });
  });
});

describe('an archive', () => {
  it('is made of available, complete images alone, in their own Region, and never twice', () => {
    always((lineage, given) => {
      for (const { image, decision } of lives(lineage, given)) {
        if (!decision.archive) continue;
        expect(given).toMatchObject({ region: given.homeRegion, policy: { archive: expect.anything() } });
        expect(complete(lineage)).toContain(image);
        expect(image).toMatchObject({ state: 'available', hasProductCodes: false });
        expect(image.tags[tagKeys.archivedTo] || 'none').toBe('none');
      }
    });
  });
});

it('tags of any text whatever never stop a plan', () => {
  const text = fc.oneof(fc.string({ maxLength: 30 }), garbage, instants, slots, rungs);
  const anyTags = fc.dictionary(fc.constantFrom(...Object.values(tagKeys)), text);
  const broken = fc
    .uniqueArray(fc.tuple(images, anyTags), { maxLength: 12, selector: ([{ imageId }]) => imageId })
    .map((all) => all.map(([image, others]): Image => ({ ...image, createdAt: '', deprecatesAt: '?', tags: others })));
  fc.assert(
    fc.property(broken, circumstances, (lineage, given) => {
      expect(lives(lineage, given)).toHaveLength(lineage.length);
    }),
    fixed,
  );
});
