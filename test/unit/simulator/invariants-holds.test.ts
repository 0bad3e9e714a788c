import {
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DeregisterImageCommand,
  DisableImageCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { watchInvariants } from '../../../simulator/invariants.ts';
import { captureTags, instance, web, world } from './world.ts';

const [older, newer] = ['20261118T0300Z', '20261119T0300Z'].map((slot, index) => ({
  ImageId: `ami-0000000000000000${index}`,
  Name: `gold/web/${slot}`,
  State: 'available' as const,
  Tags: [...captureTags, { Key: 'ami-lifecycle:slot', Value: slot }, { Key: 'ami-lifecycle:state', Value: 'complete' }],
}));

test('5: a hold that we took away holds, until people say otherwise', async () => {
  const images = [older, newer].flatMap((each) => each ?? []);
  const { as, ec2, account, wait } = world({ contents: { instances: [instance(web)], images } });
  const { breaches } = watchInvariants(account);
  const Resources = [older?.ImageId ?? ''];
  const Tags = [{ Key: 'ami-lifecycle:hold', Value: 'audit' }];
  const step = () => as('retire-image', () => ec2.send(new DisableImageCommand({ ImageId: older?.ImageId })));
  account.call('ec2', 'CreateTags', { Resources, Tags });
  await wait(120);
  await as('retire-image', () => ec2.send(new DeleteTagsCommand({ Resources, Tags })));
  await wait(120);
  await step();
  expect(breaches.map(({ invariant }) => invariant)).toEqual([5]);
  expect(breaches[0]?.message).toContain(`disable would take ${older?.ImageId}, whose hold we took away.`);
  account.call('ec2', 'EnableImage', { ImageId: older?.ImageId });
  account.call('ec2', 'CreateTags', { Resources, Tags });
  account.call('ec2', 'DeleteTags', { Resources, Tags });
  await wait(120);
  await step();
  expect(breaches).toHaveLength(1);
});

/** A snapshot that is left of an image, with that hold since two minutes ago. */
async function heldSnapshot(reason: string) {
  const SnapshotId = 'snap-00000000000000001';
  const snapshots = [
    {
      SnapshotId,
      VolumeId: 'vol-00000000000000001',
      VolumeSize: 8,
      State: 'completed' as const,
      Progress: '100%',
      StartTime: new Date('2026-01-01T00:00:00Z'),
      Description: 'of an image',
      Tags: captureTags,
    },
  ];
  const BlockDeviceMappings = [{ DeviceName: '/dev/sda1', Ebs: { SnapshotId } }];
  const images = [{ ...older, BlockDeviceMappings }, newer].map((each) => each ?? {});
  const given = world({ contents: { instances: [instance(web)], snapshots, images } });
  const { breaches } = watchInvariants(given.account);
  const Tags = [{ Key: 'ami-lifecycle:hold', Value: reason }];
  given.account.call('ec2', 'CreateTags', { Resources: [SnapshotId], Tags });
  await given.wait(120);
  return { ...given, SnapshotId, found: () => breaches.map(({ invariant, message }) => [invariant, message]) };
}

test('5: an image stays whose snapshot is held', async () => {
  const { as, ec2, SnapshotId, found } = await heldSnapshot('audit');
  await as('retire-image', () => ec2.send(new DeregisterImageCommand({ ImageId: older?.ImageId })));
  const told = `deregister would take ${older?.ImageId}, whose snapshot ${SnapshotId} is held.`;
  expect(found()).toContainEqual([5, expect.stringContaining(told)]);
});

test.each([
  ['audit', 'delete-snapshots', [5]],
  ['audit', 'discard-restore', [5]],
  ['restored 2026-11-20 by one', 'delete-snapshots', [5]],
  ['restored 2026-11-20 by one', 'discard-restore', []],
])('5: a snapshot that is held, %s, and that %s deletes, breaks %j', async (reason, caller, broken) => {
  const { account, as, ec2, SnapshotId, found } = await heldSnapshot(reason);
  account.call('ec2', 'DeregisterImage', { ImageId: older?.ImageId });
  await as(caller, () => ec2.send(new DeleteSnapshotCommand({ SnapshotId })));
  expect(found().map(([invariant]) => invariant)).toEqual(broken);
});

test('5: a hold of people that we took from a snapshot holds; one of ours is ours to take', async () => {
  for (const [reason, broken] of [
    ['audit', [5]],
    ['restored 2026-11-20 by one', []],
  ] as const) {
    const { account, as, ec2, SnapshotId, wait, found } = await heldSnapshot(reason);
    const Tags = [{ Key: 'ami-lifecycle:hold' }];
    await as('apply-archive-record', () => ec2.send(new DeleteTagsCommand({ Resources: [SnapshotId], Tags })));
    await wait(120);
    account.call('ec2', 'DeregisterImage', { ImageId: older?.ImageId });
    await as('delete-snapshots', () => ec2.send(new DeleteSnapshotCommand({ SnapshotId })));
    expect(found().map(([invariant]) => invariant)).toEqual(broken);
  }
});
