import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { server } from '../../explore/servers.ts';
import { type ArchiveStory, archiving, givenVault, stored, tagsOfImage } from './archiving.ts';
import { daysLater, hang, impatient, nightsUntil, retire, retireDaily, rungs } from './retiring.ts';

const web = server('web');

/** Three nights of which the first is archived and was deprecated a day ago. */
async function firstIsArchived() {
  // With the lag of reads the tag of an archive may not be seen at once, and its image is spared until the next day.
  const story = await givenVault({ behaviour: { consistencyLagMs: () => 0 } });
  const [oldest = ''] = hang(story, web, nightsUntil('2026-11-21', 3));
  // The run that archives need not see yet that it did.
  for (let day = 0; day < 2 && rungs(story)['1119'] !== 'deprecated'; day++) {
    await retire(story);
    await daysLater(story, 1);
  }
  expect(rungs(story)).toMatchObject({ '1119': 'deprecated' });
  return { story, oldest, key: `gold/${oldest}.bin` };
}

const recordIn = (story: ArchiveStory, key: string) =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(new TextDecoder().decode(stored(story, `${key}.json`).body)));

const archivedTo = (story: ArchiveStory, imageId: string) => tagsOfImage(story, imageId)['ami-lifecycle:archived-to'];

describe('An archive that somebody has deleted since', () => {
  const troubles: [what: string, spoil: (story: ArchiveStory, key: string) => void][] = [
    ['itself', ({ vault }, key) => void vault.objects.delete(key)],
    ['with its record', ({ vault }) => vault.objects.clear()],
    ['but for its record', ({ vault }, key) => void vault.objects.delete(`${key}.json`)],
    [
      'by writing nothing over it',
      (story, key) => void story.vault.objects.set(key, { ...stored(story, key), sizeBytes: 0 }),
    ],
    [
      'by writing something else over it',
      (story, key) => void story.vault.objects.set(key, { ...stored(story, key), sizeBytes: 7, image: undefined }),
    ],
    [
      'by writing something else over its record',
      (story, key) =>
        story.account.call('s3', 'PutObject', { Bucket: story.vault.name, Key: `${key}.json`, Body: '{"version":1}' }),
    ],
    [
      'by putting the record of another image there',
      (story, key) => {
        const { imageId, ...rest } = recordIn(story, key);
        const Body = JSON.stringify({ ...rest, imageId: `${String(imageId).slice(0, -1)}x` });
        story.account.call('s3', 'PutObject', { Bucket: story.vault.name, Key: `${key}.json`, Body });
      },
    ],
  ];

  it.each(troubles)('is made again before its image goes: %s', async (_, spoil) => {
    const { story, oldest, key } = await firstIsArchived();
    spoil(story, key);

    const run = await retire(story);
    expect(run.told).toContain('its archive is lost: s3://my-ami-archive/gold/');
    expect(rungs(story)).toMatchObject({ '1119': 'deprecated' });
    expect(archivedTo(story, oldest)).toBeUndefined();

    await daysLater(story, 1);
    await retire(story);
    expect(archivedTo(story, oldest)).toBe(`s3://my-ami-archive/${key}`);
    expect(stored(story, key).image).toBeDefined();
    expect(recordIn(story, key)).toMatchObject({ imageId: oldest, sizeBytes: stored(story, key).sizeBytes });
    await daysLater(story, 1);
    await retireDaily(story, 3);
    expect(rungs(story)['1119']).toBeUndefined();
  });

  it('while its image is disabled lets the image come back to be archived', async () => {
    const { story, oldest, key } = await firstIsArchived();
    await retire(story);
    expect(rungs(story)).toMatchObject({ '1119': 'disabled' });
    story.vault.objects.delete(key);

    await daysLater(story, 1);
    await retireDaily(story, 4);

    expect(archivedTo(story, oldest)).toBe(`s3://my-ami-archive/${key}`);
    expect(stored(story, key).sizeBytes).toBeGreaterThan(0);
  });

  it('is told once, and its image goes with the next run, where the policy wants no archive any more', async () => {
    const { story, key } = await firstIsArchived();
    story.stack.publish(impatient());
    story.vault.objects.delete(key);

    expect((await retire(story)).told).toContain('its archive is lost');
    await daysLater(story, 1);
    await retireDaily(story, 3);

    expect(rungs(story)['1119']).toBeUndefined();
  });
});

describe('An archive that S3 will not show', () => {
  it('keeps its image as it is, and its tag', async () => {
    const { story, oldest } = await firstIsArchived();
    story.account.faults.add({ fault: 'access-denied', service: 's3', operation: 'HeadObject' });

    const run = await retire(story);

    expect(run).toMatchObject({ status: 'FAILED' });
    expect(run.told).toContain('Whether an archive is there is not known');
    expect(rungs(story)).toMatchObject({ '1119': 'deprecated' });
    expect(archivedTo(story, oldest)).toContain('s3://');
  });

  it.each([
    ['archives nothing any more', impatient()],
    ['archives the newest alone, elsewhere', archiving({ bucket: 'another-archive', when: { daily: 1 } })],
  ])('lets its image go once the roles know of it no more, as its policy %s', async (_, policy) => {
    const { story } = await firstIsArchived();
    story.stack.deploy({ policies: [policy] });

    const runs = await retireDaily(story, 3);

    expect(runs.map(({ told }) => told).join()).not.toContain('not known');
    expect(rungs(story)['1119']).toBeUndefined();
  });

  it('keeps its image where the roles know of it no more, but one is due', async () => {
    const { story, oldest } = await firstIsArchived();
    story.account.createBucket('another-archive');
    story.stack.deploy({ policies: [archiving({ bucket: 'another-archive' })] });

    const [first] = await retireDaily(story, 3);

    expect(first?.told).toContain('Whether an archive is there is not known');
    expect(rungs(story)).toMatchObject({ '1119': 'deprecated' });
    expect(archivedTo(story, oldest)).toContain('s3://my-ami-archive/');
  });
});
