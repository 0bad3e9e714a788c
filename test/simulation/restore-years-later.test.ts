import { describe, expect, it } from 'vitest';
import { server } from '../../explore/servers.ts';
import {
  type ArchiveStory,
  archiveNow,
  archiving,
  givenVault,
  hangOne,
  removeImage,
  restoreNow,
  stored,
} from './archiving.ts';
import { daysLater, only, retire } from './retiring.ts';

const web = server('web');
const partner = '123456789012';
const sharing = archiving({}, { share: { accounts: [partner] } });

/** An image that its policy shared was archived, and is gone; years have passed since. */
async function sharedAndArchived() {
  const story = await givenVault({ policies: [sharing] });
  const image = hangOne(story, web);
  await retire(story);
  expect(only(story.images()).sharedWith).toEqual([partner]);
  return { story, image };
}

async function gone(story: ArchiveStory, imageId: string): Promise<void> {
  removeImage(story, imageId);
  await daysLater(story, 2);
  expect(story.images()).toEqual([]);
}

describe('An image that its policy shared before it was archived', () => {
  it('is shared again where the policy still shares it', async () => {
    const { story, image } = await sharedAndArchived();
    await archiveNow(story, image.imageId);
    await gone(story, image.imageId);

    expect(await restoreNow(story, image.key)).toMatchObject({ status: 'SUCCEEDED', output: { notRestored: [] } });
    expect(only(story.images()).sharedWith).toEqual([partner]);
  });

  it.each([
    ['shares it no more', archiving()],
    ['shares it with others', archiving({}, { share: { accounts: ['111122223333'] } })],
  ])('does not come back to whom it was taken from since, as the policy %s', async (_, edited) => {
    const { story, image } = await sharedAndArchived();
    await archiveNow(story, image.imageId);
    await gone(story, image.imageId);
    story.stack.publish(edited);

    const restore = await restoreNow(story, image.key);

    expect(restore).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        notRestored: [`The image was shared with ${partner}: not again, as the policy 'gold' does not name them.`],
      },
    });
    expect(only(story.images()).sharedWith).toEqual([]);
    const permits = story.calls('ModifyImageAttribute').slice(-1);
    expect(permits.map(({ atMs }) => atMs < story.clock.now() - 86_400_000)).toEqual([true]);
  });

  it('does not come back to them where the policy is gone', async () => {
    const { story, image } = await sharedAndArchived();
    await archiveNow(story, image.imageId);
    await gone(story, image.imageId);
    story.account.call('ssm', 'DeleteParameter', { Name: '/ami-lifecycle/simulation/policies/gold' });

    expect(await restoreNow(story, image.key)).toMatchObject({
      status: 'SUCCEEDED',
      output: { notRestored: [expect.stringContaining("no policy is called 'gold'")] },
    });
    expect(only(story.images()).sharedWith).toEqual([]);
  });
});

describe('An archive that a rule of its bucket moved to another class', () => {
  it.each(['INTELLIGENT_TIERING', 'ONEZONE_IA', 'REDUCED_REDUNDANCY', 'GLACIER'] as const)(
    'is restored: %s',
    async (storageClass) => {
      const story = await givenVault();
      const image = hangOne(story, web);
      await archiveNow(story, image.imageId);
      await gone(story, image.imageId);
      story.vault.objects.set(image.key, { ...stored(story, image.key), storageClass });

      expect(await restoreNow(story, image.key)).toMatchObject({ status: 'SUCCEEDED', cause: '' });
      expect(only(story.images()).state).toBe('available');
    },
  );
});
