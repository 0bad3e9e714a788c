import { describe, expect, it } from 'vitest';
import { usesIn } from '../../shared/aws/uses.ts';
import {
  betweenPlanAndAct,
  changes,
  daysLater,
  hang,
  impatient,
  lineOf,
  nightsUntil,
  retire,
  retireDaily,
  rungs,
} from './retiring.ts';
import { home, server } from './servers.ts';
import { type Beginning, given, type Story } from './story.ts';

const noon = '2026-11-21T12:00:00Z';
const paris = 'eu-west-3';
const web = server('web');
const standing = { '1120': 'available', '1121': 'available' };

/** Three nights of which two are wanted; that of the 19th goes, if nobody uses it. */
async function threeNights(more: Partial<Beginning> = {}): Promise<{ story: Story; imageId: string; newest: string }> {
  const story = await given({ at: noon, policies: [impatient()], servers: [web], ...more });
  const [imageId = '', , newest = ''] = hang(story, web, nightsUntil('2026-11-21', 3));
  return { story, imageId, newest };
}

/** A launch template whose versions name these images, oldest first; its default stays the first. */
function template({ account }: Story, imageIds: readonly string[], name = 'farm'): string {
  const [first, ...others] = imageIds;
  const { LaunchTemplate } = account.call('ec2', 'CreateLaunchTemplate', {
    LaunchTemplateName: name,
    LaunchTemplateData: { ImageId: first },
  });
  const LaunchTemplateId = LaunchTemplate?.LaunchTemplateId ?? '';
  for (const ImageId of others) version({ account }, LaunchTemplateId, ImageId);
  return LaunchTemplateId;
}

function version({ account }: Pick<Story, 'account'>, LaunchTemplateId: string, ImageId: string): void {
  account.call('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateId, LaunchTemplateData: { ImageId } });
}

function setDefault({ account }: Story, LaunchTemplateId: string, DefaultVersion: string): void {
  account.call('ec2', 'ModifyLaunchTemplate', { LaunchTemplateId, DefaultVersion });
}

function group({ account }: Story, source: object): void {
  const sizes = { MinSize: 0, MaxSize: 4, DesiredCapacity: 0 };
  account.call('auto-scaling', 'CreateAutoScalingGroup', { AutoScalingGroupName: 'farm', ...sizes, ...source });
}

type Use = (story: Story, imageId: string, newest: string) => void;

const uses: [what: string, use: Use, reason: string][] = [
  [
    'an instance that is stopped',
    ({ account }, ImageId) => {
      const request = { ImageId, MinCount: 1, MaxCount: 1, InstanceType: 't3.large' as const };
      const { Instances = [] } = account.call('ec2', 'RunInstances', request);
      const ids = Instances.map(({ InstanceId = '' }) => InstanceId);
      account
        .region(home)
        .instances.get(ids[0] ?? '')
        ?.transition?.cancel();
      const record = account.region(home).instances.get(ids[0] ?? '');
      if (record) record.description = { ...record.description, State: { Code: 80, Name: 'stopped' } };
    },
    'in use by instance i-',
  ],
  [
    'the default version of a launch template, however old',
    (story, imageId, newest) => {
      template(story, [imageId, ...Array.from({ length: 12 }, () => newest)]);
    },
    'in use by launch template lt-',
  ],
  [
    'the latest version of a launch template, which is not the default',
    (story, imageId, newest) => {
      template(story, [newest, imageId]);
    },
    'in use by launch template lt-',
  ],
  [
    'a version in between, one of the ten newest',
    (story, imageId, newest) => {
      template(story, [newest, imageId, newest]);
    },
    'in use by launch template lt-',
  ],
  [
    'a parameter',
    ({ account }, Value) => {
      account.call('ssm', 'PutParameter', { Name: '/golden/web', Value, Type: 'String', DataType: 'aws:ec2:image' });
    },
    'in use by parameter /golden/web',
  ],
  [
    'a recipe of Image Builder',
    ({ account }, imageId) => {
      const arn = 'arn:aws:imagebuilder:eu-west-1:111122223333:image-recipe/base/1.0.0';
      account.region(home).imageRecipes.push({ arn, imageId });
    },
    'in use by image recipe base/1.0.0',
  ],
  [
    'a launch configuration',
    ({ account }, ImageId) => {
      account.call('auto-scaling', 'CreateLaunchConfiguration', {
        LaunchConfigurationName: 'old-farm',
        ImageId,
        InstanceType: 't3.large',
      });
    },
    'in use by launch configuration old-farm',
  ],
  [
    'an Auto Scaling group at a version of its own',
    (story, imageId, newest) => {
      const LaunchTemplateId = template(story, [newest, imageId, ...Array.from({ length: 12 }, () => newest)]);
      group(story, { LaunchTemplate: { LaunchTemplateId, Version: '2' } });
    },
    'in use by Auto Scaling group farm through launch template lt-',
  ],
  [
    'a single instance type of a mixed-instances group',
    (story, imageId, newest) => {
      const base = template(story, [newest]);
      const arm = template(story, [newest, imageId, ...Array.from({ length: 12 }, () => newest)], 'arm');
      const own = { LaunchTemplateId: arm, Version: '2' };
      const LaunchTemplate = {
        LaunchTemplateSpecification: { LaunchTemplateId: base },
        Overrides: [{ InstanceType: 't3.large' }, { InstanceType: 'm7g.large', LaunchTemplateSpecification: own }],
      };
      group(story, { MixedInstancesPolicy: { LaunchTemplate } });
    },
    'in use by Auto Scaling group farm through launch template lt-',
  ],
  [
    'somebody who copies it to another Region',
    ({ account }, SourceImageId) => {
      account.call('ec2', 'CopyImage', { SourceImageId, SourceRegion: home, Name: 'theirs' }, paris);
    },
    `being copied to ${paris} as ami-`,
  ],
  [
    'somebody who stores it in S3',
    ({ account }, ImageId) => {
      account.createBucket('theirs');
      account.call('ec2', 'CreateStoreImageTask', { ImageId, Bucket: 'theirs' });
    },
    'being archived to theirs',
  ],
];

describe.each(uses)('An image that is in use by %s', (_, use, reason) => {
  const slowly = { copyMinutes: () => 6000, storeMinutes: () => 6000 };

  it('stays, and the plan says by whom', async () => {
    const { story, imageId, newest } = await threeNights({
      policies: [impatient({ copies: [{ region: paris }] })],
      behaviour: slowly,
    });
    use(story, imageId, newest);
    // EC2 may not show at once what is new.
    await story.clock.run(story.clock.now() + 60_000);

    const [first, ...later] = await retireDaily(story, 4);

    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
    expect(changes(story)).toEqual([]);
    expect(first && lineOf(first, imageId)).toMatchObject({
      verdict: 'keep',
      reasons: expect.arrayContaining([expect.stringContaining(reason)]),
      actions: [],
    });
    expect([first, ...later].map((run) => run?.status)).toEqual([first, ...later].map(() => 'SUCCEEDED'));
  });

  it('since the plan was made stays, too', async () => {
    const { story, imageId, newest } = await threeNights({
      policies: [impatient({ copies: [{ region: paris }] })],
      behaviour: { ...slowly, consistencyLagMs: () => 0 },
    });
    betweenPlanAndAct(story, () => use(story, imageId, newest));

    const { told } = await retire(story);

    expect(rungs(story)).toEqual({ '1119': 'available', ...standing });
    expect(told).toContain(`${imageId} in ${home} spared: ${reason}`);
  });
});

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

describe('An image that another account uses', () => {
  it('is back once the usage report says so, with its launch permissions', async () => {
    const partner = '123456789012';
    const { story, imageId } = await threeNights({ policies: [impatient({ share: { accounts: [partner] } })] });
    story.account.call('ec2', 'ModifyImageAttribute', {
      ImageId: imageId,
      LaunchPermission: { Add: [{ UserId: partner }] },
    });
    story.account.region(home).foreignUse.push({ imageId, accountId: partner, resourceType: 'ec2:Instance', count: 3 });

    await retire(story);
    expect(rungs(story)).toMatchObject({ '1119': 'deprecated' });
    await daysLater(story, 1);
    const second = await retire(story);

    expect(rungs(story)).toMatchObject({ '1119': 'available' });
    expect(lineOf(second, imageId).reasons).toEqual([`in use by 3 ec2:Instance of account ${partner}`]);
    expect(story.images().find(({ id }) => id === imageId)?.sharedWith).toEqual([partner]);
  });
});

const lookups = [
  'DescribeImages',
  'DescribeInstances',
  'DescribeSnapshots',
  'DescribeImageReferences',
  'DescribeLaunchTemplateVersions',
  'DescribeStoreImageTasks',
  'DescribeImageUsageReports',
  'DescribeImageUsageReportEntries',
  'DescribeLaunchConfigurations',
  'DescribeAutoScalingGroups',
];

describe.each(lookups)('A lookup that is denied, %s,', (operation) => {
  it('is not taken for "unused": nothing is touched, and people are told', async () => {
    const retain = { daily: 2, afterTermination: '90d' };
    const { story } = await threeNights({
      policies: [impatient({ retain })],
      faults: [{ fault: 'access-denied', operation }],
    });

    const { status, error, told } = await retire(story);

    expect(story.calls(operation)).not.toEqual([]);
    expect(status).toBe('FAILED');
    expect(error).toBe('EvidenceIncomplete');
    expect(told).toContain('gold: EvidenceIncomplete');
    expect(told).toContain(`Nothing was touched in ${home}`);
    expect(told).toContain(operation);
    expect(changes(story)).toEqual([]);
  });
});

describe.each(lookups.filter((each) => !['DescribeSnapshots', 'DescribeInstances'].includes(each)))(
  'A lookup that is denied only to the one that acts, %s,',
  (operation) => {
    it.each([0, 1, 2])('leaves the image where it is, after %i steps, and people are told', async (steps) => {
      const { story, imageId } = await threeNights();
      await retireDaily(story, steps);
      await daysLater(story, steps > 0 ? 1 : 0);
      const before = rungs(story);
      const done = changes(story).length;
      story.account.faults.add({ fault: 'access-denied', operation, function: 'retire-image' });

      const { status, error, told } = await retire(story);

      expect(rungs(story)).toEqual(before);
      expect(changes(story).slice(done)).toEqual([]);
      expect(status).toBe('FAILED');
      expect(['EvidenceIncomplete', 'RetirementFailed']).toContain(error);
      expect(told).toContain(imageId);
      expect(told).toContain(operation);
    });
  },
);

it('A mistake of ours is not taken for something that AWS did not tell', async () => {
  await threeNights();
  const lost = usesIn(home).of(['ami-0123456789abcdef0'], { launchTemplateVersions: 1 });
  await expect(lost).rejects.toMatchObject({ name: 'Error', message: expect.stringContaining('outside of runAs') });
});

describe('A lookup that is throttled for minutes', () => {
  it('is waited for, and the image goes its way', async () => {
    const { story } = await threeNights({
      faults: [{ fault: 'throttled', operation: 'DescribeImageReferences', between: [0, Date.parse(noon) + 120_000] }],
    });

    const { status } = await retire(story);

    expect(status).toBe('SUCCEEDED');
    expect(rungs(story)).toMatchObject({ '1119': 'deprecated' });
  });
});
