import { describe, expect, it } from 'vitest';
import { home } from '../../explore/servers.ts';
import { betweenPlanAndAct, daysLater, impatient, lineOf, retire, retireDaily, rungs } from './retiring.ts';
import type { Story } from './story.ts';
import { ec2Fleet, group, oldVersion, setDefault, standing, template, threeNights } from './using.ts';

it('An image that is both the default and the latest of a launch template is said once to be in use by it', async () => {
  const { story, imageId } = await threeNights();
  const LaunchTemplateId = template(story, [imageId, imageId]);
  await daysLater(story, 1);
  expect(lineOf(await retire(story), imageId).reasons).toEqual([`in use by launch template ${LaunchTemplateId}`]);
});

describe('An image that an Auto Scaling group is pinned to by an old version of its launch template', () => {
  it('is kept, and goes when the group moves on and the version is among the newest no more', async () => {
    const { story, imageId, newest } = await threeNights();
    const LaunchTemplateId = template(story, [newest, imageId, ...Array.from({ length: 20 }, () => newest)]);
    group(story, { LaunchTemplate: { LaunchTemplateId, Version: '2' } });
    const [kept] = await retireDaily(story, 10);
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
    expect(kept && lineOf(kept, imageId).reasons).toEqual([
      `in use by Auto Scaling group farm through launch template ${LaunchTemplateId} version 2`,
    ]);

    story.account.call('auto-scaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: 'farm',
      LaunchTemplate: { LaunchTemplateId, Version: '$Default' },
    });
    await retireDaily(story, 3);

    expect(rungs(story)).toEqual(standing);
  });

  it('is kept as the default version, and goes when the default moves on', async () => {
    const { story, imageId, newest } = await threeNights({ policies: [impatient({}, { launchTemplateVersions: 1 })] });
    const LaunchTemplateId = template(story, [imageId, newest]);
    group(story, { LaunchTemplate: { LaunchTemplateId } });
    const [kept] = await retireDaily(story, 4);
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
    expect(kept && lineOf(kept, imageId).reasons).toEqual([
      `in use by launch template ${LaunchTemplateId}`,
      `in use by Auto Scaling group farm through launch template ${LaunchTemplateId} version 1`,
    ]);

    setDefault(story, LaunchTemplateId, '2');
    await daysLater(story, 1);
    await retireDaily(story, 3);

    expect(rungs(story)).toEqual(standing);
  });
});

describe('Of a launch template with many users', () => {
  /** Two groups at the default, one at the latest version, and a fleet and a group each at an old one. */
  function farm(story: Story, imageId: string, newest: string): string {
    const LaunchTemplateId = template(story, [imageId, newest, imageId, ...Array.from({ length: 12 }, () => newest)]);
    const groups = [['one'], ['two', '$Default'], ['three', '$Latest'], ['four', '2']];
    for (const [AutoScalingGroupName, Version] of groups) {
      const LaunchTemplate = { LaunchTemplateId, ...(Version ? { Version } : {}) };
      group(story, { AutoScalingGroupName, LaunchTemplate });
    }
    const LaunchTemplateSpecification = { LaunchTemplateId, Version: '3' };
    ec2Fleet(story, { LaunchTemplateConfigs: [{ LaunchTemplateSpecification }] });
    return LaunchTemplateId;
  }

  it('each is named, and all old versions are read with one call, in the plan and before acting', async () => {
    const { story, imageId, newest } = await threeNights({ behaviour: { consistencyLagMs: () => 0 } });
    let id = '';
    betweenPlanAndAct(story, () => (id = farm(story, imageId, newest)));
    const { told } = await retire(story);
    expect(told).toContain(`${imageId} in ${home} spared: in use by launch template ${id}`);
    // The templates as a whole twice, and once the old versions.
    expect(story.calls('DescribeLaunchTemplateVersions')).toHaveLength(3);
    await daysLater(story, 1);

    const planned = await retire(story);

    expect(story.calls('DescribeLaunchTemplateVersions')).toHaveLength(5);
    const through = (user: string, version: number) =>
      `in use by ${user} through launch template ${id} version ${version}`;
    expect(lineOf(planned, imageId).reasons).toEqual([
      `in use by launch template ${id}`,
      through('Auto Scaling group one', 1),
      through('Auto Scaling group two', 1),
      through('EC2 Fleet fleet-1', 3),
    ]);
  });

  it('those that name the default or the latest version cost no call of their own', async () => {
    const { story, imageId, newest } = await threeNights();
    const LaunchTemplateId = template(story, [imageId, newest, newest]);
    for (const [index, Version] of ['$Default', '$Latest', '1', '3'].entries()) {
      group(story, { AutoScalingGroupName: `farm-${index}`, LaunchTemplate: { LaunchTemplateId, Version } });
    }
    await daysLater(story, 1);
    const planned = await retire(story);
    expect(story.calls('DescribeLaunchTemplateVersions')).toHaveLength(1);
    expect(lineOf(planned, imageId).reasons).toEqual([
      `in use by launch template ${LaunchTemplateId}`,
      `in use by Auto Scaling group farm-0 through launch template ${LaunchTemplateId} version 1`,
      `in use by Auto Scaling group farm-2 through launch template ${LaunchTemplateId} version 1`,
    ]);
  });

  it('one that names a version that is gone hides no other', async () => {
    const { story, imageId, newest } = await threeNights();
    const LaunchTemplateId = oldVersion(story, imageId, newest);
    group(story, { AutoScalingGroupName: 'lost', LaunchTemplate: { LaunchTemplateId, Version: '3' } });
    group(story, { LaunchTemplate: { LaunchTemplateId, Version: '2' } });
    story.account.call('ec2', 'DeleteLaunchTemplateVersions', { LaunchTemplateId, Versions: ['3'] });
    const [first] = await retireDaily(story, 4);
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
    expect(first && lineOf(first, imageId).reasons).toEqual([
      `in use by Auto Scaling group farm through launch template ${LaunchTemplateId} version 2`,
    ]);
  });
});
