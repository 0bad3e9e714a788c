import { DescribeSnapshotsCommand, LockSnapshotCommand, UnlockSnapshotCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { data, foreign, hour, root, shared, silver, twoImages } from './two-images.ts';
import { errorOf, web } from './world.ts';

describe('a deregistration with snapshots', () => {
  const codes = async (results: ReturnType<ReturnType<typeof twoImages>['deregister']>) =>
    (await results).DeleteSnapshotResults?.map(({ SnapshotId, ReturnCode }) => [SnapshotId, ReturnCode]);

  test('answers 200 with a code for each: deleted, used by another image, locked, failed, not allowed', async () => {
    const {
      deregister,
      as,
      ec2,
      account: simulated,
    } = twoImages({
      faults: [{ fault: 'snapshot-deletion-fails', resource: data }],
    });
    const lock = { SnapshotId: root, LockMode: 'governance' as const, LockDuration: 1 };
    await as('f', () => ec2.send(new LockSnapshotCommand(lock)));
    expect(await codes(deregister())).toEqual([
      [root, 'client-error'],
      [data, 'internal-error'],
      [shared, 'skipped'],
    ]);
    expect([...simulated.region('us-east-1').snapshots.keys()]).toEqual([root, data, shared]);
    simulated.faults.add({ fault: 'access-denied', operation: 'DeleteSnapshot', nth: 1 });
    expect(await codes(deregister(silver))).toEqual([[shared, 'missing-permissions']]);
  });

  test('leaves what is left to be deleted one by one', async () => {
    const { deregister, deleteSnapshot } = twoImages({
      faults: [{ fault: 'snapshot-deletion-fails', resource: data }],
    });
    expect(await codes(deregister())).toEqual([
      [root, 'success'],
      [data, 'internal-error'],
      [shared, 'skipped'],
    ]);
    await deleteSnapshot(data);
    expect(await errorOf(deleteSnapshot(root))).toMatchObject({ code: 'InvalidSnapshot.NotFound' });
    expect(await errorOf(deleteSnapshot(shared))).toMatchObject({ code: 'InvalidSnapshot.InUse' });
  });

  test('is refused for an image that AWS Backup manages, and for one of another account', async () => {
    const { deregister } = twoImages({ gold: { Tags: [{ Key: 'aws:backup:source-resource', Value: web }] } });
    const error = await errorOf(deregister());
    expect(error).toMatchObject({ code: 'OperationNotPermitted' });
    expect(error.message).toContain('AWS Backup');
    expect(await errorOf(deregister(foreign))).toMatchObject({ code: 'AuthFailure' });
  });
});

describe('a locked snapshot', () => {
  test('cannot be deleted until it is unlocked or its time is up', async () => {
    const { deregister, deleteSnapshot, as, ec2, wait } = twoImages();
    const lock = (SnapshotId: string, LockDuration: number) =>
      as('f', () => ec2.send(new LockSnapshotCommand({ SnapshotId, LockMode: 'governance', LockDuration })));
    const unlock = (SnapshotId: string) => as('f', () => ec2.send(new UnlockSnapshotCommand({ SnapshotId })));
    expect(await lock(root, 2)).toMatchObject({ SnapshotId: root, LockState: 'governance', LockDuration: 2 });
    await lock(data, 1);
    expect((await deregister()).DeleteSnapshotResults?.map(({ ReturnCode }) => ReturnCode)).toEqual([
      'client-error',
      'client-error',
      'skipped',
    ]);
    const { Snapshots } = await as('f', () => ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [root] })));
    expect(Snapshots?.[0]?.State).toBe('completed');
    await wait(25 * hour);
    expect(await errorOf(deleteSnapshot(root))).toMatchObject({ code: 'OperationNotPermitted' });
    await deleteSnapshot(data);
    await unlock(root);
    await deleteSnapshot(root);
    expect(await errorOf(unlock(shared))).toMatchObject({ code: 'IncorrectState' });
  });

  test('that is pending is locked from its completion on, as long as it was asked for', async () => {
    const { wait, account: simulated } = twoImages();
    simulated.call('ec2', 'CreateImage', { InstanceId: web, Name: 'fresh', NoReboot: true });
    await wait(5);
    const { Snapshots = [] } = simulated.call('ec2', 'DescribeSnapshots', {
      Filters: [{ Name: 'status', Values: ['pending'] }],
    });
    const SnapshotId = Snapshots[0]?.SnapshotId;
    const lock = { SnapshotId, LockMode: 'governance' as const, LockDuration: 1 };
    const { LockDurationStartTime, LockExpiresOn } = simulated.call('ec2', 'LockSnapshot', lock);
    await wait(700);
    const completed = simulated.call('ec2', 'DescribeSnapshots', { SnapshotIds: [SnapshotId ?? ''] }).Snapshots?.[0];
    expect(LockDurationStartTime).toEqual(completed?.CompletionTime);
    expect(Number(LockExpiresOn) - Number(LockDurationStartTime)).toBe(24 * hour * 1000);
  });

  test('needs either days or a date to come', async () => {
    const { as, ec2 } = twoImages();
    const lock = (input: object) =>
      errorOf(as('f', () => ec2.send(new LockSnapshotCommand({ SnapshotId: root, LockMode: 'governance', ...input }))));
    const ExpirationDate = new Date('2026-11-20T00:00:00Z');
    expect(await lock({})).toMatchObject({ code: 'InvalidParameterCombination' });
    expect(await lock({ LockDuration: 1, ExpirationDate })).toMatchObject({ code: 'InvalidParameterCombination' });
    expect(await lock({ ExpirationDate })).toMatchObject({ code: 'InvalidParameterValue' });
    expect(await lock({ LockDuration: 36_501 })).toMatchObject({ code: 'InvalidParameterValue' });
  });
});
