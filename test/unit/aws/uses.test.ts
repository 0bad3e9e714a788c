import { expect, it } from 'vitest';
import { underEveryClient } from '../../../shared/aws/clients.ts';
import { usesIn } from '../../../shared/aws/uses.ts';
import { addTemplates } from '../../../shared/aws/uses-of-templates.ts';
import { putUnder } from '../../../simulator/under-clients.ts';
import { world } from '../simulator/world.ts';

underEveryClient(putUnder);

const region = 'us-east-1';
const snapshotId = 'snap-00000000000000001';
const BlockDeviceMappings = [{ DeviceName: '/dev/sdf', Ebs: { SnapshotId: snapshotId } }];

it('who mounts a snapshot is found though it is not said what else he launches; who uses an image is then not known', async () => {
  const { account, as } = world();
  account.region(region).spotRequests.set('sir-1', {
    SpotInstanceRequestId: 'sir-1',
    State: 'open',
    LaunchSpecification: { BlockDeviceMappings },
  });
  const mounts = await as('delete-snapshots', () => usesIn(region).mounting([snapshotId]));
  expect(mounts.get(snapshotId)).toEqual([`in use by Spot request sir-1, which mounts ${snapshotId}`]);

  const images = [{ imageId: 'ami-00000000000000001', snapshotIds: [snapshotId] }];
  const uses = as('plan-retirement', () => usesIn(region).of(images, { launchTemplateVersions: 10 }));
  await expect(uses).rejects.toThrow('lacks DescribeSpotInstanceRequests: ImageId');
});

it('who mounts a snapshot is found though somebody launches by a parameter that is gone', async () => {
  const { account, as } = world();
  const LaunchTemplateData = { ImageId: 'resolve:ssm:/golden', BlockDeviceMappings };
  account.call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'farm', LaunchTemplateData });
  account.call('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateName: 'farm', LaunchTemplateData });
  account.call('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateName: 'farm', LaunchTemplateData });
  const LaunchTemplate = { LaunchTemplateName: 'farm', Version: '2' };
  const sizes = { MinSize: 0, MaxSize: 0, AvailabilityZones: ['us-east-1a'] };
  account.call('auto-scaling', 'CreateAutoScalingGroup', { AutoScalingGroupName: 'web', LaunchTemplate, ...sizes });
  const mounts = await as('delete-snapshots', () => usesIn(region).mounting([snapshotId]));
  expect(mounts.get(snapshotId)).toEqual([
    expect.stringMatching(/launch template lt-\w+, which mounts/),
    expect.stringMatching(/Auto Scaling group web through launch template lt-\w+ version 2, which mounts/),
  ]);
});

it('what is not known is said of snapshots where they are asked about, and of images where those are', async () => {
  const fault = { fault: 'access-denied', operation: 'DescribeFleets' } as const;
  const { as } = world({ faults: [fault] });
  const mounts = as('delete-snapshots', () => usesIn(region).mounting([snapshotId]));
  await expect(mounts).rejects.toThrow(`Whether snapshots in ${region} are in use is not known`);
  const images = [{ imageId: 'ami-00000000000000001', snapshotIds: [snapshotId] }];
  const uses = as('plan-retirement', () => usesIn(region).of(images, { launchTemplateVersions: 10 }));
  await expect(uses).rejects.toThrow(`Whether images in ${region} are in use is not known`);
});

it('of launch templates only what they launch is kept, as user data of thousands would fill the memory', async () => {
  const { account, as, ec2 } = world();
  const launch = { ImageId: 'ami-00000000000000001', BlockDeviceMappings };
  const LaunchTemplateData = { ...launch, UserData: 'x'.repeat(16_000) };
  account.call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'farm', LaunchTemplateData });
  const launches: unknown[] = [];
  const read = await as('delete-snapshots', () => addTemplates(ec2, 'snapshots', (each) => launches.push(each)));
  expect(launches).toEqual([launch]);
  expect(JSON.stringify([...read.values()]).length).toBeLessThan(read.size * 1000);
});
