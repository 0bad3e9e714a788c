import { describe, expect, it } from 'vitest';
import { makePlanRetirement } from '../../../functions/plan-retirement/task.ts';
import { audienceDigest } from '../../../shared/domain/audience.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { instanceId } from '../domain/examples.ts';
import { fakeAccount } from './fake-account.ts';
import { copiesOf, days, plan } from './plan-retirement-rig.ts';
import { abroad, home, imageOf, imageOn, noon, retiring } from './retirement-examples.ts';

describe('the plan', () => {
  it('has every image with its verdict and all of its reasons', async () => {
    const account = fakeAccount({ [home]: days(21, 20, 19, 18, 17) });
    account.world.uses.set('ami-20261118', ['in use by instance i-1', 'in use by parameter /golden']);
    const { answer, written, of } = await plan(account);
    expect(written.images).toHaveLength(5);
    expect(of(21)).toMatchObject({ verdict: 'keep', reasons: ['daily 1 of 2', 'newest of its lineage'], actions: [] });
    expect(of(20)).toMatchObject({ verdict: 'keep', reasons: ['daily 2 of 2'] });
    const goes = { verdict: 'retire', reasons: ['no rule keeps it', 'no longer wanted'], actions: ['deprecate'] };
    expect(of(19)).toEqual({
      region: home,
      imageId: 'ami-20261119',
      name: `gold/${instanceId}/20261119T0300Z`,
      ...goes,
    });
    expect(of(18)).toMatchObject({
      verdict: 'keep',
      reasons: ['in use by instance i-1', 'in use by parameter /golden'],
    });
    expect(of(17)).toMatchObject(goes);
    expect(answer).toMatchObject({ images: 5, kept: 3, inUse: 1, planned: 2, incomplete: [], excess: null });
    expect(answer.plan).toEqual({ bucket: 'work', key: 'runs/ours/plan.json' });
    expect(answer.holdings).toMatchObject([{ region: home, images: 5 }]);
  });

  it('names the snapshots that go with an image, as a deregistered one no longer does', async () => {
    const { items } = await plan(fakeAccount({ [home]: days(21, 20, 19) }));
    const snapshotIds = ['snap-20261119'];
    expect(items).toEqual([{ region: home, imageId: 'ami-20261119', archive: false, step: 'deprecate', snapshotIds }]);
  });

  it('asks about candidates only, as deep into launch templates as the policy says', async () => {
    const account = fakeAccount({ [home]: days(21, 20, 19, 18) });
    await plan(account, retiring({ retire: { mode: 'enforce', maxPercentPerRun: 100, launchTemplateVersions: 50 } }));
    const asked = account.calls.filter((call) => call.startsWith('uses'));
    expect(asked).toEqual([`uses in ${home} of ami-20261119 ami-20261118 to depth 50`]);
  });

  it('asks about nothing where nothing is to go', async () => {
    const account = fakeAccount({ [home]: days(21, 20) });
    await plan(account);
    expect(account.calls.filter((call) => call.startsWith('uses'))).toEqual([]);
  });

  it('never retires an image that is held, whatever the value of the tag', async () => {
    const holds = ['audit 2026', ''].map((hold, index) => imageOf(19 - index, { tags: { [tagKeys.hold]: hold } }));
    const { of, items } = await plan(fakeAccount({ [home]: [...days(21, 20), ...holds] }));
    expect(of(19)).toMatchObject({ verdict: 'keep', reasons: ['held: audit 2026'] });
    expect(of(18)).toMatchObject({ verdict: 'keep', reasons: ['held: no reason given'] });
    expect(items).toEqual([]);
  });

  it('keeps an image that is being copied to another Region of the policy', async () => {
    const account = fakeAccount({ [home]: days(21, 20, 19) });
    account.world.copies.set(abroad, new Map([['ami-20261119', ['being copied to eu-central-1 as ami-9']]]));
    const { of } = await plan(account, retiring({ copies: [{ region: abroad }] }));
    expect(of(19)).toMatchObject({ verdict: 'keep', reasons: ['being copied to eu-central-1 as ami-9'] });
  });

  it('takes disabled images a step further once their grace is over, and not before', async () => {
    const account = fakeAccount({
      [home]: [...days(21, 20), imageOn('disable', 14, imageOf(10)), imageOn('disable', 15, imageOf(11))],
    });
    const { of } = await plan(account);
    expect(of(10)).toMatchObject({ verdict: 'retire', actions: ['deregister'] });
    expect(of(11)).toMatchObject({ verdict: 'retire', actions: [] });
  });

  it('brings back up what is in use again', async () => {
    const account = fakeAccount({ [home]: [...days(21, 20), imageOn('disable', 20, imageOf(10))] });
    account.world.uses.set('ami-20261110', ['in use by instance i-1']);
    expect((await plan(account)).of(10)).toMatchObject({ verdict: 'keep', actions: ['reinstate'] });
  });

  it('archives what is due before it takes a step with it', async () => {
    const archive = { bucket: 'archive', when: { daily: 9 } };
    const { items } = await plan(fakeAccount({ [home]: days(21, 20, 19) }), retiring({ archive }));
    expect(items.find(({ imageId }) => imageId === 'ami-20261119')).toMatchObject({ archive: true, step: 'deprecate' });
  });

  it('keeps copies in their Region by their own rule', async () => {
    const copies = [{ region: abroad, retain: { last: 3 } }];
    const account = fakeAccount({ [home]: days(21, 20, 19, 18), [abroad]: copiesOf(days(21, 20, 19, 18)) });
    const { written, answer } = await plan(account, retiring({ copies }));
    const line = (imageId: string) => written.images.find((each) => each.imageId === imageId);
    expect(line('ami-20261119')).toMatchObject({ verdict: 'retire' });
    expect(line('ami-c20261121')).toMatchObject({
      reasons: ['last 1 of 3', `newest copy of its lineage in ${abroad}`],
    });
    expect(line('ami-c20261119')).toMatchObject({ region: abroad, verdict: 'keep', reasons: ['last 3 of 3'] });
    expect(line('ami-c20261118')).toMatchObject({ region: abroad, verdict: 'retire' });
    expect(answer).toMatchObject({ images: 8, planned: 3 });
  });

  it('is not to be had for a policy that is not there, or not valid', async () => {
    for (const name of ['PolicyNotFound', 'PolicyInvalid'] as const) {
      const find = async () => {
        throw new LifecycleError(name, 'so it is');
      };
      const task = makePlanRetirement({ region: home, ...fakeAccount(), policies: { find } });
      const input = { executionId: 'x', event: { policy: 'gold', scheduledAt: noon }, now: noon };
      await expect(task(input)).rejects.toMatchObject({ name });
    }
  });
});

describe('an instance that is gone', () => {
  const policy = retiring({ retain: { daily: 2, afterTermination: '7d' } });

  it('is noted on its images, and asked for only where the policy cares', async () => {
    const account = fakeAccount({ [home]: days(21, 20) });
    account.world.goneInstances.add(instanceId);
    const { items } = await plan(account, policy);
    expect(items.map(({ step }) => step)).toEqual(['note-source-gone', 'note-source-gone']);
    const unasked = fakeAccount({ [home]: days(21, 20) });
    unasked.world.goneInstances.add(instanceId);
    expect((await plan(unasked)).items).toEqual([]);
    expect(unasked.calls.filter((call) => call.startsWith('gone'))).toEqual([]);
  });

  it('keeps its images as long as the policy says, and then none of them', async () => {
    const since = (instant: string) => {
      const tags = { [tagKeys.sourceGoneSince]: instant };
      const account = fakeAccount({ [home]: [imageOf(21, { tags }), imageOf(20, { tags })] });
      account.world.goneInstances.add(instanceId);
      return account;
    };
    expect((await plan(since('2026-11-14T12:01:00Z'), policy)).items).toEqual([]);
    const { items } = await plan(since('2026-11-14T12:00:00Z'), policy);
    expect(items.map(({ step }) => step)).toEqual(['deprecate', 'deprecate']);
  });
});

describe('a policy that retires nothing', () => {
  const without = (fields: object) => retiring({ retain: undefined, retire: undefined, ...fields });

  it('still shares its images as it says, but none that is disabled or not complete', async () => {
    const accounts = ['111122223333'];
    const audience = { accounts, organizationArns: [], organizationalUnitArns: [], public: false };
    const { items, shares, of, answer } = await plan(
      fakeAccount({
        [home]: [
          imageOf(21),
          imageOf(20, { tags: { [tagKeys.audience]: audienceDigest(audience) } }),
          imageOf(19, { state: 'disabled' }),
          imageOf(18, { tags: { [tagKeys.state]: 'capturing' } }),
        ],
      }),
      without({ share: { accounts } }),
    );
    expect(shares).toEqual([{ region: home, imageId: 'ami-20261121' }]);
    expect(items).toEqual([]);
    expect(of(18)).toMatchObject({ verdict: 'keep', reasons: expect.arrayContaining(['the policy retires nothing']) });
    expect(answer).toMatchObject({ kept: 4, inUse: 0, mode: 'enforce' });
  });

  it('takes access back that it no longer gives', async () => {
    const account = fakeAccount({ [home]: [imageOf(21, { tags: { [tagKeys.audience]: '1-0123456789abcdef' } })] });
    expect((await plan(account, without({}))).shares).toEqual([{ region: home, imageId: 'ami-20261121' }]);
  });

  it('brings back what was on its way out, and asks nobody who uses what', async () => {
    const account = fakeAccount({ [home]: [imageOf(21), imageOn('deprecate', 20, imageOf(10))] });
    account.addSnapshot('snap-lost');
    expect((await plan(account, without({}))).items).toMatchObject([{ imageId: 'ami-20261110', step: 'reinstate' }]);
    expect(account.calls.filter((call) => /^(uses|list snapshots)/.test(call))).toEqual([]);
  });
});

describe('a snapshot without an image', () => {
  const longAgo = '2026-11-14T11:59:59Z';
  const left = (different: Parameters<ReturnType<typeof fakeAccount>['addSnapshot']>[1]) => {
    const account = fakeAccount({ [home]: days(21, 20) });
    account.addSnapshot('snap-lost', { startedAt: longAgo, ...different });
    return account;
  };

  const orphaned = (since: string) => ({
    tags: { [tagKeys.policy]: 'gold', [tagKeys.source]: instanceId, [tagKeys.orphanedSince]: since },
  });

  it.each([
    ['is planned for when it is first seen, so that its grace begins, a week after it began', {}],
    ['is planned for again once its grace is over, and it is cleared away', orphaned('2026-11-14T12:00:00Z')],
    ['of which people wrote when that was, but no instant, begins anew', orphaned('long ago')],
  ])('%s', async (_, different) => {
    const { items, written } = await plan(left(different));
    const snapshotIds = ['snap-lost'];
    expect(items).toEqual([{ region: home, imageId: null, archive: false, step: null, snapshotIds }]);
    expect(written.leftoverSnapshots).toEqual([{ region: home, snapshotId: 'snap-lost' }]);
  });

  it.each([
    ['waits for the end of its grace without a word', orphaned('2026-11-15T12:00:00Z')],
    ['may belong to an image that is being made', { startedAt: '2026-11-14T12:00:00Z' }],
    ['stays while somebody holds it', { tags: { [tagKeys.policy]: 'gold', [tagKeys.hold]: '' } }],
    ['of another policy is none of ours', { tags: { [tagKeys.policy]: 'web', [tagKeys.source]: instanceId } }],
    ['elsewhere is none of ours', { region: abroad }],
    ['whose beginning cannot be read stays', { startedAt: '' }],
  ])('%s', async (_says, different) => {
    expect((await plan(left(different))).items).toEqual([]);
  });

  it.each([
    ['a disabled image of this policy', imageOn('disable', 20, imageOf(10, { snapshotIds: ['snap-lost'] })), 1],
    ['an image of somebody else', imageOf(10, { snapshotIds: ['snap-lost'], tags: { [tagKeys.policy]: 'web' } }), 0],
  ])('is none where %s uses it', async (_says, image, lines) => {
    const account = fakeAccount({ [home]: [...days(21, 20), image] });
    account.addSnapshot('snap-lost', { startedAt: longAgo });
    const { items, written } = await plan(account);
    expect(items.filter(({ imageId }) => imageId === null)).toEqual([]);
    expect(written.images).toHaveLength(2 + lines);
  });
});
