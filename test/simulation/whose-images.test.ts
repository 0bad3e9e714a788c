import { describe, expect, it } from 'vitest';
import { home, server } from '../../explore/servers.ts';
import { noon } from './archiving.ts';
import { hang, impatient, nightsUntil, type Retirement, retireDaily, rungs } from './retiring.ts';
import { given, type Story } from './story.ts';

const milan = 'eu-south-1';
const paris = 'eu-west-3';
const partner = '123456789012';
const nights = nightsUntil('2026-11-21', 5);
const web = server('web');
const theirs = server('theirs');

/** Five nights of ours at home and in Paris; two stay, and what has no instance goes at once. */
async function givenOurs(): Promise<Story> {
  const retain = { daily: 2, afterTermination: '1d' };
  const policies = [impatient({ retain, copies: [{ region: paris }], share: { accounts: [partner] } })];
  const story = await given({ at: noon, policies, servers: [web] });
  for (const region of [home, paris]) hang(story, web, nights, { region });
  return story;
}

/** All that the account knows of these images, and of the snapshots that were made for them. */
function stateOf({ account }: Story, region: string, imageIds: readonly string[]): unknown {
  const { images, snapshots } = account.region(region);
  const madeFor = [...snapshots.values()].filter(({ description: { Description = '' } }) =>
    imageIds.some((imageId) => Description.includes(imageId)),
  );
  return structuredClone({
    images: imageIds.map((id) => [images.get(id)?.description, images.get(id)?.launchPermissions]),
    snapshots: madeFor.map(({ id, description, permissions }) => [id, description, permissions]),
  });
}

function expectOursOnly(runs: readonly Retirement[], imageIds: readonly string[]): void {
  for (const { status, plan } of runs) {
    expect(status).toBe('SUCCEEDED');
    expect(plan?.images.filter(({ imageId }) => imageIds.includes(imageId))).toEqual([]);
    expect(plan?.leftoverSnapshots).toEqual([]);
  }
  expect(runs[0]?.plan?.images).toHaveLength(2 * nights.length);
}

describe('Where another stack of the account has a policy of the same name', () => {
  it.each([
    ['that copies into our home', home, milan],
    ['whose home is where we copy to', paris, paris],
    ['that copies where we copy to', paris, milan],
  ])('and %s, its images stay as they are, and ours go by their rules', async (_where, region, madeBy) => {
    const story = await givenOurs();
    const ids = hang(story, theirs, nights, { region, madeBy });
    const before = stateOf(story, region, ids);

    const runs = await retireDaily(story, 4);

    expect(stateOf(story, region, ids)).toEqual(before);
    expectOursOnly(runs, ids);
    for (const { id, sharedWith } of story.images(region)) {
      expect(sharedWith).toEqual(ids.includes(id) ? [] : [partner]);
    }
    for (const each of [home, paris].filter((other) => other !== region)) {
      expect(rungs(story, each)).toEqual({ 1120: 'available', 1121: 'available' });
    }
    const ours = story.images(region).filter(({ id }) => !ids.includes(id));
    expect(ours.map(({ name }) => name.slice(-14))).toEqual(['20261120T0300Z', '20261121T0300Z']);
  });

  it.each([
    ['that copies into our home', home, milan],
    ['whose home is where we copy to', paris, paris],
  ])('and %s, what people left of its images is for it to take away', async (_where, region, madeBy) => {
    const leaves = { mayLeave: ['snapshots without an image'] } as const;
    const story = await given({
      at: noon,
      policies: [impatient({ copies: [{ region: paris }] })],
      servers: [web],
      ...leaves,
    });
    for (const each of [home, paris]) hang(story, web, nights, { region: each });
    const [imageId = ''] = hang(story, theirs, nightsUntil('2026-10-01', 1), { region, madeBy });
    story.account.call('ec2', 'DeregisterImage', { ImageId: imageId }, region);
    const before = stateOf(story, region, [imageId]);

    const runs = await retireDaily(story, 12);

    expect(stateOf(story, region, [imageId])).toEqual(before);
    expectOursOnly(runs, [imageId]);
  });
});
