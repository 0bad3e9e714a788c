import { describe, expect, it } from 'vitest';
import type { Image } from '../../../shared/domain/image.ts';
import { judgeLineage } from '../../../shared/domain/judgement.ts';
import { rungTags } from '../../../shared/domain/ladder.ts';
import { slotOf } from '../../../shared/domain/naming.ts';
import {
  blastRadius,
  decide,
  type Evidence,
  isRecent,
  isStepDown,
  type PlanItem,
} from '../../../shared/domain/plan.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { after, anImage, aPolicy, dailies, beginning as now } from './examples.ts';

const day = 86_400;
const unused: Evidence = { uses: [], silentRegions: [], isShared: false, report: undefined };

describe('how much a run may take away', () => {
  const items = (count: number, step: PlanItem['step'] = 'deprecate'): PlanItem[] =>
    Array.from({ length: count }, (_, index) => ({
      region: 'eu-south-1',
      imageId: `ami-${step}${index}`,
      archive: false,
      step,
      snapshotIds: [],
    }));
  const eachStep = (count: number) => [items(count), items(count, 'disable'), items(count, 'deregister')].flat();
  const leftovers = (count: number): PlanItem[] => items(count, null).map((item) => ({ ...item, imageId: null }));
  const radius = (planned: PlanItem[], total: number, lineages: number, retire: Record<string, unknown> = {}) => {
    const policyOfIt = aPolicy({ retain: { last: 1 }, retire });
    return blastRadius(planned, { total, lineages, recent: lineages }, policyOfIt);
  };

  it('is exceeded by a policy that was edited from 30 dailies to 3', () => {
    const edited = aPolicy({ retain: { daily: 3 }, retire: {} });
    const circumstances = { policy: edited, region: 'x', homeRegion: 'x', now, isSourceGone: false };
    const planned = judgeLineage(dailies(30), circumstances)
      .map((judgement) => decide(judgement, unused, edited, now))
      .map(({ step }, index): PlanItem => ({ ...items(1)[0], ...blank, imageId: `ami-${index}`, step }));
    expect(radius(planned, 30, 1)).toBe(
      '27 of 30 images would take the same step, and 7 may: that needs a maxPercentPerRun of 90',
    );
  });

  it.each<
    [says: string, planned: PlanItem[], total: number, lineages: number, retire: Record<string, unknown>, ok: boolean]
  >([
    ['nothing', [], 0, 0, {}, true],
    ['one of three, though that is more than a quarter', items(1), 3, 1, {}, true],
    ['one of each of twenty instances', items(20), 30, 20, {}, true],
    ['two of three of one instance', items(2), 3, 1, {}, false],
    ['a quarter', items(5), 20, 1, {}, true],
    ['more than a quarter', items(6), 20, 1, {}, false],
    ['all of them, where the policy allows that', items(20), 20, 1, { maxPercentPerRun: 100 }, true],
    ['fifty', items(50), 1000, 1, {}, true],
    ['more than fifty, however many there are', items(51), 1000, 1, {}, false],
    ['one of each of a hundred instances, in each step', eachStep(100), 1000, 100, {}, true],
    ['more than that', [...eachStep(100), ...items(1)], 1000, 100, {}, false],
    ['that, where the policy says fifty', eachStep(100), 1000, 100, { maxPerRun: 50 }, false],
    ['more than maxPerRun', items(4), 1000, 1, { maxPerRun: 3 }, false],
    ['more than maxPerRun in several steps', [...items(2), ...items(2, 'disable')], 1000, 1, { maxPerRun: 3 }, false],
    [
      'what only comes back or is written down',
      [...items(60, 'reinstate'), ...items(60, 'note-rung'), ...items(60, 'note-source-gone')],
      60,
      1,
      {},
      true,
    ],
    ['what is only archived', items(60, null).map((item) => ({ ...item, archive: true })), 60, 1, {}, true],
    ['snapshots that failures left, beyond fifty', leftovers(51), 1000, 1, {}, false],
    ['snapshots that failures left, beyond maxPerRun', leftovers(4), 20, 1, { maxPerRun: 3 }, false],
    ['some of them, of a policy that has no image', leftovers(50), 0, 0, {}, true],
    ['some of them beside images', [...leftovers(40), ...items(40)], 1000, 1, {}, true],
  ])('%s', (_says, planned, total, lineages, retire, ok) => {
    expect(radius(planned, total, lineages, retire) === undefined).toBe(ok);
  });

  it.each([0, 1, 7])(
    'leaves room for a policy that keeps 3 dailies with %i days of grace, day after day',
    (graceDays) => {
      const small = aPolicy({ retain: { daily: 3 }, retire: { graceDays } });
      const taken = new Map<string, string>();
      let images: Image[] = [];
      for (let today = 0; today < 40; today++) {
        const at = after((today - 40) * day);
        const [captured] = dailies(1 + 40 - today).slice(-1);
        images = captured ? [captured, ...images] : images;
        const circumstances = { policy: small, region: 'x', homeRegion: 'x', now: at, isSourceGone: false };
        const decisions = judgeLineage(images, circumstances).map((judgement) => ({
          image: judgement.image,
          step: decide(judgement, unused, small, at).step,
        }));
        const planned = decisions.map(({ step, image }) => ({ ...blank, imageId: image.imageId, step }));
        expect(radius(planned, images.length, 1, { graceDays })).toBeUndefined();
        images = decisions.flatMap(({ image, step }) => {
          if (step) taken.set(step, image.imageId);
          return step === 'deregister' ? [] : [isStepDown(step) ? standingAfter(image, step, at) : image];
        });
      }
      expect([...taken.keys()].sort()).toEqual(['deprecate', 'deregister', 'disable']);
      expect(images).toHaveLength(3 + 2 * Math.max(1, graceDays));
    },
  );

  it('leaves room for the Monday on which two rules let an image go, and for no more', () => {
    const rules = {
      retain: { daily: 3, weekly: 2, atLeast: 2, afterTermination: '90d' },
      copies: [{ region: 'eu-west-1', retain: { last: 2 } }],
    };
    const policyOfIt = aPolicy({ ...rules, retire: {} });
    expect(blastRadius(items(24), { total: 72, lineages: 12, recent: 12 }, policyOfIt)).toBeUndefined();
    expect(blastRadius(items(25), { total: 72, lineages: 12, recent: 12 }, policyOfIt)).toBe(
      '25 of 72 images would take the same step, and 24 may: that needs a maxPercentPerRun of 35',
    );
  });

  it('leaves room for the rules of copies, where these are more', () => {
    const copies = [{ region: 'eu-west-1', retain: { daily: 3, weekly: 2 } }];
    const policyOfIt = aPolicy({ retain: { last: 1 }, copies, retire: {} });
    expect(blastRadius(items(24), { total: 72, lineages: 12, recent: 12 }, policyOfIt)).toBeUndefined();
  });

  it('is not asked where the policy no longer retires', () => {
    expect(blastRadius(items(99), { total: 99, lineages: 1, recent: 1 }, aPolicy())).toBeUndefined();
  });

  it('leaves room for as many as came since the last run, where that is more often than once', () => {
    const hourly = aPolicy({ retain: { hourly: 48, daily: 7 }, retire: {} });
    expect(blastRadius(items(25), { total: 85, lineages: 1, recent: 24 }, hourly)).toBeUndefined();
    expect(blastRadius(items(26), { total: 85, lineages: 1, recent: 24 }, hourly)).toMatch(/^26 of 85 .* 25 may/);
  });

  it.each([
    ['0 12 * * ? *', 1],
    ['0 12 ? * MON *', 7],
    ['0 12 1 * ? *', 31],
    ['0 12 1 1 ? *', 366],
  ])('takes for recent, under %s, what was made in %i days', (cron, days) => {
    const { retire } = aPolicy({ retain: { last: 1 }, retire: { cron } });
    const isIt = (slot: string) => retire && isRecent(anImage({ tags: { [tagKeys.slot]: slot } }), retire, now);
    expect(isIt(slotOf(after(-days * day + 60)))).toBe(true);
    expect(isIt(slotOf(after(-days * day)))).toBe(false);
    expect(isIt('yesterday')).toBe(false);
    expect(retire && isRecent(anImage({ tags: {} }), retire, now)).toBe(false);
  });

  it('says of every cap that was hit what would let the run through', () => {
    expect(radius([...items(60), ...leftovers(51)], 100, 1)).toBe(
      '60 images would take a step, and 50 may: that needs a maxPerRun of 60; ' +
        '51 snapshots without an image would go, and 50 may: that needs a maxPerRun of 51; ' +
        '60 of 100 images would take the same step, and 25 may: that needs a maxPercentPerRun of 60',
    );
    expect(radius(items(51), 1000, 1)).toBe('51 images would take a step, and 50 may: that needs a maxPerRun of 51');
    expect(radius(items(4), 1000, 1, { maxPerRun: 3 })).toBe(
      '4 images would take a step, and 3 may: that needs a maxPerRun of 4',
    );
  });
});

const blank: PlanItem = { region: 'x', imageId: null, archive: false, step: null, snapshotIds: [] };

function standingAfter(image: Image, step: 'deprecate' | 'disable' | 'deregister', at: string): Image {
  return {
    ...image,
    ...(step === 'disable' ? { state: 'disabled' } : { deprecatesAt: at }),
    tags: { ...image.tags, ...rungTags(image.tags, { step, since: at }) },
  };
}
