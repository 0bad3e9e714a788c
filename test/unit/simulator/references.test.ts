import {
  CreateImageUsageReportCommand,
  DescribeImageReferencesCommand,
  DescribeImageUsageReportEntriesCommand,
  DescribeImageUsageReportsCommand,
  type Image,
  paginateDescribeImageReferences,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { errorOf, instance, web, world } from './world.ts';

const gold = 'ami-00000000000000001';
const silver = 'ami-00000000000000002';
const unused = 'ami-00000000000000003';
const images: Image[] = [gold, silver, unused].map((ImageId) => ({ ImageId, Name: ImageId, State: 'available' }));
const arn = (rest: string) => `arn:aws:ec2:us-east-1:111122223333:${rest}`;
const all = { IncludeAllResourceTypes: true };

function fleet(count = 1) {
  const ids = Array.from({ length: count }, (_, index) => `i-${String(index + 1).padStart(17, '0')}`);
  return { images, instances: ids.map((id) => instance(id, { ImageId: gold })) };
}

describe('DescribeImageReferences', () => {
  test('finds instances, launch templates, parameters and recipes, each under its ARN', () => {
    const { account } = world({ contents: fleet() });
    const { LaunchTemplate } = account.call('ec2', 'CreateLaunchTemplate', {
      LaunchTemplateName: 'shop',
      LaunchTemplateData: { ImageId: gold },
    });
    account.call('ssm', 'PutParameter', { Name: '/gold/image', Value: gold, Type: 'String' });
    account.call('ssm', 'PutParameter', { Name: 'many', Value: gold, Type: 'StringList' });
    account.call('ssm', 'PutParameter', { Name: 'spare', Value: silver, DataType: 'aws:ec2:image', Type: 'String' });
    const recipe = 'arn:aws:imagebuilder:us-east-1:111122223333:image-recipe/base/1.0.0';
    const container = 'arn:aws:imagebuilder:us-east-1:111122223333:container-recipe/box/1.0.0';
    account.region('us-east-1').imageRecipes.push({ arn: recipe, imageId: gold }, { arn: container, imageId: silver });
    const found = account.call('ec2', 'DescribeImageReferences', { ImageIds: [gold, silver, unused], ...all });
    expect(found.ImageReferences).toEqual([
      { ImageId: gold, ResourceType: 'ec2:Instance', Arn: arn(`instance/${web}`) },
      {
        ImageId: gold,
        ResourceType: 'ec2:LaunchTemplate',
        Arn: arn(`launch-template/${LaunchTemplate?.LaunchTemplateId}`),
      },
      {
        ImageId: gold,
        ResourceType: 'ssm:Parameter',
        Arn: 'arn:aws:ssm:us-east-1:111122223333:parameter/gold/image',
      },
      { ImageId: silver, ResourceType: 'ssm:Parameter', Arn: 'arn:aws:ssm:us-east-1:111122223333:parameter/spare' },
      { ImageId: gold, ResourceType: 'imagebuilder:ImageRecipe', Arn: recipe },
      { ImageId: silver, ResourceType: 'imagebuilder:ContainerRecipe', Arn: container },
    ]);
  });

  test('overlooks launch configurations and Auto Scaling groups', () => {
    const { account } = world({ contents: { images, instances: [] } });
    const named = { LaunchConfigurationName: 'old' };
    account.call('auto-scaling', 'CreateLaunchConfiguration', { ...named, ImageId: gold, InstanceType: 'm5.large' });
    account.call('auto-scaling', 'CreateAutoScalingGroup', {
      ...named,
      AutoScalingGroupName: 'shop',
      MinSize: 0,
      MaxSize: 1,
    });
    expect(account.call('ec2', 'DescribeImageReferences', { ImageIds: [gold], ...all }).ImageReferences).toEqual([]);
  });

  test('looks at the ten most recent versions of a launch template, unless told to look deeper', () => {
    const { account } = world({ contents: { images, instances: [] } });
    const name = { LaunchTemplateName: 'shop' };
    account.call('ec2', 'CreateLaunchTemplate', { ...name, LaunchTemplateData: { ImageId: gold } });
    const moveOn = () =>
      account.call('ec2', 'CreateLaunchTemplateVersion', { ...name, LaunchTemplateData: { ImageId: silver } });
    const typesOf = (depth?: string) => {
      const ResourceTypeOptions = depth ? [{ OptionName: 'version-depth' as const, OptionValues: [depth] }] : [];
      const ResourceTypes = [{ ResourceType: 'ec2:LaunchTemplate' as const, ResourceTypeOptions }];
      return account.call('ec2', 'DescribeImageReferences', { ImageIds: [gold], ResourceTypes }).ImageReferences;
    };
    for (let version = 2; version <= 10; version++) moveOn();
    expect(typesOf()).toHaveLength(1);
    moveOn();
    expect(typesOf()).toHaveLength(0);
    expect(typesOf('11')).toHaveLength(1);
  });

  test('names a template once, however many of its versions have the image', () => {
    const { account } = world({ contents: { images, instances: [] } });
    const template = { LaunchTemplateName: 'shop', LaunchTemplateData: { ImageId: gold } };
    account.call('ec2', 'CreateLaunchTemplate', template);
    account.call('ec2', 'CreateLaunchTemplateVersion', template);
    const { ImageReferences } = account.call('ec2', 'DescribeImageReferences', { ImageIds: [gold], ...all });
    expect(ImageReferences).toHaveLength(1);
  });

  test('counts instances in any state, or in the states that are asked for', async () => {
    const { account, wait } = world({ contents: fleet() });
    account.call('ec2', 'TerminateInstances', { InstanceIds: [web] });
    await wait(30);
    const found = (...states: string[]) => {
      const ResourceTypeOptions = states.map((state) => ({ OptionName: 'state-name' as const, OptionValues: [state] }));
      const ResourceTypes = [{ ResourceType: 'ec2:Instance' as const, ResourceTypeOptions }];
      return account.call('ec2', 'DescribeImageReferences', { ImageIds: [gold], ResourceTypes }).ImageReferences;
    };
    expect(found()).toHaveLength(1);
    expect(found('terminated')).toHaveLength(1);
    expect(found('running')).toHaveLength(0);
  });

  test('gives pages, and a token for as long as more follow', async () => {
    const { as, ec2 } = world({ contents: fleet(12), behaviour: { emptyPageProbability: 0.5 } });
    const pages = await as('f', async () => {
      const sizes: number[] = [];
      const input = { ImageIds: [gold], ...all, MaxResults: 5 };
      for await (const { ImageReferences = [] } of paginateDescribeImageReferences({ client: ec2 }, input)) {
        sizes.push(ImageReferences.length);
      }
      return sizes;
    });
    expect(pages.filter((size) => size > 0)).toEqual([5, 5, 2]);
  });

  test.each([
    ['more than ten images', { ImageIds: Array.from({ length: 11 }, (_, at) => `ami-000000${at + 10}`), ...all }],
    ['a state that there is not', option('ec2:Instance', 'state-name', 'asleep')],
    ['a version depth of zero', option('ec2:LaunchTemplate', 'version-depth', '0')],
    ['an option of another type', option('ssm:Parameter', 'version-depth', '5')],
    ['a page of fewer than five', { ImageIds: [gold], ...all, MaxResults: 4 }],
  ])('refuses %s', async (_what, input) => {
    const { as, ec2 } = world({ contents: fleet() });
    const error = await errorOf(as('f', () => ec2.send(new DescribeImageReferencesCommand(input))));
    expect(error.name).toBe('InvalidParameterValue');
  });

  test('refuses what says neither which types nor all, and what is no image ID', async () => {
    const { as, ec2 } = world({ contents: fleet() });
    const send = (ImageIds: string[], rest: object) =>
      errorOf(as('f', () => ec2.send(new DescribeImageReferencesCommand({ ImageIds, ...rest }))));
    expect((await send([gold], {})).name).toBe('MissingParameter');
    expect((await send(['web server'], all)).name).toBe('InvalidAMIID.Malformed');
  });

  test('can be denied, and says so', async () => {
    const { as, ec2 } = world({
      contents: fleet(),
      faults: [{ fault: 'access-denied', operation: 'DescribeImageReferences', resource: gold }],
    });
    const command = new DescribeImageReferencesCommand({ ImageIds: [gold], ...all });
    expect((await errorOf(as('f', () => ec2.send(command)))).name).toBe('UnauthorizedOperation');
  });

  test('may not see an instance that was launched a moment ago', async () => {
    const { as, ec2, account, wait } = world({
      contents: { images, instances: [] },
      behaviour: { consistencyLagMs: () => 1500 },
    });
    account.call('ec2', 'RunInstances', { ImageId: gold, MinCount: 1, MaxCount: 1 });
    const count = () =>
      as('f', async () => {
        const found = await ec2.send(new DescribeImageReferencesCommand({ ImageIds: [gold], ...all }));
        return found.ImageReferences?.length;
      });
    expect(await count()).toBe(0);
    await wait(2);
    expect(await count()).toBe(1);
  });
});

describe('a usage report', () => {
  const input = { ImageId: gold, ResourceTypes: [{ ResourceType: 'ec2:Instance' }] };
  const minutes = { behaviour: { usageReportMinutes: () => 10 }, contents: fleet() };
  const partner = { imageId: gold, accountId: '123456789012', count: 3 } as const;

  test('is pending, then shows what other accounts do with the image, then expires', async () => {
    const { as, ec2, account, wait } = world(minutes);
    account
      .region('us-east-1')
      .foreignUse.push(
        { ...partner, resourceType: 'ec2:Instance' },
        { ...partner, resourceType: 'ec2:LaunchTemplate' },
        { ...partner, imageId: silver, resourceType: 'ec2:Instance' },
      );
    const { ReportId = '' } = await as('f', () => ec2.send(new CreateImageUsageReportCommand(input)));
    expect(ReportId).toMatch(/^amiur-[0-9a-f]{17}$/);
    const look = () =>
      as('f', async () => {
        const reports = await ec2.send(new DescribeImageUsageReportsCommand({ ReportIds: [ReportId] }));
        const entries = await ec2.send(new DescribeImageUsageReportEntriesCommand({ ImageIds: [gold] }));
        return { state: reports.ImageUsageReports?.[0]?.State, entries: entries.ImageUsageReportEntries };
      });
    expect(await look()).toEqual({ state: 'pending', entries: [] });
    await wait(601);
    expect(await look()).toMatchObject({
      state: 'available',
      entries: [{ ReportId, ImageId: gold, AccountId: '123456789012', ResourceType: 'ec2:Instance', UsageCount: 3 }],
    });
    await wait(30 * 86_400);
    expect((await errorOf(look())).name).toBe('InvalidImageUsageReportId.NotFound');
  });

  test('is made once for one client token', async () => {
    const { as, ec2, account } = world({
      ...minutes,
      faults: [{ fault: 'reply-lost', operation: 'CreateImageUsageReport', nth: 1 }],
    });
    await as('f', () => ec2.send(new CreateImageUsageReportCommand({ ...input, ClientToken: 'plan 1' })));
    expect(account.region('us-east-1').usageReports.size).toBe(1);
    const other = new CreateImageUsageReportCommand({ ...input, ImageId: silver, ClientToken: 'plan 1' });
    expect((await errorOf(as('f', () => ec2.send(other)))).name).toBe('IdempotentParameterMismatch');
  });

  test('is made one at a time for an image, and for another image beside it', async () => {
    const { account, as, ec2, wait } = world(minutes);
    account.call('ec2', 'CreateImageUsageReport', input);
    const again = () => as('f', () => ec2.send(new CreateImageUsageReportCommand(input)));
    expect((await errorOf(again())).name).toBe('ResourceLimitExceeded');
    account.call('ec2', 'CreateImageUsageReport', { ...input, ImageId: silver });
    await wait(601);
    await again();
    expect(account.region('us-east-1').usageReports.size).toBe(3);
  });

  test('can fail, and then has no entries', async () => {
    const { as, ec2, account, wait } = world({ ...minutes, faults: [{ fault: 'usage-report-fails' }] });
    account.region('us-east-1').foreignUse.push({ ...partner, resourceType: 'ec2:Instance' });
    await as('f', () => ec2.send(new CreateImageUsageReportCommand(input)));
    await wait(601);
    const { ImageUsageReports } = account.call('ec2', 'DescribeImageUsageReports', { ImageIds: [gold] });
    expect(ImageUsageReports).toMatchObject([{ State: 'error' }]);
    expect(account.call('ec2', 'DescribeImageUsageReportEntries', {}).ImageUsageReportEntries).toEqual([]);
  });

  test('covers the accounts that it was asked for, can be filtered, paged and deleted', async () => {
    const { account, wait } = world(minutes);
    const region = account.region('us-east-1');
    region.foreignUse.push(
      { ...partner, resourceType: 'ec2:Instance' },
      { ...partner, accountId: '111122223333', resourceType: 'ec2:Instance' },
    );
    account.call('ec2', 'CreateImageUsageReport', { ...input, AccountIds: ['123456789012'] });
    await wait(601);
    const { ReportId } = account.call('ec2', 'CreateImageUsageReport', input);
    await wait(601);
    const entries = (rest: object) => account.call('ec2', 'DescribeImageUsageReportEntries', rest);
    expect(entries({}).ImageUsageReportEntries).toHaveLength(3);
    const Filters = [{ Name: 'account-id', Values: ['123456789012'] }];
    expect(entries({ Filters }).ImageUsageReportEntries).toHaveLength(2);
    expect(entries({ MaxResults: 2 })).toMatchObject({ NextToken: expect.any(String) });
    account.call('ec2', 'DeleteImageUsageReport', { ReportId });
    expect(entries({}).ImageUsageReportEntries).toHaveLength(1);
  });

  test('is refused for an image of somebody else', async () => {
    const { as, ec2 } = world({
      contents: { instances: [], images: [{ ImageId: gold, OwnerId: '123456789012', State: 'available' }] },
    });
    const error = await errorOf(as('f', () => ec2.send(new CreateImageUsageReportCommand(input))));
    expect(error.name).toBe('AuthFailure');
  });
});

function option(
  type: 'ec2:Instance' | 'ec2:LaunchTemplate' | 'ssm:Parameter',
  name: 'state-name' | 'version-depth',
  value: string,
) {
  const ResourceTypeOptions = [{ OptionName: name, OptionValues: [value] }];
  return { ImageIds: [gold], ResourceTypes: [{ ResourceType: type, ResourceTypeOptions }] };
}
