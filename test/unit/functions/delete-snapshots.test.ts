import { describe, expect, it } from 'vitest';
import { contract, makeDeleteSnapshots } from '../../../functions/delete-snapshots/task.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { executionId, instanceId } from '../domain/examples.ts';
import { fakeAccount } from './fake-account.ts';
import { within } from './fakes.ts';
import { home, imageOf } from './retirement-examples.ts';

type Account = ReturnType<typeof fakeAccount>;

function remove(account: Account, ...snapshotIds: string[]) {
  const task = within(contract, makeDeleteSnapshots(account));
  return task({ executionId, region: home, policyName: 'gold', snapshotIds });
}

const ours = { [tagKeys.policy]: 'gold', [tagKeys.source]: instanceId };

describe('a snapshot whose image is gone', () => {
  it('is deleted', async () => {
    const account = fakeAccount();
    account.addSnapshot('snap-1');
    account.addSnapshot('snap-2');
    expect(await remove(account, 'snap-1', 'snap-2')).toEqual({ deleted: 2, kept: [] });
    expect(account.world.snapshots.size).toBe(0);
  });

  it('that is gone already is done, without a call that would be denied for want of tags', async () => {
    const account = fakeAccount();
    expect(await remove(account, 'snap-1')).toEqual({ deleted: 1, kept: [] });
    expect(account.changes).toEqual([]);
  });

  it.each([
    ['of another policy', { ...ours, [tagKeys.policy]: 'web' }, 'its tags do not say that it is of this policy'],
    ['that is of no instance', { [tagKeys.policy]: 'gold' }, 'its tags do not say that it is of this policy'],
    ['without tags', {}, 'its tags do not say that it is of this policy'],
    ['that is held', { ...ours, [tagKeys.hold]: 'audit' }, 'held: audit'],
    ['that is held without a reason', { ...ours, [tagKeys.hold]: '' }, 'held: no reason given'],
  ])('%s stays, and so it is said, while the others go', async (_says, tags, reason) => {
    const account = fakeAccount();
    account.addSnapshot('snap-1', { tags });
    account.addSnapshot('snap-2');
    expect(await remove(account, 'snap-1', 'snap-2')).toEqual({
      deleted: 1,
      kept: [{ snapshotId: 'snap-1', reason }],
    });
    expect([...account.world.snapshots.keys()]).toEqual(['snap-1']);
  });

  it.each(['available', 'disabled'] as const)('stays while another image uses it, be it %s', async (state) => {
    const account = fakeAccount({ [home]: [imageOf(10, { state, snapshotIds: ['snap-1'], tags: {} })] });
    account.addSnapshot('snap-1');
    expect(await remove(account, 'snap-1')).toEqual({
      deleted: 0,
      kept: [{ snapshotId: 'snap-1', reason: 'another image uses it' }],
    });
    expect(account.changes).toEqual([]);
  });

  it('that is locked stays and is told, while the others go', async () => {
    const account = fakeAccount();
    account.addSnapshot('snap-1', { isLocked: true });
    account.addSnapshot('snap-2');
    expect(await remove(account, 'snap-1', 'snap-2')).toEqual({
      deleted: 1,
      kept: [{ snapshotId: 'snap-1', reason: expect.stringContaining('locked') }],
    });
  });

  it('that EC2 counts as in use a little longer is tried again until it goes, while the others go at once', async () => {
    const account = fakeAccount();
    account.addSnapshot('snap-1', { inUseTimes: 2 });
    account.addSnapshot('snap-2');
    for (const _ of [1, 2]) {
      await expect(remove(account, 'snap-1', 'snap-2')).rejects.toMatchObject({
        name: 'AwsUnavailable',
        message: 'EC2 still counts snap-1 as in use.',
        details: { region: home, snapshotIds: ['snap-1'] },
      });
      expect([...account.world.snapshots.keys()]).toEqual(['snap-1']);
    }
    expect(await remove(account, 'snap-1', 'snap-2')).toEqual({ deleted: 2, kept: [] });
    expect(account.world.snapshots.size).toBe(0);
  });
});

it('a call that fails is tried again, and the end is the same', async () => {
  const given = (): Account => {
    const account = fakeAccount({ [home]: [imageOf(10, { snapshotIds: ['snap-2'] })] });
    for (const snapshotId of ['snap-1', 'snap-2', 'snap-3']) account.addSnapshot(snapshotId);
    return account;
  };
  const all = ['snap-1', 'snap-2', 'snap-3'];
  const unharmed = given();
  const usual = await remove(unharmed, ...all);
  expect(usual).toMatchObject({ deleted: 2, kept: [{ snapshotId: 'snap-2' }] });
  for (const callNumber of unharmed.calls.keys()) {
    for (const takesEffect of [false, true]) {
      const account = given();
      account.breakOff(callNumber + 1, { takesEffect });
      await expect(remove(account, ...all)).rejects.toMatchObject({ name: 'AwsThrottled' });
      expect(await remove(account, ...all)).toEqual(usual);
      expect([...account.world.snapshots.keys()]).toEqual(['snap-2']);
    }
  }
});
