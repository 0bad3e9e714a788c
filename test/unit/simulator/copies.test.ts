import { CopyImageCommand, DeregisterImageCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { captureTags, errorOf, instance, tagSpecifications, web, world } from './world.ts';

async function withImage(given: Parameters<typeof world>[0] = {}, encrypted = false) {
  const all = world({
    contents: {
      instances: [instance(web)],
      volumes: [{ VolumeId: 'vol-00000000000000001', Size: 100, Encrypted: encrypted }],
    },
    ...given,
  });
  const { ImageId } = all.account.call('ec2', 'CreateImage', {
    InstanceId: web,
    Name: 'gold/web/1',
    NoReboot: true,
    TagSpecifications: tagSpecifications(captureTags),
  });
  await all.wait(700);
  type Changes = Partial<ConstructorParameters<typeof CopyImageCommand>[0]>;
  const copy = (changes: Changes = {}) =>
    all.as('copy-image', () =>
      all.europe.send(
        new CopyImageCommand({ Name: 'gold/web/1', SourceImageId: ImageId, SourceRegion: 'us-east-1', ...changes }),
      ),
    );
  const snapshotOf = (id: string | undefined) => all.snapshotsOf(id, 'eu-west-1')[0];
  return { ...all, imageId: ImageId ?? '', copy, snapshotOf };
}

describe('a copy', () => {
  test('becomes available in its own Region, with snapshots of its own', async () => {
    const { copy, wait, image, imageId, snapshotOf } = await withImage();
    const { ImageId } = await copy();
    expect(image(ImageId, 'eu-west-1')).toMatchObject({ State: 'pending', SourceImageId: imageId });
    await wait(1201);
    expect(image(ImageId, 'eu-west-1')).toMatchObject({ State: 'available', SourceImageRegion: 'us-east-1' });
    expect(image(ImageId, 'eu-west-1').SourceInstanceId).toBeUndefined();
    const snapshot = snapshotOf(ImageId);
    expect(snapshot).toMatchObject({ State: 'completed', VolumeId: 'vol-ffffffff', VolumeSize: 100 });
    expect(snapshot?.Description).toMatch(
      new RegExp(`^Copied for DestinationAmi ${ImageId} from SourceAmi ${imageId} for SourceSnapshot snap-\\w+`),
    );
    expect(image(ImageId, 'eu-west-1').BlockDeviceMappings?.[0]?.Ebs?.SnapshotId).toBe(snapshot?.SnapshotId);
  });

  test('has the tags it was given; those of the source only when asked for', async () => {
    const { copy, image } = await withImage();
    const without = await copy();
    expect(image(without.ImageId, 'eu-west-1').Tags).toEqual([]);
    const withTags = await copy({ Name: 'other', CopyImageTags: true });
    expect(image(withTags.ImageId, 'eu-west-1').Tags).toEqual(captureTags);
  });

  test('with the same token is the same image, and with other parameters a mismatch', async () => {
    const { copy } = await withImage();
    const first = await copy({ ClientToken: 'one' });
    const again = await copy({ ClientToken: 'one' });
    expect(again.ImageId).toBe(first.ImageId);
    expect(await errorOf(copy({ ClientToken: 'one', Name: 'other' }))).toMatchObject({
      code: 'IdempotentParameterMismatch',
      status: 400,
    });
    expect(await errorOf(copy({ ClientToken: 'two' }))).toMatchObject({ code: 'InvalidAMIName.Duplicate' });
  });

  test('under a key that is not there is answered with 200 and fails later', async () => {
    const { copy, wait, image, snapshotOf } = await withImage();
    const { ImageId } = await copy({ Encrypted: true, KmsKeyId: 'alias/none' });
    expect(image(ImageId, 'eu-west-1').State).toBe('pending');
    await wait(60);
    expect(image(ImageId, 'eu-west-1').State).toBe('failed');
    expect(snapshotOf(ImageId)).toMatchObject({ State: 'error', StateMessage: 'Given key ID is not accessible' });
  });

  test.each([
    { source: 'plain', encrypt: false, key: false, encrypted: false, under: undefined },
    { source: 'plain', encrypt: true, key: false, encrypted: true, under: 'default' },
    { source: 'plain', encrypt: true, key: true, encrypted: true, under: 'own' },
    { source: 'encrypted', encrypt: false, key: false, encrypted: true, under: 'default' },
    { source: 'encrypted', encrypt: true, key: true, encrypted: true, under: 'own' },
  ])('of a $source snapshot, encryption $encrypt, key $key: encrypted $encrypted under $under', async (row) => {
    const { copy, wait, snapshotOf, account } = await withImage({}, row.source === 'encrypted');
    const { keys } = account.region('eu-west-1');
    const own = keys.add('alias/ami');
    const { ImageId } = await copy({
      ...(row.encrypt ? { Encrypted: true } : {}),
      ...(row.key ? { KmsKeyId: 'alias/ami' } : {}),
    });
    await wait(30);
    expect(snapshotOf(ImageId)?.Encrypted).toBe(row.encrypted);
    const expected = { default: keys.defaultArn, own, none: undefined }[row.under ?? 'none'];
    expect(snapshotOf(ImageId)?.KmsKeyId).toBe(expected);
  });

  test.each([
    [{ KmsKeyId: 'alias/ami' }, 'InvalidParameterCombination'],
    [{ SnapshotCopyCompletionDurationMinutes: 20 }, 'InvalidParameterValue'],
    [{ SourceImageId: 'ami-0000000000000ffff' }, 'InvalidAMIID.NotFound'],
    [{ SourceRegion: 'us-west-2' }, 'InvalidAMIID.NotFound'],
    [{ Name: 'a:b' }, 'InvalidAMIName.Malformed'],
    [{ ClientToken: 'x'.repeat(65) }, 'InvalidParameterValue'],
  ])('is refused with %j', async (changes, code) => {
    const { copy } = await withImage();
    expect(await errorOf(copy(changes))).toMatchObject({ code, status: 400 });
  });

  test('of a pending image is Unavailable', async () => {
    const { account } = world();
    const { ImageId } = account.call('ec2', 'CreateImage', { InstanceId: web, Name: 'image', NoReboot: true });
    const input = { Name: 'copy', SourceImageId: ImageId, SourceRegion: 'us-east-1' };
    expect(() => account.call('ec2', 'CopyImage', input, 'eu-west-1')).toThrow('not in a state');
  });

  test('beyond three hundred at a time is refused until one of them is done or given up', async () => {
    const { account, imageId, wait, as, europe } = await withImage();
    const copy = (n: number) =>
      account.call(
        'ec2',
        'CopyImage',
        { Name: `copy ${n}`, SourceImageId: imageId, SourceRegion: 'us-east-1' },
        'eu-west-1',
      ).ImageId;
    const first = copy(0);
    for (let n = 1; n < 300; n++) copy(n);
    expect(() => copy(300)).toThrow('Too many AMI copies in progress');
    await as('f', () => europe.send(new DeregisterImageCommand({ ImageId: first })));
    copy(301);
    expect(() => copy(302)).toThrow('Too many AMI copies in progress');
    await wait(1300);
    copy(303);
  });

  test('fails when a snapshot of the source is deleted under it, but not when the source goes after', async () => {
    const { account, copy, image, imageId, wait } = await withImage();
    const early = await copy();
    await wait(1300);
    const late = await copy({ Name: 'late' });
    account.call('ec2', 'DeregisterImage', { ImageId: imageId, DeleteAssociatedSnapshots: true });
    await wait(1300);
    expect(image(early.ImageId, 'eu-west-1').State).toBe('available');
    expect(image(late.ImageId, 'eu-west-1').State).toBe('failed');
  });

  test('fails when a fault says so', async () => {
    const { copy, wait, image } = await withImage({ faults: [{ fault: 'copy-fails' }] });
    const { ImageId } = await copy();
    await wait(1300);
    expect(image(ImageId, 'eu-west-1')).toMatchObject({
      State: 'failed',
      StateReason: { Code: 'Server.InternalError' },
    });
  });
});
