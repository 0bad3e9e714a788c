import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListParts,
  RestoreObjectCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { defaultBehaviour } from '../../../simulator/behaviour.ts';
import { seededRandom } from '../../../simulator/random.ts';
import { errorOf, world } from './world.ts';

const image = 'ami-00000000000000001';
const imageKey = `gold/${image}.bin`;
const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;
const hourSeconds = 3600;
const daySeconds = 86_400;

type In<Command extends abstract new (input: never) => unknown> = Partial<ConstructorParameters<Command>[0]>;

/** A bucket with an ordinary object of six bytes, and hands for every operation. */
function archive(given: Parameters<typeof world>[0] = {}) {
  const all = world({
    contents: { instances: [] },
    ...given,
    behaviour: { storeMinutes: () => 20, restoreMinutes: () => 20, wakeHours: () => 4, ...given.behaviour },
  });
  all.account.createBucket('archive');
  const { as, s3 } = all;
  const place = { Bucket: 'archive', Key: 'note' };
  const put = (changes: In<typeof PutObjectCommand> = {}) =>
    as('f', () => s3.send(new PutObjectCommand({ ...place, Body: 'sealed', ...changes })));
  const head = (Key = 'note') => as('f', () => s3.send(new HeadObjectCommand({ Bucket: 'archive', Key })));
  const get = (Key = 'note') => as('f', () => s3.send(new GetObjectCommand({ Bucket: 'archive', Key })));
  const tags = (Key = 'note') =>
    as('f', async () => (await s3.send(new GetObjectTaggingCommand({ Bucket: 'archive', Key }))).TagSet);
  const copy = (changes: In<typeof CopyObjectCommand> = {}) =>
    as('f', () => s3.send(new CopyObjectCommand({ ...place, CopySource: 'archive/note', ...changes })));
  const wake = (changes: In<typeof RestoreObjectCommand> = {}) =>
    as('f', () => s3.send(new RestoreObjectCommand({ ...place, RestoreRequest: { Days: 2 }, ...changes })));
  return { ...all, put, head, get, tags, copy, wake };
}

describe('an object in a storage class', () => {
  test('says which, unless it is STANDARD', async () => {
    const { put, head, as, s3 } = archive();
    await put();
    expect((await head()).StorageClass).toBeUndefined();
    await put({ StorageClass: 'GLACIER_IR', Metadata: { 'AMI-Name': 'gold' } });
    expect(await head()).toMatchObject({
      StorageClass: 'GLACIER_IR',
      ContentLength: 6,
      Metadata: { 'ami-name': 'gold' },
    });
    const { Contents } = await as('f', () => s3.send(new ListObjectsV2Command({ Bucket: 'archive' })));
    expect(Contents).toMatchObject([{ Key: 'note', Size: 6, StorageClass: 'GLACIER_IR' }]);
  });

  test.each(['STANDARD_IA', 'GLACIER_IR'] as const)('is read at once from %s', async (StorageClass) => {
    const { put, get, wake } = archive();
    await put({ StorageClass });
    expect(await (await get()).Body?.transformToString()).toBe('sealed');
    expect(await errorOf(wake())).toMatchObject({ code: 'InvalidObjectState', status: 403 });
  });

  test('keeps up to ten tags', async () => {
    const { put, tags } = archive();
    await put({ Tagging: 'keep=ten+years&for=a%26b' });
    expect(await tags()).toEqual([
      { Key: 'keep', Value: 'ten years' },
      { Key: 'for', Value: 'a&b' },
    ]);
    const eleven = Array.from({ length: 11 }, (_, number) => `tag${number}=x`).join('&');
    expect(await errorOf(put({ Tagging: eleven }))).toMatchObject({ code: 'BadRequest' });
  });

  test('is gone when it is deleted, and deleting it again is no error', async () => {
    const { put, head, as, s3 } = archive();
    await put();
    const remove = () => as('f', () => s3.send(new DeleteObjectCommand({ Bucket: 'archive', Key: 'note' })));
    await remove();
    await remove();
    expect(await errorOf(head())).toMatchObject({ code: 'NotFound' });
  });
});

describe('an archived object', () => {
  test.each(['GLACIER', 'DEEP_ARCHIVE'] as const)(
    'of %s is readable from its waking to its expiry',
    async (StorageClass) => {
      const { put, head, get, copy, wake, wait } = archive();
      await put({ StorageClass });
      expect((await head()).Restore).toBeUndefined();
      expect(await errorOf(get())).toMatchObject({ code: 'InvalidObjectState', status: 403 });
      expect(await errorOf(copy({ Key: 'other' }))).toMatchObject({ code: 'InvalidObjectState', status: 403 });
      await wake();
      expect((await head()).Restore).toBe('ongoing-request="true"');
      expect(await errorOf(wake())).toMatchObject({ code: 'RestoreAlreadyInProgress', status: 409 });
      expect(await errorOf(get())).toMatchObject({ code: 'InvalidObjectState' });
      await wait(4 * hourSeconds);
      // Awake on the 21st at 07:00; two days later counts to the midnight that follows.
      const restore = 'ongoing-request="false", expiry-date="Tue, 24 Nov 2026 00:00:00 GMT"';
      expect(await head()).toMatchObject({ Restore: restore, StorageClass });
      expect(await (await get()).Body?.transformToString()).toBe('sealed');
      await wait(3 * daySeconds);
      expect((await head()).Restore).toBeUndefined();
      expect(await errorOf(get())).toMatchObject({ code: 'InvalidObjectState' });
    },
  );

  test('stays awake for longer when it is asked again', async () => {
    const { put, head, wake, wait } = archive();
    await put({ StorageClass: 'GLACIER' });
    await wake();
    await wait(daySeconds);
    await wake({ RestoreRequest: { Days: 10 } });
    expect((await head()).Restore).toContain('ongoing-request="false", expiry-date="Thu, 03 Dec 2026');
  });

  test('cannot be woken for no days, nor quickly from DEEP_ARCHIVE', async () => {
    const { put, wake } = archive();
    await put({ StorageClass: 'DEEP_ARCHIVE' });
    expect(await errorOf(wake({ RestoreRequest: {} }))).toMatchObject({ code: 'MalformedXML' });
    const quickly = { Days: 1, GlacierJobParameters: { Tier: 'Expedited' as const } };
    expect(await errorOf(wake({ RestoreRequest: quickly }))).toMatchObject({ code: 'InvalidArgument' });
  });

  test.each([
    { storageClass: 'GLACIER', tier: 'Expedited', least: 1 / 60, most: 5 / 60 },
    { storageClass: 'GLACIER', tier: 'Standard', least: 3, most: 5 },
    { storageClass: 'GLACIER', tier: 'Bulk', least: 5, most: 12 },
    { storageClass: 'DEEP_ARCHIVE', tier: 'Standard', least: 5, most: 12 },
    { storageClass: 'DEEP_ARCHIVE', tier: 'Bulk', least: 12, most: 48 },
  ] as const)('of $storageClass wakes at $tier within $most hours', ({ storageClass, tier, least, most }) => {
    for (let seed = 0; seed < 20; seed++) {
      const hours = defaultBehaviour.wakeHours(storageClass, tier, seededRandom(seed).stream('wake'));
      expect(hours).toBeGreaterThanOrEqual(least);
      expect(hours).toBeLessThanOrEqual(most);
    }
  });
});

describe('a copy of an object', () => {
  test('takes metadata and tags along, but not the storage class', async () => {
    const { put, copy, head, tags } = archive();
    await put({ StorageClass: 'GLACIER_IR', Metadata: { name: 'gold' }, Tagging: 'a=1', ContentType: 'text/plain' });
    await copy({ Key: 'a copy' });
    const copied = await head('a copy');
    expect(copied).toMatchObject({ Metadata: { name: 'gold' }, ContentType: 'text/plain', ContentLength: 6 });
    expect(copied.StorageClass).toBeUndefined();
    expect(await tags('a copy')).toEqual([{ Key: 'a', Value: '1' }]);
    await copy({ Key: 'bare', MetadataDirective: 'REPLACE', TaggingDirective: 'REPLACE' });
    expect((await head('bare')).Metadata).toEqual({});
    expect(await tags('bare')).toEqual([]);
  });

  test('finds a source whose key is percent-encoded', async () => {
    const { put, copy, get } = archive();
    await put({ Key: 'gold/ä b+c.json' });
    await copy({ Key: 'copy', CopySource: `archive/${encodeURIComponent('gold/ä b+c.json')}` });
    expect(await (await get('copy')).Body?.transformToString()).toBe('sealed');
    expect(await errorOf(copy({ CopySource: 'archive/none' }))).toMatchObject({ code: 'NoSuchKey' });
    expect(await errorOf(copy({ CopySource: 'nowhere/note' }))).toMatchObject({ code: 'NoSuchBucket' });
    expect(await errorOf(copy({ CopySource: 'archive' }))).toMatchObject({ code: 'InvalidArgument' });
  });

  test('onto itself must change something', async () => {
    const { put, copy, head } = archive();
    await put();
    expect(await errorOf(copy())).toMatchObject({ code: 'InvalidRequest', status: 400 });
    await copy({ StorageClass: 'DEEP_ARCHIVE' });
    expect((await head()).StorageClass).toBe('DEEP_ARCHIVE');
    const unknown = copy({ Key: 'x', StorageClass: 'OUTPOSTS' });
    expect(await errorOf(unknown)).toMatchObject({ code: 'InvalidObjectState' });
    await put();
    expect(await errorOf(copy({ StorageClass: 'OUTPOSTS' }))).toMatchObject({ code: 'InvalidStorageClass' });
  });

  test('is refused where one is already, if asked to', async () => {
    const { put, copy } = archive();
    await put();
    await put({ Key: 'there' });
    expect(await errorOf(copy({ Key: 'there', IfNoneMatch: '*' }))).toMatchObject({ code: 'PreconditionFailed' });
  });
});

/** The same with the object of an image of that many gigabytes, half of them used, and hands for uploads in parts. */
async function withImage(gigabytes: number, given: Parameters<typeof world>[0] = {}) {
  const all = archive(given);
  const { as, s3, account, wait } = all;
  account.load({
    instances: [],
    snapshots: [{ SnapshotId: 'snap-00000000000000001', VolumeSize: gigabytes, State: 'completed' }],
    images: [
      {
        ImageId: image,
        Name: 'gold',
        State: 'available',
        RootDeviceType: 'ebs',
        RootDeviceName: '/dev/xvda',
        BlockDeviceMappings: [
          { DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-00000000000000001', VolumeSize: gigabytes } },
        ],
      },
    ],
  });
  account.call('ec2', 'CreateStoreImageTask', { ImageId: image, Bucket: 'archive/gold' });
  await wait(1201);
  const size = (await all.head(imageKey)).ContentLength ?? 0;
  const place = { Bucket: 'archive', Key: imageKey };
  const begin = (changes: In<typeof CreateMultipartUploadCommand> = {}) =>
    as('f', async () => (await s3.send(new CreateMultipartUploadCommand({ ...place, ...changes }))).UploadId);
  const part = (UploadId: string | undefined, PartNumber: number, first: number, last: number) =>
    as('f', async () => {
      const CopySourceRange = `bytes=${first}-${last}`;
      const copied = { ...place, CopySource: `archive/${imageKey}`, CopySourceRange, UploadId, PartNumber };
      const { CopyPartResult } = await s3.send(new UploadPartCopyCommand(copied));
      return { PartNumber, ETag: CopyPartResult?.ETag };
    });
  const complete = (UploadId: string | undefined, Parts: { PartNumber: number; ETag: string | undefined }[]) =>
    as('f', () => s3.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } })));
  const restore = (Name: string) =>
    account.call('ec2', 'CreateRestoreImageTask', { Bucket: 'archive', ObjectKey: imageKey, Name });
  return { ...all, size, begin, part, complete, restore };
}

describe('an object of more than 5 GB', () => {
  test('cannot be copied at once', async () => {
    const { copy, size } = await withImage(100);
    expect(size).toBeGreaterThan(5 * gibibyte);
    const inPlace = { Key: imageKey, CopySource: `archive/${imageKey}`, StorageClass: 'DEEP_ARCHIVE' as const };
    expect(await errorOf(copy(inPlace))).toMatchObject({ code: 'InvalidRequest', status: 400 });
  });

  test('moves to another class in parts, and still holds its image', async () => {
    const { size, begin, part, complete, head, tags, restore } = await withImage(100);
    const UploadId = await begin({ StorageClass: 'GLACIER_IR', Metadata: { name: 'gold' }, Tagging: 'keep=years' });
    const parts = [];
    for (let first = 0, number = 1; first < size; first += 5 * gibibyte, number++) {
      parts.push(await part(UploadId, number, first, Math.min(first + 5 * gibibyte, size) - 1));
    }
    expect((await head(imageKey)).StorageClass).toBeUndefined();
    const { ETag } = await complete(UploadId, parts);
    expect(ETag).toMatch(new RegExp(`-${parts.length}"$`));
    expect(await head(imageKey)).toMatchObject({
      StorageClass: 'GLACIER_IR',
      ContentLength: size,
      ETag,
      // What the original had, such as ami-name, is not taken over.
      Metadata: { name: 'gold' },
    });
    expect(await tags(imageKey)).toEqual([{ Key: 'keep', Value: 'years' }]);
    expect(restore('restored').ImageId).toMatch(/^ami-/);
    expect(await errorOf(complete(UploadId, parts))).toMatchObject({ code: 'NoSuchUpload', status: 404 });
  });

  test('is no image any more when a piece is left out', async () => {
    const { size, begin, part, complete, head, restore } = await withImage(20);
    const middle = Math.floor(size / 2);
    const UploadId = await begin();
    const parts = [await part(UploadId, 1, 0, middle - 1), await part(UploadId, 2, middle, size - 2)];
    await complete(UploadId, parts);
    expect((await head(imageKey)).ContentLength).toBe(size - 1);
    expect(() => restore('restored')).toThrow('does not hold an image');
  });

  test('is no image any more when its pieces are in another order', async () => {
    const { size, begin, part, complete, head, restore } = await withImage(20);
    const middle = Math.floor(size / 2);
    const UploadId = await begin();
    const parts = [await part(UploadId, 1, middle, size - 1), await part(UploadId, 2, 0, middle - 1)];
    await complete(UploadId, parts);
    expect((await head(imageKey)).ContentLength).toBe(size);
    expect(() => restore('restored')).toThrow('does not hold an image');
  });

  test('has content that only EC2 can read', async () => {
    const { get } = await withImage(20);
    expect(await errorOf(get(imageKey))).toMatchObject({ name: 'NotSimulated' });
  });
});

describe('an upload in parts', () => {
  test('takes parts of 5 MiB to 5 GiB, the last may be smaller', async () => {
    const { size, begin, part, complete } = await withImage(100);
    const UploadId = await begin();
    const tooLarge = await errorOf(part(UploadId, 1, 0, 5 * gibibyte));
    expect(tooLarge).toMatchObject({ code: 'InvalidRequest' });
    const small = await part(UploadId, 1, 0, 5 * mebibyte - 2);
    const last = await part(UploadId, 2, size - 2, size - 1);
    expect(await errorOf(complete(UploadId, [small, last]))).toMatchObject({ code: 'EntityTooSmall', status: 400 });
    const enough = await part(UploadId, 1, 0, 5 * mebibyte - 1);
    expect((await complete(UploadId, [enough, last])).Key).toBe(imageKey);
  });

  test('refuses ranges and numbers that cannot be', async () => {
    const { size, begin, part } = await withImage(20);
    const UploadId = await begin();
    expect(await errorOf(part(UploadId, 1, 0, size))).toMatchObject({ code: 'InvalidArgument' });
    expect(await errorOf(part(UploadId, 1, 9, 8))).toMatchObject({ code: 'InvalidArgument' });
    expect(await errorOf(part(UploadId, 0, 0, 9))).toMatchObject({ code: 'InvalidArgument' });
    expect(await errorOf(part(UploadId, 10_001, 0, 9))).toMatchObject({ code: 'InvalidArgument' });
    expect((await part(UploadId, 10_000, 0, 9)).ETag).toMatch(/^"\w{32}"$/);
  });

  test('copies a small object as a whole, but no range of it', async () => {
    const { as, s3, put, get } = archive();
    await put();
    const place = { Bucket: 'archive', Key: 'whole' };
    const { UploadId } = await as('f', () => s3.send(new CreateMultipartUploadCommand(place)));
    const source = { ...place, UploadId, PartNumber: 1, CopySource: 'archive/note' };
    const ranged = new UploadPartCopyCommand({ ...source, CopySourceRange: 'bytes=0-2' });
    expect(await errorOf(as('f', () => s3.send(ranged)))).toMatchObject({ code: 'InvalidRequest' });
    const { CopyPartResult } = await as('f', () => s3.send(new UploadPartCopyCommand(source)));
    const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }];
    const command = new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } });
    await as('f', () => s3.send(command));
    expect(await (await get('whole')).Body?.transformToString()).toBe('sealed');
  });

  test('is completed only with the parts that it has, in their order', async () => {
    const { begin, part, complete } = await withImage(20);
    const UploadId = await begin();
    const first = await part(UploadId, 1, 0, 10 * mebibyte - 1);
    const second = await part(UploadId, 2, 10 * mebibyte, 20 * mebibyte);
    expect(await errorOf(complete(UploadId, [second, first]))).toMatchObject({ code: 'InvalidPartOrder' });
    const missing = { ...second, PartNumber: 3 };
    expect(await errorOf(complete(UploadId, [first, missing]))).toMatchObject({ code: 'InvalidPart' });
    const wrong = { ...second, ETag: first.ETag };
    expect(await errorOf(complete(UploadId, [first, wrong]))).toMatchObject({ code: 'InvalidPart' });
    expect(await errorOf(complete(UploadId, []))).toMatchObject({ code: 'MalformedXML' });
  });

  test('lists its parts, in pages', async () => {
    const { as, s3, begin, part } = await withImage(20);
    const UploadId = await begin();
    for (const number of [7, 3, 5]) await part(UploadId, number, 0, 5 * mebibyte + number);
    const pages: unknown[] = [];
    const input = { Bucket: 'archive', Key: imageKey, UploadId };
    await as('f', async () => {
      for await (const { Parts = [] } of paginateListParts({ client: s3, pageSize: 2 }, input)) {
        pages.push(Parts.map(({ PartNumber, Size = 0 }) => [PartNumber, Size - 5 * mebibyte]));
      }
    });
    expect(pages).toEqual([
      [
        [3, 4],
        [5, 6],
      ],
      [[7, 8]],
    ]);
  });

  test('is gone when it is aborted', async () => {
    const { as, s3, begin, part, head } = await withImage(20);
    const before = await head(imageKey);
    const UploadId = await begin();
    await part(UploadId, 1, 0, 10 * mebibyte);
    const input = { Bucket: 'archive', Key: imageKey, UploadId };
    await as('f', () => s3.send(new AbortMultipartUploadCommand(input)));
    const again = await errorOf(part(UploadId, 2, 0, 10 * mebibyte));
    expect(again).toMatchObject({ code: 'NoSuchUpload', status: 404 });
    expect((await head(imageKey)).ETag).toBe(before.ETag);
  });

  test('takes long for each part', () => {
    const stream = seededRandom(1).running('latency');
    for (let count = 0; count < 20; count++) {
      expect(defaultBehaviour.latencyMs('UploadPartCopy', stream)).toBeGreaterThanOrEqual(2_000);
      expect(defaultBehaviour.latencyMs('HeadObject', stream)).toBeLessThanOrEqual(250);
    }
  });
});
