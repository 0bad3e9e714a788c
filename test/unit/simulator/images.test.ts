import {
  CreateImageCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotsCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { captureTags, errorOf, instance, tagSpecifications, volumes, web, world } from './world.ts';

type Changes = Partial<ConstructorParameters<typeof CreateImageCommand>[0]>;
const create = (changes: Changes = {}) =>
  new CreateImageCommand({ InstanceId: web, Name: 'gold/web/1', NoReboot: true, ...changes });

describe('an image', () => {
  test('is pending, its snapshots start within seconds, and it is available when they are done', async () => {
    const { as, ec2, wait, image, snapshotsOf } = world({
      contents: { instances: [instance(web, volumes('vol-00000000000000001', 'vol-00000000000000002'))] },
    });
    const { ImageId } = await as('f', () => ec2.send(create()));
    expect(image(ImageId)).toMatchObject({ State: 'pending', SourceInstanceId: web, Name: 'gold/web/1' });
    expect(snapshotsOf(ImageId)).toEqual([]);
    await wait(3);
    const started = snapshotsOf(ImageId);
    expect(started.map(({ VolumeId, State }) => [VolumeId, State])).toEqual([
      ['vol-00000000000000001', 'pending'],
      ['vol-00000000000000002', 'pending'],
    ]);
    expect(started[0]?.Description).toBe(`Created by CreateImage(${web}) for ${ImageId}`);
    await wait(120);
    expect(snapshotsOf(ImageId)[0]?.Progress).toMatch(/^[1-9]\d?%$/);
    await wait(480);
    expect(image(ImageId).State).toBe('available');
    expect(snapshotsOf(ImageId).map(({ State, Progress }) => [State, Progress])).toEqual([
      ['completed', '100%'],
      ['completed', '100%'],
    ]);
    const mapped = image(ImageId).BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.SnapshotId]);
    expect(mapped).toEqual([
      ['/dev/xvda', started[0]?.SnapshotId],
      ['/dev/xvdb', started[1]?.SnapshotId],
    ]);
  });

  test('carries its tags and so do its snapshots, from the first moment', async () => {
    const { as, ec2, wait, image, snapshotsOf } = world();
    const { ImageId } = await as('f', () => ec2.send(create({ TagSpecifications: tagSpecifications(captureTags) })));
    expect(image(ImageId).Tags).toEqual(captureTags);
    await wait(3);
    expect(snapshotsOf(ImageId)[0]?.Tags).toEqual(captureTags);
  });

  test('leaves out the devices that it is told to leave out', async () => {
    const { as, ec2, wait, image } = world({
      contents: { instances: [instance(web, volumes('vol-00000000000000001', 'vol-00000000000000002'))] },
    });
    const BlockDeviceMappings = [{ DeviceName: '/dev/xvdb', NoDevice: '' }];
    const { ImageId } = await as('f', () => ec2.send(create({ BlockDeviceMappings })));
    await wait(601);
    expect(image(ImageId).BlockDeviceMappings?.map(({ DeviceName }) => DeviceName)).toEqual(['/dev/xvda']);
  });

  test.each([
    ['ab', 'InvalidAMIName.Malformed'],
    ['a'.repeat(129), 'InvalidAMIName.Malformed'],
    ['2026-11-21T03:00', 'InvalidAMIName.Malformed'],
  ])('cannot be named %s', async (Name, code) => {
    const { as, ec2 } = world();
    expect(await errorOf(as('f', () => ec2.send(create({ Name }))))).toMatchObject({ code, status: 400 });
  });

  test("cannot take another's name: pending, failed or just deregistered", async () => {
    const { as, ec2, wait, image, account } = world({
      behaviour: { releaseSeconds: () => 5 },
      faults: [{ fault: 'image-fails' }],
    });
    const { ImageId } = await as('f', () => ec2.send(create()));
    const duplicate = async () => {
      const error = await errorOf(as('f', () => ec2.send(create())));
      expect(error).toMatchObject({ code: 'InvalidAMIName.Duplicate', status: 400 });
      expect(error.message).toBe(`AMI name gold/web/1 is already in use by AMI ${ImageId}`);
    };
    await duplicate();
    await wait(600);
    expect(image(ImageId).State).toBe('failed');
    await duplicate();
    account.call('ec2', 'DeregisterImage', { ImageId });
    await duplicate();
    await wait(6);
    await as('f', () => ec2.send(create()));
  });

  test('can be made of a stopping instance, but not of a terminated one', async () => {
    const { as, ec2, wait, account } = world();
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await as('f', () => ec2.send(create()));
    account.call('ec2', 'TerminateInstances', { InstanceIds: [web] });
    await wait(60);
    const error = await errorOf(as('f', () => ec2.send(create({ Name: 'gold/web/2' }))));
    expect(error).toMatchObject({ code: 'InvalidParameterValue', status: 400 });
    expect(error.message).toContain("Instance is not in state 'running' or 'stopping' or 'stopped'");
  });

  test.each([
    [{ TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [] }] }, 'InvalidParameterValue'],
    [{ TagSpecifications: tagSpecifications([{ Key: 'aws:x', Value: '' }]) }, 'InvalidParameterValue'],
    [{ TagSpecifications: tagSpecifications([{ Key: 'a'.repeat(129), Value: '' }]) }, 'InvalidParameterValue'],
    [
      { TagSpecifications: tagSpecifications(Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: '' }))) },
      'TagLimitExceeded',
    ],
    [{ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 9 } }] }, 'InvalidBlockDeviceMapping'],
    [{ Name: '' }, 'MissingParameter'],
    [{ DryRun: true }, 'DryRunOperation'],
  ])('is refused with %j', async (changes, code) => {
    const { as, ec2, account } = world();
    expect(await errorOf(as('f', () => ec2.send(create(changes))))).toMatchObject({ code });
    expect(account.region('us-east-1').images.size).toBe(0);
  });

  test('is refused once a Region holds fifty thousand', () => {
    const images = Array.from({ length: 50_000 }, (_, n) => ({
      ImageId: `ami-${String(n).padStart(17, '0')}`,
      Name: `image ${n}`,
      State: 'available' as const,
    }));
    const { account } = world({ contents: { instances: [instance(web)], images } });
    const input = { InstanceId: web, Name: 'one more', NoReboot: true };
    expect(() => account.call('ec2', 'CreateImage', input)).toThrow('limit of 50000 AMIs');
    account.call('ec2', 'DeregisterImage', { ImageId: images[0]?.ImageId });
    account.call('ec2', 'CreateImage', input);
  });

  test('fails when another snapshot of the volume started less than fifteen seconds before', async () => {
    const { as, ec2, wait, image } = world();
    const first = await as('f', () => ec2.send(create()));
    await wait(5);
    const second = await as('f', () => ec2.send(create({ Name: 'silver/web/1' })));
    await wait(700);
    expect(image(first.ImageId).State).toBe('available');
    expect(image(second.ImageId).State).toBe('failed');
    expect(image(second.ImageId).StateReason?.Code).toBe('Server.InternalError');
  });

  test('is refused when five snapshots of the volume are under way', async () => {
    const { as, ec2, wait } = world({ behaviour: { imageMinutes: () => 600 } });
    for (let n = 0; n < 5; n++) {
      await as('f', () => ec2.send(create({ Name: `image ${n}` })));
      await wait(20);
    }
    const error = await errorOf(as('f', () => ec2.send(create())));
    expect(error).toMatchObject({ code: 'ConcurrentSnapshotLimitExceeded' });
  });

  test.each([
    ['terminated', 'TerminateInstances' as const],
    ['rebooted', 'RebootInstances' as const],
  ])('fails when its instance is %s before the snapshots started, and not when after', async (_, operation) => {
    const { as, ec2, wait, image, account } = world();
    const early = await as('f', () => ec2.send(create()));
    await wait(20);
    const late = await as('f', () => ec2.send(create({ Name: 'gold/web/2' })));
    account.call('ec2', operation, { InstanceIds: [web] });
    await wait(700);
    expect(image(early.ImageId).State).toBe('available');
    expect(image(late.ImageId)).toMatchObject({ State: 'failed', StateReason: { Code: 'Client.InstanceTerminated' } });
  });

  test('reboots a running instance unless told not to, and the snapshots wait for that', async () => {
    const { as, ec2, wait, snapshotsOf, events, instance: now } = world();
    const { ImageId } = await as('f', () => ec2.send(create({ NoReboot: false })));
    await wait(5);
    expect(snapshotsOf(ImageId)).toEqual([]);
    expect(now(web).State?.Name).toBe('running');
    await wait(10);
    expect(snapshotsOf(ImageId)).toHaveLength(1);
    expect(events).toEqual([]);
  });
});

describe('a deregistration', () => {
  test('takes the snapshots along where asked, and says what became of each', async () => {
    const { as, ec2, wait, image, snapshotsOf } = world();
    const { ImageId } = await as('f', () => ec2.send(create()));
    await wait(700);
    const [snapshot] = snapshotsOf(ImageId);
    const command = new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true });
    expect(await as('f', () => ec2.send(command))).toMatchObject({
      Return: true,
      DeleteSnapshotResults: [{ SnapshotId: snapshot?.SnapshotId, ReturnCode: 'success' }],
    });
    expect(() => image(ImageId)).toThrow('is not there');
    expect(snapshotsOf(ImageId)).toEqual([]);
  });

  test('skips a snapshot that another image uses', async () => {
    const mapping = [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-00000000000000001', VolumeSize: 8 } }];
    const images = ['ami-00000000000000001', 'ami-00000000000000002'].map((ImageId) => ({
      ImageId,
      Name: ImageId,
      State: 'available' as const,
      BlockDeviceMappings: mapping,
    }));
    const { as, ec2 } = world({
      contents: { instances: [], images, snapshots: [{ SnapshotId: 'snap-00000000000000001', State: 'completed' }] },
    });
    const deregister = (ImageId: string) => new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true });
    const first = await as('f', () => ec2.send(deregister('ami-00000000000000001')));
    expect(first.DeleteSnapshotResults?.[0]?.ReturnCode).toBe('skipped');
    const second = await as('f', () => ec2.send(deregister('ami-00000000000000002')));
    expect(second.DeleteSnapshotResults?.[0]?.ReturnCode).toBe('success');
  });

  test('is Unavailable the second time, NotFound for what never was, Malformed for what cannot be', async () => {
    const { as, ec2 } = world();
    const { ImageId } = await as('f', () => ec2.send(create()));
    const deregister = (id: string | undefined) => as('f', () => ec2.send(new DeregisterImageCommand({ ImageId: id })));
    await deregister(ImageId);
    expect(await errorOf(deregister(ImageId))).toMatchObject({ code: 'InvalidAMIID.Unavailable', status: 400 });
    expect(await errorOf(deregister('ami-0000000000000ffff'))).toMatchObject({ code: 'InvalidAMIID.NotFound' });
    expect(await errorOf(deregister('ami-x'))).toMatchObject({ code: 'InvalidAMIID.Malformed' });
  });

  test('leaves a failed image its snapshots, and they can be deleted one by one', async () => {
    const { as, ec2, wait, snapshotsOf } = world({ faults: [{ fault: 'image-fails' }] });
    const { ImageId } = await as('f', () => ec2.send(create()));
    await wait(700);
    await as('f', () => ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true })));
    const [left] = snapshotsOf(ImageId);
    expect(left?.State).toBe('completed');
    await as('f', () => ec2.send(new DeleteSnapshotCommand({ SnapshotId: left?.SnapshotId })));
    expect(snapshotsOf(ImageId)).toEqual([]);
  });

  test('makes the image unknown, or left out while an instance refers to it', async () => {
    const used = 'ami-00000000000000abc';
    const free = 'ami-00000000000000def';
    const images = [used, free].map((ImageId) => ({ ImageId, Name: ImageId, State: 'available' as const }));
    const { as, ec2, account } = world({ contents: { instances: [instance(web)], images } });
    for (const ImageId of [used, free]) account.call('ec2', 'DeregisterImage', { ImageId });
    const describeImage = (id: string) => as('f', () => ec2.send(new DescribeImagesCommand({ ImageIds: [id] })));
    expect((await describeImage(used)).Images).toEqual([]);
    expect(await errorOf(describeImage(free))).toMatchObject({ code: 'InvalidAMIID.NotFound' });
  });
});

describe('a snapshot', () => {
  test('cannot be deleted while its image has it, nor shortly after', async () => {
    const { as, ec2, wait, snapshotsOf, account } = world({ behaviour: { releaseSeconds: () => 5 } });
    const { ImageId } = await as('f', () => ec2.send(create()));
    await wait(700);
    const SnapshotId = snapshotsOf(ImageId)[0]?.SnapshotId;
    const remove = () => as('f', () => ec2.send(new DeleteSnapshotCommand({ SnapshotId })));
    const error = await errorOf(remove());
    expect(error).toMatchObject({ code: 'InvalidSnapshot.InUse', status: 400 });
    expect(error.message).toBe(`The snapshot ${SnapshotId} is currently in use by ${ImageId}`);
    account.call('ec2', 'DeregisterImage', { ImageId });
    expect(await errorOf(remove())).toMatchObject({ code: 'InvalidSnapshot.InUse' });
    await wait(6);
    await remove();
    expect(await errorOf(remove())).toMatchObject({ code: 'InvalidSnapshot.NotFound', status: 400 });
  });

  test('is found by its image, its volume and its tags', async () => {
    const { as, ec2, wait } = world();
    const { ImageId } = await as('f', () => ec2.send(create({ TagSpecifications: tagSpecifications(captureTags) })));
    await wait(5);
    const count = async (Name: string, value: string) =>
      (await as('f', () => ec2.send(new DescribeSnapshotsCommand({ Filters: [{ Name, Values: [value] }] })))).Snapshots
        ?.length;
    expect(await count('description', `*${ImageId}*`)).toBe(1);
    expect(await count('description', '*ami-0000000000000ffff*')).toBe(0);
    expect(await count('description', 'Created by CreateImage(?-*')).toBe(1);
    expect(await count('volume-id', 'vol-00000000000000001')).toBe(1);
    expect(await count('tag:ami-lifecycle:policy', 'g*d')).toBe(1);
    expect(await count('tag:ami-lifecycle:policy', 'gold')).toBe(1);
    expect(await count('tag-key', 'ami-lifecycle:slot')).toBe(1);
    expect(await count('status', 'completed')).toBe(0);
  });
});

describe('sharing', () => {
  const add = (ImageId: string | undefined, permission: object) =>
    new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { Add: [permission] } });

  test('gives an account, an organization or nobody the right to launch', async () => {
    const { as, ec2, wait } = world();
    const { ImageId } = await as('f', () => ec2.send(create()));
    await wait(700);
    const OrganizationArn = 'arn:aws:organizations::123456789012:organization/o-abcdefghij';
    await as('f', () => ec2.send(add(ImageId, { UserId: '123456789012' })));
    await as('f', () => ec2.send(add(ImageId, { OrganizationArn })));
    const asked = new DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' });
    const permissions = async () => (await as('f', () => ec2.send(asked))).LaunchPermissions;
    expect(await permissions()).toEqual([{ UserId: '123456789012' }, { OrganizationArn }]);
    const remove = { ImageId, LaunchPermission: { Remove: [{ UserId: '123456789012' }] } };
    await as('f', () => ec2.send(new ModifyImageAttributeCommand(remove)));
    expect(await permissions()).toEqual([{ OrganizationArn }]);
  });

  test('is refused for a pending image, a bad account, and a public image with encrypted snapshots', async () => {
    const { as, ec2, wait } = world({
      contents: {
        instances: [instance(web)],
        volumes: [{ VolumeId: 'vol-00000000000000001', Size: 8, Encrypted: true }],
      },
    });
    const { ImageId } = await as('f', () => ec2.send(create()));
    const codeOf = async (permission: object) =>
      (await errorOf(as('f', () => ec2.send(add(ImageId, permission))))).name;
    expect(await codeOf({ UserId: '123456789012' })).toBe('InvalidAMIID.Unavailable');
    await wait(700);
    expect(await codeOf({ UserId: '12345' })).toBe('InvalidAMIAttributeItemValue');
    expect(await codeOf({ OrganizationArn: 'o-abcdefghij' })).toBe('InvalidAMIAttributeItemValue');
    expect(await codeOf({ Group: 'all' })).toBe('OperationNotPermitted');
  });

  test('is refused where it names nobody: empty lists do not travel', async () => {
    const { as, ec2, wait, snapshotsOf } = world();
    const { ImageId } = await as('f', () => ec2.send(create()));
    await wait(700);
    const SnapshotId = snapshotsOf(ImageId)[0]?.SnapshotId;
    const nobody = { Add: [], Remove: [] };
    const refused = { code: 'InvalidParameterCombination', message: 'No attributes specified.', status: 400 };
    const image = new ModifyImageAttributeCommand({ ImageId, LaunchPermission: nobody });
    expect(await errorOf(as('f', () => ec2.send(image)))).toMatchObject(refused);
    const snapshot = new ModifySnapshotAttributeCommand({ SnapshotId, CreateVolumePermission: nobody });
    expect(await errorOf(as('f', () => ec2.send(snapshot)))).toMatchObject(refused);
  });

  test('of a snapshot is possible when it is complete, and not under the default key', async () => {
    const { as, ec2, wait, snapshotsOf, account } = world();
    const key = account.region('us-east-1').keys.add('alias/ami');
    account.load({
      instances: [instance('i-00000000000000005'), instance('i-00000000000000006')],
      volumes: [
        { VolumeId: 'vol-00000000000000005', Size: 8, Encrypted: true },
        { VolumeId: 'vol-00000000000000006', Size: 8, Encrypted: true, KmsKeyId: key },
      ],
    });
    const snapshotIdOf = async (id: string) => {
      const { ImageId } = await as('f', () => ec2.send(create({ InstanceId: id, Name: `of ${id}` })));
      await wait(5);
      return snapshotsOf(ImageId)[0]?.SnapshotId;
    };
    const [plain, byDefault, own] = [
      await snapshotIdOf(web),
      await snapshotIdOf('i-00000000000000005'),
      await snapshotIdOf('i-00000000000000006'),
    ];
    const share = (SnapshotId: string | undefined) =>
      as('f', () =>
        ec2.send(
          new ModifySnapshotAttributeCommand({
            SnapshotId,
            CreateVolumePermission: { Add: [{ UserId: '123456789012' }] },
          }),
        ),
      );
    expect(await errorOf(share(plain))).toMatchObject({ code: 'IncorrectState' });
    await wait(700);
    await share(plain);
    await share(own);
    expect(await errorOf(share(byDefault))).toMatchObject({ code: 'InvalidParameterValue' });
    const asked = new DescribeSnapshotAttributeCommand({ SnapshotId: own, Attribute: 'createVolumePermission' });
    const { CreateVolumePermissions } = await as('f', () => ec2.send(asked));
    expect(CreateVolumePermissions).toEqual([{ UserId: '123456789012' }]);
  });
});
