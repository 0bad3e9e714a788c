import { describe, expect, it } from 'vitest';
import { database, home, policy, server } from '../../explore/servers.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { archiving, noon } from './archiving.ts';
import { daysLater, hang, impatient, lineOf, nightsUntil, retire, rungs } from './retiring.ts';
import { type Beginning, given, type Story } from './story.ts';

const paris = 'eu-west-3';
const regions = [home, paris];
const partner = '123456789012';
const sister = '111122223333';
const organization = 'arn:aws:organizations::111122223333:organization/o-abc123';
const unit = 'arn:aws:organizations::111122223333:ou/o-abc123/ou-ab12-cd34ef56';
const copies = [{ region: paris }];
const db = database();
const web = server('web');
const keepAll = { retain: { daily: 100 }, copies };

/** A story at noon with images of three nights in both Regions. */
async function givenImages(first: NamedPolicy, beginning: Partial<Beginning> = {}): Promise<Story> {
  const story = await given({ at: noon, policies: [first], servers: [db], ...beginning });
  for (const region of regions) hang(story, db, nightsUntil('2026-11-21', 3), { region });
  return story;
}

/** Who holds a right on any image, and on any snapshot, of any Region; each once. */
function holders(story: Story): { images: string[]; snapshots: string[] } {
  const all = regions.flatMap((region) => story.images(region));
  const each = (lists: string[][]): string[] => [...new Set(lists.flat())].toSorted();
  return {
    images: each(all.map(({ sharedWith }) => sharedWith)),
    snapshots: each(all.flatMap(({ snapshots }) => snapshots.map(({ sharedWith }) => sharedWith))),
  };
}

const nobody = { images: [], snapshots: [] };

function modifications(story: Story): number {
  return story.calls('ModifyImageAttribute').length + story.calls('ModifySnapshotAttribute').length;
}

describe('A policy that shares', () => {
  it('lets new images be copied, too, though EC2 shows them for a while as they were before they had snapshots', async () => {
    // Of about half of them EC2 names the snapshots while it still makes the image.
    const servers = ['web', 'queue', 'farm', 'mail'].map((name) => server(name));
    const story = await given({
      policies: [policy('gold', { share: { accounts: [partner] } })],
      servers,
      faults: [
        { fault: 'stale-read', function: 'share-image', operation: 'DescribeImages', nth: 1, times: 4, seconds: 3600 },
      ],
    });

    await story.capture('gold');

    const shared = story
      .images()
      .map(({ sharedWith, snapshots }) => [sharedWith, snapshots.map((each) => each.sharedWith)]);
    expect(shared).toEqual(servers.map(() => [[partner], [[partner]]]));
  });

  it('shares every image in every Region with accounts, organizations and units, and snapshots with accounts', async () => {
    const share = { accounts: [partner, sister], organizationArns: [organization], organizationalUnitArns: [unit] };
    const story = await givenImages(impatient({ ...keepAll, share }));

    expect(await retire(story)).toMatchObject({ status: 'SUCCEEDED', cause: '' });

    for (const region of regions) {
      const images = story.images(region);
      expect(images).toHaveLength(3);
      for (const { sharedWith, snapshots } of images) {
        expect(sharedWith).toEqual([partner, sister, organization, unit]);
        expect(snapshots.map((snapshot) => snapshot.sharedWith)).toEqual(Array(3).fill([partner, sister]));
      }
    }
  });

  it('changes nothing when it shares again', async () => {
    const story = await givenImages(impatient({ ...keepAll, share: { accounts: [partner] } }));
    await retire(story);
    const before = modifications(story);
    expect(before).toBe(2 * 3 * 4);

    for (let day = 0; day < 3; day++) {
      await daysLater(story, 1);
      await retire(story);
    }

    expect(modifications(story)).toBe(before);
  });

  it('asks EC2 to change nothing where everybody has what the policy gives, though the note of it is lost', async () => {
    const story = await givenImages(impatient({ ...keepAll, share: { accounts: [partner] } }));
    await retire(story);
    const before = modifications(story);
    for (const region of regions) {
      const Resources = story.images(region).map(({ id }) => id);
      story.account.call('ec2', 'DeleteTags', { Resources, Tags: [{ Key: 'ami-lifecycle:audience' }] }, region);
    }

    expect(await retire(story)).toMatchObject({ status: 'SUCCEEDED' });

    expect(story.calls('DescribeImageAttribute').length).toBeGreaterThan(6);
    expect(modifications(story)).toBe(before);
  });
});

describe('A policy that no longer names an account', () => {
  const shared = { share: { accounts: [partner, sister] } };
  const fewer = { share: { accounts: [sister] } };
  const others = { images: [sister], snapshots: [sister] };

  it('takes it back on all images and snapshots in every Region at the next daily run', async () => {
    const story = await given({
      at: '2026-11-21T00:00:00Z',
      policies: [impatient({ ...keepAll, ...shared })],
      servers: [db],
      schedulesUntil: '2026-11-24T00:00:00Z',
    });
    await story.until('2026-11-22T18:00:00Z');
    expect(story.images(home)).toHaveLength(2);
    expect(holders(story)).toEqual({ images: [sister, partner], snapshots: [sister, partner] });
    story.stack.publish(impatient({ ...keepAll, ...fewer }));

    await story.until('2026-11-23T11:59:00Z');
    expect(holders(story).images).toContain(partner);
    await story.until('2026-11-23T12:10:00Z');

    expect(story.images(paris)).toHaveLength(3);
    expect(holders(story)).toEqual(others);
    await story.rest();
  });

  it.each<[when: string, second: NamedPolicy]>([
    ['in mode report', impatient({ retain: { daily: 1 }, copies, ...fewer }, { mode: 'report' })],
    ['where the cap is exceeded', impatient({ retain: { daily: 1 }, copies, ...fewer }, { maxPerRun: 1 })],
    ['for a policy that retires nothing', policy('gold', { copies, ...fewer })],
  ])('takes it back %s', async (_, second) => {
    const story = await givenImages(impatient({ ...keepAll, ...shared }));
    await retire(story);
    expect(holders(story).images).toContain(partner);
    story.stack.publish(second);
    await daysLater(story, 1);

    await retire(story);

    expect(holders(story)).toEqual(others);
    for (const region of regions) expect(new Set(Object.values(rungs(story, region)))).toEqual(new Set(['available']));
  });

  it('touches nothing when it is only asked for a report', async () => {
    const story = await givenImages(impatient({ ...keepAll, ...shared }));
    await retire(story);
    const before = modifications(story);
    story.stack.publish(impatient({ ...keepAll, ...fewer }));

    const run = await retire(story, 'report');

    expect(modifications(story)).toBe(before);
    for (const { id } of story.images()) expect(lineOf(run, id).actions).toEqual(['share']);
  });

  it('takes it back from everybody when the policy shares no more', async () => {
    const story = await givenImages(impatient({ ...keepAll, ...shared }));
    await retire(story);
    story.stack.publish(impatient(keepAll));
    await daysLater(story, 1);

    expect(await retire(story)).toMatchObject({ status: 'SUCCEEDED' });

    expect(holders(story)).toEqual(nobody);
    expect(story.images()[0]?.tags['ami-lifecycle:audience']).toBe('nobody');
  });

  it('takes it back on images that are on their way out, and on the snapshots of disabled ones', async () => {
    const story = await givenImages(impatient({ ...keepAll, ...shared }));
    await retire(story);
    const leaving = { retain: { daily: 1 }, copies };
    story.stack.publish(impatient({ ...leaving, ...shared }, { graceDays: 3 }));
    for (const days of [0, 2, 2]) {
      await daysLater(story, days);
      await retire(story);
    }
    expect(rungs(story)).toEqual({ 1119: 'disabled', 1120: 'disabled', 1121: 'available' });
    story.stack.publish(impatient({ ...leaving, ...fewer }, { graceDays: 3 }));
    await daysLater(story, 1);

    await retire(story);

    expect(rungs(story)).toEqual({ 1119: 'disabled', 1120: 'disabled', 1121: 'available' });
    expect(holders(story)).toEqual(others);
  });

  it('does not give it back to an image that is reinstated, which is shared in full a day later', async () => {
    const leaving = { retain: { daily: 1 }, share: { accounts: [partner] } };
    const story = await given({ at: noon, policies: [impatient(leaving, { graceDays: 3 })], servers: [db] });
    const [, imageId = ''] = hang(story, db, nightsUntil('2026-11-21', 3));
    for (const days of [0, 2, 2]) {
      await daysLater(story, days);
      await retire(story);
    }
    expect(rungs(story)).toMatchObject({ 1120: 'disabled' });
    expect(holders(story).snapshots).toEqual([partner]);
    story.stack.publish(impatient({ ...leaving, share: { accounts: [sister] } }, { graceDays: 3 }));
    const LaunchTemplateData = { ImageId: imageId };
    story.account.call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'rollback', LaunchTemplateData });
    await daysLater(story, 1);
    const reinstated = () => story.images().find(({ id }) => id === imageId);

    expect(lineOf(await retire(story), imageId).actions).toEqual(['share', 'reinstate']);

    expect(rungs(story)).toMatchObject({ 1120: 'available' });
    expect(holders(story).snapshots).not.toContain(partner);
    expect(reinstated()?.sharedWith).toEqual([]);

    await daysLater(story, 1);
    expect(lineOf(await retire(story), imageId).actions).toEqual(['share']);

    expect(reinstated()?.sharedWith).toEqual([sister]);
    for (const { sharedWith } of reinstated()?.snapshots ?? []) expect(sharedWith).toEqual([sister]);
    await daysLater(story, 1);
    expect(lineOf(await retire(story), imageId).actions).toEqual([]);
  });

  it('takes it back from images that are about to be disabled, though a cap stops that', async () => {
    const leaving = { retain: { daily: 1 }, copies };
    const story = await givenImages(impatient({ ...leaving, ...shared }, { graceDays: 1 }));
    await retire(story);
    expect(holders(story)).toEqual({ images: [sister, partner], snapshots: [sister, partner] });
    story.stack.publish(impatient({ ...leaving, ...fewer }, { graceDays: 1, maxPerRun: 1 }));
    await daysLater(story, 1);

    expect(await retire(story)).toMatchObject({ status: 'FAILED', error: 'BlastRadiusExceeded' });

    expect(new Set(Object.values(rungs(story)))).toContain('deprecated');
    expect(holders(story)).toEqual(others);
  });

  it('takes it back though the archive of the image fails', async () => {
    const broken = { bucket: 'nowhere' };
    const story = await givenImages(archiving(broken, { ...keepAll, ...shared }));
    await retire(story);
    story.stack.publish(archiving(broken, { ...keepAll, ...fewer }));
    await daysLater(story, 1);

    expect(await retire(story)).toMatchObject({ status: 'FAILED' });

    expect(holders(story)).toEqual(others);
  });

  it('takes it back though it may not give what else it asks for', async () => {
    const story = await given({ at: noon, policies: [impatient({ ...keepAll, ...shared })], servers: [db] });
    const ProductCodes = [{ ProductCodeId: 'a1b2' }];
    hang(story, db, nightsUntil('2026-11-21', 3), { changes: { ProductCodes } });
    await retire(story);
    expect(holders(story).images).toContain(partner);
    story.stack.publish(impatient({ ...keepAll, share: { accounts: [sister], public: true } }));
    await daysLater(story, 1);

    const run = await retire(story);

    expect(run.told).toContain('cannot be public: it carries product codes');
    expect(holders(story)).toEqual(others);
  });

  it('takes it back where it can, when one Region denies everything, and says so', async () => {
    const story = await givenImages(impatient({ ...keepAll, ...shared }));
    await retire(story);
    story.stack.publish(impatient({ ...keepAll, ...fewer }));
    await daysLater(story, 1);
    story.account.faults.add({ fault: 'access-denied', service: 'ec2', region: paris });

    const run = await retire(story);

    expect(run.status).toBe('FAILED');
    expect(run.told).toContain(paris);
    expect(story.images(home).flatMap(({ sharedWith }) => sharedWith)).toEqual([sister, sister, sister]);
    expect(story.images(paris)[0]?.sharedWith).toEqual([partner, sister]);
  });
});

describe('An image that must not be public', () => {
  const open = impatient({ share: { public: true } });

  it.each([
    ['it is encrypted', { encrypted: true }, {}],
    ['it carries product codes', {}, { ProductCodes: [{ ProductCodeId: 'a1b2' }] }],
  ] as const)('is refused with the reason: %s', async (reason, options, { ...changes }) => {
    const of = server('web', options);
    const story = await given({ at: noon, policies: [open], servers: [of] });
    const ProductCodes = 'ProductCodes' in changes ? [...changes.ProductCodes] : [];
    const [imageId = ''] = hang(story, of, nightsUntil('2026-11-21', 1), { changes: { ProductCodes } });
    const image = story.account.region(home).images.get(imageId);
    if (image && 'encrypted' in options) {
      const BlockDeviceMappings = (image.description.BlockDeviceMappings ?? []).map(({ Ebs, ...mapping }) => ({
        ...mapping,
        Ebs: { ...Ebs, Encrypted: true },
      }));
      image.description = { ...image.description, BlockDeviceMappings };
    }

    const run = await retire(story);

    expect(run.status).toBe('FAILED');
    expect(run.told).toContain(`${imageId} cannot be public: ${reason}`);
    expect(story.images().flatMap(({ sharedWith }) => sharedWith)).toEqual([]);
    expect(modifications(story)).toBe(0);
  });

  it('is refused with the reason where the account blocks public access, and shared once it does not', async () => {
    const story = await given({ at: noon, policies: [open], servers: [web] });
    const [imageId = ''] = hang(story, web, nightsUntil('2026-11-21', 1));
    story.account.region(home).imageBlockPublicAccess = 'block-new-sharing';

    const refused = await retire(story);
    expect(refused.told).toContain(
      `${imageId} cannot be public: the account blocks public access to images in ${home}`,
    );
    expect(modifications(story)).toBe(0);

    story.account.region(home).imageBlockPublicAccess = 'unblocked';
    await daysLater(story, 1);
    expect(await retire(story)).toMatchObject({ status: 'SUCCEEDED' });
    expect(story.image().sharedWith).toEqual(['all']);
    expect(story.image().snapshots.flatMap(({ sharedWith }) => sharedWith)).toEqual([]);
  });

  it('is no longer public when the policy says so no more', async () => {
    const story = await given({ at: noon, policies: [open], servers: [web] });
    hang(story, web, nightsUntil('2026-11-21', 1));
    story.account.region(home).imageBlockPublicAccess = 'unblocked';
    await retire(story);
    expect(story.image().sharedWith).toEqual(['all']);
    story.stack.publish(impatient({ share: { accounts: [partner] } }));

    await daysLater(story, 1);
    await retire(story);

    expect(story.image().sharedWith).toEqual([partner]);
  });
});
