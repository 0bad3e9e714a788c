import {
  CreateStoreImageTaskCommand,
  DeregisterImageCommand,
  DescribeInstanceStatusCommand,
  type Image,
  paginateDescribeStoreImageTasks,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DeleteObjectCommand, RestoreObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { archive, big, daySeconds, gold, other, stored, storedIn } from './stored-images.ts';
import { captureTags, errorOf } from './world.ts';

describe('a store task', () => {
  test('shows its progress, and its object only when it is complete', async () => {
    const { store, tasks, head, minutes } = archive();
    expect((await store()).ObjectKey).toBe(`${gold}.bin`);
    expect(await tasks({ ImageIds: [gold] })).toMatchObject([
      { AmiId: gold, Bucket: 'archive', S3objectKey: `${gold}.bin`, ProgressPercentage: 0 },
    ]);
    await minutes(10);
    expect(await tasks()).toMatchObject([{ StoreTaskState: 'InProgress', ProgressPercentage: 50 }]);
    await minutes(9.9);
    expect(await tasks()).toMatchObject([{ StoreTaskState: 'InProgress', ProgressPercentage: 99 }]);
    expect(await errorOf(head())).toMatchObject({ code: 'NotFound' });
    await minutes(0.2);
    const [done] = await tasks();
    expect(done).toMatchObject({ StoreTaskState: 'Completed', ProgressPercentage: 100 });
    expect(done?.StoreTaskFailureReason).toBeUndefined();
    const object = await head();
    expect(object.StorageClass).toBeUndefined();
    expect(object.ContentLength).toBeGreaterThan(2 ** 30);
    expect(object.ContentLength).toBeLessThan(80 * 2 ** 30);
    expect(object.ETag).toMatch(/-\d+"$/);
    expect(object.Metadata).toMatchObject({ 'ami-name': 'image 1', 'ami-owner-account': '111122223333' });
  });

  test('puts its object under the path that follows the bucket, with the tags it was given', async () => {
    const { store, head, minutes, account } = archive();
    const Bucket = 'archive/gold/monthly';
    const { ObjectKey = '' } = await store({ Bucket, S3ObjectTags: [{ Key: 'keep', Value: 'years' }] });
    expect(ObjectKey).toBe(`gold/monthly/${gold}.bin`);
    await minutes(21);
    expect((await head(ObjectKey)).ContentLength).toBeGreaterThan(0);
    const { TagSet } = account.call('s3', 'GetObjectTagging', { Bucket: 'archive', Key: ObjectKey });
    expect(TagSet).toEqual([{ Key: 'keep', Value: 'years' }]);
  });

  test.each<{ what: string; changes: Partial<Image>; gigabytes?: number; code: string }>([
    { what: 'is not available', changes: { State: 'failed' }, code: 'InvalidAMIID.Unavailable' },
    { what: 'is instance-store-backed', changes: { RootDeviceType: 'instance-store' }, code: 'InvalidParameterValue' },
    { what: 'is paravirtual', changes: { VirtualizationType: 'paravirtual' }, code: 'InvalidParameterValue' },
    { what: 'is larger than 5,000 GB', changes: {}, gigabytes: 5001, code: 'InvalidParameterValue' },
    { what: 'belongs to others', changes: { OwnerId: '123456789012' }, code: 'AuthFailure' },
  ])('is refused for an image that $what', async ({ changes, gigabytes = 10, code }) => {
    const { add, store, tasks } = archive();
    add(other, gigabytes, changes);
    expect(await errorOf(store({ ImageId: other }))).toMatchObject({ code });
    expect(await tasks()).toEqual([]);
  });

  test('is refused for a bucket that is not in the Region of the request', async () => {
    const { account, store } = archive();
    account.createBucket('far', 'eu-west-1');
    expect(await errorOf(store({ Bucket: 'far' }))).toMatchObject({ code: 'InvalidParameterValue' });
    expect(await errorOf(store({ Bucket: 'none' }))).toMatchObject({ code: 'InvalidParameterValue' });
    expect(await errorOf(store({ ImageId: other }))).toMatchObject({ code: 'InvalidAMIID.NotFound' });
  });

  test('is refused while the same image is being stored under the same key', async () => {
    const { store, minutes, tasks } = archive();
    await store();
    expect(await errorOf(store())).toMatchObject({ code: 'InvalidRequest' });
    await store({ Bucket: 'archive/second' });
    await minutes(21);
    await store();
    expect(await tasks()).toHaveLength(3);
  });

  test('is refused while 1,200 GB are being stored, whatever its own size', async () => {
    const { add, store, minutes } = archive();
    add(big, 5000);
    add(other, 1);
    await store();
    await store({ ImageId: big });
    expect(await errorOf(store({ ImageId: other }))).toMatchObject({ code: 'ResourceLimitExceeded' });
    await minutes(21);
    expect((await store({ ImageId: other })).ObjectKey).toBe(`${other}.bin`);
  });

  test.each([
    { fault: {}, percentage: 60 },
    { fault: { atShare: 0.25 }, percentage: 25 },
  ])('that fails stays at $percentage % and leaves no object', async ({ fault, percentage }) => {
    const { store, minutes, tasks, head } = archive({
      faults: [{ fault: 'store-fails', resource: gold, message: 'S3 said no', ...fault }],
    });
    await store();
    await minutes((percentage * 20) / 100 - 0.1);
    expect(await tasks()).toMatchObject([{ StoreTaskState: 'InProgress' }]);
    await minutes(60);
    expect(await tasks()).toMatchObject([
      { StoreTaskState: 'Failed', StoreTaskFailureReason: 'S3 said no', ProgressPercentage: percentage },
    ]);
    expect(await errorOf(head())).toMatchObject({ code: 'NotFound' });
  });

  test('fails when the snapshots of its image are deleted meanwhile', async () => {
    const { as, ec2, store, minutes, tasks, head } = archive();
    await store();
    await minutes(5);
    const deregister = new DeregisterImageCommand({ ImageId: gold, DeleteAssociatedSnapshots: true });
    await as('f', () => ec2.send(deregister));
    await minutes(20);
    const [task] = await tasks({ ImageIds: [gold] });
    expect(task).toMatchObject({ StoreTaskState: 'Failed' });
    expect(task?.StoreTaskFailureReason).toMatch(/snapshot/);
    expect(await errorOf(head())).toMatchObject({ code: 'NotFound' });
  });

  test('goes on when its image is deregistered and the snapshots stay', async () => {
    const { as, ec2, store, minutes, tasks } = archive();
    await store();
    await as('f', () => ec2.send(new DeregisterImageCommand({ ImageId: gold })));
    await minutes(21);
    expect(await tasks()).toMatchObject([{ StoreTaskState: 'Completed' }]);
  });

  test('may be missing from a listing that lags', async () => {
    const { store, tasks, wait } = archive({ behaviour: { consistencyLagMs: () => 5000 } });
    await wait(10);
    await store();
    expect(await tasks({ ImageIds: [gold] })).toEqual([]);
    await wait(6);
    expect(await tasks({ ImageIds: [gold] })).toHaveLength(1);
  });

  test('can be begun fifty times, then once in ten seconds', async () => {
    const { as, ec2, wait } = archive();
    const begin = () => as('f', () => ec2.send(new CreateStoreImageTaskCommand({ ImageId: other, Bucket: 'archive' })));
    for (let count = 0; count < 50; count++) expect((await errorOf(begin())).name).toBe('InvalidAMIID.NotFound');
    expect(await errorOf(begin())).toMatchObject({ code: 'RequestLimitExceeded', status: 503 });
    await wait(10);
    expect((await errorOf(begin())).name).toBe('InvalidAMIID.NotFound');
  });
});

describe('the listing of store tasks', () => {
  async function withTasks() {
    const all = archive();
    all.add(other, 10);
    all.account.createBucket('second');
    await all.store();
    await all.minutes(21);
    await all.store({ ImageId: other });
    await all.store({ Bucket: 'second' });
    return all;
  }

  test('has the newest first, by image or by filter', async () => {
    const { tasks } = await withTasks();
    const places = (all: Awaited<ReturnType<typeof tasks>>) => all.map(({ Bucket, AmiId }) => `${Bucket} ${AmiId}`);
    expect(places(await tasks())).toEqual([`second ${gold}`, `archive ${other}`, `archive ${gold}`]);
    const inProgress = { Name: 'task-state', Values: ['InProgress'] };
    const inArchive = { Name: 'bucket', Values: ['archive'] };
    expect(places(await tasks({ Filters: [inProgress, inArchive] }))).toEqual([`archive ${other}`]);
    // With identifiers, filters do not count.
    expect(places(await tasks({ ImageIds: [gold], Filters: [inArchive] }))).toHaveLength(2);
  });

  test('comes in pages, which exclude identifiers', async () => {
    const { as, ec2, tasks } = await withTasks();
    const sizes: number[] = [];
    await as('f', async () => {
      for await (const page of paginateDescribeStoreImageTasks({ client: ec2, pageSize: 2 }, {})) {
        sizes.push(page.StoreImageTaskResults?.length ?? 0);
      }
    });
    expect(sizes).toEqual([2, 1]);
    const both = tasks({ ImageIds: [gold], MaxResults: 5 });
    expect(await errorOf(both)).toMatchObject({ code: 'InvalidParameterCombination' });
    expect(await errorOf(tasks({ MaxResults: 201 }))).toMatchObject({ code: 'InvalidParameterValue' });
    const tooMany = Array.from({ length: 21 }, () => gold);
    expect(await errorOf(tasks({ ImageIds: tooMany }))).toMatchObject({ code: 'InvalidParameterValue' });
  });

  test('forgets a task after 31 days', async () => {
    const { tasks, wait } = await stored();
    await wait(30 * daySeconds);
    expect(await tasks()).toHaveLength(1);
    await wait(daySeconds);
    expect(await tasks()).toEqual([]);
  });
});

describe('a restored image', () => {
  test('is made anew from the object alone, and says so by an event', async () => {
    const { as, ec2, restore, minutes, image, snapshotsOf, events } = await stored();
    await as('f', () => ec2.send(new DeregisterImageCommand({ ImageId: gold, DeleteAssociatedSnapshots: true })));
    const { ImageId = '' } = await restore();
    expect(ImageId).not.toBe(gold);
    expect(image(ImageId)).toMatchObject({ State: 'pending', Name: 'restored' });
    await minutes(19);
    expect(image(ImageId).State).toBe('pending');
    await minutes(2);
    expect(image(ImageId)).toMatchObject({
      State: 'available',
      Description: 'nightly',
      Architecture: 'arm64',
      BootMode: 'uefi',
      PlatformDetails: 'Red Hat Enterprise Linux',
      UsageOperation: 'RunInstances:0010',
      SourceImageId: gold,
      SourceImageRegion: 'us-east-1',
      CreationDate: expect.stringMatching(/^2026-11-21T03:2/),
      Tags: captureTags,
    });
    const [snapshot] = snapshotsOf(ImageId);
    expect(snapshot).toMatchObject({ State: 'completed', VolumeSize: 100, Encrypted: false });
    expect(snapshot?.Tags).toEqual([{ Key: 'device', Value: 'root' }]);
    expect(image(ImageId).BlockDeviceMappings).toMatchObject([
      { DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshot?.SnapshotId, VolumeSize: 100, Encrypted: false } },
    ]);
    const states = events.filter(({ detail }) => detail.ImageId === ImageId).map(({ detail }) => detail.State);
    expect(states).toEqual(['available']);
  });

  test('boots', async () => {
    const { as, ec2, restore, minutes, instance } = await stored();
    const { ImageId } = await restore();
    const run = () => as('f', () => ec2.send(new RunInstancesCommand({ ImageId, MinCount: 1, MaxCount: 1 })));
    expect(await errorOf(run())).toMatchObject({ code: 'InvalidAMIID.Unavailable' });
    await minutes(21);
    const InstanceId = (await run()).Instances?.[0]?.InstanceId ?? '';
    await minutes(3);
    expect(instance(InstanceId)).toMatchObject({
      State: { Name: 'running' },
      PlatformDetails: 'Red Hat Enterprise Linux',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda' }],
    });
    const checks = new DescribeInstanceStatusCommand({ InstanceIds: [InstanceId] });
    const { InstanceStatuses } = await as('f', () => ec2.send(checks));
    expect(InstanceStatuses).toMatchObject([{ InstanceStatus: { Status: 'ok' }, SystemStatus: { Status: 'ok' } }]);
  });

  test('has the name of the original unless it is given one, which must be free', async () => {
    const { as, ec2, restore, image } = await stored();
    const unnamed = { Name: undefined };
    expect(await errorOf(restore(unnamed))).toMatchObject({ code: 'InvalidAMIName.Duplicate' });
    await as('f', () => ec2.send(new DeregisterImageCommand({ ImageId: gold })));
    expect(image((await restore(unnamed)).ImageId).Name).toBe('image 1');
  });

  test('has the tags it is given over those that the object kept', async () => {
    const { restore, minutes, image, snapshotsOf } = await stored();
    const Tags = [
      { Key: 'ami-lifecycle:policy', Value: 'drill' },
      { Key: 'device', Value: 'mine' },
    ];
    const { ImageId } = await restore({
      TagSpecifications: [
        { ResourceType: 'image', Tags },
        { ResourceType: 'snapshot', Tags },
      ],
    });
    await minutes(1);
    const kept = captureTags.filter(({ Key }) => Key !== 'ami-lifecycle:policy');
    expect(image(ImageId).Tags).toEqual([...kept, ...Tags]);
    expect(snapshotsOf(ImageId)[0]?.Tags).toEqual(Tags);
  });

  test('is shared with nobody, and has no deprecation', async () => {
    const { add, account, store, minutes, restore, image } = archive();
    add(other, 10, { Public: true, DeprecationTime: '2027-01-01T00:00:00.000Z' });
    await store({ ImageId: other });
    await minutes(21);
    const { ImageId = '' } = await restore({ ObjectKey: `${other}.bin` });
    expect(image(ImageId)).toMatchObject({ Public: false });
    expect(image(ImageId).DeprecationTime).toBeUndefined();
    expect(account.region('us-east-1').images.get(ImageId)?.launchPermissions).toEqual([]);
  });

  test('has to wait while 600 GB are being restored', async () => {
    const { add, store, minutes, restore, as, ec2 } = await stored();
    add(other, 600);
    await store({ ImageId: other });
    await minutes(21);
    const { ImageId } = await restore({ ObjectKey: `${other}.bin` });
    expect(await errorOf(restore({ Name: 'second' }))).toMatchObject({ code: 'ResourceLimitExceeded' });
    await as('f', () => ec2.send(new DeregisterImageCommand({ ImageId })));
    await restore({ Name: 'second' });
    await minutes(21);
    await restore({ Name: 'third' });
  });

  test('cannot come from what is no image, not there, or elsewhere', async () => {
    const { account, restore } = await stored();
    account.call('s3', 'PutObject', { Bucket: 'archive', Key: 'note', Body: 'text' });
    account.createBucket('far', 'eu-west-1');
    for (const changes of [{ ObjectKey: 'note' }, { ObjectKey: 'none' }, { Bucket: 'far' }]) {
      expect(await errorOf(restore(changes))).toMatchObject({ code: 'InvalidParameterValue' });
    }
  });

  test.each(['GLACIER', 'DEEP_ARCHIVE'] as const)(
    'comes from %s only when the object is awake',
    async (StorageClass) => {
      const { as, s3, restore, wait } = await storedIn(StorageClass);
      expect(await errorOf(restore())).toMatchObject({ code: 'InvalidRequest' });
      const wake = { Bucket: 'archive', Key: `${other}.bin`, RestoreRequest: { Days: 2 } };
      await as('f', () => s3.send(new RestoreObjectCommand(wake)));
      await wait(3.9 * 3600);
      expect(await errorOf(restore())).toMatchObject({ code: 'InvalidRequest' });
      await wait(0.2 * 3600);
      expect((await restore()).ImageId).toMatch(/^ami-/);
      await wait(3 * daySeconds);
      expect(await errorOf(restore({ Name: 'late' }))).toMatchObject({ code: 'InvalidRequest' });
    },
  );

  test.each(['GLACIER_IR', 'STANDARD_IA'] as const)('comes from %s at once', async (StorageClass) => {
    const { restore } = await storedIn(StorageClass);
    expect((await restore()).ImageId).toMatch(/^ami-/);
  });

  test('can fail', async () => {
    const { restore, minutes, image, events } = await stored({
      faults: [{ fault: 'restore-fails', nth: 1, atShare: 0.5 }],
    });
    const { ImageId } = await restore();
    await minutes(9.9);
    expect(image(ImageId).State).toBe('pending');
    await minutes(0.2);
    expect(image(ImageId)).toMatchObject({ State: 'failed', StateReason: { Code: 'Server.InternalError' } });
    expect(events.at(-1)?.detail).toMatchObject({ ImageId, State: 'failed' });
    const second = await restore({ Name: 'second' });
    await minutes(21);
    expect(image(second.ImageId).State).toBe('available');
  });

  test('fails when its object is deleted meanwhile', async () => {
    const { as, s3, restore, minutes, image } = await stored();
    const { ImageId } = await restore();
    await as('f', () => s3.send(new DeleteObjectCommand({ Bucket: 'archive', Key: `${gold}.bin` })));
    await minutes(21);
    expect(image(ImageId).State).toBe('failed');
  });

  test('can come back with the wrong billing', async () => {
    const { restore, image } = await stored({ faults: [{ fault: 'restore-loses-billing' }] });
    const { ImageId } = await restore();
    expect(image(ImageId)).toMatchObject({ PlatformDetails: 'Linux/UNIX', UsageOperation: 'RunInstances' });
  });
});
