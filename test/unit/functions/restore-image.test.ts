import { describe, expect, it } from 'vitest';
import { contract, makeRestoreImage } from '../../../functions/restore-image/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Image } from '../../../shared/domain/image.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { anImage, anotherExecution, beginning, imageId, imageName, productTags } from '../domain/examples.ts';
import { aRecord, fakeArchives, hold, noRecord, region, url, where } from './fake-archives.ts';
import { fakeImages, regions, throttled, within } from './fakes.ts';

interface Given {
  world?: Parameters<typeof fakeArchives>[0];
  images?: Image[];
  name?: string | null;
  executionId?: string;
}

function restoring({ world = {}, images = [], name = null, executionId = where.executionId }: Given = {}) {
  const archives = fakeArchives(world);
  const imagesIn = regions({ [region]: fakeImages(...images) });
  const task = within(contract, makeRestoreImage({ imagesIn, archivesIn: regions({ [region]: archives }) }));
  return { archives, run: () => task({ ...where, executionId, name, startedAt: beginning, now: beginning }) };
}

const ourTags = {
  [tagKeys.origin]: `${region}/${imageId}`,
  [tagKeys.archivedTo]: url,
  [tagKeys.hold]: hold,
  [tagKeys.state]: 'capturing',
};

describe('an image is asked for', () => {
  it('under its former name, held, with its former tags but those of its retirement', async () => {
    const tags = { ...productTags, team: 'web', [tagKeys.rung]: 'disable x', [tagKeys.audience]: 'nobody' };
    const { archives, run } = restoring({ world: { record: { record: aRecord({ tags }), problem: '' } } });
    expect(await run()).toEqual({ imageId: 'ami-00000009', adopted: false, waitSeconds: 15 });
    const [call = ''] = archives.calls;
    expect(archives.calls).toHaveLength(1);
    expect(call).toContain(`restore ${imageName} `);
    expect(JSON.parse(call.slice(call.indexOf('{')))).toEqual({ team: 'web', ...productTags, ...ourTags });
  });

  it('under the name that is wished for', async () => {
    const { archives, run } = restoring({ name: 'once again' });
    await run();
    expect(archives.calls[0]).toContain('restore once again ');
  });

  it('under a name that tells of it, where the record is lost', async () => {
    const { archives, run } = restoring({ world: { record: noRecord } });
    await run();
    expect(archives.calls).toEqual([`restore restored/${imageId}/20261121T030000Z ${JSON.stringify(ourTags)}`]);
  });
});

describe('a name that is taken', () => {
  const taken = { names: new Set([imageName]) };

  it('by what this execution made is adopted', async () => {
    const ours = anImage({ state: 'pending', tags: { ...productTags, ...ourTags } });
    expect(await restoring({ world: taken, images: [ours] }).run()).toMatchObject({ imageId, adopted: true });
  });

  it.each([
    ['another image', anImage()],
    [
      'another restore',
      anImage({ tags: { ...productTags, ...ourTags, [tagKeys.hold]: hold.replace('ours', 'theirs') } }),
    ],
  ])('by %s is told, with what to do', async (_, image) => {
    await expect(restoring({ world: taken, images: [image] }).run()).rejects.toMatchObject({
      name: 'NameTaken',
      message: expect.stringContaining('restore under another, as input `name`'),
      details: { imageId },
    });
  });

  it('by what another execution of the same instant made is told', async () => {
    const image = anImage({ tags: { ...productTags, ...ourTags } });
    const { run } = restoring({ world: taken, images: [image], executionId: anotherExecution });
    await expect(run()).rejects.toMatchObject({ name: 'NameTaken' });
  });

  it('by an image that is not shown yet is looked for again', async () => {
    await expect(restoring({ world: taken }).run()).rejects.toMatchObject({ name: 'AwsUnavailable' });
  });
});

describe('no image is made', () => {
  it('of what is not there', async () => {
    const { archives, run } = restoring({ world: { object: undefined } });
    await expect(run()).rejects.toMatchObject({ name: 'ArchiveNotFound' });
    expect(archives.calls).toEqual([]);
  });

  it.each([throttled, new LifecycleError('QuotaExceeded', 'full'), new LifecycleError('RestoreFailed', 'no image')])(
    'while EC2 says no: $name',
    async (error) => {
      const archives = {
        ...fakeArchives(),
        restore: async () => {
          throw error;
        },
      };
      const imagesIn = regions({ [region]: fakeImages() });
      const task = within(contract, makeRestoreImage({ imagesIn, archivesIn: regions({ [region]: archives }) }));
      await expect(task({ ...where, name: null, startedAt: beginning, now: beginning })).rejects.toBe(error);
    },
  );
});
