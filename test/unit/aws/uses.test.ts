import { expect, it } from 'vitest';
import { underEveryClient } from '../../../shared/aws/clients.ts';
import { usesIn } from '../../../shared/aws/uses.ts';
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
