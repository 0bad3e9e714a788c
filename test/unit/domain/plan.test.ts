import { describe, expect, it } from 'vitest';
import { audienceDigest, unsettled, withdrawnTo } from '../../../shared/domain/audience.ts';
import type { Image } from '../../../shared/domain/image.ts';
import { type Judgement, judgeLineage } from '../../../shared/domain/judgement.ts';
import { rungTags } from '../../../shared/domain/ladder.ts';
import { slotOf } from '../../../shared/domain/naming.ts';
import {
  actionCounts,
  blastRadius,
  decide,
  decideWithoutEvidence,
  type Evidence,
  isRecent,
  isSharedOtherwise,
  isStepDown,
  type PlanItem,
  type PlanStep,
  partsOf,
  planItemSchema,
  planSteps,
} from '../../../shared/domain/plan.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { imageOf, imageOn } from '../functions/retirement-examples.ts';
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

const usedBy = (uses: readonly string[]): Evidence => ({
  uses,
  silentRegions: [],
  isShared: false,
  report: undefined,
});
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

describe('while a Region does not say what is being copied into it', () => {
  const silentRegions = ['eu-west-1', 'eu-central-1'];
  const doubts = silentRegions.map((region) => `waits to know whether it is being copied to ${region}`);
  const doubtful: Evidence = { ...unused, silentRegions };
  const deprecated: Partial<Image> = {
    deprecatesAt: after(-8 * day),
    tags: rungTags({ [tagKeys.state]: 'complete' }, { step: 'deprecate', since: after(-8 * day) }),
  };

  it.each<[says: string, image: Partial<Image>]>([
    ['is not disabled', deprecated],
    ['is not deregistered', disabled(8 * day)],
    ['that EC2 could not make is not deregistered', { state: 'failed' }],
  ])('an image %s, as somebody may be copying it there', (_says, image) => {
    expect(decide(candidate(image), doubtful, policy, now)).toMatchObject({
      verdict: 'retire',
      step: null,
      reasons: ['no rule keeps it', ...doubts],
    });
  });

  it('an image is deprecated all the same, which takes it from nobody', () => {
    expect(decide(candidate(), doubtful, policy, now).step).toBe('deprecate');
  });

  it('what its rung is, and who else uses it, is found out all the same', () => {
    expect(decide(candidate({ state: 'disabled' }), doubtful, policy, now).step).toBe('note-rung');
    const shared = decide(candidate(disabled(8 * day)), { ...doubtful, isShared: true }, policy, now);
    expect(shared.step).toBe('ask-for-report');
    expect(shared.reasons).toEqual(['no rule keeps it', ...doubts, 'waits for the report on who else uses it']);
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
      retain: { daily: 3, weekly: 2, atLeast: 2 },
      copies: [{ region: 'eu-west-1', retain: { last: 2 } }],
    };
    const policyOfIt = aPolicy({ ...rules, retire: {} });
    expect(blastRadius(items(24), { total: 72, lineages: 12, recent: 12 }, policyOfIt)).toBeUndefined();
    expect(blastRadius(items(25), { total: 72, lineages: 12, recent: 12 }, policyOfIt)).toBe(
      '25 of 72 images would take the same step, and 24 may: that needs a maxPercentPerRun of 35',
    );
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
    expect(isIt(slotOf(after(-days * day - 60)))).toBe(false);
    expect(isIt('yesterday')).toBe(false);
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

describe('without all that may speak for an image', () => {
  const judged = (different: Partial<Judgement> & Pick<Judgement, 'image'>): Judgement => {
    return { keeps: [], because: 'no rule keeps it', archive: true, noteSourceGone: true, ...different };
  };
  const leaving = imageOn('disable', 1, imageOf(10));

  it('a candidate takes no step, neither down nor up, and is not archived', () => {
    const reasons = ['whether it is still needed is not known'];
    for (const image of [imageOf(10), leaving]) {
      const decision = { verdict: 'keep', reasons, archive: false, step: null };
      expect(decideWithoutEvidence(judged({ image }))).toEqual(decision);
    }
  });

  it('what rules or a hold keep comes back up, and nothing else is done with it', () => {
    const keeps = ['held: needed'];
    const kept = { verdict: 'keep', reasons: keeps, archive: false };
    expect(decideWithoutEvidence(judged({ image: leaving, keeps }))).toEqual({ ...kept, step: 'reinstate' });
    expect(decideWithoutEvidence(judged({ image: imageOf(10), keeps }))).toEqual({ ...kept, step: null });
  });
});

describe('of what is to be done with an image', () => {
  it('only that it comes back up takes nothing from anybody', () => {
    const item = { ...blank, imageId: 'ami-1' };
    for (const step of planSteps.filter((each) => each !== 'reinstate')) {
      expect(partsOf({ ...item, step })).toEqual({ harmless: [], other: [{ ...item, step }] });
    }
    const wanted: PlanItem = { ...item, step: 'reinstate' };
    expect(partsOf(wanted)).toEqual({ harmless: [wanted], other: [] });
    expect(partsOf({ ...wanted, archive: true })).toEqual({ harmless: [wanted], other: [{ ...item, archive: true }] });
  });

  it('everything is counted by its name', () => {
    const items: PlanItem[] = [
      { ...blank, imageId: 'ami-1', archive: true, step: 'deprecate' },
      { ...blank, imageId: 'ami-2', step: 'deprecate' },
      blank,
    ];
    expect(actionCounts(items, [{ region: 'x', imageId: 'ami-1' }])).toEqual({
      share: 1,
      archive: 1,
      deprecate: 2,
      'delete-snapshots': 1,
    });
    expect(actionCounts([], [])).toEqual({});
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

const blank: PlanItem = { region: 'x', imageId: null, archive: false, step: null, snapshotIds: [] };

function standingAfter(image: Image, step: 'deprecate' | 'disable' | 'deregister', at: string): Image {
  return {
    ...image,
    ...(step === 'disable' ? { state: 'disabled' } : { deprecatesAt: at }),
    tags: { ...image.tags, ...rungTags(image.tags, { step, since: at }) },
  };
}
