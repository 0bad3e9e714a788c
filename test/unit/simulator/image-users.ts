import type { Account } from '../../../simulator/account.ts';

/** A launch template whose first version names this image; returns its ID. */
export const template = (account: Account, ImageId: string): string =>
  account.call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'shop', LaunchTemplateData: { ImageId } })
    .LaunchTemplate?.LaunchTemplateId ?? '';

/** Whoever may need the first of two images, and what puts them into the account; what else they name is the second. */
export const imageUsers = (oldest: string, middle: string): [string, (account: Account) => void][] => [
  [
    'an instance that was launched from it',
    (account) =>
      account.call('ec2', 'RunInstances', { ImageId: oldest, MinCount: 1, MaxCount: 1, InstanceType: 't3.micro' }),
  ],
  ['a launch template', (account) => template(account, oldest)],
  [
    "a launch template's default version",
    (account) => {
      const LaunchTemplateId = template(account, oldest);
      account.call('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateId, LaunchTemplateData: { ImageId: middle } });
    },
  ],
  [
    "an old version of a launch template that a group's override names",
    (account) => {
      const LaunchTemplateId = template(account, oldest);
      account.call('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateId, LaunchTemplateData: { ImageId: middle } });
      account.call('ec2', 'ModifyLaunchTemplate', { LaunchTemplateId, DefaultVersion: '2' });
      const LaunchTemplateSpecification = { LaunchTemplateId, Version: '1' };
      account.call('auto-scaling', 'CreateAutoScalingGroup', {
        AutoScalingGroupName: 'shop',
        MinSize: 0,
        MaxSize: 2,
        MixedInstancesPolicy: {
          LaunchTemplate: {
            LaunchTemplateSpecification: { LaunchTemplateId },
            Overrides: [{ InstanceType: 't3.micro', LaunchTemplateSpecification }],
          },
        },
      });
    },
  ],
  [
    "a group's override that names it by itself",
    (account) => {
      const LaunchTemplateSpecification = { LaunchTemplateId: template(account, middle) };
      account.call('auto-scaling', 'CreateAutoScalingGroup', {
        AutoScalingGroupName: 'shop',
        MinSize: 0,
        MaxSize: 2,
        MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification, Overrides: [{ ImageId: oldest }] } },
      });
    },
  ],
  [
    'a Spot Fleet',
    (account) =>
      account.region('us-east-1').spotFleets.set('sfr-1', {
        SpotFleetRequestState: 'modifying',
        SpotFleetRequestConfig: {
          IamFleetRole: 'fleet',
          TargetCapacity: 0,
          LaunchSpecifications: [{ ImageId: middle }, { ImageId: oldest }],
        },
      }),
  ],
  [
    'an old version of a launch template that an EC2 Fleet knows by name',
    (account) => {
      const LaunchTemplateId = template(account, oldest);
      account.call('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateId, LaunchTemplateData: { ImageId: middle } });
      account.call('ec2', 'ModifyLaunchTemplate', { LaunchTemplateId, DefaultVersion: '2' });
      const LaunchTemplateSpecification = { LaunchTemplateName: 'shop', Version: '1' };
      account.region('us-east-1').fleets.set('fleet-1', {
        FleetState: 'active',
        LaunchTemplateConfigs: [{ LaunchTemplateSpecification }],
      });
    },
  ],
  [
    'a Spot request that will ask for another instance',
    (account) =>
      account.region('us-east-1').spotRequests.set('sir-1', {
        State: 'disabled',
        Type: 'persistent',
        LaunchSpecification: { ImageId: oldest },
      }),
  ],
  [
    'a launch configuration',
    (account) =>
      account.call('auto-scaling', 'CreateLaunchConfiguration', {
        LaunchConfigurationName: 'shop',
        ImageId: oldest,
        InstanceType: 't3.micro',
      }),
  ],
  ['a parameter', (account) => account.call('ssm', 'PutParameter', { Name: '/golden', Value: oldest, Type: 'String' })],
  [
    'a recipe',
    (account) => {
      account.region('us-east-1').imageRecipes.push({ arn: 'arn:aws:x:image-recipe/a', imageId: oldest });
    },
  ],
  [
    'a store task',
    (account) => {
      account.createBucket('archive');
      account.call('ec2', 'CreateStoreImageTask', { ImageId: oldest, Bucket: 'archive' });
    },
  ],
  [
    'a copy into another Region',
    (account) =>
      account.call('ec2', 'CopyImage', { Name: 'copy', SourceImageId: oldest, SourceRegion: 'us-east-1' }, 'eu-west-1'),
  ],
];
