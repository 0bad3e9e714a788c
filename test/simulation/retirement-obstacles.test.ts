import { describe, expect, it } from 'vitest';
import { database, home } from '../../explore/servers.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import { daysLater, hang, impatient, lineOf, nightsUntil, retire, retireDaily, rungs, tag } from './retiring.ts';
import { type Beginning, given, type Story } from './story.ts';

const noon = '2026-11-21T12:00:00Z';
const db = database();
const standing = { '1120': 'available', '1121': 'available' };

/** Three nights of which two are wanted: that of the 19th is to go. */
async function threeNights(
  more: Partial<Beginning> = {},
): Promise<{ story: Story; imageId: string; snapshotIds: string[] }> {
  const story = await given({ at: noon, policies: [impatient()], servers: [db], ...more });
  const [imageId = ''] = hang(story, db, nightsUntil('2026-11-21', 3));
  return { story, imageId, snapshotIds: [...(story.account.region(home).images.get(imageId)?.snapshotIds ?? [])] };
}

describe('An image that is protected against deregistration', () => {
  it.each([
    [false, 'enabled-without-cooldown'],
    [true, 'enabled-with-cooldown'],
  ])('stays disabled, which is said and never overridden (with cooldown: %s)', async (WithCooldown, word) => {
    const { story, imageId } = await threeNights();
    story.account.call('ec2', 'EnableImageDeregistrationProtection', { ImageId: imageId, WithCooldown });

    const runs = await retireDaily(story, 5);

    expect(rungs(story)).toEqual({ '1119': 'disabled', ...standing });
    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'SUCCEEDED'));
    const { verdict, reasons, actions } = lineOf(runs[4] ?? (await retire(story)), imageId);
    expect(verdict).toBe('retire');
    expect(reasons).toContainEqual(expect.stringContaining(`protected against deregistration (${word})`));
    expect(actions).toEqual([]);
    expect(story.calls('DisableImageDeregistrationProtection')).toEqual([]);
    expect(story.calls('DeregisterImage')).toEqual([]);
  });

  it('goes when the protection is lifted and its cooldown over', async () => {
    const { story, imageId } = await threeNights();
    story.account.call('ec2', 'EnableImageDeregistrationProtection', { ImageId: imageId, WithCooldown: true });
    await retireDaily(story, 3);
    await daysLater(story, 1);
    story.account.call('ec2', 'DisableImageDeregistrationProtection', { ImageId: imageId });

    const cooling = await retire(story);
    expect(lineOf(cooling, imageId).reasons).toContainEqual(expect.stringContaining('(disabled after '));
    expect(rungs(story)).toMatchObject({ '1119': 'disabled' });
    await daysLater(story, 1);
    await retire(story);

    expect(rungs(story)).toEqual(standing);
  });

  it('since the plan was made stays, too', async () => {
    const { story, imageId } = await threeNights();
    await retireDaily(story, 2);
    await daysLater(story, 1);
    const stop = story.account.beforeCall(({ operation }) => {
      if (operation !== 'PutObject') return;
      stop();
      story.account.call('ec2', 'EnableImageDeregistrationProtection', { ImageId: imageId });
    });

    const { status, told } = await retire(story);

    expect(status).toBe('SUCCEEDED');
    expect(told).toContain('protected against deregistration');
    expect(rungs(story)).toEqual({ '1119': 'disabled', ...standing });
  });
});

describe('An image that AWS Backup manages', () => {
  it('is left to it, and the plan says so', async () => {
    const story = await given({ at: noon, policies: [impatient()], servers: [db] });
    const [imageId = ''] = hang(story, db, ['20261119T0300Z'], { tags: { 'aws:backup:source-resource': 'i-0' } });
    hang(story, db, nightsUntil('2026-11-21', 2));

    const [first] = await retireDaily(story, 3);

    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
    expect(first && lineOf(first, imageId).reasons).toContain('managed by AWS Backup, so left to it');
  });
});

describe('The snapshots of an image that is deregistered', () => {
  it.each(['internal-error', 'InUse'])('are deleted one by one where EC2 left them (%s)', async (trouble) => {
    const { story } = await threeNights({
      faults: [{ fault: 'snapshot-deletion-fails' }],
      behaviour: { releaseSeconds: () => (trouble === 'InUse' ? 90 : 0) },
    });

    const runs = await retireDaily(story, 3);

    expect(runs[2]).toMatchObject({ status: 'SUCCEEDED', error: '' });
    expect(rungs(story)).toEqual(standing);
    expect(story.account.region(home).snapshots.size).toBe(6);
    const refusals = story.calls('DeleteSnapshot').map(({ errorCode }) => errorCode);
    expect(refusals.filter((code) => code === undefined)).toHaveLength(3);
    expect(refusals.includes('InvalidSnapshot.InUse')).toBe(trouble === 'InUse');
  });

  it('stay where another image uses them, and people hear of it', async () => {
    const { story, snapshotIds } = await threeNights();
    const [shared = ''] = snapshotIds;
    const theirs = 'ami-0aaaaaaaaaaaaaaaa';
    story.account.load({
      instances: [],
      images: [
        {
          ImageId: theirs,
          Name: 'theirs',
          State: 'available',
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: shared } }],
        },
      ],
    });

    const runs = await retireDaily(story, 3);

    expect(story.account.region(home).images.has(theirs)).toBe(true);
    expect(snapshotIds.map((id) => story.account.region(home).snapshots.has(id))).toEqual([true, false, false]);
    expect(runs[2]?.status).toBe('SUCCEEDED');
    expect(runs[2]?.told).toContain(`its snapshot ${shared} stays: another image uses it`);
  });

  it('stay where a lock keeps them, and go when it is over', async () => {
    // A lock is the will of a person: the snapshot outlives its image for as long as it holds.
    const { story, snapshotIds } = await threeNights({ mayBreak: [8] });
    const [locked = ''] = snapshotIds;
    story.account.call('ec2', 'LockSnapshot', { SnapshotId: locked, LockMode: 'governance', LockDuration: 5 });

    const runs = await retireDaily(story, 3);
    expect(runs[2]?.told).toContain(`its snapshot ${locked} stays`);
    expect(story.witness.orphans(home)).toEqual([locked]);
    await daysLater(story, 7);
    expect((await retire(story)).told).toContain(`its snapshot ${locked} stays`);
    await daysLater(story, 7);
    await retire(story);

    expect(story.witness.orphans(home)).toEqual([]);
  });

  it('keep it for as long as people hold one of them', async () => {
    const { story, imageId, snapshotIds } = await threeNights();
    const [held = ''] = snapshotIds;
    tag(story, held, { [tagKeys.hold]: 'evidence' });

    const runs = await retireDaily(story, 4);
    expect(rungs(story)).toMatchObject({ 1119: 'disabled' });
    expect(runs[3]?.told).toContain(`its snapshot ${held} is held: evidence`);
    expect(story.account.region(home).snapshots.has(held)).toBe(true);

    story.account.call('ec2', 'DeleteTags', { Resources: [held], Tags: [{ Key: tagKeys.hold }] });
    await daysLater(story, 1);
    await retire(story);
    expect(story.account.region(home).images.has(imageId)).toBe(false);
    expect(story.account.region(home).snapshots.has(held)).toBe(false);
  });

  it('keep it where EC2 will not say whether people hold them', async () => {
    const { story } = await threeNights();
    await retireDaily(story, 2);
    await daysLater(story, 1);
    story.account.faults.add({ fault: 'access-denied', function: 'retire-image', operation: 'DescribeSnapshots' });

    const run = await retire(story);

    expect(run).toMatchObject({ status: 'FAILED' });
    expect(run.told).toContain('are held is not known');
    expect(rungs(story)).toMatchObject({ 1119: 'disabled' });
  });

  it('may be called back from the Recycle Bin with their image', async () => {
    const { story, imageId, snapshotIds } = await threeNights();
    story.account
      .region(home)
      .recycleBinRules.push(
        { resourceType: 'EC2_IMAGE', retentionDays: 7 },
        { resourceType: 'EBS_SNAPSHOT', retentionDays: 7 },
      );
    await retireDaily(story, 3);
    expect(rungs(story)).toEqual(standing);
    await daysLater(story, 1);
    for (const SnapshotId of snapshotIds) story.account.call('ec2', 'RestoreSnapshotFromRecycleBin', { SnapshotId });
    story.account.call('ec2', 'RestoreImageFromRecycleBin', { ImageId: imageId });
    tag(story, imageId, { [tagKeys.hold]: 'deregistered too early' });
    await daysLater(story, 1);

    const { status } = await retire(story);

    expect(status).toBe('SUCCEEDED');
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
  });

  it('stay for as long as their image lies in the Recycle Bin, where somebody put it', async () => {
    const { story, imageId, snapshotIds } = await threeNights();
    hang(story, db, ['20261118T0300Z'], { tags: { [tagKeys.hold]: 'so that three snapshots are not too many' } });
    story.account.region(home).recycleBinRules.push({ resourceType: 'EC2_IMAGE', retentionDays: 30 });
    story.account.call('ec2', 'DeregisterImage', { ImageId: imageId });
    await daysLater(story, 10);
    await retire(story);

    story.account.call('ec2', 'RestoreImageFromRecycleBin', { ImageId: imageId });

    expect(snapshotIds.filter((id) => story.account.region(home).snapshots.has(id))).toEqual(snapshotIds);
  });
});

describe('An image that a failed capture left behind', () => {
  const incomplete = { tags: { [tagKeys.state]: 'capturing' } };

  it('stays for a week, in case the capture is not over, and then goes as everything does', async () => {
    const story = await given({ at: noon, policies: [impatient()], servers: [db] });
    const [imageId = ''] = hang(story, db, ['20261120T0500Z'], incomplete);
    hang(story, db, nightsUntil('2026-11-21', 2));
    hang(story, db, nightsUntil('2026-11-29', 2));

    const early = await retire(story);
    expect(lineOf(early, imageId)).toMatchObject({ verdict: 'keep', reasons: ['its capture may not be over'] });
    await daysLater(story, 8);
    const late = await retireDaily(story, 3);

    expect(late[0] && lineOf(late[0], imageId)).toMatchObject({ verdict: 'retire', actions: ['deprecate'] });
    expect(story.images().map(({ id }) => id)).not.toContain(imageId);
    expect(rungs(story)).toEqual({ '1128': 'available', '1129': 'available' });
  });

  it('stays where there is no better one', async () => {
    const story = await given({ at: noon, policies: [impatient()], servers: [db] });
    hang(story, db, ['20261120T0500Z'], incomplete);
    await daysLater(story, 30);
    await retireDaily(story, 4);
    expect(rungs(story)).toEqual({ '1120': 'available' });
  });

  it('counts neither as the newest nor as one of those that are kept', async () => {
    const story = await given({ at: noon, policies: [impatient({ retain: { last: 1 } })], servers: [db] });
    hang(story, db, nightsUntil('2026-11-20', 1));
    hang(story, db, nightsUntil('2026-11-21', 1), incomplete);
    await daysLater(story, 30);
    await retireDaily(story, 4);
    expect(rungs(story)).toEqual({ '1120': 'available', '1121': 'available' });
  });
});

describe('An image that was restored from its archive', () => {
  it('is held, and stays however old it is', async () => {
    const story = await given({ at: noon, policies: [impatient()], servers: [db] });
    const origin = { [tagKeys.origin]: 'eu-west-1/ami-0bbbbbbbbbbbbbbbb', [tagKeys.hold]: 'restored' };
    const [imageId = ''] = hang(story, db, ['20250301T0300Z'], { tags: origin });
    hang(story, db, nightsUntil('2026-11-21', 3));

    const runs = await retireDaily(story, 4);

    expect(rungs(story)).toEqual({ '0301': 'available', ...standing });
    expect(runs[0] && lineOf(runs[0], imageId).reasons).toContain('held: restored');
  });
});
