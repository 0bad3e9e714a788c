import { describe, expect, it } from 'vitest';
import { audienceDigest, unsettled, withdrawnTo } from '../../../shared/domain/audience.ts';
import type { Image } from '../../../shared/domain/image.ts';
import type { Judgement } from '../../../shared/domain/judgement.ts';
import { rungTags } from '../../../shared/domain/ladder.ts';
import {
  actionCounts,
  decide,
  decideWithoutEvidence,
  type Evidence,
  inOrder,
  isSharedOtherwise,
  isStepDown,
  type PlanItem,
  type PlanStep,
  partsOf,
  planItemSchema,
  planSteps,
  regionsKey,
} from '../../../shared/domain/plan.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { imageOf, imageOn } from '../functions/retirement-examples.ts';
import { after, anImage, aPolicy, beginning as now } from './examples.ts';

const day = 86_400;
const policy = aPolicy({ retain: { last: 3 }, retire: {} });

/** A judgement of an image that nothing keeps, unless told otherwise. */
function candidate(image: Partial<Image> = {}, different: Partial<Judgement> = {}): Judgement {
  return {
    image: anImage(image),
    keeps: [],
    because: 'no rule keeps it',
    isArchiveDue: false,
    archive: false,
    waits: undefined,
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

  it('waits for a newer one before it goes for good, and for none before that', () => {
    const waits = 'waits for a newer one that is available';
    const decided = (image: Partial<Image>) => decide(candidate(image, { waits }), unused, policy, now);
    expect(decided(disabled(7 * day))).toMatchObject({ step: null, reasons: ['no rule keeps it', waits] });
    expect(decided({})).toMatchObject({ step: 'deprecate' });
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

describe('without all that may speak for an image', () => {
  const judged = (different: Partial<Judgement> & Pick<Judgement, 'image'>): Judgement => {
    return {
      keeps: [],
      because: 'no rule keeps it',
      isArchiveDue: true,
      archive: true,
      waits: undefined,
      noteSourceGone: true,
      ...different,
    };
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

  it('what people want back comes first, and what takes hours last', () => {
    const items: PlanItem[] = [
      { ...blank, imageId: 'ami-1', archive: true, step: null },
      { ...blank, imageId: 'ami-2', step: 'deprecate' },
      { ...blank, imageId: null },
      { ...blank, imageId: 'ami-3', archive: true, step: 'reinstate' },
      { ...blank, imageId: 'ami-4', step: 'reinstate' },
    ];
    expect(inOrder(items).map(({ imageId }) => imageId)).toEqual(['ami-3', 'ami-4', 'ami-2', null, 'ami-1']);
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

it('the Regions that a policy ever copied to are kept under its own name', () => {
  expect(regionsKey('gold')).toBe('regions/gold.json');
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

const blank: PlanItem = { region: 'eu-west-1', imageId: null, archive: false, step: null, snapshotIds: [] };
