import { describe, expect, it } from 'vitest';
import { database, home } from '../../explore/servers.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import { failImage } from '../../simulator/ec2/image-records.ts';
import { hang, impatient, nightsUntil, retireDaily, rungs, tag } from './retiring.ts';
import { given, type Story } from './story.ts';

const noon = '2026-11-21T12:00:00Z';
const db = database();

/** Three nights, of the first of which EC2 could not make the image: it names no snapshots, and they are in use all the same. */
async function failedNight(): Promise<{ story: Story; imageId: string; present: () => string[] }> {
  const story = await given({
    at: noon,
    policies: [impatient()],
    servers: [db],
    behaviour: { failedImagesForgetSnapshots: false },
    snapshotGraceMs: 30 * 86_400_000,
  });
  const [imageId = ''] = hang(story, db, nightsUntil('2026-11-21', 3));
  const region = story.account.region(home);
  const image = region.images.get(imageId);
  if (!image) throw new Error('The image of the first night is not there.');
  const snapshotIds = [...image.snapshotIds];
  failImage(story.account.answering.world, region, image, 'Client.InternalError', 'Client error on snapshot');
  return { story, imageId, present: () => snapshotIds.filter((id) => region.snapshots.has(id)) };
}

describe('The snapshots of an image that EC2 could not make', () => {
  it('are no orphans for as long as a person holds the image, and every run succeeds', async () => {
    const { story, imageId, present } = await failedNight();
    tag(story, imageId, { [tagKeys.hold]: 'support looks at it' });
    const snapshotIds = present();

    const runs = await retireDaily(story, 20);

    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'SUCCEEDED'));
    expect(runs.flatMap(({ plan }) => plan?.leftoverSnapshots)).toEqual([]);
    expect(story.calls('DeleteSnapshot')).toEqual([]);
    expect(present()).toEqual(snapshotIds);

    // What was taken for an orphan by mistake is one no more.
    for (const id of snapshotIds) tag(story, id, { [tagKeys.orphanedSince]: '2026-11-22T12:00:00.000Z' });
    await retireDaily(story, 2);
    expect(present()).toEqual(snapshotIds);
    const tags = story.account.region(home).snapshots.get(snapshotIds[0] ?? '')?.description.Tags;
    expect(tags?.map(({ Key }) => Key)).not.toContain(tagKeys.orphanedSince);

    story.account.call('ec2', 'DeleteTags', { Resources: [imageId], Tags: [{ Key: tagKeys.hold }] });
    await retireDaily(story, 20);
    expect(rungs(story)).toEqual({ '1120': 'available', '1121': 'available' });
    expect(present()).toEqual([]);
  });
});
