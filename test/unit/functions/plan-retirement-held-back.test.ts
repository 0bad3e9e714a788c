import { describe, expect, it } from 'vitest';
import { fakeAccount } from './fake-account.ts';
import { days, plan } from './plan-retirement-rig.ts';
import { home, retiring } from './retirement-examples.ts';

describe('a plan beyond the caps of its policy', () => {
  const share = { accounts: ['111122223333'] };
  const capped = (cap: object) => retiring({ share, retire: { mode: 'enforce', ...cap } });
  const account = () => fakeAccount({ [home]: days(21, 20, 19, 18, 17) });

  it.each([
    [{ maxPerRun: 2 }, '3 images would take a step, and maxPerRun is 2'],
    [{ maxPercentPerRun: 40 }, '3 of 5 images would take the same step, and maxPercentPerRun 40 allows 2'],
  ])('says so and retires nothing: %o', async (cap, excess) => {
    const { answer, written } = await plan(account(), capped({ maxPercentPerRun: 100, ...cap }));
    expect(answer).toMatchObject({ excess, withheld: { deprecate: 3 } });
    expect(written).toMatchObject({ excess, withheld: { deprecate: 3 } });
    expect(written.images.filter(({ verdict }) => verdict === 'retire')).toHaveLength(3);
  });

  it('still gives and takes back access, which cannot wait', async () => {
    const { items, answer } = await plan(account(), capped({ maxPerRun: 2 }));
    expect(items).toHaveLength(5);
    expect(items).toEqual(
      items.map(({ region, imageId }) => {
        return { region, imageId, archive: false, share: true, step: null, snapshotIds: [] };
      }),
    );
    expect(answer.planned).toBe(5);
  });

  it('counts snapshots that were left behind, too, by themselves', async () => {
    const littered = fakeAccount({ [home]: days(21, 20) });
    for (const number of [1, 2, 3]) littered.addSnapshot(`snap-${number}`);
    const { answer } = await plan(littered, capped({ maxPerRun: 2 }));
    expect(answer).toMatchObject({
      excess: '3 snapshots without an image would go, and maxPerRun is 2',
      withheld: { 'delete-snapshots': 3 },
    });
    expect((await plan(littered, capped({ maxPerRun: 3 }))).answer.excess).toBeNull();
  });
});

describe('a report', () => {
  const share = { accounts: ['111122223333'] };
  const reporting = retiring({ share, retire: { mode: 'report', maxPerRun: 1 } });
  const account = () => {
    const given = fakeAccount({ [home]: days(21, 20, 19, 18) });
    given.addSnapshot('snap-lost');
    return given;
  };

  it('as the policy wants it says all that would be done, and only sharing is done', async () => {
    const { answer, items, written, of } = await plan(account(), reporting);
    expect(of(19)).toMatchObject({ verdict: 'retire', actions: ['share', 'deprecate'] });
    expect(written).toMatchObject({ mode: 'report', leftoverSnapshots: [{ region: home, snapshotId: 'snap-lost' }] });
    expect(items.map(({ share: shared, step }) => ({ shared, step }))).toEqual(
      [1, 2, 3, 4].map(() => ({ shared: true, step: null })),
    );
    const excess = '2 images would take a step, and maxPerRun is 1';
    const withheld = { deprecate: 2, 'delete-snapshots': 1 };
    expect(answer).toMatchObject({ mode: 'report', planned: 4, excess, withheld });
    expect(written).toMatchObject({ excess, withheld });
  });

  it('that was asked for touches nothing at all, whatever the policy says', async () => {
    const { answer, items, of } = await plan(account(), retiring({ share }), 'report');
    expect(of(19)).toMatchObject({ actions: ['share', 'deprecate'] });
    expect(items).toEqual([]);
    expect(answer).toMatchObject({
      mode: 'report',
      planned: 0,
      withheld: { share: 4, deprecate: 2, 'delete-snapshots': 1 },
    });
  });

  it('changes nothing in EC2: a plan is files', async () => {
    const given = account();
    await plan(given, retiring({ share }));
    expect(given.changes).toEqual(['write runs/ours/plan.json', 'write runs/ours/items.json']);
  });

  it('gives way to a run that was asked to act', async () => {
    const roomy = retiring({ retire: { mode: 'report', maxPercentPerRun: 100 } });
    expect((await plan(account(), roomy, 'enforce')).items).toHaveLength(3);
  });
});
