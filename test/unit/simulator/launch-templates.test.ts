import {
  DescribeAutoScalingGroupsCommand,
  paginateDescribeLaunchConfigurations,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  paginateDescribeLaunchTemplateVersions,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { Account } from '../../../simulator/account.ts';
import { errorOf, instance, web, world } from './world.ts';

const gold = 'ami-00000000000000001';
const silver = 'ami-00000000000000002';
const shop = { LaunchTemplateName: 'shop' };
const images = [{ ImageId: gold, Name: 'gold', State: 'available' as const }];
const empty = { contents: { images, instances: [] } };

function createShop(account: Account, ...imageIds: string[]): string {
  const [first = gold, ...others] = imageIds;
  const { LaunchTemplate } = account.call('ec2', 'CreateLaunchTemplate', {
    ...shop,
    LaunchTemplateData: { ImageId: first, InstanceType: 'm5.large' },
  });
  for (const ImageId of others) {
    account.call('ec2', 'CreateLaunchTemplateVersion', { ...shop, LaunchTemplateData: { ImageId } });
  }
  return LaunchTemplate?.LaunchTemplateId ?? '';
}

describe('a launch template', () => {
  test('has numbered versions, the first of them the default until another is made it', () => {
    const { account } = world(empty);
    const id = createShop(account, gold, silver);
    const described = () => account.call('ec2', 'DescribeLaunchTemplates', { LaunchTemplateIds: [id] }).LaunchTemplates;
    expect(described()).toMatchObject([{ ...shop, DefaultVersionNumber: 1, LatestVersionNumber: 2, Tags: [] }]);
    account.call('ec2', 'ModifyLaunchTemplate', { LaunchTemplateId: id, DefaultVersion: '2' });
    expect(described()).toMatchObject([{ DefaultVersionNumber: 2, LatestVersionNumber: 2 }]);
    expect(described()?.[0]).not.toHaveProperty('versions');
    const { LaunchTemplateVersions } = account.call('ec2', 'DescribeLaunchTemplateVersions', { LaunchTemplateId: id });
    expect(LaunchTemplateVersions).toMatchObject([
      { VersionNumber: 2, DefaultVersion: true, LaunchTemplateData: { ImageId: silver } },
      { VersionNumber: 1, DefaultVersion: false, LaunchTemplateData: { ImageId: gold } },
    ]);
  });

  test('shows the versions that are asked for by number, alias or range, or of all templates', () => {
    const { account } = world(empty);
    createShop(account, gold, silver, gold);
    account.call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'mail', LaunchTemplateData: { ImageId: gold } });
    const numbers = (input: object) =>
      account
        .call('ec2', 'DescribeLaunchTemplateVersions', input)
        .LaunchTemplateVersions?.map((each) => `${each.LaunchTemplateName} ${each.VersionNumber}`);
    expect(numbers({ ...shop, Versions: ['2'] })).toEqual(['shop 2']);
    expect(numbers({ ...shop, Versions: ['$Latest', '$Default', '1'] })).toEqual(['shop 3', 'shop 1']);
    expect(numbers({ ...shop, MinVersion: '2' })).toEqual(['shop 3', 'shop 2']);
    expect(numbers({ ...shop, MaxVersion: '1' })).toEqual(['shop 1']);
    expect(numbers({ Versions: ['$Latest'] })).toEqual(['shop 3', 'mail 1']);
    expect(numbers({ Versions: ['$Latest', '$Default'] })).toEqual(['shop 3', 'shop 1', 'mail 1']);
    expect(numbers({ ...shop, Filters: [{ Name: 'image-id', Values: [silver] }] })).toEqual(['shop 2']);
  });

  test.each([
    ['another ID', { LaunchTemplateId: 'lt-00000000000000001' }, 'InvalidLaunchTemplateId.NotFound'],
    ['what is no ID', { LaunchTemplateId: 'shop' }, 'InvalidLaunchTemplateId.Malformed'],
    ['another name', { LaunchTemplateName: 'mail' }, 'InvalidLaunchTemplateName.NotFoundException'],
    ['a version that there is not', { ...shop, Versions: ['7'] }, 'InvalidLaunchTemplateId.VersionNotFound'],
    ['numbers without a template', { Versions: ['1'] }, 'MissingParameter'],
    ['nothing at all', {}, 'MissingParameter'],
    ['versions and a range', { ...shop, Versions: ['1'], MinVersion: '1' }, 'InvalidParameterCombination'],
    ['an ID and a name', { ...shop, LaunchTemplateId: 'lt-00000000000000001' }, 'InvalidParameterCombination'],
  ])('is not found by %s', async (_what, input, code) => {
    const { as, ec2, account } = world(empty);
    createShop(account);
    const error = await errorOf(as('f', () => ec2.send(new DescribeLaunchTemplateVersionsCommand(input))));
    expect(error.name).toBe(code);
  });

  test('gives two hundred versions at most in one answer', async () => {
    const { as, ec2, account } = world(empty);
    const LaunchTemplateId = createShop(account, ...Array.from({ length: 205 }, () => gold));
    const sizes = await as('f', async () => {
      const found: number[] = [];
      const pages = paginateDescribeLaunchTemplateVersions({ client: ec2 }, { LaunchTemplateId });
      for await (const { LaunchTemplateVersions = [] } of pages) found.push(LaunchTemplateVersions.length);
      return found;
    });
    expect(sizes).toEqual([200, 5]);
  });

  test('inherits from a source version what a new version does not say', () => {
    const { account } = world(empty);
    createShop(account);
    const create = (SourceVersion?: string) =>
      account.call('ec2', 'CreateLaunchTemplateVersion', {
        ...shop,
        LaunchTemplateData: { ImageId: silver },
        ...(SourceVersion ? { SourceVersion } : {}),
      }).LaunchTemplateVersion?.LaunchTemplateData;
    expect(create('1')).toEqual({ ImageId: silver, InstanceType: 'm5.large' });
    expect(create()).toEqual({ ImageId: silver });
  });

  test('keeps its default version when versions are deleted, and never reuses a number', () => {
    const { account } = world(empty);
    createShop(account, gold, silver);
    const outcome = account.call('ec2', 'DeleteLaunchTemplateVersions', { ...shop, Versions: ['1', '2', '9'] });
    expect(outcome.SuccessfullyDeletedLaunchTemplateVersions).toMatchObject([{ VersionNumber: 2 }]);
    expect(outcome.UnsuccessfullyDeletedLaunchTemplateVersions).toMatchObject([
      { VersionNumber: 1, ResponseError: { Code: 'unexpectedError' } },
      { VersionNumber: 9, ResponseError: { Code: 'launchTemplateVersionDoesNotExist' } },
    ]);
    const { LaunchTemplates } = account.call('ec2', 'DescribeLaunchTemplates', {});
    expect(LaunchTemplates).toMatchObject([{ LatestVersionNumber: 1 }]);
    const { LaunchTemplateVersion } = account.call('ec2', 'CreateLaunchTemplateVersion', {
      ...shop,
      LaunchTemplateData: { ImageId: gold },
    });
    expect(LaunchTemplateVersion?.VersionNumber).toBe(3);
  });

  test('is gone once deleted, and its name free', async () => {
    const { as, ec2, account } = world(empty);
    createShop(account);
    const create = { ...shop, LaunchTemplateData: { ImageId: gold } };
    expect(() => account.call('ec2', 'CreateLaunchTemplate', create)).toThrow('already in use');
    account.call('ec2', 'DeleteLaunchTemplate', shop);
    const error = await errorOf(
      as('f', () => ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: ['shop'] }))),
    );
    expect(error.name).toBe('InvalidLaunchTemplateName.NotFoundException');
    account.call('ec2', 'CreateLaunchTemplate', create);
  });

  test('may be seen as it was a moment ago', async () => {
    const { as, ec2, account, wait } = world({ ...empty, behaviour: { consistencyLagMs: () => 1500 } });
    const id = createShop(account);
    await wait(2);
    account.call('ec2', 'CreateLaunchTemplateVersion', { ...shop, LaunchTemplateData: { ImageId: silver } });
    const latest = () =>
      as('f', async () => {
        const input = { LaunchTemplateId: id, Versions: ['$Latest'] };
        const found = await ec2.send(new DescribeLaunchTemplateVersionsCommand(input));
        return found.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId;
      });
    expect(await latest()).toBe(gold);
    await wait(2);
    expect(await latest()).toBe(silver);
  });

  test('gets one version from a request whose first reply was lost', async () => {
    const { as, ec2, account } = world({
      ...empty,
      faults: [{ fault: 'reply-lost', operation: 'CreateLaunchTemplateVersion', nth: 1 }],
    });
    createShop(account);
    const input = { ...shop, LaunchTemplateData: { ImageId: silver } };
    const { LaunchTemplateVersion } = await as('f', () => ec2.send(new CreateLaunchTemplateVersionCommand(input)));
    expect(LaunchTemplateVersion?.VersionNumber).toBe(2);
  });

  test('names an image by a parameter, and shows the image only if asked to resolve it', () => {
    const { account } = world(empty);
    account.call('ssm', 'PutParameter', { Name: '/gold', Value: gold, Type: 'String', DataType: 'aws:ec2:image' });
    account.call('ssm', 'PutParameter', { Name: '/gold', Value: silver, Overwrite: true, DataType: 'aws:ec2:image' });
    createShop(account, 'resolve:ssm:/gold', 'resolve:ssm:/gold:1', 'resolve:ssm:/gold:2');
    const shown = (ResolveAlias: boolean) =>
      account
        .call('ec2', 'DescribeLaunchTemplateVersions', { ...shop, ResolveAlias })
        .LaunchTemplateVersions?.map(({ LaunchTemplateData }) => LaunchTemplateData?.ImageId);
    expect(shown(false)).toEqual(['resolve:ssm:/gold:2', 'resolve:ssm:/gold:1', 'resolve:ssm:/gold']);
    expect(shown(true)).toEqual([silver, gold, silver]);
    account.call('ssm', 'DeleteParameter', { Name: '/gold' });
    expect(() => shown(true)).toThrow('does not exist');
  });

  test('is what an instance is launched from, with its tags to tell', () => {
    const { account } = world(empty);
    const id = createShop(account, gold, silver);
    const launched = account.call('ec2', 'RunInstances', { LaunchTemplate: shop, MinCount: 1, MaxCount: 1 });
    expect(launched.Instances).toMatchObject([
      {
        ImageId: gold,
        InstanceType: 'm5.large',
        Tags: [
          { Key: 'aws:ec2launchtemplate:id', Value: id },
          { Key: 'aws:ec2launchtemplate:version', Value: '1' },
        ],
      },
    ]);
    const latest = { ...shop, Version: '$Latest' };
    const launch = () => account.call('ec2', 'RunInstances', { LaunchTemplate: latest, MinCount: 1, MaxCount: 1 });
    expect(launch).toThrow('does not exist');
  });

  test('is loaded from its versions in any order', () => {
    const LaunchTemplateId = 'lt-00000000000000001';
    const version = { LaunchTemplateId, ...shop, LaunchTemplateData: { ImageId: gold } };
    const launchTemplateVersions = [
      { ...version, VersionNumber: 4, DefaultVersion: false },
      { ...version, VersionNumber: 2, DefaultVersion: true },
    ];
    const { account } = world({ contents: { instances: [], launchTemplateVersions } });
    const { LaunchTemplates } = account.call('ec2', 'DescribeLaunchTemplates', {});
    expect(LaunchTemplates).toMatchObject([{ LaunchTemplateId, DefaultVersionNumber: 2, LatestVersionNumber: 4 }]);
    const { LaunchTemplateVersions } = account.call('ec2', 'DescribeLaunchTemplateVersions', { LaunchTemplateId });
    expect(LaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber)).toEqual([4, 2]);
  });
});

describe('an Auto Scaling group', () => {
  const group = { AutoScalingGroupName: 'shop', MinSize: 0, MaxSize: 2 };
  const described = (account: Account) =>
    account.call('auto-scaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: ['shop'] }).AutoScalingGroups;

  test('names its launch template by ID and name, at the version that was asked for', () => {
    const { account } = world(empty);
    const id = createShop(account);
    const LaunchTemplate = { LaunchTemplateId: id, Version: '$Latest' };
    account.call('auto-scaling', 'CreateAutoScalingGroup', { ...group, LaunchTemplate });
    expect(described(account)).toMatchObject([{ ...group, LaunchTemplate: { ...LaunchTemplate, ...shop } }]);
  });

  test('shows the overrides of its mixed instances policy, and forgets it for another source', async () => {
    const { as, autoScaling, account } = world(empty);
    const id = createShop(account, gold, silver);
    const MixedInstancesPolicy = {
      LaunchTemplate: {
        LaunchTemplateSpecification: { LaunchTemplateId: id, Version: '$Default' },
        Overrides: [
          { InstanceType: 'm6g.large', LaunchTemplateSpecification: { ...shop, Version: '2' } },
          { InstanceType: 'm5.large', ImageId: silver },
        ],
      },
    };
    account.call('auto-scaling', 'CreateAutoScalingGroup', { ...group, MixedInstancesPolicy });
    const specification = { LaunchTemplateId: id, ...shop };
    expect(described(account)?.[0]?.MixedInstancesPolicy).toEqual({
      LaunchTemplate: {
        LaunchTemplateSpecification: { ...specification, Version: '$Default' },
        Overrides: [
          { InstanceType: 'm6g.large', LaunchTemplateSpecification: { ...specification, Version: '2' } },
          { InstanceType: 'm5.large', ImageId: silver },
        ],
      },
    });
    const LaunchTemplate = { ...shop, Version: '1' };
    const update = { AutoScalingGroupName: 'shop', LaunchTemplate };
    await as('f', () => autoScaling.send(new UpdateAutoScalingGroupCommand(update)));
    expect(described(account)?.[0]).toMatchObject({ LaunchTemplate: { ...specification, Version: '1' } });
    expect(described(account)?.[0]).not.toHaveProperty('MixedInstancesPolicy');
  });

  test.each([
    ['an unknown template', { LaunchTemplate: { LaunchTemplateName: 'mail' } }],
    ['an unknown version', { LaunchTemplate: { ...shop, Version: '5' } }],
    ['an unknown launch configuration', { LaunchConfigurationName: 'old' }],
    ['two sources at once', { LaunchTemplate: shop, LaunchConfigurationName: 'old' }],
  ])('does not take %s', async (_what, source) => {
    const { as, autoScaling, account } = world(empty);
    createShop(account);
    account.call('auto-scaling', 'CreateAutoScalingGroup', { ...group, LaunchTemplate: shop });
    const command = new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'shop', ...source });
    expect((await errorOf(as('f', () => autoScaling.send(command)))).name).toBe('ValidationError');
  });

  test('keeps pointing at its launch template after that is deleted', () => {
    const { account } = world(empty);
    const LaunchTemplateId = createShop(account);
    account.call('auto-scaling', 'CreateAutoScalingGroup', { ...group, LaunchTemplate: shop });
    account.call('ec2', 'DeleteLaunchTemplate', shop);
    expect(described(account)).toMatchObject([{ LaunchTemplate: { LaunchTemplateId } }]);
  });

  test('comes in pages of fifty', async () => {
    const { as, autoScaling, account } = world(empty);
    createShop(account);
    for (let each = 0; each < 51; each++) {
      const AutoScalingGroupName = `shop ${each}`;
      account.call('auto-scaling', 'CreateAutoScalingGroup', { ...group, AutoScalingGroupName, LaunchTemplate: shop });
    }
    const first = await as('f', () => autoScaling.send(new DescribeAutoScalingGroupsCommand({})));
    expect(first.AutoScalingGroups).toHaveLength(50);
    const { NextToken } = first;
    const rest = await as('f', () => autoScaling.send(new DescribeAutoScalingGroupsCommand({ NextToken })));
    expect(rest.AutoScalingGroups).toHaveLength(1);
    expect(rest.NextToken).toBeUndefined();
  });

  test('is only deleted together with its members by force', async () => {
    const tagged = instance(web, { Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'shop' }] });
    const { account, wait, instance: now } = world({ contents: { instances: [tagged] } });
    const remove = (ForceDelete: boolean) =>
      account.call('auto-scaling', 'DeleteAutoScalingGroup', { AutoScalingGroupName: 'shop', ForceDelete });
    expect(() => remove(false)).toThrow('ForceDelete');
    remove(true);
    await wait(120);
    expect(now(web).State?.Name).toBe('terminated');
    expect(account.region('us-east-1').instances.size).toBe(1);
    expect(described(account)).toEqual([]);
  });
});

describe('a launch configuration', () => {
  const old = { LaunchConfigurationName: 'old', ImageId: gold, InstanceType: 'm5.large' };

  test('is listed in pages, those that were loaded among them', async () => {
    const loaded = { ...old, LaunchConfigurationName: 'older', CreatedTime: new Date('2019-05-01') };
    const { as, autoScaling, account } = world({ contents: { instances: [], launchConfigurations: [loaded] } });
    account.call('auto-scaling', 'CreateLaunchConfiguration', old);
    const found = await as('f', async () => {
      const pages: unknown[] = [];
      const paginated = paginateDescribeLaunchConfigurations({ client: autoScaling, pageSize: 1 }, {});
      for await (const { LaunchConfigurations } of paginated) pages.push(LaunchConfigurations);
      return pages;
    });
    expect(found).toMatchObject([[{ LaunchConfigurationName: 'older' }], [old]]);
  });

  test('cannot be deleted while a group launches from it, nor made twice', () => {
    const { account } = world(empty);
    const { LaunchConfigurationName } = old;
    account.call('auto-scaling', 'CreateLaunchConfiguration', old);
    expect(() => account.call('auto-scaling', 'CreateLaunchConfiguration', old)).toThrow('already');
    const AutoScalingGroupName = 'shop';
    const group = { AutoScalingGroupName, LaunchConfigurationName, MinSize: 0, MaxSize: 0 };
    account.call('auto-scaling', 'CreateAutoScalingGroup', group);
    const remove = () => account.call('auto-scaling', 'DeleteLaunchConfiguration', { LaunchConfigurationName });
    expect(remove).toThrow('is used by the group shop');
    account.call('auto-scaling', 'DeleteAutoScalingGroup', { AutoScalingGroupName });
    remove();
    const { LaunchConfigurations } = account.call('auto-scaling', 'DescribeLaunchConfigurations', {});
    expect(LaunchConfigurations).toEqual([]);
  });
});
