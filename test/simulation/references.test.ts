import { describe, expect, it } from 'vitest';
import { home } from '../../explore/servers.ts';
import { betweenPlanAndAct, changes, daysLater, impatient, lineOf, retire, retireDaily, rungs } from './retiring.ts';
import type { Story } from './story.ts';
import { ec2Fleet, group, oldVersion, spotFleet, spotRequest, standing, template, threeNights } from './using.ts';

const paris = 'eu-west-3';

type Use = (story: Story, imageId: string, newest: string) => void;

/** What mounts the first snapshot of an image as a data disk. */
function mounting({ account }: Story, imageId: string) {
  const [SnapshotId = ''] = account.region(home).images.get(imageId)?.snapshotIds ?? [];
  return { BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { SnapshotId } }] };
}

function addVersion({ account }: Story, LaunchTemplateId: string, LaunchTemplateData: object): void {
  account.call('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateId, LaunchTemplateData });
}

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
      const LaunchTemplateId = oldVersion(story, imageId, newest);
      group(story, { LaunchTemplate: { LaunchTemplateId, Version: '2' } });
    },
    'in use by Auto Scaling group farm through launch template lt-',
  ],
  [
    'a single instance type of a mixed-instances group',
    (story, imageId, newest) => {
      const base = template(story, [newest]);
      const arm = oldVersion(story, imageId, newest, 'arm');
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
    'a single instance type of a mixed-instances group, which names it by itself',
    (story, ImageId, newest) => {
      const LaunchTemplate = {
        LaunchTemplateSpecification: { LaunchTemplateId: template(story, [newest]) },
        Overrides: [{ InstanceType: 't3.large' }, { InstanceType: 'm7g.large', ImageId }],
      };
      group(story, { MixedInstancesPolicy: { LaunchTemplate } });
    },
    'in use by Auto Scaling group farm',
  ],
  [
    'a Spot Fleet that names it by itself',
    (story, ImageId) => spotFleet(story, { LaunchSpecifications: [{ ImageId, InstanceType: 't3.large' }] }),
    'in use by Spot Fleet sfr-1',
  ],
  [
    'a Spot Fleet at a version of its own, of a template that it knows by name',
    (story, imageId, newest) => {
      oldVersion(story, imageId, newest);
      const LaunchTemplateSpecification = { LaunchTemplateName: 'farm', Version: '2' };
      spotFleet(story, { LaunchTemplateConfigs: [{ LaunchTemplateSpecification }] }, 'modifying');
    },
    'in use by Spot Fleet sfr-1 through launch template lt-',
  ],
  [
    'an EC2 Fleet at a version of its own',
    (story, imageId, newest) => {
      const LaunchTemplateId = oldVersion(story, imageId, newest);
      const LaunchTemplateSpecification = { LaunchTemplateId, Version: '2' };
      ec2Fleet(story, { LaunchTemplateConfigs: [{ LaunchTemplateSpecification }] });
    },
    'in use by EC2 Fleet fleet-1 through launch template lt-',
  ],
  [
    'an EC2 Fleet that overrides the image of its template',
    (story, ImageId, newest) => {
      const LaunchTemplateSpecification = { LaunchTemplateId: template(story, [newest]), Version: '$Default' };
      ec2Fleet(story, { LaunchTemplateConfigs: [{ LaunchTemplateSpecification, Overrides: [{ ImageId }] }] });
    },
    'in use by EC2 Fleet fleet-1',
  ],
  [
    'a Spot request that waits for its instance',
    (story, imageId) => spotRequest(story, imageId, { State: 'open', Type: 'one-time' }),
    'in use by Spot request sir-1',
  ],
  [
    'a Spot request that will ask for another instance',
    (story, imageId) => spotRequest(story, imageId, { State: 'active', Type: 'persistent' }),
    'in use by Spot request sir-1',
  ],
  [
    'a Spot request whose instance people keep stopped',
    (story, imageId) => spotRequest(story, imageId, { State: 'disabled', Type: 'persistent' }),
    'in use by Spot request sir-1',
  ],
  [
    'a launch template that mounts its snapshot',
    (story, imageId, ImageId) => {
      const LaunchTemplateData = { ImageId, ...mounting(story, imageId) };
      story.account.call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'farm', LaunchTemplateData });
    },
    String.raw`in use by launch template lt-\w+, which mounts snap-`,
  ],
  [
    'the newest version of a launch template, which mounts its snapshot',
    (story, imageId, newest) => {
      addVersion(story, template(story, [newest]), mounting(story, imageId));
    },
    String.raw`in use by launch template lt-\w+, which mounts snap-`,
  ],
  [
    'an Auto Scaling group at a version of its own, which mounts its snapshot',
    (story, imageId, newest) => {
      const LaunchTemplateId = template(story, [newest]);
      for (const data of [mounting(story, imageId), { ImageId: newest }]) addVersion(story, LaunchTemplateId, data);
      group(story, { LaunchTemplate: { LaunchTemplateId, Version: '2' } });
    },
    String.raw`in use by Auto Scaling group farm through launch template lt-\w+ version 2, which mounts snap-`,
  ],
  [
    'a launch configuration that mounts its snapshot',
    (story, imageId, ImageId) => {
      const launch = { ImageId, ...mounting(story, imageId) };
      story.account.call('auto-scaling', 'CreateLaunchConfiguration', {
        LaunchConfigurationName: 'old-farm',
        InstanceType: 't3.large',
        ...launch,
      });
    },
    'in use by launch configuration old-farm, which mounts snap-',
  ],
  [
    'a Spot Fleet that mounts its snapshot',
    (story, imageId, ImageId) => spotFleet(story, { LaunchSpecifications: [{ ImageId, ...mounting(story, imageId) }] }),
    'in use by Spot Fleet sfr-1, which mounts snap-',
  ],
  [
    'a Spot request that waits for its instance, and mounts its snapshot',
    (story, imageId, ImageId) => {
      const LaunchSpecification = { ImageId, ...mounting(story, imageId) };
      spotRequest(story, ImageId, { State: 'open', Type: 'one-time', LaunchSpecification });
    },
    'in use by Spot request sir-1, which mounts snap-',
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
      reasons: expect.arrayContaining([expect.stringMatching(reason)]),
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
    expect(told).toMatch(new RegExp(`${imageId} in ${home} spared: ${reason}`));
  });
});

describe('An image goes though it is named by', () => {
  const over: [what: string, name: Use][] = [
    [
      'a Spot Fleet that was cancelled',
      (story, ImageId) => spotFleet(story, { LaunchSpecifications: [{ ImageId }] }, 'cancelled'),
    ],
    [
      'a Spot Fleet that was cancelled, and whose instances run on',
      (story, ImageId) => spotFleet(story, { LaunchSpecifications: [{ ImageId }] }, 'cancelled_running'),
    ],
    [
      'an EC2 Fleet that was deleted',
      (story, ImageId) =>
        ec2Fleet(story, { FleetState: 'deleted_terminating', LaunchTemplateConfigs: [{ Overrides: [{ ImageId }] }] }),
    ],
    [
      'an EC2 Fleet that launched at once, and never again',
      (story, ImageId) => ec2Fleet(story, { Type: 'instant', LaunchTemplateConfigs: [{ Overrides: [{ ImageId }] }] }),
    ],
    [
      'a Spot request that was cancelled',
      (story, id) => spotRequest(story, id, { State: 'cancelled', Type: 'persistent' }),
    ],
    [
      'a store task that was completed',
      ({ account }, ImageId) => {
        account.createBucket('theirs');
        account.call('ec2', 'CreateStoreImageTask', { ImageId, Bucket: 'theirs' });
      },
    ],
    [
      'a Spot request that had its instance',
      (story, id) => spotRequest(story, id, { State: 'active', Type: 'one-time' }),
    ],
  ];

  it.each(over)('%s', async (_, name) => {
    const { story, imageId, newest } = await threeNights();
    name(story, imageId, newest);
    await retireDaily(story, 4);
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
