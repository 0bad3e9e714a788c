import { describe, expect, it } from 'vitest';
import { contract, makeWakeArchive } from '../../../functions/wake-archive/task.ts';
import type { StorageClass } from '../../../shared/domain/archive.ts';
import { after, beginning } from '../domain/examples.ts';
import { anObject, fakeArchives, region, url, where } from './fake-archives.ts';
import { regions, within } from './fakes.ts';

function waking(archives: ReturnType<typeof fakeArchives>) {
  const task = within(contract, makeWakeArchive({ archivesIn: regions({ [region]: archives }) }));
  return (name: string | null = null, now = beginning) => task({ ...where, name, since: beginning, now });
}

describe('an archive', () => {
  it.each(['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'GLACIER_IR', 'INTELLIGENT_TIERING'])(
    'of a class that does not sleep is ready at once: %s',
    async (storageClass) => {
      const archives = fakeArchives({ object: anObject({ storageClass }) });
      expect(await waking(archives)()).toMatchObject({ status: 'ready' });
      expect(archives.calls).toEqual([]);
    },
  );

  it.each<StorageClass>(['GLACIER', 'DEEP_ARCHIVE'])(
    'that sleeps is woken once, and waited for: %s',
    async (storageClass) => {
      const archives = fakeArchives({ object: anObject({ storageClass }) });
      const wake = waking(archives);
      expect(await wake()).toEqual({ status: 'waking', waitSeconds: 15 });
      expect(await wake(null, after(12 * 3600))).toEqual({ status: 'waking', waitSeconds: 1200 });
      expect(archives.calls).toEqual(['wake for 3 days']);
      archives.world.object = anObject({ storageClass, restore: 'awake' });
      expect(await wake()).toMatchObject({ status: 'ready' });
    },
  );

  it('that INTELLIGENT_TIERING has put to sleep is woken, without a number of days, which S3 would refuse', async () => {
    const archives = fakeArchives({ object: anObject({ storageClass: 'INTELLIGENT_TIERING', isInArchiveTier: true }) });
    expect(await waking(archives)()).toMatchObject({ status: 'waking' });
    expect(archives.calls).toEqual(['wake for good']);
  });

  it('that is not there is told at once', async () => {
    const archives = fakeArchives({ object: undefined });
    const message = `There is no ${url} in eu-west-1.`;
    await expect(waking(archives)()).rejects.toMatchObject({ name: 'ArchiveNotFound', message });
  });
});

it('a name that EC2 would refuse is refused before anybody waits', async () => {
  const wake = waking(fakeArchives());
  expect(await wake('gold/i-1/20261121T0300Z (again)')).toMatchObject({ status: 'ready' });
  for (const name of ['ab', 'a:b:c', 'ä name', 'x'.repeat(129)]) await expect(wake(name)).rejects.toThrow(/name|legal/);
});
