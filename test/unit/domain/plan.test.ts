import { describe, expect, it } from 'vitest';
import { audienceDigest, unsettled, withdrawnTo } from '../../../shared/domain/audience.ts';
import type { Image } from '../../../shared/domain/image.ts';
import { type Judgement, judgeLineage } from '../../../shared/domain/judgement.ts';
import { rungTags } from '../../../shared/domain/ladder.ts';
import {
  blastRadius,
  copyDoubts,
  decide,
  type Evidence,
  isSharedOtherwise,
  isStepDown,
  type PlanItem,
  type PlanStep,
  planItemSchema,
  planSteps,
} from '../../../shared/domain/plan.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { after, anImage, aPolicy, dailies, beginning as now } from './examples.ts';

const day = 86_400;
const policy = aPolicy({ retain: { last: 3 }, retire: {} });

/** A judgement of an image that nothing keeps, unless told otherwise. */
function candidate(image: Partial<Image> = {}, different: Partial<Judgement> = {}): Judgement {
  return {
    image: anImage(image),
    keeps: [],
    because: 'no rule keeps it',
    archive: false,
    noteSourceGone: false,
    ...different,
  };
}

function disabled(seconds: number): Partial<Image> {
  return { state: 'disabled', tags: rungTags({}, { step: 'disable', since: after(-seconds) }) };
}

const usedBy = (uses: readonly string[]): Evidence => ({ uses, isShared: false, report: undefined });
const unused = usedBy([]);

const retiring = { tags: { [tagKeys.state]: 'retiring' } };
const noRung = { tags: { [tagKeys.rung]: 'x' } };

describe('what becomes of an image', () => {
  it.each<[says: string, judgement: Judgement, uses: string[], verdict: string, step: PlanStep | null]>([
    ['nothing, where a rule keeps it', candidate({}, { keeps: ['last 1 of 3'] }), [], 'keep', null],
    ['nothing, where somebody uses it', candidate(), ['in use by instance i-1'], 'keep', null],
    ['it is wanted again by a rule', candidate(retiring, { keeps: ['last 1 of 3'] }), [], 'keep', 'reinstate'],
    ['it is wanted again by a user', candidate(disabled(99 * day)), ['in use by i-1'], 'keep', 'reinstate'],
    [
      'it comes back, where its rung cannot be read',
      candidate(noRung, { keeps: ['held: x'] }),
      [],
      'keep',
      'reinstate',
    ],
    ['its instance is gone', candidate({}, { keeps: ['x'], noteSourceGone: true }), [], 'keep', 'note-source-gone'],
    [
      'it comes back first, and is told of its instance later',
      candidate(retiring, { keeps: ['x'], noteSourceGone: true }),
      [],
      'keep',
      'reinstate',
    ],
    ['it begins its retirement', candidate(), [], 'retire', 'deprecate'],
    ['it waits out its grace', candidate(disabled(6 * day)), [], 'retire', null],
    ['it goes', candidate(disabled(7 * day)), [], 'retire', 'deregister'],
    ['where it stands is written down', candidate({ state: 'disabled' }), [], 'retire', 'note-rung'],
  ])('%s', (_says, judgement, uses, verdict, step) => {
    expect(decide(judgement, usedBy(uses), policy, now)).toMatchObject({ verdict, step });
  });

  it('is told with every reason why it stays', () => {
    const judgement = candidate({}, { keeps: ['held: audit'] });
    expect(decide(judgement, usedBy(['in use by instance i-1']), policy, now).reasons).toEqual([
      'held: audit',
      'in use by instance i-1',
    ]);
  });

  it('is told with the reason why it goes, and why it goes now', () => {
    expect(decide(candidate(disabled(8 * day)), unused, policy, now).reasons).toEqual([
      'no rule keeps it',
      `disabled since ${after(-8 * day)}`,
    ]);
  });

  it.each([true, false])('is archived or not as was judged (%s), whatever else is done', (archive) => {
    expect(decide(candidate({}, { archive }), unused, policy, now)).toMatchObject({ archive, step: 'deprecate' });
    expect(decide(candidate({}, { archive }), usedBy(['in use']), policy, now)).toMatchObject({ archive, step: null });
  });

  it('is nothing but the way back where the policy no longer retires', () => {
    const keeps = ['the policy retires nothing'];
    expect(decide(candidate({}, { keeps }), unused, aPolicy(), now)).toMatchObject({ verdict: 'keep', step: null });
    expect(decide(candidate(disabled(99 * day), { keeps }), unused, aPolicy(), now).step).toBe('reinstate');
    expect(decide(candidate(), unused, aPolicy(), now)).toMatchObject({ verdict: 'keep', step: null });
  });
});

describe('what people have put in the way is left, and told', () => {
  it.each(['enabled', 'enabled-with-cooldown', 'disabled after 2026-12-01', ''])(
    'protection against deregistration, which reads %j',
    (deregistrationProtection) => {
      const { step, reasons } = decide(
        candidate({ ...disabled(8 * day), deregistrationProtection }),
        unused,
        policy,
        now,
      );
      expect(step).toBeNull();
      expect(reasons).toContainEqual(expect.stringContaining('protected against deregistration'));
    },
  );

  it('protection against deregistration is not in the way of a step that can be undone', () => {
    const judgement = candidate({ deregistrationProtection: 'enabled' });
    expect(decide(judgement, unused, policy, now).step).toBe('deprecate');
  });

  it.each<[step: string, image: Partial<Image>]>([
    ['deprecated', {}],
    ['deregistered', disabled(8 * day)],
    ['deregistered, where EC2 could not make it,', { state: 'failed' }],
  ])('an image of AWS Backup is not %s', (_step, image) => {
    const tags = { ...image.tags, 'aws:backup:source-resource': 'i-1' };
    expect(decide(candidate({ ...image, tags }), unused, policy, now)).toMatchObject({
      step: null,
      reasons: ['no rule keeps it', 'managed by AWS Backup, so left to it'],
    });
  });
});

describe('where a Region does not say what is being copied into it', () => {
  it('an image whose capture is not over stays, for each such Region', () => {
    const image = anImage({ tags: { [tagKeys.state]: 'capturing' } });
    expect(copyDoubts(image, ['eu-west-1', 'eu-central-1'])).toEqual([
      'whether it is being copied to eu-west-1 is not known',
      'whether it is being copied to eu-central-1 is not known',
    ]);
    expect(copyDoubts(image, [])).toEqual([]);
  });

  it('one that is complete may go: its copies are made', () => {
    expect(copyDoubts(anImage({ tags: { [tagKeys.state]: 'complete' } }), ['eu-west-1'])).toEqual([]);
  });
});

describe('an image is shared otherwise than its policy says', () => {
  const share = { accounts: ['111122223333'], organizationArns: [], organizationalUnitArns: [], public: false };
  const as = (digest: string): Record<string, string> => ({ [tagKeys.audience]: digest });
  const shared = as(audienceDigest(share));

  it.each<[says: string, tags: Record<string, string>, asked: NamedPolicy['share'], expected: boolean]>([
    ['where it never was shared, and is to be', {}, share, true],
    ['where it was, and the policy shares with others now', shared, { ...share, accounts: ['123456789012'] }, true],
    ['where it was, and the policy shares no longer', shared, undefined, true],
    ['where its tag was edited', as('x'), share, true],
    ['but not where it is shared as it should be', shared, share, false],
    ['but not where it never was, and is not to be', {}, undefined, false],
    ['but not where its sharing was taken back', as('nobody'), undefined, false],
    ['where its sharing was begun, and not ended', as(unsettled), share, true],
    ['where it has been disabled since', as(withdrawnTo(audienceDigest(share))), share, true],
    ['but not before its capture is over', { [tagKeys.state]: 'capturing' }, share, false],
    ['though its capture will never be over', { [tagKeys.state]: 'capturing', ...shared }, undefined, true],
  ])('%s', (_says, tags, asked, expected) => {
    expect(isSharedOtherwise(anImage({ tags }), { share: asked })).toBe(expected);
  });

  it.each<Image['state']>(['pending', 'failed', 'disabled'])('but not while it is %s, as EC2 refuses', (state) => {
    expect(isSharedOtherwise(anImage({ state }), { share })).toBe(false);
  });

  it.each<[says: string, tags: Record<string, string>, asked: NamedPolicy['share'], expected: boolean]>([
    ['where the policy shares with others now', shared, { ...share, accounts: ['123456789012'] }, true],
    ['where the policy shares no longer', shared, undefined, true],
    ['where its snapshots were left to others than now', as(withdrawnTo(audienceDigest(share))), undefined, true],
    ['where its sharing was begun, and not ended', as(unsettled), share, true],
    ['but not where its snapshots are shared as they should be', shared, share, false],
    ['but not where all is taken back already', as(withdrawnTo(audienceDigest(share))), share, false],
    ['but not where it never was, and is to be: that waits until it is available', {}, share, false],
  ])('while it is disabled, %s', (_says, tags, asked, expected) => {
    expect(isSharedOtherwise(anImage({ state: 'disabled', tags }), { share: asked })).toBe(expected);
  });
});

describe('how much a run may take away', () => {
  const items = (count: number, step: PlanItem['step'] = 'deprecate'): PlanItem[] =>
    Array.from({ length: count }, (_, index) => ({
      region: 'eu-south-1',
      imageId: `ami-${step}${index}`,
      archive: false,
      share: false,
      step,
      snapshotIds: [],
    }));
  const eachStep = (count: number) => [items(count), items(count, 'disable'), items(count, 'deregister')].flat();
  const leftovers = (count: number): PlanItem[] => items(count, null).map((item) => ({ ...item, imageId: null }));
  const radius = (planned: PlanItem[], total: number, lineages: number, retire: Record<string, unknown> = {}) => {
    const policyOfIt = aPolicy({ retain: { last: 1 }, retire });
    if (!policyOfIt.retire) throw new Error('no retire');
    return blastRadius(planned, { total, lineages }, policyOfIt.retire);
  };

  it('is exceeded by a policy that was edited from 30 dailies to 3', () => {
    const edited = aPolicy({ retain: { daily: 3 }, retire: {} });
    const circumstances = { policy: edited, region: 'x', homeRegion: 'x', now, isSourceGone: false };
    const planned = judgeLineage(dailies(30), circumstances)
      .map((judgement) => decide(judgement, unused, edited, now))
      .map(({ step }, index): PlanItem => ({ ...items(1)[0], ...blank, imageId: `ami-${index}`, step }));
    expect(radius(planned, 30, 1)).toBe('27 of 30 images would take the same step, and maxPercentPerRun 25 allows 7');
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
    [
      'what is only archived or shared',
      items(60, null).map((item) => ({ ...item, archive: true, share: true })),
      60,
      1,
      {},
      true,
    ],
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

  it('says which cap was hit, and by how much', () => {
    expect(radius(items(51), 1000, 1)).toBe('51 images would take a step, and without a maxPerRun 50 may');
    expect(radius(items(4), 1000, 1, { maxPerRun: 3 })).toBe('4 images would take a step, and maxPerRun is 3');
  });
});

it('only what takes something away is a step down', () => {
  expect(planSteps.filter(isStepDown)).toEqual(['deprecate', 'disable', 'deregister']);
  expect(isStepDown(null)).toBe(false);
});

it('an item of the plan is read as it was written, also one of snapshots alone', () => {
  for (const item of [blank, { ...blank, imageId: 'ami-1', step: 'disable', snapshotIds: ['snap-1'] }]) {
    expect(planItemSchema.parse(JSON.parse(JSON.stringify(item)))).toEqual(item);
  }
  expect(planItemSchema.safeParse({ ...blank, step: 'delete' }).success).toBe(false);
});

const blank: PlanItem = { region: 'x', imageId: null, archive: false, share: false, step: null, snapshotIds: [] };

function standingAfter(image: Image, step: 'deprecate' | 'disable' | 'deregister', at: string): Image {
  return {
    ...image,
    ...(step === 'disable' ? { state: 'disabled' } : { deprecatesAt: at }),
    tags: { ...image.tags, ...rungTags(image.tags, { step, since: at }) },
  };
}
