import { describe, expect, it } from 'vitest';
import { home, server } from '../../explore/servers.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { archiving, noon, vaultName } from './archiving.ts';
import { daysLater, hang, impatient, nightsUntil, retire, rungs } from './retiring.ts';
import { given, type Story } from './story.ts';

const paris = 'eu-west-3';
const partner = '123456789012';
const shared = { share: { accounts: [partner] } };
const kept = { retain: { daily: 100 } };
const web = server('web');

/** Who may launch any image of a Region, or copy any of its snapshots; each once. */
function holders(story: Story, region: string): string[] {
  const all = story
    .images(region)
    .flatMap(({ sharedWith, snapshots }) => [...sharedWith, ...snapshots.flatMap((snapshot) => snapshot.sharedWith)]);
  return [...new Set(all)];
}

describe('Access while other images are archived, each for a day and more,', () => {
  const hourMs = 3_600_000;

  /** Sixteen images, of which ten are stored at a time. */
  async function givenVault(first: NamedPolicy): Promise<Story> {
    const slow = { storeMinutes: () => 30 * 60 };
    const story = await given({ at: noon, policies: [first], servers: [web], behaviour: slow });
    story.account.createBucket(vaultName, home);
    hang(story, web, nightsUntil('2026-11-21', 16));
    return story;
  }

  const start = ({ stack, clock }: Story): string =>
    stack.retire({ policy: 'gold', scheduledAt: new Date(clock.now()).toISOString() });
  const hoursLater = (story: Story, hours: number): Promise<void> =>
    story.clock.run(story.clock.now() + hours * hourMs);
  const sharedCount = (story: Story): number => story.images().filter(({ sharedWith }) => sharedWith.length > 0).length;

  it('is taken back within the hour', async () => {
    const story = await givenVault(impatient({ ...kept, ...shared }));
    await retire(story);
    expect(sharedCount(story)).toBe(16);
    story.stack.publish(archiving({}, kept));
    start(story);

    await hoursLater(story, 1);

    expect(holders(story, home)).toEqual([]);
    await story.rest();
  });

  it('is not given anew by a run that began before it was taken out of the policy', async () => {
    const story = await givenVault(archiving({}, { ...kept, ...shared }));
    const first = start(story);
    // The first run is held up before it shares anything, for longer than somebody takes to edit the policy.
    const end = story.account.faults.add({ fault: 'throttled', operation: 'DescribeImageAttribute' });
    await hoursLater(story, 0.02);
    story.stack.publish(archiving({}, kept));
    end();
    for (let hour = 0; hour < 72; hour += 4) {
      await hoursLater(story, 4);
      expect(sharedCount(story)).toBe(0);
    }
    expect(story.stack.engine.describeExecution(first).status).toBe('SUCCEEDED');
  });
});

describe('A Region that a policy no longer copies to', () => {
  const copies = [{ region: paris }];

  /** Images of three nights at home and in Paris. */
  async function givenImages(first: NamedPolicy): Promise<Story> {
    const story = await given({ at: noon, policies: [first], servers: [web] });
    for (const region of [home, paris]) hang(story, web, nightsUntil('2026-11-21', 3), { region });
    return story;
  }

  it('has its access taken back, once the policy shares no more, and people hear what is left there', async () => {
    const story = await givenImages(impatient({ ...kept, ...shared, copies }));
    await retire(story);
    expect(story.images(paris)[0]?.sharedWith).toEqual([partner]);
    story.stack.publish(impatient(kept));
    await daysLater(story, 1);

    const run = await retire(story);

    expect(run.status).toBe('SUCCEEDED');
    for (const region of [home, paris]) expect(holders(story, region)).toEqual([]);
    expect(run.told).toContain(`Images left in ${paris}, to which the policy no longer copies: 3.`);
    await daysLater(story, 1);
    expect((await retire(story)).told).toContain(`Images left in ${paris}`);
  });

  it('loses none of its images, whatever the rules say', async () => {
    const rules = { retain: { daily: 1 } };
    const story = await givenImages(impatient({ ...rules, copies }, { graceDays: 2 }));
    await retire(story);
    expect(Object.values(rungs(story, paris))).toContain('deprecated');
    story.stack.publish(impatient({ ...rules, ...shared }, { graceDays: 2 }));
    for (let day = 0; day < 6; day++) {
      await daysLater(story, 1);
      await retire(story);
    }
    expect(rungs(story)).toEqual({ 1121: 'available' });
    expect(rungs(story, paris)).toEqual({ 1119: 'available', 1120: 'available', 1121: 'available' });
    for (const { sharedWith } of story.images(paris)) expect(sharedWith).toEqual([partner]);
  });

  it('that denies everything is told of at every run, and fails none', async () => {
    const story = await givenImages(impatient({ ...kept, ...shared, copies }));
    await retire(story);
    story.stack.publish(impatient(kept));
    story.account.faults.add({ fault: 'access-denied', service: 'ec2', region: paris });
    for (let day = 0; day < 2; day++) {
      await daysLater(story, 1);
      const run = await retire(story);
      expect(run.status).toBe('SUCCEEDED');
      expect(run.told).toContain(
        `Whether images are left in ${paris}, to which the policy no longer copies, is not known`,
      );
    }
    expect(story.images(home).flatMap(({ sharedWith }) => sharedWith)).toEqual([]);
    expect(story.images(paris)[0]?.sharedWith).toEqual([partner]);
  });
});

describe('A copy that somebody made by hand, with the tags of its image,', () => {
  /** The image of a night and its copy; nobody has them yet. */
  async function givenCopy() {
    const story = await given({ at: noon, policies: [impatient(kept)], servers: [web] });
    const [SourceImageId = ''] = hang(story, web, nightsUntil('2026-11-21', 1));
    const made = { Name: 'by hand', SourceImageId, SourceRegion: home, CopyImageTags: true };
    const { ImageId = '' } = story.account.call('ec2', 'CopyImage', made);
    await daysLater(story, 1);
    const [snapshotId = ''] = story.account.region(home).images.get(ImageId)?.snapshotIds ?? [];
    const accounts = () =>
      story
        .images()
        .filter(({ id }) => id === ImageId)
        .flatMap(({ snapshots }) => snapshots.map((each) => each.sharedWith));
    return { story, copyId: ImageId, snapshotId, accounts };
  }

  it('is shared as its policy says but for its snapshots, which are not ours, and that is told once', async () => {
    const { story, copyId, snapshotId, accounts } = await givenCopy();
    story.stack.publish(impatient({ ...kept, ...shared }));

    const run = await retire(story);
    expect(run).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expect(run.told).toContain(`${copyId} in ${home} shared: ${snapshotId} does not carry our tags`);
    expect(story.images().map(({ sharedWith }) => sharedWith)).toEqual([[partner], [partner]]);
    expect(accounts().flat()).toEqual([]);

    await daysLater(story, 1);
    expect((await retire(story)).told).not.toContain(copyId);
  });

  it('is taken back as its policy says, but for its snapshots, and that is told', async () => {
    const { story, copyId, snapshotId, accounts } = await givenCopy();
    story.stack.publish(impatient({ ...kept, ...shared }));
    await retire(story);
    const CreateVolumePermission = { Add: [{ UserId: partner }] };
    story.account.call('ec2', 'ModifySnapshotAttribute', { SnapshotId: snapshotId, CreateVolumePermission });
    story.stack.publish(impatient(kept));
    await daysLater(story, 1);

    const run = await retire(story);

    expect(run).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expect(run.told).toContain(`${copyId} in ${home} shared: ${snapshotId} does not carry our tags`);
    expect(story.images().flatMap(({ sharedWith }) => sharedWith)).toEqual([]);
    expect(accounts()).toEqual([[partner]]);
  });
});
