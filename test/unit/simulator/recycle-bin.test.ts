import {
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  type Image,
  ListImagesInRecycleBinCommand,
  ListSnapshotsInRecycleBinCommand,
  RestoreImageFromRecycleBinCommand,
  RestoreSnapshotFromRecycleBinCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { RecycleBinRule } from '../../../simulator/state.ts';
import { errorOf, instance, web, world } from './world.ts';

const gold = 'ami-00000000000000001';
const root = 'snap-00000000000000001';
const day = 86_400;
const tag = { Key: 'keep', Value: 'yes' };

const imageRule: RecycleBinRule = { resourceType: 'EC2_IMAGE', retentionDays: 7 };
const snapshotRule: RecycleBinRule = { resourceType: 'EBS_SNAPSHOT', retentionDays: 14 };

/** An image with one snapshot, both tagged, in a Region with these rules. */
function account(rules: readonly RecycleBinRule[], changes: Partial<Image> = {}) {
  const made = world({
    contents: {
      instances: [instance(web)],
      images: [
        {
          ImageId: gold,
          Name: 'gold',
          Description: 'the gold image',
          State: 'available',
          RootDeviceType: 'ebs',
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: root, VolumeSize: 8 } }],
          Tags: [tag],
          ...changes,
        },
      ],
      snapshots: [{ SnapshotId: root, State: 'completed', VolumeSize: 8, Tags: [tag] }],
    },
  });
  const { as, ec2, account: simulated } = made;
  simulated.region('us-east-1').recycleBinRules.push(...rules);
  return {
    ...made,
    deregister: (DeleteAssociatedSnapshots = true) =>
      as('f', () => ec2.send(new DeregisterImageCommand({ ImageId: gold, DeleteAssociatedSnapshots }))),
    binned: async () => (await as('f', () => ec2.send(new ListImagesInRecycleBinCommand({})))).Images ?? [],
    binnedSnapshots: async () =>
      (await as('f', () => ec2.send(new ListSnapshotsInRecycleBinCommand({})))).Snapshots ?? [],
    restore: () => as('f', () => ec2.send(new RestoreImageFromRecycleBinCommand({ ImageId: gold }))),
    restoreSnapshot: () => as('f', () => ec2.send(new RestoreSnapshotFromRecycleBinCommand({ SnapshotId: root }))),
    images: async () => (await as('f', () => ec2.send(new DescribeImagesCommand({ Owners: ['self'] })))).Images ?? [],
    snapshots: async () =>
      (await as('f', () => ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] })))).Snapshots ?? [],
  };
}

describe('a deregistered image under a rule', () => {
  test('lies in the bin with its snapshots, unseen, until both are restored as they were', async () => {
    const {
      account: simulated,
      deregister,
      binned,
      binnedSnapshots,
      restore,
      restoreSnapshot,
      images,
      snapshots,
    } = account([imageRule, snapshotRule]);
    const share = { ImageId: gold, LaunchPermission: { Add: [{ UserId: '123456789012' }] } };
    simulated.call('ec2', 'ModifyImageAttribute', share);
    const before = [await images(), await snapshots()];
    expect((await deregister()).DeleteSnapshotResults).toEqual([{ SnapshotId: root, ReturnCode: 'success' }]);
    expect([await images(), await snapshots()]).toEqual([[], []]);
    const [entry] = await binned();
    expect(entry).toMatchObject({ ImageId: gold, Name: 'gold', Description: 'the gold image' });
    const keptMs = Number(entry?.RecycleBinExitTime) - Number(entry?.RecycleBinEnterTime);
    expect(keptMs).toBe(7 * day * 1000);
    expect((await binnedSnapshots()).map(({ SnapshotId }) => SnapshotId)).toEqual([root]);

    expect((await errorOf(restore())).message).toContain(root);
    expect(await restoreSnapshot()).toMatchObject({ SnapshotId: root, State: 'completed' });
    expect(await restore()).toMatchObject({ Return: true });
    expect([await images(), await snapshots()]).toEqual(before);
    expect([await binned(), await binnedSnapshots()]).toEqual([[], []]);
    const asked = { ImageId: gold, Attribute: 'launchPermission' as const };
    expect(simulated.call('ec2', 'DescribeImageAttribute', asked).LaunchPermissions).toHaveLength(1);
    const error = await errorOf(
      Promise.resolve().then(() => simulated.call('ec2', 'DeleteSnapshot', { SnapshotId: root })),
    );
    expect(error.name).toBe('InvalidSnapshot.InUse');
  });

  test('can be deregistered again after it was restored', async () => {
    const { deregister, restore, binned, wait } = account([imageRule]);
    await deregister(false);
    await restore();
    await wait(day);
    await deregister(false);
    await wait(6.5 * day);
    expect(await binned()).toHaveLength(1);
    await wait(day);
    expect(await binned()).toEqual([]);
  });

  test('is gone when its retention ends', async () => {
    const { deregister, restore, binned, wait, as, ec2 } = account([imageRule]);
    await deregister(false);
    expect(await errorOf(deregister())).toMatchObject({ code: 'InvalidAMIID.Unavailable' });
    await wait(7 * day - 60);
    expect(await binned()).toHaveLength(1);
    await wait(120);
    expect(await binned()).toEqual([]);
    expect(await errorOf(restore())).toMatchObject({ code: 'InvalidAMIID.NotFound' });
    const asked = new ListImagesInRecycleBinCommand({ ImageIds: [gold] });
    expect(await errorOf(as('f', () => ec2.send(asked)))).toMatchObject({ code: 'InvalidAMIID.NotFound' });
  });

  test('cannot be restored once its snapshots are gone for good, nor under a name that is taken', async () => {
    const first = account([imageRule]);
    await first.deregister();
    expect(await errorOf(first.restore())).toMatchObject({ code: 'InvalidSnapshot.NotFound' });
    const second = account([imageRule]);
    await second.deregister(false);
    await second.wait(1);
    second.account.call('ec2', 'CreateImage', { InstanceId: web, Name: 'gold', NoReboot: true });
    expect(await errorOf(second.restore())).toMatchObject({ code: 'InvalidAMIName.Duplicate' });
    expect(await second.binned()).toHaveLength(1);
  });

  test('is caught when it is disabled, and comes back disabled; a failed one is not', async () => {
    const disabled = account([imageRule], { State: 'disabled' });
    await disabled.deregister(false);
    await disabled.restore();
    expect(disabled.image(gold).State).toBe('disabled');
    const failed = account([imageRule], { State: 'failed' });
    await failed.deregister(false);
    expect(await failed.binned()).toEqual([]);
  });
});

describe('a rule', () => {
  test.each([
    ['every image without tags to go by', [imageRule], 7],
    ['what carries one of its tags', [{ ...imageRule, tags: [{ Key: 'other', Value: '1' }, tag] }], 7],
    ['nothing that carries none of its tags', [{ ...imageRule, tags: [{ Key: 'keep', Value: 'no' }] }], undefined],
    ['nothing that carries a tag to be let go', [{ ...imageRule, excludeTags: [tag] }], undefined],
    ['for as long as the longest of several', [imageRule, { ...imageRule, tags: [tag], retentionDays: 30 }], 30],
    ['no images, where it is for snapshots', [snapshotRule], undefined],
  ])('catches %s', async (_, rules, days) => {
    const { deregister, binned } = account(rules);
    await deregister();
    const kept = (await binned()).map(
      ({ RecycleBinEnterTime, RecycleBinExitTime }) => Number(RecycleBinExitTime) - Number(RecycleBinEnterTime),
    );
    expect(kept).toEqual(days === undefined ? [] : [days * day * 1000]);
  });

  test('keeps a deleted snapshot, which is paid for until its retention ends', async () => {
    const { account: simulated, deregister, binnedSnapshots, wait } = account([snapshotRule]);
    const { gigabytes } = simulated.snapshotStorage();
    await deregister(false);
    await wait(10);
    simulated.call('ec2', 'DeleteSnapshot', { SnapshotId: root });
    expect(simulated.region('us-east-1').snapshots.size).toBe(0);
    expect(gigabytes).toBeGreaterThan(0);
    expect(simulated.snapshotStorage().gigabytes).toBe(gigabytes);
    await wait(14 * day + 60);
    expect(await binnedSnapshots()).toEqual([]);
    expect(simulated.snapshotStorage().gigabytes).toBe(0);
  });

  test('lets the bin be read in pages', async () => {
    const images = Array.from({ length: 12 }, (_, n) => ({
      ImageId: `ami-${String(n).padStart(17, '0')}`,
      Name: `image ${n}`,
      State: 'available' as const,
    }));
    const { account: simulated } = world({ contents: { instances: [], images } });
    simulated.region('us-east-1').recycleBinRules.push(imageRule);
    for (const { ImageId } of images) simulated.call('ec2', 'DeregisterImage', { ImageId });
    const first = simulated.call('ec2', 'ListImagesInRecycleBin', { MaxResults: 10 });
    const { NextToken } = first;
    const second = simulated.call('ec2', 'ListImagesInRecycleBin', { MaxResults: 10, NextToken });
    expect([first.Images?.length, second.Images?.length, second.NextToken]).toEqual([10, 2, undefined]);
    const ImageIds = Array.from({ length: 21 }, () => gold);
    expect(() => simulated.call('ec2', 'ListImagesInRecycleBin', { ImageIds })).toThrow('At most 20');
  });
});
