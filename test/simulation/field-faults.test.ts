import { describe, expect, it } from 'vitest';
import { database, home, server } from '../../explore/servers.ts';
import { changes, daysLater, hang, impatient, lineOf, nightsUntil, retire, retireDaily, rungs } from './retiring.ts';
import { given } from './story.ts';
import { group, noon, spotFleet, standing, template, threeNights, web } from './using.ts';

/** Faults that tools of this field are known for, each by its name; a tool that has one would fail its test. */
const often = (imageId: string): string[] => Array.from({ length: 12 }, () => imageId);

describe('Lists that are not read to their end', () => {
  it('hide images: of 2,500 every one is in the plan, with the right verdict, and no snapshot is left over', async () => {
    const servers = Array.from({ length: 50 }, (_, index) => server(`web-${index}`));
    const story = await given({ at: noon, policies: [impatient()], servers });
    const nights = nightsUntil('2026-11-21', 50);
    const newest = servers.flatMap((each) => hang(story, each, nights).slice(-2));

    const { plan } = await retire(story, 'report');

    expect(new Set(plan?.images.map(({ imageId }) => imageId)).size).toBe(2500);
    const kept = plan?.images.filter(({ verdict }) => verdict === 'keep').map(({ imageId }) => imageId) ?? [];
    expect(kept.toSorted()).toEqual(newest.toSorted());
    expect(plan?.leftoverSnapshots).toEqual([]);
  });

  it('hide users: the last of 150 groups and of 450 templates are heard, too', async () => {
    const story = await given({ at: noon, policies: [impatient()], servers: [web] });
    const [ofGroup = '', ofTemplate = '', , newest = ''] = hang(story, web, nightsUntil('2026-11-21', 4));
    const pinned = template(story, [newest, ofGroup, ...often(newest)], 'pinned');
    for (let index = 0; index < 149; index++) {
      group(story, { AutoScalingGroupName: `group-${index}`, LaunchTemplate: { LaunchTemplateId: pinned } });
    }
    const LaunchTemplate = { LaunchTemplateId: pinned, Version: '2' };
    group(story, { AutoScalingGroupName: 'group-last', LaunchTemplate });
    for (let index = 0; index < 449; index++) template(story, [newest], `template-${index}`);
    // Its default is too old for DescribeImageReferences to look at.
    template(story, [ofTemplate, ...often(newest)], 'template-last');
    await daysLater(story, 1);

    await retireDaily(story, 3);

    expect(rungs(story)).toEqual({ '1118': 'available', '1119': 'available', ...standing });
  });
});

describe('A lookup that was denied', () => {
  it.each([
    ['DescribeImageReferences', 'a parameter'],
    ['DescribeAutoScalingGroups', 'a group'],
    ['DescribeLaunchConfigurations', 'a launch configuration'],
  ])('is not read as "unused": %s would have named %s', async (operation, user) => {
    const { story, imageId, newest } = await threeNights({ faults: [{ fault: 'access-denied', operation }] });
    if (user === 'a parameter') {
      story.account.call('ssm', 'PutParameter', { Name: '/golden/web', Value: imageId, Type: 'String' });
    } else if (user === 'a group') {
      const LaunchTemplateId = template(story, [newest, imageId, ...often(newest)]);
      group(story, { LaunchTemplate: { LaunchTemplateId, Version: '2' } });
    } else {
      const request = { LaunchConfigurationName: 'farm', ImageId: imageId, InstanceType: 't3.large' };
      story.account.call('auto-scaling', 'CreateLaunchConfiguration', request);
    }

    const [{ error, told } = { error: '', told: '' }] = await retireDaily(story, 4);

    expect(error).toBe('EvidenceIncomplete');
    expect(told).toContain(operation);
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
    expect(changes(story)).toEqual([]);
  });
});

describe('A deletion that nobody waits for', () => {
  it.each(['DeregisterImage', 'DeleteSnapshot'])(
    'fails unseen; a %s that is denied fails the run, by name',
    async (operation) => {
      const { story, imageId } = await threeNights({
        faults: [{ fault: 'access-denied', operation }],
        mayLeave: ['snapshots without an image'],
        mayBreak: [8],
      });
      const snapshotId = story.account.region(home).images.get(imageId)?.snapshotIds[0] ?? '';

      const [, , last] = await retireDaily(story, 3);

      expect([last?.status, last?.error]).toEqual(['FAILED', 'RetirementFailed']);
      expect(last?.told).toContain(imageId);
      expect(last?.told).toContain(operation);
      expect(story.account.region(home).snapshots.has(snapshotId)).toBe(true);
    },
  );

  it('goes on when the run is over: each is answered before people are told', async () => {
    const story = await given({ at: noon, policies: [impatient()], servers: [database()] });
    hang(story, database(), nightsUntil('2026-11-21', 12));
    story.account.faults.add({ fault: 'snapshot-deletion-fails' });

    await retireDaily(story, 3);

    const deletions = [...story.accepted('DeregisterImage'), ...story.accepted('DeleteSnapshot')];
    expect(deletions).toHaveLength(10 + 30);
    const toldAtMs = story.account.notifications.at(-1)?.atMs ?? 0;
    expect(Math.max(...deletions.map(({ atMs }) => atMs))).toBeLessThan(toldAtMs);
    expect(Object.keys(rungs(story))).toEqual(['1120', '1121']);
  });
});

describe('A dry run', () => {
  it('that says nothing helps nobody: its plan has every image, its verdict, all reasons, and what would be done', async () => {
    const retain = { last: 2, daily: 3, weekly: 2 };
    const story = await given({ at: noon, policies: [impatient({ retain })], servers: [web] });
    const [older = '', used = '', , , , , newest = ''] = hang(story, web, nightsUntil('2026-11-21', 7));
    const [held = ''] = hang(story, web, ['20261001T0300Z'], { tags: { 'ami-lifecycle:hold': 'ticket 4711' } });
    const LaunchTemplateId = template(story, [used]);
    await daysLater(story, 0.01);

    const dry = await retire(story, 'report');

    expect(dry.plan?.images).toHaveLength(8);
    for (const { reasons, name } of dry.plan?.images ?? []) expect([name, reasons]).not.toEqual([name, []]);
    expect(lineOf(dry, newest)).toMatchObject({
      verdict: 'keep',
      reasons: ['last 1 of 2', 'daily 1 of 3', 'weekly 1 of 2', 'newest of its lineage'],
      actions: [],
    });
    expect(lineOf(dry, held).reasons).toEqual(['held: ticket 4711']);
    expect(lineOf(dry, used)).toMatchObject({ verdict: 'keep', actions: [] });
    expect(lineOf(dry, used).reasons).toContain(`in use by launch template ${LaunchTemplateId}`);
    expect(lineOf(dry, older)).toMatchObject({ verdict: 'keep', reasons: ['weekly 2 of 2'] });
    const going = dry.plan?.images.filter(({ verdict }) => verdict === 'retire') ?? [];
    expect(going.map(({ reasons, actions }) => [reasons, actions])).toEqual(
      going.map(() => [['no rule keeps it', 'no longer wanted'], ['deprecate']]),
    );
    expect(changes(story)).toEqual([]);
    const wet = await retire(story);
    expect(wet.plan?.images).toEqual(dry.plan?.images);
    expect(wet.told).toContain(`${going.length} deprecated`);
  });
});

describe('A launch template of which only the default version is looked at', () => {
  it('hides the version that a group is pinned to', async () => {
    const { story, imageId, newest } = await threeNights();
    const LaunchTemplateId = template(story, [newest, imageId, ...often(newest)]);
    group(story, { LaunchTemplate: { LaunchTemplateId, Version: '2' } });
    await retireDaily(story, 4);
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
  });

  it('hides the version that somebody launches by its number', async () => {
    const { story, imageId, newest } = await threeNights();
    template(story, [newest, imageId, newest]);
    await daysLater(story, 1);
    await retireDaily(story, 4);
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
  });
});

describe('A launch template of which `$Latest` is overlooked', () => {
  it('hides what a group launches next', async () => {
    const { story, imageId, newest } = await threeNights({ policies: [impatient({}, { launchTemplateVersions: 1 })] });
    const LaunchTemplateId = template(story, [newest, imageId]);
    group(story, { LaunchTemplate: { LaunchTemplateId, Version: '$Latest' } });
    await retireDaily(story, 4);
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
  });
});

describe('The overrides of a mixed-instances policy, overlooked,', () => {
  it('hide the template of a single instance type', async () => {
    const { story, imageId, newest } = await threeNights();
    const base = template(story, [newest]);
    const arm = template(story, [newest, imageId, ...often(newest)], 'arm');
    const LaunchTemplate = {
      LaunchTemplateSpecification: { LaunchTemplateId: base },
      Overrides: [
        { InstanceType: 't3.large' },
        { InstanceType: 'm7g.large', LaunchTemplateSpecification: { LaunchTemplateId: arm, Version: '2' } },
      ],
    };
    group(story, { MixedInstancesPolicy: { LaunchTemplate } });
    await retireDaily(story, 4);
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
  });
});

describe('The image that an override names in place of its template’s, overlooked,', () => {
  it('hides what a single instance type of a group launches', async () => {
    const { story, imageId, newest } = await threeNights();
    const LaunchTemplate = {
      LaunchTemplateSpecification: { LaunchTemplateId: template(story, [newest]) },
      Overrides: [{ InstanceType: 'm7g.large', ImageId: imageId }],
    };
    group(story, { MixedInstancesPolicy: { LaunchTemplate } });
    await retireDaily(story, 4);
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
  });
});

describe('A fleet that has no instance at the moment, overlooked,', () => {
  it('hides what it launches when capacity is back', async () => {
    const { story, imageId } = await threeNights();
    spotFleet(story, { LaunchSpecifications: [{ ImageId: imageId }] });
    await retireDaily(story, 4);
    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
  });
});

describe('The snapshots of disabled images', () => {
  it('are no orphans: they stay, and the image can be enabled and launched from', async () => {
    const { story, imageId } = await threeNights({ policies: [impatient({}, { steps: ['disable'] })] });
    await retire(story);
    await daysLater(story, 30);

    const runs = await retireDaily(story, 4);

    expect(runs.map(({ plan }) => plan?.leftoverSnapshots)).toEqual(runs.map(() => []));
    expect(rungs(story)).toEqual({ '1119': 'disabled', ...standing });
    for (const id of story.account.region(home).images.get(imageId)?.snapshotIds ?? []) {
      expect(story.account.region(home).snapshots.has(id)).toBe(true);
    }
    story.account.call('ec2', 'EnableImage', { ImageId: imageId });
    const request = { ImageId: imageId, MinCount: 1, MaxCount: 1, InstanceType: 't3.large' as const };
    expect(story.account.call('ec2', 'RunInstances', request).Instances).toHaveLength(1);
  });
});

describe('The bucket of an image at a clock change', () => {
  const inRome = (retain: object) => impatient({ schedule: { cron: '0 3 * * ? *', timezone: 'Europe/Rome' }, retain });

  /** The slots of the images that the rules keep, in a report of that instant. */
  async function kept(at: string, slots: readonly string[], retain: object): Promise<string[]> {
    const story = await given({ at, policies: [inRome(retain)], servers: [web] });
    hang(story, web, slots);
    const { plan } = await retire(story, 'report');
    const keeps = plan?.images.filter(({ verdict }) => verdict === 'keep') ?? [];
    return keeps.map(({ name }) => name.split('/')[2] ?? '').toSorted();
  }

  it('is the day of 25 hours, from its first half hour to its last', async () => {
    // 00:30 and 23:30 in Rome on 25 October; 23:30 on the 24th; 00:30 on the 26th.
    const slots = ['20261024T2130Z', '20261024T2230Z', '20261025T2230Z', '20261025T2330Z'];
    expect(await kept('2026-10-26T12:00:00Z', slots, { daily: 3 })).toEqual([
      '20261024T2130Z',
      '20261025T2230Z',
      '20261025T2330Z',
    ]);
  });

  it('is the day of 23 hours, from its first half hour to its last', async () => {
    // 23:30 in Rome on 27 March; 00:30 and 23:30 on the 28th; 00:30 on the 29th.
    const slots = ['20270327T2230Z', '20270327T2330Z', '20270328T2130Z', '20270328T2230Z'];
    expect(await kept('2027-03-29T12:00:00Z', slots, { daily: 3 })).toEqual([
      '20270327T2230Z',
      '20270328T2130Z',
      '20270328T2230Z',
    ]);
  });

  it('is one of two hours where an hour comes twice', async () => {
    // 02:15 and 02:45 in summer time, then 02:15 and 02:45 once more.
    const slots = ['20261025T0015Z', '20261025T0045Z', '20261025T0115Z', '20261025T0145Z'];
    expect(await kept('2026-10-26T12:00:00Z', slots, { hourly: 2 })).toEqual(['20261025T0045Z', '20261025T0145Z']);
  });
});
