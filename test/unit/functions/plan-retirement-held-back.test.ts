import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { instanceId } from '../domain/examples.ts';
import { fakeAccount } from './fake-account.ts';
import { days, plan } from './plan-retirement-rig.ts';
import { home, imageOf, imageOn, retiring } from './retirement-examples.ts';

/** Of a snapshot whose grace is over. */
const orphaned = {
  [tagKeys.policy]: 'gold',
  [tagKeys.source]: instanceId,
  [tagKeys.orphanedSince]: '2026-11-01T12:00:00Z',
};

describe('a plan beyond the caps of its policy', () => {
  const share = { accounts: ['111122223333'] };
  const capped = (cap: object) => retiring({ share, retire: { mode: 'enforce', ...cap } });
  const account = () => fakeAccount({ [home]: days(21, 20, 19, 18, 17) });

  it.each([
    [{ maxPerRun: 2 }, '3 images would take a step, and 2 may: that needs a maxPerRun of 3'],
    [
      { maxPercentPerRun: 40 },
      '3 of 5 images would take the same step, and 2 may: that needs a maxPercentPerRun of 60',
    ],
  ])('says so and retires nothing: %o', async (cap, excess) => {
    const { answer, written } = await plan(account(), capped({ maxPercentPerRun: 100, ...cap }));
    expect(answer).toMatchObject({ excess, withheld: { deprecate: 3 } });
    expect(written).toMatchObject({ excess, withheld: { deprecate: 3 } });
    expect(written.images.filter(({ verdict }) => verdict === 'retire')).toHaveLength(3);
  });

  it('still gives and takes back access, which cannot wait', async () => {
    const { items, shares, answer } = await plan(account(), capped({ maxPerRun: 2 }));
    expect(shares).toEqual([21, 20, 19, 18, 17].map((day) => ({ region: home, imageId: `ami-202611${day}` })));
    expect(items).toEqual([]);
    expect(answer).toMatchObject({ planned: 0, sharesPlanned: 5 });
  });

  it('counts snapshots that were left behind, too, by themselves', async () => {
    const littered = fakeAccount({ [home]: days(21, 20) });
    for (const number of [1, 2, 3]) littered.addSnapshot(`snap-${number}`, { tags: orphaned });
    const { answer } = await plan(littered, capped({ maxPerRun: 2 }));
    expect(answer).toMatchObject({
      excess: '3 snapshots without an image would go, and 2 may: that needs a maxPerRun of 3',
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
    given.addSnapshot('snap-lost', { tags: orphaned });
    return given;
  };

  it('as the policy wants it says all that would be done, and only sharing is done', async () => {
    const { answer, items, shares, written, of } = await plan(account(), reporting);
    expect(of(19)).toMatchObject({ verdict: 'retire', actions: ['share', 'deprecate'] });
    expect(written).toMatchObject({ mode: 'report', leftoverSnapshots: [{ region: home, snapshotId: 'snap-lost' }] });
    expect(items).toEqual([]);
    expect(shares).toHaveLength(4);
    const excess =
      '2 images would take a step, and 1 may: that needs a maxPerRun of 2; ' +
      '2 of 4 images would take the same step, and 1 may: that needs a maxPercentPerRun of 50';
    const withheld = { deprecate: 2, 'delete-snapshots': 1 };
    expect(answer).toMatchObject({ mode: 'report', planned: 0, sharesPlanned: 4, excess, withheld });
    expect(written).toMatchObject({ excess, withheld });
  });

  it('that was asked for touches nothing at all, whatever the policy says', async () => {
    const { answer, items, shares, of } = await plan(account(), retiring({ share }), 'report');
    expect(of(19)).toMatchObject({ actions: ['share', 'deprecate'] });
    expect([...items, ...shares]).toEqual([]);
    expect(answer).toMatchObject({
      mode: 'report',
      planned: 0,
      sharesPlanned: 0,
      withheld: { share: 4, deprecate: 2, 'delete-snapshots': 1 },
    });
  });

  it('changes nothing in EC2: a plan is files', async () => {
    const given = account();
    await plan(given, retiring({ share }));
    expect(given.changes).toEqual([
      'write runs/ours/plan.json',
      'write runs/ours/shares.json',
      'write runs/ours/items.json',
    ]);
  });

  it('gives way to a run that was asked to act', async () => {
    const roomy = retiring({ retire: { mode: 'report', maxPercentPerRun: 100 } });
    expect((await plan(account(), roomy, 'enforce')).items).toHaveLength(3);
  });
});

describe('an image that is wanted again', () => {
  const archive = { bucket: 'archive', when: { last: 9 } };
  const hold = { tags: { [tagKeys.hold]: 'needed' } };
  /** Three of seven are on their last step; one of them is held, and one that stands a step before is due for archive. */
  const account = () =>
    fakeAccount({
      [home]: [
        ...days(21, 20, 19, 18, 17),
        imageOn('disable', 1, imageOf(10, hold)),
        imageOn('deprecate', 1, imageOf(11, hold)),
      ],
    });
  const wanted = [
    { imageId: 'ami-20261110', archive: false, step: 'reinstate' },
    { imageId: 'ami-20261111', archive: false, step: 'reinstate' },
  ];

  it('comes back up though the rest exceeds a cap', async () => {
    const { answer, items } = await plan(account(), retiring({ retire: { mode: 'enforce', maxPerRun: 1 } }));
    expect(items).toMatchObject(wanted);
    expect(answer).toMatchObject({ planned: 2, excess: expect.any(String), withheld: { deprecate: 3 } });
    expect(answer.withheld).not.toHaveProperty('reinstate');
  });

  it('comes back up though its policy only reports; that it is archived is held back', async () => {
    const { answer, items, of } = await plan(account(), retiring({ archive, retire: { mode: 'report' } }));
    expect(of(11)).toMatchObject({ actions: ['archive', 'reinstate'] });
    expect(items).toMatchObject(wanted);
    expect(answer).toMatchObject({ planned: 2, withheld: { archive: 6, deprecate: 3 } });
    expect(answer.withheld).not.toHaveProperty('reinstate');
  });

  it('stays where it is when a run is only asked for a report', async () => {
    const { answer, items } = await plan(account(), retiring(), 'report');
    expect(items).toEqual([]);
    expect(answer.withheld).toEqual({ deprecate: 3, reinstate: 2 });
  });
});
