import { describe, expect, it } from 'vitest';
import { contract, makeDeleteSnapshots } from '../../../functions/delete-snapshots/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { executionId, instanceId } from '../domain/examples.ts';
import { fakeAccount } from './fake-account.ts';
import { within } from './fakes.ts';
import { abroad, home, imageOf, noon } from './retirement-examples.ts';

type Account = ReturnType<typeof fakeAccount>;

/** As they went with their image just now. */
function remove(account: Account, ...snapshotIds: string[]) {
  return removeWithin(account, null, snapshotIds);
}

function removeWithin(account: Account, graceDays: number | null, snapshotIds: string[], now = noon) {
  const task = within(contract, makeDeleteSnapshots({ region: home, ...account }));
  return task({ executionId, region: home, policyName: 'gold', snapshotIds, graceDays, now });
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
    [
      'of another stack',
      { ...ours, [tagKeys.origin]: `${abroad}/ami-10` },
      'its tag ami-lifecycle:origin does not say that this stack made it',
    ],
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

  it('stays while somebody mounts it, and it is said who', async () => {
    const account = fakeAccount();
    for (const snapshotId of ['snap-1', 'snap-2']) account.addSnapshot(snapshotId);
    account.world.mounts.set('snap-1', ['in use by launch template lt-1, which mounts snap-1']);
    expect(await remove(account, 'snap-1', 'snap-2')).toEqual({
      deleted: 1,
      kept: [{ snapshotId: 'snap-1', reason: 'in use by launch template lt-1, which mounts snap-1' }],
    });
    expect(account.calls.filter((call) => call.startsWith('mounts'))).toHaveLength(1);
  });

  it('stays where it is not known who mounts it', async () => {
    const account = fakeAccount();
    account.addSnapshot('snap-1');
    account.refusals.set('mounts', new LifecycleError('EvidenceIncomplete', 'EC2 does not say'));
    await expect(remove(account, 'snap-1')).rejects.toMatchObject({ name: 'EvidenceIncomplete' });
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

describe('a snapshot that is found without an image', () => {
  const orphan = (account: Account, since?: string): Account => {
    account.addSnapshot('snap-1', {
      tags: since === undefined ? ours : { ...ours, [tagKeys.orphanedSince]: since },
      startedAt: '2020-01-01T03:00:00Z',
    });
    return account;
  };
  const since = (account: Account) => account.world.snapshots.get('snap-1')?.tags[tagKeys.orphanedSince];

  it.each([
    [1, 7],
    [30, 30],
  ])('begins its grace of %d days, seven at least, however old it is', async (graceDays, days) => {
    const account = orphan(fakeAccount());
    const kept = [{ snapshotId: 'snap-1', reason: `seen without an image since ${noon}, goes after ${days} days` }];
    expect(await removeWithin(account, graceDays, ['snap-1'])).toEqual({ deleted: 0, kept });
    expect(since(account)).toBe(noon);
    expect(await removeWithin(account, graceDays, ['snap-1'], '2026-11-23T12:00:00Z')).toEqual({ deleted: 0, kept });
    expect(since(account)).toBe(noon);
    expect(account.changes).toEqual(['tag snap-1']);
  });

  it.each([
    ['goes once that is over', '2026-11-14T12:00:00Z', 1, 1],
    ['goes also where the run is an hour early', '2026-11-14T13:00:00Z', 1, 1],
    ['stays a day before', '2026-11-15T12:00:00Z', 1, 0],
    ['stays for the grace of its policy where that is longer', '2026-11-14T12:00:00Z', 8, 0],
    ['begins anew where people wrote something else into its tag', 'last week', 1, 0],
  ])('%s', async (_, noted, graceDays, deleted) => {
    const account = orphan(fakeAccount(), noted);
    expect(await removeWithin(account, graceDays, ['snap-1'])).toMatchObject({ deleted });
    expect(account.world.snapshots.size).toBe(1 - deleted);
  });

  it('and is mounted again loses its tag, too', async () => {
    const account = orphan(fakeAccount(), '2026-01-01T00:00:00Z');
    account.world.mounts.set('snap-1', ['in use by Spot Fleet sfr-1, which mounts snap-1']);
    expect(await removeWithin(account, 1, ['snap-1'])).toMatchObject({ deleted: 0 });
    expect(since(account)).toBeUndefined();
  });

  it('and is used again loses its tag, so that it has a grace the next time, too', async () => {
    const account = orphan(fakeAccount({ [home]: [imageOf(10, { snapshotIds: ['snap-1'] })] }), '2026-01-01T00:00:00Z');
    expect(await removeWithin(account, 1, ['snap-1'])).toEqual({
      deleted: 0,
      kept: [{ snapshotId: 'snap-1', reason: 'another image uses it' }],
    });
    expect(since(account)).toBeUndefined();
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
