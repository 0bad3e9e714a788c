import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { instanceId } from '../domain/examples.ts';
import { fakeAccount } from './fake-account.ts';
import { days, plan } from './plan-retirement-rig.ts';
import { home, imageOf, retiring } from './retirement-examples.ts';

const capped = retiring({ retire: { mode: 'enforce', maxPerRun: 2, graceDays: 10 } });

function accountWith(orphans: number, since?: string) {
  const account = fakeAccount({ [home]: days(21, 20) });
  const tags = { [tagKeys.policy]: 'gold', [tagKeys.source]: instanceId };
  for (let number = 1; number <= orphans; number++) {
    account.addSnapshot(`snap-${number}`, {
      tags: since === undefined ? tags : { ...tags, [tagKeys.orphanedSince]: since },
    });
  }
  return account;
}

describe('snapshots that people left behind', () => {
  it('count for no cap when their grace begins, as nothing goes', async () => {
    const { answer, items, written } = await plan(accountWith(3), capped);
    expect(answer).toMatchObject({ excess: null, planned: 3, withheld: {} });
    expect(items.map(({ snapshotIds }) => snapshotIds)).toEqual([['snap-1'], ['snap-2'], ['snap-3']]);
    expect(written.leftoverSnapshots).toHaveLength(3);
  });

  it('count once their grace is over', async () => {
    const { answer, items } = await plan(accountWith(3, '2026-11-11T12:00:00Z'), capped);
    expect(answer).toMatchObject({
      excess: expect.stringContaining('3 snapshots without an image would go'),
      withheld: { 'delete-snapshots': 3 },
    });
    expect(items).toEqual([]);
  });

  it('are no part of a plan while they wait', async () => {
    const { answer, written } = await plan(accountWith(3, '2026-11-12T12:00:00Z'), capped);
    expect(answer).toMatchObject({ excess: null, planned: 0 });
    expect(written.leftoverSnapshots).toEqual([]);
  });

  it.each(['gold', 'web'])('are looked after where an image uses one again, be it of %s', async (policyName) => {
    const account = accountWith(1, '2026-11-01T12:00:00Z');
    const tags = { [tagKeys.policy]: policyName };
    const image = imageOf(19, { snapshotIds: ['snap-1'], tags });
    account.world.images.set(image.imageId, { ...image, region: home });
    const { items, written } = await plan(account, retiring({ retain: { daily: 30 } }));
    expect(items).toMatchObject([{ imageId: null, snapshotIds: ['snap-1'] }]);
    expect(JSON.parse(account.world.objects.get('runs/ours/plan.json') ?? '')).toMatchObject({
      leftoverSnapshots: [{ region: home, snapshotId: 'snap-1', stage: 'used-again' }],
    });
    expect(written.excess).toBeNull();
  });

  it('wait no longer where somebody mounts one, and are not noted while he does, but the plan says who', async () => {
    const account = accountWith(1, '2026-11-01T12:00:00Z');
    account.addSnapshot('snap-2', { tags: { [tagKeys.policy]: 'gold', [tagKeys.source]: instanceId } });
    for (const id of ['snap-1', 'snap-2']) account.world.mounts.set(id, [`in use by somebody, who mounts ${id}`]);
    const { answer, items } = await plan(account, capped);
    expect(items).toMatchObject([{ imageId: null, snapshotIds: ['snap-1'] }]);
    expect(answer.withheld).toEqual({});
    expect(JSON.parse(account.world.objects.get('runs/ours/plan.json') ?? '')).toMatchObject({
      leftoverSnapshots: [
        { snapshotId: 'snap-1', stage: 'used-again', reasons: ['in use by somebody, who mounts snap-1'] },
        { snapshotId: 'snap-2', stage: 'in-use', reasons: ['in use by somebody, who mounts snap-2'] },
      ],
    });
  });

  it('cost no question about who mounts them where there are none', async () => {
    const account = accountWith(0);
    await plan(account, capped);
    expect(account.calls.filter((call) => call.startsWith('mounts'))).toEqual([]);
  });

  it('are left alone by a policy that only reports', async () => {
    const reporting = retiring({ retire: { mode: 'report' } });
    expect((await plan(accountWith(2), reporting)).items).toEqual([]);
  });
});
