import { describe, expect, it } from 'vitest';
import type { Image } from '../../../shared/domain/image.ts';
import { judgeLineage } from '../../../shared/domain/judgement.ts';
import { rungTags } from '../../../shared/domain/ladder.ts';
import { slotMs, slotOf } from '../../../shared/domain/naming.ts';
import { recentIn } from '../../../shared/domain/ordinary-course.ts';
import { blastRadius, decide, isStepDown, type PlanItem } from '../../../shared/domain/plan.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { ordinaryIn } from '../../../simulator/invariants/ordinary-course.ts';
import { after, anImage, anImageOf, aPolicy, beginning as now } from './examples.ts';

const day = 86_400;
const unused = { uses: [], silentRegions: [], isShared: false, report: undefined };

interface Fleet {
  policy: NamedPolicy;
  lineages: Image[][];
}

function fleet(retain: Record<string, number>, retire: Record<string, unknown>, count: number): Fleet {
  return { policy: aPolicy({ retain, retire }), lineages: Array.from({ length: count }, () => []) };
}

/** Every instance is captured at night, hours before the run. */
function capture({ lineages }: Fleet, today: number): void {
  for (const [index, lineage] of lineages.entries()) {
    const slot = slotOf(after(today * day - 9 * 3600));
    lineages[index] = [anImageOf(slot, { imageId: `ami-${index}-${today}` }), ...lineage];
  }
}

type Failing = (step: PlanItem['step'], lineage: number) => boolean;

/** A run as it is planned, and done where no cap refuses it; what a cap says of it. */
function retire({ policy, lineages }: Fleet, today: number, isFailing: Failing = () => false): string | undefined {
  const at = after(today * day);
  const circumstances = { policy, region: 'x', homeRegion: 'x', now: at, isSourceGone: false };
  const planned = lineages.map((lineage) =>
    judgeLineage(lineage, circumstances).map((judgement) => ({
      image: judgement.image,
      step: decide(judgement, unused, policy, at).step,
    })),
  );
  const items = planned
    .flat()
    .map(({ image: { imageId }, step }) => ({ region: 'x', imageId, archive: false, step, snapshotIds: [] }));
  const recent = policy.retire ? recentIn(lineages, policy.retire, at) : 0;
  expect(recent, 'as the witness counts').toBe(witnessed(lineages.flat(), policy, at));
  const excess = blastRadius(items, { total: items.length, lineages: lineages.length, recent }, policy);
  if (excess !== undefined) return excess;
  for (const [index, decisions] of planned.entries()) {
    lineages[index] = decisions.flatMap(({ image, step }) => {
      if (!isStepDown(step) || isFailing(step, index)) return [image];
      return step === 'deregister' ? [] : [standingAfter(image, step, after(today * day + 600 + index))];
    });
  }
  return undefined;
}

function witnessed(images: readonly Image[], { retire: rules }: NamedPolicy, at: string): number {
  const dated = images.map(({ tags, imageId }) => {
    const [step = '', since = ''] = tags[tagKeys.rung]?.split(' ') ?? [];
    return {
      region: 'x',
      source: imageId.split('-')[1] ?? '',
      madeMs: slotMs(tags[tagKeys.slot] ?? ''),
      begunMs: Date.parse(tags[tagKeys.retiringSince] ?? ''),
      rung: { step, atMs: Date.parse(since) },
    };
  });
  const { steps = [], graceDays = 0 } = rules ?? {};
  const watched = { steps, graceDays, launchTemplateVersions: 10, atLeast: 1 };
  return ordinaryIn(dated, watched, { nowMs: Date.parse(at), daysBetweenRuns: 1 });
}

function standingAfter(image: Image, step: 'deprecate' | 'disable', at: string): Image {
  return {
    ...image,
    ...(step === 'disable' ? { state: 'disabled' as const } : { deprecatesAt: at }),
    tags: { ...image.tags, ...rungTags(image.tags, { step, since: at }) },
  };
}

/** Capture and retirement on each of some days; on those that are missed no image takes a step. What the caps say of each run. */
function live(world: Fleet, from: number, to: number, isMissed = (_today: number) => false, isFailing?: Failing) {
  const said: Record<number, string> = {};
  for (let today = from; today < to; today++) {
    capture(world, today);
    const excess = isMissed(today) ? undefined : retire(world, today, isFailing);
    if (excess !== undefined) said[today] = excess;
  }
  return said;
}

const settled = 24;
const each = [3, 7].flatMap((daily) =>
  [0, 1, 7].flatMap((graceDays) => [1, 20].map((count) => ({ daily, graceDays, count }))),
);

describe('the ordinary course', () => {
  describe.each(each)('of $count instances with $daily dailies and $graceDays days of grace', (example) => {
    const { daily, graceDays, count } = example;
    const world = fleet({ daily }, { graceDays }, count);
    const said = live(world, 0, settled);
    /** As it is after as many days without any trouble. */
    const grown = (): Fleet => ({ ...world, lineages: [...world.lineages] });

    it('is what each day brings', () => {
      const today = grown();
      capture(today, settled);
      expect(said).toEqual({});
      expect(today.policy.retire && recentIn(today.lineages, today.policy.retire, after(settled * day))).toBe(count);
    });

    it.each([1, 2, 6])('goes on after %i missed days, and on each day after', (missed) => {
      const later = grown();
      const said = live(later, settled, settled + 25, (today) => today < settled + missed);
      expect(said).toEqual({});
      const most = daily + 2 * Math.max(1, graceDays);
      expect(later.lineages.map(({ length }) => length)).toEqual(later.lineages.map(() => most));
    });

    it('goes on though days are missed again and again', () => {
      const later = grown();
      expect(live(later, settled, settled + 25, (today) => today % 5 < 2 || today % 7 === 3)).toEqual({});
    });

    it.each([14, 30])('is a backlog after %i missed days, for people to look at', (missed) => {
      const later = grown();
      const back = settled + missed;
      const said = live(later, settled, back + 3, (today) => today < back);
      expect(Object.keys(said)).toHaveLength(3);
      expect(said[back]).toMatch(/that needs a max(PerRun|PercentPerRun) of \d+$/);
    });

    it('goes on after a day on which EC2 refused one step to all, or all steps to some', () => {
      for (const failing of ['deprecate', 'disable', 'deregister'] as const) {
        const later = grown();
        live(later, settled, settled + 1, undefined, (step) => step === failing);
        expect({ failing, said: live(later, settled + 1, settled + 20) }).toEqual({ failing, said: {} });
      }
      const later = grown();
      live(later, settled, settled + 1, undefined, (_, lineage) => lineage % 2 === 0);
      expect(live(later, settled + 1, settled + 20)).toEqual({});
    });
  });

  it.each([
    [30, 3],
    [7, 3],
  ])('has no room for a policy that was mistyped from %i dailies to %i', (before, mistyped) => {
    for (const graceDays of [0, 1, 7]) {
      const world = fleet({ daily: before }, { graceDays }, 20);
      expect(live(world, 0, 46)).toEqual({});
      world.policy = fleet({ daily: mistyped }, { graceDays }, 0).policy;
      expect(Object.keys(live(world, 46, 47))).toEqual(['46']);
    }
  });

  it('has no room for what gathered before a policy retired at all', () => {
    const world = fleet({ daily: 7 }, {}, 20);
    expect(Object.keys(live(world, 0, 40, (today) => today < 30))).toHaveLength(10);
  });

  it('has no room for a further step of what was deprecated long ago, or for a grace that is cut to nothing', () => {
    const world = fleet({ daily: 3 }, { graceDays: 0, steps: ['deprecate'] }, 1);
    expect(live(world, 0, 60)).toEqual({});
    world.policy = fleet({ daily: 3 }, { graceDays: 0 }, 1).policy;
    expect(Object.keys(live(world, 60, 61))).toEqual(['60']);
    const patient = fleet({ daily: 3 }, { graceDays: 60 }, 1);
    expect(live(patient, 0, 60)).toEqual({});
    patient.policy = fleet({ daily: 3 }, { graceDays: 0 }, 1).policy;
    expect(Object.keys(live(patient, 60, 61))).toEqual(['60']);
  });

  it('has each later step of a backlog looked at that people let through', () => {
    const world = fleet({ daily: 3 }, { graceDays: 7, maxPercentPerRun: 100 }, 1);
    expect(live(world, 0, 30, (today) => today < 29)).toEqual({});
    world.policy = fleet({ daily: 3 }, { graceDays: 7 }, 1).policy;
    expect(Object.keys(live(world, 30, 37))).toEqual(['36']);
  });

  it.each([
    ['0 12 * * ? *', 1],
    ['0 12 ? * MON *', 7],
    ['0 12 1 * ? *', 31],
    ['0 12 1 1 ? *', 366],
  ])('has come, under %s, since a run of %i days ago, and a week further back if there was none', (cron, days) => {
    const { retire: rules } = aPolicy({ retain: { last: 1 }, retire: { cron } });
    const of = (...images: Image[]) => rules && recentIn([images], rules, now);
    const madeBefore = (seconds: number) => anImageOf(slotOf(after(-seconds)));
    const begun = (daysAgo: number) => anImage({ tags: { [tagKeys.retiringSince]: after(-daysAgo * day) } });
    expect(of(madeBefore(days * day - 60))).toBe(1);
    expect(of(madeBefore(days * day))).toBe(0);
    expect(of(madeBefore(days * day), begun(1))).toBe(0);
    expect(of(madeBefore((days + 3) * day - 60), begun(days + 3))).toBe(1);
    expect(of(madeBefore((days + 3) * day), begun(days + 3))).toBe(0);
    expect(of(madeBefore((days + 7) * day - 60), begun(1000))).toBe(1);
    expect(of(madeBefore((days + 7) * day), begun(1000))).toBe(0);
    expect(of(anImage({ tags: { [tagKeys.slot]: 'yesterday', [tagKeys.retiringSince]: 'long ago' } }))).toBe(0);
  });

  it('is measured in a lineage of which none began yet by the others', () => {
    const { retire: rules } = aPolicy({ retain: { last: 1 }, retire: {} });
    const others = [anImage({ tags: { [tagKeys.retiringSince]: after(-3 * day) } })];
    const lineage = [anImageOf(slotOf(after(-2.5 * day)))];
    expect(rules && recentIn([lineage], rules, now)).toBe(0);
    expect(rules && recentIn([lineage, others], rules, now)).toBe(1);
  });
});
