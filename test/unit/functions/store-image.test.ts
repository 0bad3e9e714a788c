import { describe, expect, it } from 'vitest';
import { contract, makeStoreImage } from '../../../functions/store-image/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Image } from '../../../shared/domain/image.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { anImage, beginning, executionId, imageId } from '../domain/examples.ts';
import { anObject, bucket, fakeArchives, key, noRecord, region, url } from './fake-archives.ts';
import { fakeImages, regions, throttled, within } from './fakes.ts';

const archive = { bucket, prefix: 'gold/', storageClass: 'GLACIER' } as const;
const ended = { startedAt: beginning, progressPercent: 60, reason: '' };

function storing(image: Image | undefined, archives: ReturnType<typeof fakeArchives>) {
  const images = fakeImages(...(image ? [image] : []));
  const task = makeStoreImage({ imagesIn: regions({ [region]: images }), archivesIn: regions({ [region]: archives }) });
  return within(contract, task)({ executionId, region, imageId, archive, now: beginning });
}

describe('an image that is not archived', () => {
  it('is stored under the key that its name and the prefix make', async () => {
    const archives = fakeArchives({ object: undefined });
    expect(await storing(anImage(), archives)).toEqual({ status: 'storing', key, refusal: '', waitSeconds: 15 });
    expect(archives.calls).toEqual([`store ${imageId}`]);
  });

  it.each<[when: string, world: Parameters<typeof fakeArchives>[0]]>([
    ['after a task that failed', { object: undefined, task: { state: 'failed', ...ended } }],
    ['where the object of a completed task is gone', { object: undefined, task: { state: 'completed', ...ended } }],
    ['in place of an object that no task of ours is known for', { task: undefined }],
  ])('is stored %s', async (_, world) => {
    const archives = fakeArchives(world);
    expect(await storing(anImage(), archives)).toMatchObject({ status: 'storing', key });
    expect(archives.calls).toEqual([`store ${imageId}`]);
  });

  it('is stored anew though its tag says that it is archived, where its object is gone', async () => {
    const archives = fakeArchives({ object: undefined });
    const image = anImage({ tags: { ...anImage().tags, [tagKeys.archivedTo]: url } });
    expect(await storing(image, archives)).toMatchObject({ status: 'storing' });
    expect(archives.calls).toEqual([`store ${imageId}`]);
  });

  it.each<[what: string, world: Parameters<typeof fakeArchives>[0]]>([
    ['its object is empty', { object: anObject({ sizeBytes: 0 }), task: { state: 'completed', ...ended } }],
    ['its record is lost, and EC2 has forgotten the task', { record: noRecord }],
  ])('is stored anew though its tag says that it is archived, where %s', async (_, world) => {
    const archives = fakeArchives(world);
    const image = anImage({ tags: { ...anImage().tags, [tagKeys.archivedTo]: url } });
    expect(await storing(image, archives)).toMatchObject({ status: 'storing' });
    expect(archives.calls).toEqual([`store ${imageId}`]);
  });

  it('is not stored anew where S3 will not say whether it is there', async () => {
    const denied = new LifecycleError('EvidenceIncomplete', 'Whether an archive is there is not known: no right');
    const archives = {
      ...fakeArchives(),
      flaw: async () => {
        throw denied;
      },
    };
    const image = anImage({ tags: { ...anImage().tags, [tagKeys.archivedTo]: url } });
    await expect(storing(image, archives)).rejects.toBe(denied);
    expect(archives.calls).toEqual([]);
  });

  it('is recorded anew, and not stored, where only its record is lost', async () => {
    const archives = fakeArchives({ record: noRecord, task: { state: 'completed', ...ended } });
    const image = anImage({ tags: { ...anImage().tags, [tagKeys.archivedTo]: url } });
    expect(await storing(image, archives)).toMatchObject({ status: 'storing', refusal: '' });
    expect(archives.calls).toEqual([]);
  });
});

describe('nothing is begun for an image', () => {
  it.each<[when: string, world: Parameters<typeof fakeArchives>[0]]>([
    ['that is on its way', { object: undefined, task: { state: 'in-progress', ...ended } }],
    ['whose task is completed', { task: { state: 'completed', ...ended } }],
  ])('%s', async (_, world) => {
    const archives = fakeArchives(world);
    expect(await storing(anImage(), archives)).toMatchObject({ status: 'storing', key, refusal: '' });
    expect(archives.calls).toEqual([]);
  });

  it('that is archived and verified', async () => {
    const archives = fakeArchives({ object: anObject({ storageClass: 'GLACIER' }) });
    const image = anImage({ state: 'disabled', tags: { ...anImage().tags, [tagKeys.archivedTo]: url } });
    expect(await storing(image, archives)).toMatchObject({ status: 'archived', key });
    expect(archives.calls).toEqual([]);
  });

  it.each<[reason: string, image: Image]>([
    ['its root device is an instance store', anImage({ rootDeviceType: 'instance-store' })],
    ['it is paravirtual', anImage({ virtualizationType: 'paravirtual' })],
    ['it carries product codes', anImage({ hasProductCodes: true })],
    ['its volumes have 5001 GB of at most 5000', anImage({ sizeGigabytes: 5001 })],
  ])('that EC2 cannot store: %s', async (reason, image) => {
    const archives = fakeArchives({ object: undefined });
    const name = 'ArchiveRefused';
    await expect(storing(image, archives)).rejects.toMatchObject({ name, message: expect.stringContaining(reason) });
    expect(archives.calls).toEqual([]);
  });

  it.each<[reason: string, image: Image | undefined]>([
    ['there is no such image in eu-west-1', undefined],
    ['it is disabled, and must be available', anImage({ state: 'disabled' })],
    ['it is pending, and must be available', anImage({ state: 'pending' })],
  ])('that is not there to be stored: %s', async (reason, image) => {
    const archives = fakeArchives({ object: undefined });
    const name = 'ArchiveFailed';
    await expect(storing(image, archives)).rejects.toMatchObject({ name, message: expect.stringContaining(reason) });
    expect(archives.calls).toEqual([]);
  });
});

describe('when EC2 will not begin', () => {
  const refusing = (error: Error) => ({
    ...fakeArchives({ object: undefined }),
    store: async () => {
      throw error;
    },
  });

  it('its word is passed on, as the first task may only not be shown yet', async () => {
    const reason = 'A task is in progress.';
    const archives = refusing(new LifecycleError('ArchiveFailed', 'cannot be archived', { reason }));
    expect(await storing(anImage(), archives)).toMatchObject({ status: 'storing', key, refusal: reason });
  });

  it.each([throttled, new LifecycleError('QuotaExceeded', 'too much in flight')])(
    'it is asked again: $name',
    async (error) => {
      await expect(storing(anImage(), refusing(error))).rejects.toBe(error);
    },
  );
});
