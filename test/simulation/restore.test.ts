import { describe, expect, it } from 'vitest';
import { home, server } from '../../explore/servers.ts';
import type { Fault } from '../../simulator/faults.ts';
import {
  type ArchiveStory,
  archiveNow,
  archiving,
  givenVault,
  hangOne,
  named,
  removeImage,
  restoreNow,
  stored,
} from './archiving.ts';
import { daysLater, hang, lineOf, nightsUntil, only, retire, rungs } from './retiring.ts';
import type { Beginning, Story } from './story.ts';

const web = server('web');
const partner = '123456789012';
const windows = { PlatformDetails: 'Windows', UsageOperation: 'RunInstances:0002' };
const formerTags = {
  team: 'platform',
  'ami-lifecycle:rung': 'deprecate 2026-11-20T12:00:00Z',
  'ami-lifecycle:retiring-since': '2026-11-20T12:00:00Z',
  'ami-lifecycle:state': 'retiring',
  'ami-lifecycle:source-gone-since': '2026-11-20T12:00:00Z',
};

interface Past {
  storageClass?: string;
  beginning?: Partial<Beginning>;
  hanging?: Parameters<typeof hangOne>[2];
  /** Something done to the image before it is archived. */
  before?: (story: ArchiveStory, imageId: string) => unknown;
}

/** A story in which an image was archived, and is gone with its snapshots. */
async function givenArchive({ storageClass = 'STANDARD', beginning = {}, hanging = {}, before }: Past = {}) {
  const story = await givenVault(beginning);
  const image = hangOne(story, web, hanging);
  await before?.(story, image.imageId);
  expect(await archiveNow(story, image.imageId, storageClass)).toMatchObject({ status: 'SUCCEEDED' });
  removeImage(story, image.imageId);
  await story.until(new Date(story.clock.now() + 3_600_000).toISOString());
  expect(story.images()).toEqual([]);
  return { story, image };
}

/** Launches an instance as a person would, and says whether it came up. */
async function boots({ account, clock }: Story, ImageId: string): Promise<string> {
  const { Instances = [] } = account.call('ec2', 'RunInstances', { ImageId, MinCount: 1, MaxCount: 1 });
  const { InstanceId = '' } = only(Instances);
  await clock.run(clock.now() + 600_000);
  const { InstanceStatuses = [] } = account.call('ec2', 'DescribeInstanceStatus', { InstanceIds: [InstanceId] });
  const { InstanceState, InstanceStatus, SystemStatus } = only(InstanceStatuses);
  return [InstanceState?.Name, InstanceStatus?.Status, SystemStatus?.Status].join(' ');
}

/** All that belongs to the one image that was restored. */
function restored(story: ArchiveStory) {
  const image = only(story.images());
  expect(image.snapshots).toHaveLength(1);
  expect(story.account.region(home).snapshots.size).toBe(1);
  return image;
}

const retireOnce = (story: ArchiveStory): Promise<unknown> => retire(story);

function overwrite(story: ArchiveStory, key: string, text: string): void {
  story.vault.objects.set(key, { ...stored(story, key), body: Buffer.from(text), sizeBytes: text.length });
}

describe('An image that was archived and retired', () => {
  it('is restored from its archive, boots, and is left alone by the next retirement', async () => {
    const story = await givenVault();
    const [oldest = ''] = hang(story, web, nightsUntil('2026-11-21', 3));
    for (let day = 0; day < 4; day++) {
      await retire(story);
      await daysLater(story, 1);
    }
    expect(Object.keys(rungs(story))).toEqual(['1120', '1121']);
    const former = stored(story, `gold/${oldest}.bin`).image?.description;

    const restore = await restoreNow(story, `gold/${oldest}.bin`);

    expect(restore).toMatchObject({ status: 'SUCCEEDED', cause: '', output: { notRestored: [] } });
    const image = only(story.images().filter(({ name }) => name === former?.Name));
    expect(restore.output).toMatchObject({ imageId: image.id });
    expect(image.state).toBe('available');
    expect(await boots(story, image.id)).toBe('running ok ok');

    const run = await retire(story);
    expect(lineOf(run, image.id)).toMatchObject({ verdict: 'keep', actions: [] });
    expect(lineOf(run, image.id).reasons.join()).toContain('held: restored ');
    expect(run.status).toBe('SUCCEEDED');
  });

  it('has its tags again, is held, and nothing is left of its former retirement', async () => {
    const { story, image } = await givenArchive({ hanging: { tags: formerTags } });

    expect(await restoreNow(story, image.key)).toMatchObject({ status: 'SUCCEEDED', cause: '' });

    const { tags, tagsAtBirth, snapshots } = restored(story);
    expect(Object.keys(only(snapshots).tags)).not.toContain('ami-lifecycle:hold');
    expect(tags).toEqual({
      team: 'platform',
      'ami-lifecycle:policy': 'gold',
      'ami-lifecycle:source': web.id,
      'ami-lifecycle:slot': '20261119T0300Z',
      'ami-lifecycle:consistency': 'stopped',
      'ami-lifecycle:state': 'complete',
      'ami-lifecycle:origin': `${home}/${image.imageId}`,
      'ami-lifecycle:archived-to': image.url,
      'ami-lifecycle:hold': expect.stringMatching(/^restored 2026-11-21T.* by .+/),
    });
    expect(tagsAtBirth).toMatchObject({ 'ami-lifecycle:hold': tags['ami-lifecycle:hold'] });
  });

  it('is shared again with those that it was shared with, and with nobody in public', async () => {
    const organization = 'arn:aws:organizations::111122223333:organization/o-abc123';
    const { story, image } = await givenArchive({
      before: ({ account }, ImageId) =>
        account.call('ec2', 'ModifyImageAttribute', {
          ImageId,
          LaunchPermission: { Add: [{ UserId: partner }, { OrganizationArn: organization }, { Group: 'all' }] },
        }),
    });

    const { status, output } = await restoreNow(story, image.key);

    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({
      notRestored: expect.arrayContaining([expect.stringContaining('The image was public')]),
    });
    expect(restored(story).sharedWith).toEqual([partner, organization]);
  });

  it('is shared as its policy says by the next daily run, snapshots too, however it was shared before', async () => {
    const share = { accounts: [partner] };
    const { story, image } = await givenArchive({
      beginning: { policies: [archiving({}, { share })] },
      before: retireOnce,
    });
    await restoreNow(story, image.key);

    await retire(story);
    expect(restored(story).sharedWith).toEqual([partner]);
    expect(restored(story).snapshots[0]?.sharedWith).toEqual([partner]);

    story.stack.publish(archiving());
    await daysLater(story, 1);
    await retire(story);
    expect(restored(story).sharedWith).toEqual([]);
    expect(restored(story).snapshots[0]?.sharedWith).toEqual([]);
  });
});

describe('An archive in a Glacier class', () => {
  it.each(['GLACIER', 'DEEP_ARCHIVE'])('is woken first, once, however long it takes: %s', async (storageClass) => {
    const { story, image } = await givenArchive({ storageClass, beginning: { behaviour: { wakeHours: () => 12 } } });

    const restore = await restoreNow(story, image.key);

    expect(restore).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expect(restore.elapsedMs).toBeGreaterThan(12 * 3_600_000);
    expect(restore.elapsedMs).toBeLessThan(13 * 3_600_000);
    expect(story.calls('RestoreObject')).toHaveLength(1);
    expect(await boots(story, restored(story).id)).toBe('running ok ok');
  });

  it.each(['GLACIER_IR', 'STANDARD_IA', 'ONEZONE_IA'])('is ready at once: %s', async (storageClass) => {
    const { story, image } = await givenArchive({ storageClass });

    const restore = await restoreNow(story, image.key);

    expect(restore).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expect(restore.elapsedMs).toBeLessThan(3_600_000);
    expect(story.calls('RestoreObject')).toEqual([]);
  });

  it('is woken anew where the restore comes after the copy went to sleep again', async () => {
    const { story, image } = await givenArchive({ storageClass: 'GLACIER' });
    await restoreNow(story, image.key, 'first');
    removeImage(story, restored(story).id);
    await daysLater(story, 5);

    expect(await restoreNow(story, image.key, 'second')).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expect(story.calls('RestoreObject')).toHaveLength(2);
  });
});

describe('An archive whose record', () => {
  const troubles: [what: string, why: string, spoil: (story: ArchiveStory, key: string) => void][] = [
    ['is lost', 'is not there', ({ vault }, key) => vault.objects.delete(key)],
    ['is no JSON', 'cannot be read', (story, key) => overwrite(story, key, '{"version": 1')],
    ['is empty', 'cannot be read', (story, key) => overwrite(story, key, '')],
    ['is of another shape', 'cannot be read', (story, key) => overwrite(story, key, '{"version":2}')],
    [
      'was moved to Glacier by a rule of the bucket',
      'cannot be read',
      (story, key) => void story.vault.objects.set(key, { ...stored(story, key), storageClass: 'GLACIER' }),
    ],
  ];

  it.each(troubles)('%s makes an image of the object alone, and says what is not known', async (_, why, spoil) => {
    const { story, image } = await givenArchive({ hanging: { tags: formerTags } });
    spoil(story, `${image.key}.json`);

    const restore = await restoreNow(story, image.key);

    expect(restore).toMatchObject({
      status: 'SUCCEEDED',
      cause: '',
      output: { notRestored: [expect.stringContaining(`The record ${image.url}.json ${why}`)] },
    });
    const { id, name, tags } = restored(story);
    expect(name).toMatch(new RegExp(`^restored/${image.imageId}/`));
    expect(tags).toEqual({
      team: 'platform',
      'ami-lifecycle:policy': 'gold',
      'ami-lifecycle:source': web.id,
      'ami-lifecycle:slot': '20261119T0300Z',
      'ami-lifecycle:consistency': 'stopped',
      'ami-lifecycle:state': 'complete',
      'ami-lifecycle:origin': `${home}/${image.imageId}`,
      'ami-lifecycle:archived-to': image.url,
      'ami-lifecycle:hold': expect.stringMatching(/^restored 2026-11-21T.* by .+/),
    });
    expect(await boots(story, id)).toBe('running ok ok');
    expect(lineOf(await retire(story), id)).toMatchObject({ verdict: 'keep', actions: [] });
  });
});

describe('A restored image that is not what was archived', () => {
  it('fails the run, says what differs, and stays held', async () => {
    const { story, image } = await givenArchive({ hanging: { changes: windows } });
    story.account.faults.add({ fault: 'restore-loses-billing' });

    const restore = await restoreNow(story, image.key);

    expect(restore).toMatchObject({ status: 'FAILED', error: 'RestoreDiffers' });
    expect(restore.cause).toContain("platformDetails is 'Linux/UNIX', and was 'Windows'");
    expect(restore.cause).toContain("usageOperation is 'RunInstances', and was 'RunInstances:0002'");
    const { id, tags, sharedWith } = restored(story);
    expect(sharedWith).toEqual([]);
    expect(tags['ami-lifecycle:state']).not.toBe('complete');
    await daysLater(story, 10);
    expect(lineOf(await retire(story), id)).toMatchObject({ verdict: 'keep', actions: [] });
    expect(restored(story).id).toBe(id);
  });

  it('is what it was, where nothing is lost', async () => {
    const { story, image } = await givenArchive({ hanging: { changes: windows } });

    expect(await restoreNow(story, image.key)).toMatchObject({ status: 'SUCCEEDED' });
    expect(story.account.region(home).images.get(restored(story).id)?.description).toMatchObject(windows);
  });
});

describe('A restore', () => {
  it('whose name is taken says how to mend that, and works under another', async () => {
    const story = await givenVault();
    const image = hangOne(story, web);
    await archiveNow(story, image.imageId);

    const refused = await restoreNow(story, image.key);
    expect(refused).toMatchObject({ status: 'FAILED', error: 'NameTaken' });
    expect(refused.cause).toContain(image.imageId);
    expect(refused.cause).toContain('restore under another, as input `name`');
    expect(story.images()).toHaveLength(1);

    const restore = await restoreNow(story, image.key, 'gold again');
    expect(restore).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expect(story.images().map(({ name }) => name)).toEqual([expect.stringContaining('gold/i-'), 'gold again']);
  });

  it('under a name that is not legal fails at the door', async () => {
    const { story, image } = await givenArchive({ storageClass: 'DEEP_ARCHIVE' });

    expect(await restoreNow(story, image.key, 'a:b')).toMatchObject({ error: 'InputInvalid' });
    expect(story.calls('RestoreObject')).toEqual([]);
  });

  it('that fails takes the failed image away, and may be tried again', async () => {
    const { story, image } = await givenArchive();
    story.account.faults.add({ fault: 'restore-fails', nth: 1 });

    const restore = await restoreNow(story, image.key);
    expect(restore).toMatchObject({ status: 'FAILED', error: 'RestoreFailed' });
    expect(restore.cause).toContain('Server.InternalError');
    expect(story.images()).toEqual([]);

    expect(await restoreNow(story, image.key)).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expect(restored(story).state).toBe('available');
  });

  it('of what is not there fails, and says where it looked', async () => {
    const story = await givenVault();

    expect(await restoreNow(story, 'gold/ami-0123.bin')).toMatchObject({
      error: 'ArchiveNotFound',
      cause: expect.stringContaining('There is no s3://my-ami-archive/gold/ami-0123.bin in eu-west-1'),
    });
  });

  it('of an image whose record says a name that is not legal fails with the reason', async () => {
    const { story, image } = await givenArchive();
    const record = new TextDecoder().decode(stored(story, `${image.key}.json`).body);
    overwrite(story, `${image.key}.json`, record.replace(/"name":"[^"]*"/, '"name":"a:b"'));
    const cause = expect.stringContaining('AMI names must be between 3 and 128 characters long');
    expect(await restoreNow(story, image.key)).toMatchObject({ error: 'RestoreFailed', cause });
  });

  it('of an object that is no image fails with the reason', async () => {
    const { story, image } = await givenArchive();

    expect(await restoreNow(story, `${image.key}.json`)).toMatchObject({
      error: 'RestoreFailed',
      cause: expect.stringContaining('does not hold an image'),
    });
    expect(story.images()).toEqual([]);
  });

  it('waits its turn where too much is being restored', async () => {
    const { story, image } = await givenArchive();
    const region = story.account.region(home);
    region.gigabytesBeingRestored = 600;
    story.clock.after(3 * 3_600_000, () => {
      region.gigabytesBeingRestored = 0;
    });

    const restore = await restoreNow(story, image.key);

    expect(restore).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expect(restore.elapsedMs).toBeGreaterThan(3 * 3_600_000);
  });
});

describe('Whatever is killed or lost while it restores', () => {
  const functions = ['wake-archive', 'restore-image', 'check-image', 'apply-archive-record'];
  const operations = ['RestoreObject', 'CreateRestoreImageTask', 'ModifyImageAttribute', 'CreateTags', 'DeleteTags'];
  const faults: Fault[] = [
    ...functions.flatMap((name): Fault[] => [
      { fault: 'killed-before', function: name, nth: 1 },
      { fault: 'killed-after', function: name, nth: 1 },
    ]),
    ...operations.flatMap((operation): Fault[] => [
      { fault: 'reply-lost', operation, nth: 1 },
      { fault: 'timed-out', operation, nth: 1 },
    ]),
  ];
  const shareWithPartner = ({ account }: ArchiveStory, ImageId: string): void => {
    account.call('ec2', 'ModifyImageAttribute', { ImageId, LaunchPermission: { Add: [{ UserId: partner }] } });
  };

  it.each(named(faults))('there is one image: %s', async (_, fault) => {
    const { story, image } = await givenArchive({ storageClass: 'GLACIER', before: shareWithPartner });
    story.account.faults.add(fault);

    expect(await restoreNow(story, image.key)).toMatchObject({ status: 'SUCCEEDED', cause: '' });

    expect(story.accepted('CreateRestoreImageTask')).toHaveLength(1);
    const { tags, sharedWith } = restored(story);
    expect(tags['ami-lifecycle:state']).toBe('complete');
    expect(sharedWith).toEqual([partner]);
  });

  it('there is one, where EC2 shows its images late and its answer was lost', async () => {
    const { story, image } = await givenArchive({ beginning: { behaviour: { consistencyLagMs: () => 45_000 } } });
    for (const nth of [1, 2])
      story.account.faults.add({ fault: 'reply-lost', operation: 'CreateRestoreImageTask', nth });

    expect(await restoreNow(story, image.key)).toMatchObject({ status: 'SUCCEEDED', cause: '' });

    expect(story.accepted('CreateRestoreImageTask')).toHaveLength(1);
    restored(story);
  });

  it.each(['killed-before', 'killed-after'] as const)('a failed image goes all the same: %s', async (fault) => {
    const { story, image } = await givenArchive();
    story.account.faults.add({ fault: 'restore-fails', nth: 1 });
    story.account.faults.add({ fault, function: 'discard-restore', nth: 1 });

    expect(await restoreNow(story, image.key)).toMatchObject({ error: 'RestoreFailed' });

    expect(story.images()).toEqual([]);
    expect(story.account.region(home).snapshots.size).toBe(0);
  });

  it('two restores of the same archive make one image, and the other says that the name is taken', async () => {
    const { story, image } = await givenArchive();
    const begin = () => story.stack.restore({ bucket: story.vault.name, key: image.key });
    const arns = [begin(), begin()];
    await daysLater(story, 1);

    const ends = arns.map((arn) => story.stack.engine.describeExecution(arn));
    expect(ends.map(({ status, error }) => error ?? status).toSorted()).toEqual(['NameTaken', 'SUCCEEDED']);
    restored(story);
  });
});
