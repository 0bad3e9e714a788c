import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { fakeAccount } from './fake-account.ts';
import { copiesOf, days, denied, plan, unknown } from './plan-retirement-rig.ts';
import { abroad, home, imageOf, imageOn, retiring } from './retirement-examples.ts';

describe('a Region of which not all is known', () => {
  const policy = retiring({ copies: [{ region: abroad }], share: { accounts: ['111122223333'] } });
  const archived = retiring({ archive: { bucket: 'archive', when: { last: 3 } } }).archive;
  const everywhere = () => {
    const account = fakeAccount({ [home]: days(21, 20, 19), [abroad]: copiesOf(days(21, 20, 19)) });
    account.addSnapshot('snap-lost', { region: abroad });
    account.addSnapshot('snap-left-at-home');
    return account;
  };

  it.each([abroad, home])(
    'is left alone where it does not even show its images, while the others go on: %s',
    async (region) => {
      const account = everywhere();
      account.refusals.set(`list images in ${region}`, denied);
      const { answer, items, shares, written } = await plan(account, policy);
      const other = region === home ? abroad : home;
      expect(answer.incomplete).toEqual([{ region, reason: denied.message }]);
      expect(written.incomplete).toEqual(answer.incomplete);
      expect(new Set([...written.images, ...items, ...shares].map((each) => each.region))).toEqual(new Set([other]));
      expect(items.filter(({ step }) => step === 'deprecate')).toHaveLength(1);
      expect(answer.images).toBe(3);
    },
  );

  it.each([
    ['its snapshots', abroad, `list snapshots in ${abroad}`, denied],
    ['who uses snapshots', abroad, 'users of snap-lost', denied],
    ['who uses images', abroad, `uses in ${abroad}`, unknown],
    ['who uses images, nor the right to ask', abroad, `uses in ${abroad}`, denied],
    ['who uses images', home, `uses in ${home}`, unknown],
  ])(
    'loses nothing, but is shared, and what is wanted comes back up: not %s in %s',
    async (_what, region, call, error) => {
      const account = everywhere();
      const hold = { tags: { [tagKeys.hold]: 'needed' } };
      const left = [imageOn('disable', 10, imageOf(15, hold)), imageOn('disable', 10, imageOf(14))];
      for (const image of region === home ? left : copiesOf(left))
        account.world.images.set(image.imageId, { ...image, region });
      account.refusals.set(call, error);
      const { answer, items, shares, written } = await plan(account, { ...policy, archive: archived });
      const other = region === home ? abroad : home;
      expect(answer.incomplete).toEqual([{ region, reason: error.message }]);
      expect(written.incomplete).toEqual(answer.incomplete);
      const there = <Each extends { region: string }>(all: Each[]): Each[] =>
        all.filter((each) => each.region === region);
      expect(there(items)).toMatchObject([
        { imageId: expect.stringContaining('15'), archive: false, step: 'reinstate' },
      ]);
      expect(there(shares)).toHaveLength(3);
      const candidates = there(written.images).filter(({ imageId }) => /1[49]$/.test(imageId));
      const reasons = ['whether it is still needed is not known'];
      expect(candidates).toMatchObject([
        { verdict: 'keep', reasons, actions: ['share'] },
        { verdict: 'keep', reasons, actions: [] },
      ]);
      expect(items.filter((item) => item.region === other && item.step === 'deprecate')).toHaveLength(1);
      expect(answer).toMatchObject({ images: 8, inUse: 0 });
      expect(answer.withheld).toEqual({});
    },
  );

  it('loses nothing where nobody says whether instances are gone, and the policy asks', async () => {
    const account = everywhere();
    const hold = { tags: { [tagKeys.hold]: 'needed' } };
    const tags = { [tagKeys.sourceGoneSince]: '2026-11-01T12:00:00Z' };
    for (const image of [imageOn('disable', 10, imageOf(15, hold)), imageOn('disable', 10, imageOf(14, { tags }))])
      account.world.images.set(image.imageId, { ...image, region: home });
    account.refusals.set('gone of', denied);
    const careful = retiring({ copies: [{ region: abroad }], retain: { daily: 2, afterTermination: '7d' } });
    const { answer, items, of } = await plan(account, careful);
    expect(answer.incomplete.map(({ region }) => region)).toEqual([home, abroad]);
    // What would stay only if its instance were there is not brought back either.
    expect(items).toMatchObject([{ imageId: 'ami-20261115', step: 'reinstate' }]);
    expect(of(21)).toMatchObject({ verdict: 'keep', actions: [] });
  });

  it('that does not say what is copied into it holds back whatever would be taken from a copy, and the run says so', async () => {
    const account = fakeAccount({ [home]: [...days(21, 20, 19), imageOn('disable', 10, imageOf(10))] });
    account.refusals.set(`copies into ${abroad}`, unknown);
    const { answer, of } = await plan(account, policy);
    expect(answer.incomplete).toEqual([{ region: abroad, reason: expect.stringContaining('being copied there') }]);
    expect(answer.inUse).toBe(0);
    expect(of(19)?.actions).toContain('deprecate');
    const doubt = `waits to know whether it is being copied to ${abroad}`;
    expect(of(10)).toMatchObject({ verdict: 'retire', reasons: ['no rule keeps it', doubt], actions: [] });
  });

  it('is asked again after throttling, whichever call it met: nobody takes it for an answer', async () => {
    const unharmed = everywhere();
    await plan(unharmed, policy);
    for (const callNumber of unharmed.calls.keys()) {
      const account = everywhere();
      account.breakOff(callNumber + 1, { takesEffect: false });
      await expect(plan(account, policy)).rejects.toMatchObject({ name: 'AwsThrottled' });
      expect(account.world.objects.has('runs/ours/items.json')).toBe(false);
    }
  });
});

describe('a Region that the policy no longer copies to', () => {
  const accounts = ['111122223333'];
  const before = retiring({ copies: [{ region: abroad }], share: { accounts } });
  const after = retiring({ share: { accounts } });
  const key = 'regions/gold.json';
  /** Two dailies of four, and one on its way out, in a Region that the policy once named. */
  async function given(): Promise<ReturnType<typeof fakeAccount>> {
    const away = [...days(21, 20, 19), imageOn('disable', 10, imageOf(10))];
    const account = fakeAccount({ [home]: days(21, 20), [abroad]: copiesOf(away) });
    account.addSnapshot('snap-lost', { region: abroad });
    await plan(account, before);
    account.changes.length = 0;
    account.calls.length = 0;
    return account;
  }

  it('is kept in mind from the first plan that names it, and written down once', async () => {
    const account = await given();
    expect(JSON.parse(account.world.objects.get(key) ?? '')).toEqual([abroad]);
    await plan(account, before);
    await plan(account, after);
    expect(account.changes).not.toContain(`write ${key}`);
    await plan(account, retiring({ copies: [{ region: 'eu-west-3' }] }));
    expect(JSON.parse(account.world.objects.get(key) ?? '')).toEqual([abroad, 'eu-west-3']);
  });

  it('is shared as the policy says, and nothing is retired there, whatever nobody needs', async () => {
    const account = await given();
    const { answer, written, items, shares } = await plan(account, after);
    const lines = written.images.filter(({ region }) => region === abroad);
    expect(lines).toHaveLength(4);
    for (const { verdict, reasons } of lines) {
      expect(verdict).toBe('keep');
      expect(reasons).toEqual([`the policy no longer copies to ${abroad}, so nothing is retired there`]);
    }
    expect(shares.filter(({ region }) => region === abroad)).toHaveLength(3);
    expect(items).toMatchObject([{ region: abroad, imageId: 'ami-c20261110', step: 'reinstate' }]);
    expect(answer).toMatchObject({ images: 6, kept: 6, formerRegions: [{ region: abroad, images: 4, reason: null }] });
    expect(written.formerRegions).toEqual(answer.formerRegions);
    expect(account.calls.filter((call) => /^(uses|list snapshots|gone)/.test(call) && call.includes(abroad))).toEqual(
      [],
    );
  });

  it('does not count for the caps of the others', async () => {
    const account = await given();
    account.world.images.set('ami-20261119', { ...imageOf(19), region: home });
    account.world.images.set('ami-20261118', { ...imageOf(18), region: home });
    const capped = retiring({ retire: { mode: 'enforce', maxPercentPerRun: 26 } });
    expect((await plan(account, capped)).answer.excess).toContain('2 of 4 images');
  });

  it('that denies everything is told, and fails nothing', async () => {
    const account = await given();
    account.refusals.set(`list images in ${abroad}`, denied);
    const { answer } = await plan(account, after);
    expect(answer.incomplete).toEqual([]);
    expect(answer.formerRegions).toEqual([{ region: abroad, images: null, reason: denied.message }]);
  });

  it('is told no more once nothing is left there', async () => {
    const account = await given();
    for (const [imageId, { region }] of account.world.images)
      if (region === abroad) account.world.images.delete(imageId);
    expect((await plan(account, after)).answer.formerRegions).toEqual([]);
  });

  it('is a Region like any other once the policy names it again', async () => {
    const account = await given();
    await plan(account, after);
    const { answer, items } = await plan(account, before);
    expect(answer.formerRegions).toEqual([]);
    expect(items).toContainEqual(expect.objectContaining({ imageId: 'ami-c20261119', step: 'deprecate' }));
  });
});
