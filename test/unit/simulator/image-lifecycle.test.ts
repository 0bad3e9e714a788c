import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { loadAccountFolder } from '../../../simulator/load/account-folder.ts';
import { foreign, gold, hour, root, silver, twoImages } from './two-images.ts';
import { errorOf, web, world } from './world.ts';

describe('a disabled image', () => {
  test('loses everybody it was shared with, for good, and says so by an event', async () => {
    const { disable, enable, share, permissions, image: now, events, wait } = twoImages();
    await share('Add', { Group: 'all' });
    await share('Add', { UserId: '123456789012' });
    expect(now(gold).Public).toBe(true);
    expect(await disable()).toMatchObject({ Return: true });
    expect(now(gold)).toMatchObject({ State: 'disabled', Public: false });
    expect(await permissions()).toEqual([]);
    expect(await enable()).toMatchObject({ Return: true });
    expect(now(gold)).toMatchObject({ State: 'available', Public: false });
    expect(await permissions()).toEqual([]);
    await wait(1);
    expect(events.map((event) => [event['detail-type'], event.detail.ImageId, event.detail.State])).toEqual([
      ['EC2 AMI State Change', gold, 'disabled'],
      ['EC2 AMI State Change', gold, 'available'],
    ]);
  });

  test('is hidden from its owner too, unless asked for', async () => {
    const { disable, describe: images } = twoImages();
    await disable();
    expect(await images({ ImageIds: [gold] })).toEqual([]);
    expect((await images({ Owners: ['self'] })).map(({ ImageId }) => ImageId)).toEqual([silver]);
    const [shown] = await images({ ImageIds: [gold], IncludeDisabled: true });
    expect(shown?.State).toBe('disabled');
  });

  test('is shown as it was to reads that lag behind', async () => {
    const { disable, describe: images, wait } = twoImages({ behaviour: { consistencyLagMs: () => 5000 } });
    await disable();
    expect((await images({ ImageIds: [gold] }))[0]?.State).toBe('available');
    await wait(6);
    expect(await images({ ImageIds: [gold] })).toEqual([]);
  });

  test('can be neither launched from nor shared, and keeps its snapshots in use', async () => {
    const { disable, share, deleteSnapshot, as, ec2 } = twoImages();
    await disable();
    const launch = new RunInstancesCommand({ ImageId: gold, MinCount: 1, MaxCount: 1 });
    expect(await errorOf(as('f', () => ec2.send(launch)))).toMatchObject({ code: 'InvalidAMIID.Unavailable' });
    expect(await errorOf(share('Add', { UserId: '123456789012' }))).toMatchObject({ code: 'InvalidAMIID.Unavailable' });
    expect(await errorOf(deleteSnapshot(root))).toMatchObject({ code: 'InvalidSnapshot.InUse' });
  });

  test('can be deregistered as any other', async () => {
    const { disable, deregister } = twoImages();
    await disable();
    expect((await deregister()).DeleteSnapshotResults).toHaveLength(3);
  });

  test('comes only of an available image of the account', async () => {
    const { disable, enable, deregister } = twoImages();
    expect(await errorOf(disable(foreign))).toMatchObject({ code: 'AuthFailure', status: 401 });
    expect(await errorOf(enable())).toMatchObject({ code: 'InvalidAMIID.Unavailable' });
    await disable();
    expect(await errorOf(disable())).toMatchObject({ code: 'InvalidAMIID.Unavailable' });
    expect(await errorOf(disable('ami-0000000000000ffff'))).toMatchObject({ code: 'InvalidAMIID.NotFound' });
    await deregister();
    expect(await errorOf(enable())).toMatchObject({ code: 'InvalidAMIID.Unavailable' });
  });

  test.each([
    ['archived', { StorageTier: 'archive' as const }],
    ['restored for a time only', { RestoreExpiryTime: new Date('2026-12-01T00:00:00Z') }],
  ])('cannot be enabled while a snapshot of it is %s', async (_, changes) => {
    const { disable, enable, image: now } = twoImages({ root: changes });
    await disable();
    expect((await errorOf(enable())).message).toContain(root);
    expect(now(gold).State).toBe('disabled');
  });
});

describe('a deprecation', () => {
  test('has its date to the nearest minute, is shown, and is cancelled', async () => {
    const { deprecate, keep, describe: images } = twoImages();
    await deprecate('2026-12-01T10:20:31Z');
    expect((await images({ ImageIds: [gold] }))[0]?.DeprecationTime).toBe('2026-12-01T10:21:00.000Z');
    await deprecate('2026-12-01T10:20:29Z');
    expect((await images({ ImageIds: [gold] }))[0]?.DeprecationTime).toBe('2026-12-01T10:20:00.000Z');
    await keep();
    expect((await images({ ImageIds: [gold] }))[0]).not.toHaveProperty('DeprecationTime');
  });

  test('may begin in the minute that is running, not before, and not after ten years', async () => {
    const { deprecate, wait, image: now } = twoImages();
    await wait(40);
    await deprecate('2026-11-21T03:00:20Z');
    expect(now(gold).DeprecationTime).toBe('2026-11-21T03:00:00.000Z');
    await deprecate('2036-11-21T03:00:00Z');
    for (const date of ['2026-11-21T02:59:29Z', '2036-11-21T03:02:00Z']) {
      expect(await errorOf(deprecate(date))).toMatchObject({ code: 'InvalidParameterValue', status: 400 });
    }
    expect(now(gold).DeprecationTime).toBe('2036-11-21T03:00:00.000Z');
  });

  test('of a public image is at most two years after its creation, and cannot be cancelled while it is public', async () => {
    const { deprecate, keep, share, image: now } = twoImages();
    await share('Add', { Group: 'all' });
    expect(now(gold).DeprecationTime).toBe('2028-06-01T00:00:00.000Z');
    expect(await errorOf(deprecate('2028-06-01T00:01:00Z'))).toMatchObject({ code: 'InvalidParameterValue' });
    expect(await errorOf(keep())).toMatchObject({ code: 'OperationNotPermitted' });
    await deprecate('2027-01-01T00:00:00Z');
    await share('Remove', { Group: 'all' });
    await deprecate('2030-01-01T00:00:00Z');
    await keep();
    expect(now(gold).DeprecationTime).toBeUndefined();
  });

  test('keeps an earlier date when the image is made public', async () => {
    const { deprecate, share, image: now } = twoImages();
    await deprecate('2027-01-01T00:00:00Z');
    await share('Add', { Group: 'all' });
    expect(now(gold).DeprecationTime).toBe('2027-01-01T00:00:00.000Z');
  });

  test('that has come hides an image from others than its owner, unless asked for by ID or by word', async () => {
    const { deprecate, wait, describe: images } = twoImages();
    await deprecate('2026-11-21T03:01:00Z');
    await wait(120);
    const ids = async (input: object) => (await images(input)).map(({ ImageId }) => ImageId);
    expect(await ids({ Owners: ['self'] })).toEqual([gold, silver]);
    expect(await ids({ Owners: ['123456789012'] })).toEqual([]);
    expect(await ids({ Owners: ['123456789012'], IncludeDeprecated: true })).toEqual([foreign]);
    expect(await ids({ ImageIds: [foreign] })).toEqual([foreign]);
  });
});

describe('deregistration protection', () => {
  test('refuses the deregistration until it is switched off', async () => {
    const { protect, unprotect, deregister, protection, describe: images } = twoImages();
    expect((await protect()).Return).toBe('enabled-without-cooldown');
    expect((await images({ ImageIds: [gold] }))[0]?.DeregistrationProtection).toBe('enabled-without-cooldown');
    expect(await errorOf(deregister())).toMatchObject({ code: 'OperationNotPermitted', status: 400 });
    expect((await unprotect()).Return).toBe('disabled');
    expect(await protection()).toBe('disabled');
    await deregister();
  });

  test('with a cooldown goes on for 24 hours after it was switched off, and asking again does not prolong it', async () => {
    const { protect, unprotect, deregister, protection, describe: images, wait } = twoImages();
    expect((await protect(true)).Return).toBe('enabled-with-cooldown');
    const { Return } = await unprotect();
    expect(Return).toMatch(/^disabled after 2026-11-22T03:00:0\d\.\d{3}Z$/);
    await wait(23 * hour);
    expect((await unprotect()).Return).toBe(Return);
    expect(await protection()).toBe(Return);
    expect((await images({ ImageIds: [gold] }))[0]?.DeregistrationProtection).toBe(Return);
    expect(await errorOf(deregister())).toMatchObject({ code: 'OperationNotPermitted' });
    await wait(hour + 10);
    expect(await protection()).toBe('disabled');
    expect((await images({ ImageIds: [gold] }))[0]?.DeregistrationProtection).toBe('disabled');
    await deregister();
  });

  test('can be switched on again during the cooldown', async () => {
    const { protect, unprotect, deregister, wait } = twoImages();
    await protect(true);
    await unprotect();
    await protect();
    await wait(25 * hour);
    expect(await errorOf(deregister())).toMatchObject({ code: 'OperationNotPermitted' });
  });
});

test('what describe-images prints of deprecation, protection and disabling is there after loading', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'account-'));
  try {
    const save = (name: string, content: object) => writeFileSync(join(folder, name), JSON.stringify(content));
    const zone = { Placement: { AvailabilityZone: 'us-east-1a' } };
    save('describe-instances.json', {
      Reservations: [
        {
          OwnerId: '111122223333',
          Instances: [{ InstanceId: web, State: { Code: 16, Name: 'running' }, ...zone }],
        },
      ],
    });
    const printed = {
      ImageId: gold,
      State: 'disabled',
      DeprecationTime: '2027-01-01T00:00:00.000Z',
      DeregistrationProtection: 'disabled after 2026-11-21T04:00:00.000Z',
    };
    save('describe-images.json', { Images: [{ ...printed, OwnerId: '111122223333', Name: 'gold' }] });
    const { account: simulated, clock } = world({ contents: loadAccountFolder(folder).contents });
    const shown = () =>
      simulated.call('ec2', 'DescribeImages', { ImageIds: [gold], IncludeDisabled: true }).Images?.[0];
    expect(shown()).toMatchObject(printed);
    await clock.run(clock.now() + hour * 1000);
    expect(shown()?.DeregistrationProtection).toBe('disabled');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
