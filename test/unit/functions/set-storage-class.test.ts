import { describe, expect, it } from 'vitest';
import { contract, makeSetStorageClass } from '../../../functions/set-storage-class/task.ts';
import { anObject, fakeArchives, gibibyte, region, where } from './fake-archives.ts';
import { regions, within } from './fakes.ts';

function setting(archives: ReturnType<typeof fakeArchives>) {
  const task = within(contract, makeSetStorageClass({ archivesIn: regions({ [region]: archives }) }));
  return (uploadId: string | null = null) => task({ ...where, storageClass: 'GLACIER', uploadId });
}

const done = { status: 'done', uploadId: null, progressPercent: 100 };
const large = () => fakeArchives({ object: anObject({ sizeBytes: 20 * gibibyte + 1, metadata: { name: 'x' } }) });

describe('an object of up to 5 GB', () => {
  it('is copied at once', async () => {
    const archives = fakeArchives({ object: anObject({ sizeBytes: 5_000_000_000 }) });
    expect(await setting(archives)()).toEqual(done);
    expect(archives.calls).toEqual(['change to GLACIER']);
  });

  it('that is in its class is left as it is', async () => {
    const archives = fakeArchives({ object: anObject({ storageClass: 'GLACIER' }) });
    expect(await setting(archives)()).toEqual(done);
    expect(archives.calls).toEqual([]);
  });
});

describe('a larger object', () => {
  it('is copied in parts, so many in each invocation, with its metadata, whole', async () => {
    const archives = large();
    const set = setting(archives);
    expect(await set()).toEqual({ status: 'copying', uploadId: 'upload-1', progressPercent: 0 });
    expect(await set('upload-1')).toMatchObject({ status: 'copying', progressPercent: 39 });
    expect(await set('upload-1')).toMatchObject({ status: 'copying', progressPercent: 78 });
    expect(await set('upload-1')).toMatchObject({ status: 'copying', progressPercent: 100 });
    const parts = [...(archives.world.uploads.get('upload-1')?.parts.values() ?? [])];
    const ranges = parts.map((range) => range.split('-').map(Number)).toSorted(([a = 0], [b = 0]) => a - b);
    expect(ranges).toHaveLength(41);
    for (const [index, [first]] of ranges.entries()) expect(first).toBe((ranges[index - 1]?.[1] ?? -1) + 1);
    expect(ranges.at(-1)?.[1]).toBe(20 * gibibyte);
    expect(await set('upload-1')).toMatchObject({ status: 'copying' });
    expect(await set('upload-1')).toEqual(done);
    expect(archives.calls).toEqual(['begin upload-1 {"name":"x"}', 'complete upload-1 of 41', 'abandon parts']);
  });

  it('goes on where it was interrupted, and copies no part twice', async () => {
    const archives = large();
    const set = setting(archives);
    await set();
    const parts = archives.world.uploads.get('upload-1')?.parts;
    for (let number = 1; number <= 40; number++) parts?.set(number, 'there');
    expect(await set('upload-1')).toMatchObject({ status: 'copying', progressPercent: 100 });
    expect([...(parts?.values() ?? [])].filter((range) => range === 'there')).toHaveLength(40);
  });

  it('begins anew where S3 knows the upload no more', async () => {
    expect(await setting(large())('upload-7')).toEqual({ status: 'copying', uploadId: null, progressPercent: 0 });
  });

  it('that is in its class leaves no parts of other uploads behind', async () => {
    const archives = large();
    await setting(archives)();
    archives.world.object = anObject({ sizeBytes: 20 * gibibyte, storageClass: 'GLACIER' });
    expect(await setting(archives)()).toEqual(done);
    expect(archives.world.uploads.size).toBe(0);
  });
});

describe('an object whose class cannot be set', () => {
  it.each([
    ['is not there any more', undefined],
    ['is DEEP_ARCHIVE already, so that it cannot become GLACIER', anObject({ storageClass: 'DEEP_ARCHIVE' })],
  ])('fails the archive: it %s', async (reason, object) => {
    const archives = fakeArchives({ object });
    const name = 'ArchiveFailed';
    await expect(setting(archives)()).rejects.toMatchObject({ name, message: expect.stringContaining(reason) });
    expect(archives.calls).toEqual([]);
  });
});
