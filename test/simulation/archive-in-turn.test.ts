import { describe, expect, it } from 'vitest';
import { home, server } from '../../explore/servers.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import { archiveNow, archiving, givenVault, hangOne, restoreNow, tagsOfImage } from './archiving.ts';
import { daysLater, hang, nightsUntil, retire, retireDaily, rungs, tag } from './retiring.ts';

const web = server('web');
const hold = (story: Parameters<typeof tag>[0], id: string) => tag(story, id, { [tagKeys.hold]: 'not yet' });

describe('Of two images of a day, the earlier', () => {
  it('may go at the very moment at which the later, which is archived, is disabled', async () => {
    const steps = ['disable', 'deregister'];
    const retiring = { mode: 'enforce', graceDays: 1, maxPercentPerRun: 100, steps };
    const story = await givenVault({ policies: [archiving({}, { retire: retiring })] });
    const changes = { ImageId: 'ami-00000000000000002' };
    const { imageId: later } = hangOne(story, web, { changes }, '20261118T1500Z');
    const [earlier = ''] = hang(story, web, ['20261118T0300Z', ...nightsUntil('2026-11-21', 2)]);
    hold(story, later);
    await archiveNow(story, later);
    await daysLater(story, 1);
    await retire(story);
    expect(rungs(story)['1118']).toBeDefined();
    await daysLater(story, 1);
    story.account.call('ec2', 'DeleteTags', { Resources: [later], Tags: [{ Key: tagKeys.hold }] });
    // What was changed last is listed last, and so it has its turn after the later one.
    tag(story, earlier, { note: 'may go' });
    await daysLater(story, 1);
    // EC2 disables the later, and its answer is lost: for a while no tag says by whom.
    story.account.faults.add({ fault: 'reply-lost', operation: 'DisableImage', resource: later, nth: 1 });

    await retire(story);

    expect(story.accepted('DisableImage').map(({ input }) => input)).toContainEqual({ ImageId: later });
    expect(story.images().map(({ id }) => id)).not.toContain(earlier);
    await daysLater(story, 2);
    await retireDaily(story, 3);
    expect(rungs(story)['1118']).toBeUndefined();
  });
});

describe('An image whose archive is lost', () => {
  it('is archived again before it goes, though another that was restored from it says that there is an archive', async () => {
    const story = await givenVault();
    // Of two that are equally old the one with the lower id comes first: the restored one.
    const { imageId, key, url } = hangOne(story, web, { changes: { ImageId: 'ami-0ffffffffffffffff' } });
    hang(story, web, nightsUntil('2026-11-21', 2));
    await archiveNow(story, imageId);
    await restoreNow(story, key, 'restored');
    const restored = story.images().find(({ name }) => name === 'restored');
    story.vault.objects.clear();

    await daysLater(story, 1);
    await retireDaily(story, 10);

    expect(story.images().map(({ id }) => id)).not.toContain(imageId);
    expect([...story.vault.objects.keys()]).toContain(key);
    expect(restored && tagsOfImage(story, restored.id)[tagKeys.archivedTo]).toBe(url);
  });
});

describe('A copy that a person made in another Region, with the tags of its image,', () => {
  it('is theirs, so nothing becomes of it, and the image has an archive before it goes', async () => {
    const paris = 'eu-west-3';
    const story = await givenVault({
      policies: [archiving({}, { copies: [{ region: paris, retain: { daily: 1 } }] })],
    });
    const [imageId = ''] = hang(story, web, nightsUntil('2026-11-21', 3));
    hang(story, web, nightsUntil('2026-11-21', 1), { region: paris });
    const source = { SourceImageId: imageId, SourceRegion: home, CopyImageTags: true };
    const { ImageId: copyId } = story.account.call('ec2', 'CopyImage', { Name: 'by hand', ...source }, paris);

    await daysLater(story, 1);
    await retireDaily(story, 4);

    const ids = [...story.images(), ...story.images(paris)].map(({ id }) => id);
    expect(ids).not.toContain(imageId);
    expect(ids).toContain(copyId);
    expect([...story.vault.objects.keys()]).toContain(`gold/${imageId}.bin`);
    expect([...story.vault.objects.keys()]).not.toContain(`gold/${copyId}.bin`);
  });
});
