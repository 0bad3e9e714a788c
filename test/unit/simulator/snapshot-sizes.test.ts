import { describe, expect, test } from 'vitest';
import { instance, web, world } from './world.ts';

const dayMs = 86_400;

async function withDailyImages(days: number) {
  const all = world({
    contents: { instances: [instance(web)], volumes: [{ VolumeId: 'vol-00000000000000001', Size: 100 }] },
    behaviour: { usedFraction: () => 0.5, dailyChangeRate: () => 0.02 },
  });
  const imageIds: string[] = [];
  for (let day = 0; day < days; day++) {
    const input = { InstanceId: web, Name: `day ${day}`, NoReboot: true };
    imageIds.push(all.account.call('ec2', 'CreateImage', input).ImageId ?? '');
    await all.wait(dayMs);
  }
  const gigabytes = () => all.account.snapshotStorage().gigabytes;
  const forget = (imageId: string | undefined) =>
    all.account.call('ec2', 'DeregisterImage', { ImageId: imageId, DeleteAssociatedSnapshots: true });
  return { ...all, imageIds, gigabytes, forget };
}

describe('snapshot storage', () => {
  test('is the used part of the volume for the first snapshot, and what changed for each later one', async () => {
    const changedDaily = 50 * (1 - Math.exp(-0.02));
    expect((await withDailyImages(1)).gigabytes()).toBeCloseTo(50, 6);
    expect((await withDailyImages(8)).gigabytes()).toBeCloseTo(50 + 7 * changedDaily, 6);
  });

  test('shrinks by less than the deleted snapshot: what later ones need passes on', async () => {
    const { gigabytes, forget, imageIds } = await withDailyImages(3);
    const before = gigabytes();
    forget(imageIds[0]);
    expect(gigabytes()).toBeLessThan(before);
    expect(gigabytes()).toBeGreaterThan(50);
  });

  test('is that of one full snapshot when one is left, and nothing when none is', async () => {
    const { gigabytes, forget, imageIds } = await withDailyImages(5);
    for (const imageId of imageIds.slice(0, 4)) forget(imageId);
    expect(gigabytes()).toBeCloseTo(50, 6);
    forget(imageIds[4]);
    expect(gigabytes()).toBeCloseTo(0, 6);
  });

  test('counts for as long as it is kept', async () => {
    const { account } = await withDailyImages(1);
    const { gigabyteHours } = account.snapshotStorage();
    expect(gigabyteHours).toBeCloseTo(50 * 24, 0);
  });

  test('of a first copy to a Region is full, and of the next incremental while the first exists', async () => {
    const { account, imageIds, wait } = await withDailyImages(2);
    const copy = (imageId: string | undefined) =>
      account.call(
        'ec2',
        'CopyImage',
        { Name: `copy of ${imageId}`, SourceImageId: imageId, SourceRegion: 'us-east-1' },
        'eu-west-1',
      );
    const europe = () => account.region('eu-west-1').storage.gigabytes;
    copy(imageIds[0]);
    await wait(1300);
    expect(europe()).toBeCloseTo(50, 6);
    copy(imageIds[1]);
    await wait(1300);
    expect(europe()).toBeCloseTo(50 + 50 * (1 - Math.exp(-0.02)), 6);
  });

  test('makes the first image of a volume take longer than the next', async () => {
    const durations: number[] = [];
    const { account, wait } = world({
      contents: { instances: [instance(web)], volumes: [{ VolumeId: 'vol-00000000000000001', Size: 1000 }] },
      behaviour: {
        imageMinutes: (_image, changedGigabytes) => {
          durations.push(changedGigabytes);
          return 10;
        },
      },
    });
    for (const Name of ['one', 'two and more']) {
      account.call('ec2', 'CreateImage', { InstanceId: web, Name, NoReboot: true });
      await wait(dayMs);
    }
    expect(durations[0]).toBeGreaterThan(200);
    expect(durations[1]).toBeLessThan(60);
  });
});
