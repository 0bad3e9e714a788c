import {
  DescribeSnapshotAttributeCommand,
  EnableImageBlockPublicAccessCommand,
  GetImageBlockPublicAccessStateCommand,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { gold, root, silver, twoImages } from './two-images.ts';
import { errorOf } from './world.ts';

describe('sharing', () => {
  test('takes back what it gave, from an image and from a snapshot', async () => {
    const { share, permissions, as, ec2 } = twoImages();
    await share('Add', { UserId: '123456789012' });
    await share('Remove', { UserId: '123456789012' });
    await share('Remove', { UserId: '123456789012' });
    expect(await permissions()).toEqual([]);
    const change = (CreateVolumePermission: object) =>
      as('f', () => ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId: root, CreateVolumePermission })));
    const asked = new DescribeSnapshotAttributeCommand({ SnapshotId: root, Attribute: 'createVolumePermission' });
    const holders = async () => (await as('f', () => ec2.send(asked))).CreateVolumePermissions;
    await change({ Add: [{ UserId: '123456789012' }] });
    expect(await holders()).toEqual([{ UserId: '123456789012' }]);
    await change({ Remove: [{ UserId: '123456789012' }] });
    expect(await holders()).toEqual([]);
  });

  test('with everybody is refused while public access is blocked; what is public stays so', async () => {
    const { share, as, ec2, account: simulated, image: now } = twoImages();
    const state = async () =>
      (await as('f', () => ec2.send(new GetImageBlockPublicAccessStateCommand({})))).ImageBlockPublicAccessState;
    expect(await state()).toBe('unblocked');
    await share('Add', { Group: 'all' }, silver);
    const block = { ImageBlockPublicAccessState: 'block-new-sharing' as const };
    await as('f', () => ec2.send(new EnableImageBlockPublicAccessCommand(block)));
    expect(await state()).toBe('block-new-sharing');
    const error = await errorOf(share('Add', { Group: 'all' }));
    expect(error).toMatchObject({ code: 'OperationNotPermitted', status: 400 });
    expect(error.message).toContain('block public access');
    expect([now(gold).Public ?? false, now(silver).Public]).toEqual([false, true]);
    simulated.call('ec2', 'DisableImageBlockPublicAccess', {});
    await share('Add', { Group: 'all' });
    expect(now(gold).Public).toBe(true);
  });
});
