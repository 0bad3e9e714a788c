import { describe, expect, it } from 'vitest';
import { contract, makeRecordArchive } from '../../../functions/record-archive/task.ts';
import { archiveRecordSchema } from '../../../shared/domain/archive.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { anImage, beginning, imageId, imageName } from '../domain/examples.ts';
import { fakeAccount } from './fake-account.ts';
import { anObject, fakeArchives, gibibyte, key, region, url, where } from './fake-archives.ts';
import { regions, within } from './fakes.ts';

function recording(world: Parameters<typeof fakeArchives>[0] = {}, images = [anImage()]) {
  const account = fakeAccount({ [region]: images });
  account.world.permissions.set(imageId, [{ UserId: '111122223333' }]);
  const archivesIn = regions({ [region]: fakeArchives(world) });
  const ports = {
    imagesIn: account.imagesIn,
    sharingIn: account.sharingIn,
    archivesIn,
    objectsIn: () => account.objects,
  };
  const task = within(contract, makeRecordArchive(ports));
  return { account, run: () => task({ ...where, imageId, storageClass: 'STANDARD', now: beginning }) };
}

it('the record of an archive says all that its object cannot carry, before the image says that it is archived', async () => {
  const { account, run } = recording({}, [anImage({ deprecatesAt: '2027-01-01T00:00:00Z' })]);
  expect(await run()).toEqual({ archivedTo: url, sizeBytes: gibibyte });
  expect(account.changes).toEqual([`write ${key}.json`, `tag ${imageId}`]);
  const record = archiveRecordSchema.parse(JSON.parse(account.world.objects.get(`${key}.json`) ?? ''));
  expect(record).toEqual({
    version: 1,
    imageId,
    region,
    name: imageName,
    description: 'nightly',
    tags: anImage().tags,
    launchPermissions: [{ UserId: '111122223333' }],
    deprecatesAt: '2027-01-01T00:00:00Z',
    createdAt: beginning,
    platformDetails: 'Windows',
    usageOperation: 'RunInstances:0002',
    architecture: 'x86_64',
    bootMode: '',
    blockDeviceMappings: [],
    sizeBytes: gibibyte,
    eTag: '"e1"',
    archivedAt: beginning,
  });
  expect(account.tagsOf(imageId)[tagKeys.archivedTo]).toBe(url);
});

it('a record is written again with the same outcome, wherever its writing was cut short', async () => {
  const { account, run } = recording();
  await run();
  const calls = account.calls.length;
  for (let number = 1; number <= calls; number++) {
    for (const takesEffect of [false, true]) {
      account.breakOff(number, { takesEffect });
      await expect(run()).rejects.toMatchObject({ name: 'AwsThrottled' });
      expect(await run()).toEqual({ archivedTo: url, sizeBytes: gibibyte });
    }
  }
});

describe('an image does not say that it is archived', () => {
  it.each([
    [`${url} is not there`, undefined],
    [`${url} is empty`, anObject({ sizeBytes: 0 })],
    [`${url} is GLACIER, not STANDARD`, anObject({ storageClass: 'GLACIER' })],
  ])('when %s', async (reason, object) => {
    const { account, run } = recording({ object });
    await expect(run()).rejects.toMatchObject({ name: 'ArchiveFailed', message: expect.stringContaining(reason) });
    expect(account.changes).toEqual([]);
  });

  it('when it is gone', async () => {
    const { account, run } = recording({}, []);
    await expect(run()).rejects.toMatchObject({ name: 'ArchiveFailed', message: expect.stringContaining('is gone') });
    expect(account.changes).toEqual([]);
  });
});
