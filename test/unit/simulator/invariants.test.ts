import {
  CopyImageCommand,
  CreateImageCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DisableImageCommand,
  DisableImageDeprecationCommand,
  DisableImageDeregistrationProtectionCommand,
  EnableImageCommand,
  EnableImageDeprecationCommand,
  EnableImageDeregistrationProtectionCommand,
  LockSnapshotCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  UnlockSnapshotCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { watchInvariants } from '../../../simulator/invariants.ts';
import { captureTags, instance, tagSpecifications, volumes, web, world } from './world.ts';

/** A later image of the same instance, for one that goes. */
const newer = {
  ImageId: 'ami-00000000000000002',
  Name: 'gold/web/2',
  State: 'available' as const,
  Tags: [...captureTags, { Key: 'ami-lifecycle:slot', Value: '20261121T1500Z' }],
};

function watched(given: Parameters<typeof world>[0] = {}) {
  const all = world(given);
  const watch = watchInvariants(all.account);
  const broken = () => watch.breaches.map(({ invariant }) => invariant);
  const { as, ec2, europe } = all;
  const TagSpecifications = tagSpecifications(captureTags);
  return {
    ...all,
    watch,
    broken,
    stop: (id: string) => as('stop-instance', () => ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))),
    start: (id: string) => as('start-instance', () => ec2.send(new StartInstancesCommand({ InstanceIds: [id] }))),
    create: (changes: Partial<ConstructorParameters<typeof CreateImageCommand>[0]> = {}) =>
      as('create-image', () =>
        ec2.send(
          new CreateImageCommand({
            InstanceId: web,
            Name: 'gold/web/1',
            NoReboot: true,
            TagSpecifications,
            ...changes,
          }),
        ),
      ),
    copy: (SourceImageId: string | undefined) =>
      as('copy-image', () =>
        europe.send(
          new CopyImageCommand({ Name: 'gold/web/1', SourceImageId, SourceRegion: 'us-east-1', TagSpecifications }),
        ),
      ),
    deregister: (ImageId: string | undefined, DeleteAssociatedSnapshots: boolean) =>
      as('retire-image', () => ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots }))),
  };
}

describe('the invariants', () => {
  test('hold for a capture that is done well, copy, retirement and all', async () => {
    const { stop, start, create, copy, deregister, wait, broken, watch } = watched({
      contents: { instances: [instance(web)], images: [newer] },
    });
    await stop(web);
    await wait(60);
    const { ImageId } = await create();
    await wait(5);
    expect(watch.strandedInstances()).toMatchObject([{ instanceId: web, region: 'us-east-1' }]);
    await start(web);
    await wait(700);
    expect(watch.strandedInstances()).toEqual([]);
    await copy(ImageId);
    await wait(1300);
    await deregister(ImageId, true);
    await wait(3600);
    expect(broken()).toEqual([]);
  });

  test('2: we start nothing that we did not stop', async () => {
    const { account, start, stop, wait, broken, watch } = watched();
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(60);
    await stop(web);
    expect(broken()).toEqual([]);
    expect(watch.strandedInstances()).toEqual([]);
    await start(web);
    expect(broken()).toEqual([2]);
  });

  test('2: nor what somebody else stopped after us', async () => {
    const { account, start, stop, wait, broken } = watched();
    await stop(web);
    await wait(60);
    account.call('ec2', 'StartInstances', { InstanceIds: [web] });
    await wait(60);
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(60);
    await start(web);
    expect(broken()).toEqual([2]);
  });

  test('2: but a start that fell back may be repeated', async () => {
    const { start, stop, wait, broken } = watched({ faults: [{ fault: 'start-falls-back', nth: 1 }] });
    await stop(web);
    await wait(60);
    await start(web);
    await wait(60);
    await start(web);
    expect(broken()).toEqual([]);
  });

  test('3: nothing without our tags is changed', async () => {
    const foreign = { ImageId: 'ami-00000000000000001', Name: 'foreign', State: 'available' as const };
    const snapshot = { SnapshotId: 'snap-00000000000000001', State: 'completed' as const };
    const { as, ec2, deregister, broken, account } = watched({
      contents: { instances: [instance(web)], images: [foreign], snapshots: [snapshot] },
    });
    const tag = (id: string, Key: string) =>
      as('f', () => ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value: '' }] })));
    account.call('ec2', 'CreateTags', { Resources: [web], Tags: [{ Key: 'Name', Value: 'by hand' }] });
    await tag(web, 'ami-lifecycle:stopped-by');
    expect(broken()).toEqual([]);
    await tag(web, 'Name');
    await tag(foreign.ImageId, 'ami-lifecycle:state');
    await deregister(foreign.ImageId, false);
    await as('f', () => ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshot.SnapshotId })));
    expect(broken()).toEqual([3, 3, 3, 3]);
  });

  test('3: by none of the calls that change images and snapshots', async () => {
    const foreign = { ImageId: 'ami-00000000000000001', Name: 'foreign', State: 'available' as const };
    const snapshot = { SnapshotId: 'snap-00000000000000001', State: 'completed' as const };
    const { as, ec2, broken } = watched({
      contents: { instances: [instance(web)], images: [foreign], snapshots: [snapshot] },
    });
    const { ImageId } = foreign;
    const { SnapshotId } = snapshot;
    const change = async (work: () => Promise<unknown>): Promise<void> => {
      await as('f', work);
    };
    const DeprecateAt = new Date('2026-11-22T00:00:00Z');
    await change(() => ec2.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt })));
    await change(() => ec2.send(new DisableImageDeprecationCommand({ ImageId })));
    await change(() => ec2.send(new EnableImageDeregistrationProtectionCommand({ ImageId })));
    await change(() => ec2.send(new DisableImageDeregistrationProtectionCommand({ ImageId })));
    await change(() => ec2.send(new DisableImageCommand({ ImageId })));
    await change(() => ec2.send(new EnableImageCommand({ ImageId })));
    await change(() => ec2.send(new LockSnapshotCommand({ SnapshotId, LockMode: 'governance', LockDuration: 1 })));
    await change(() => ec2.send(new UnlockSnapshotCommand({ SnapshotId })));
    expect(broken()).toEqual(Array.from({ length: 8 }, () => 3));
  });

  test('8: no snapshot of ours outlives its image', async () => {
    const { create, deregister, wait, broken, watch } = watched({
      contents: { instances: [instance(web)], images: [newer] },
    });
    const { ImageId } = await create();
    await wait(700);
    await deregister(ImageId, false);
    await wait(1700);
    expect(broken()).toEqual([15]);
    await wait(200);
    expect(broken()).toEqual([15, 8]);
    expect(watch.breaches[1]?.message).toContain(`is left of ${ImageId}`);
  });

  test('8: and none goes before it, whether EC2 refuses or not', async () => {
    const { as, account, create, deregister, ec2, wait, broken } = watched({
      contents: { instances: [instance(web, { State: { Code: 80, Name: 'stopped' } })], images: [newer] },
    });
    const { ImageId } = await create();
    await wait(700);
    const [SnapshotId] = account.region('us-east-1').snapshots.keys();
    const remove = () => as('delete-snapshots', () => ec2.send(new DeleteSnapshotCommand({ SnapshotId })));
    await expect(remove()).rejects.toThrow('in use');
    expect(broken()).toEqual([8]);
    await deregister(ImageId, false);
    await remove();
    expect(broken()).toEqual([8]);
  });

  test('8: but what somebody locked or holds is theirs to let go', async () => {
    const { account, create, deregister, wait, broken } = watched({
      contents: {
        instances: [
          instance(web, { State: { Code: 80, Name: 'stopped' }, ...volumes('vol-00000000000000001', 'vol-2') }),
        ],
        images: [newer],
      },
    });
    const { ImageId } = await create();
    await wait(1000);
    const [locked, held = ''] = account.region('us-east-1').snapshots.keys();
    account.call('ec2', 'LockSnapshot', { SnapshotId: locked, LockMode: 'governance', LockDuration: 1 });
    account.call('ec2', 'CreateTags', { Resources: [held], Tags: [{ Key: 'ami-lifecycle:hold', Value: 'evidence' }] });
    await deregister(ImageId, false);
    await wait(7200);
    expect(broken()).toEqual([]);
  });

  test('10: there are no two images for a policy, instance, slot and Region', async () => {
    const { create, stop, wait, broken } = watched();
    await stop(web);
    await wait(60);
    await create();
    await wait(60);
    await create({ Name: 'gold/web/1-again' });
    expect(broken()).toEqual([10]);
  });

  test('10: but a failed image may be made again once it is deregistered', async () => {
    const { create, stop, wait, deregister, broken } = watched({
      faults: [{ fault: 'image-fails', nth: 1 }],
      behaviour: { failedImagesForgetSnapshots: false },
    });
    await stop(web);
    await wait(60);
    const { ImageId } = await create();
    await wait(700);
    await deregister(ImageId, true);
    await create();
    await wait(7200);
    expect(broken()).toEqual([]);
  });

  test('11: images and snapshots have their tags from their first moment', async () => {
    const { create, wait, broken } = watched();
    await create({ TagSpecifications: [{ ResourceType: 'image', Tags: captureTags }] });
    await wait(10);
    await create({ Name: 'untagged', TagSpecifications: [] });
    expect(broken()).toEqual([11, 11]);
  });

  test('11: but what people copy has the tags that people give it', async () => {
    const { account, create, stop, wait, broken } = watched();
    await stop(web);
    await wait(60);
    const { ImageId } = await create();
    await wait(7200);
    const source = { SourceImageId: ImageId, SourceRegion: account.homeRegion };
    const copy = account.call('ec2', 'CopyImage', { Name: 'by-hand', CopyImageTags: true, ...source });
    await wait(7200);
    expect(account.region(account.homeRegion).images.get(copy.ImageId ?? '')?.snapshotIds).toHaveLength(1);
    expect(broken()).toEqual([]);
  });

  test('13: a member of an Auto Scaling group is never stopped', async () => {
    const Tags = [{ Key: 'aws:autoscaling:groupName', Value: 'shop' }];
    const { account, stop, broken } = watched({
      contents: { instances: [instance(web, { Tags }), instance('i-00000000000000002', { Tags })] },
    });
    account.call('ec2', 'StopInstances', { InstanceIds: ['i-00000000000000002'] });
    await stop(web);
    expect(broken()).toEqual([13]);
  });

  test('15: what is said to be of a stopped instance is', async () => {
    const { create, start, stop, wait, broken } = watched({ behaviour: { snapshotStartSeconds: () => 30 } });
    await stop(web);
    await wait(60);
    await create();
    await start(web);
    await wait(60);
    expect(broken()).toEqual([15]);
  });

  test.each([
    ['while it runs', false, undefined, []],
    ['while it runs, without a reboot', true, undefined, [15]],
    ['just as it is stopped, which nobody may have seen', false, 30, []],
    ['just as it is stopped, without a reboot', true, 30, [15]],
    ['while it stops', false, 90, [15]],
  ])('15: what is said to be made by a reboot, %s, is', async (_, NoReboot, stoppedForSeconds, expected) => {
    const { account, create, wait, broken } = watched({ behaviour: { stopSeconds: () => 300 } });
    if (stoppedForSeconds !== undefined) account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(stoppedForSeconds ?? 0);
    const Tags = captureTags.filter(({ Key }) => Key !== 'ami-lifecycle:consistency');
    const rebooted = [...Tags, { Key: 'ami-lifecycle:consistency', Value: 'rebooted' }];
    await create({ NoReboot, TagSpecifications: tagSpecifications(rebooted) });
    expect(broken()).toEqual(expected);
  });

  test('say with a breach what happened last', async () => {
    const { account, start, wait, watch } = watched();
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(60);
    await start(web);
    const [breach] = watch.breaches;
    expect(breach).toMatchObject({ name: 'InvariantBroken', invariant: 2 });
    expect(breach?.message).toMatch(/^Invariant 2 is broken: We start no instance that we did not stop\. i-/);
    expect(breach?.history).toContain(`2026-11-21T03:00:00.000Z us-east-1 user ec2:StopInstances ${web} ok`);
  });
});
