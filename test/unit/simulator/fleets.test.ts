import {
  DescribeFleetsCommand,
  DescribeSpotInstanceRequestsCommand,
  paginateDescribeFleets,
  paginateDescribeSpotFleetRequests,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { world } from './world.ts';

test('fleets are listed in pages, but none that launched at once and never again', async () => {
  const { account, as, ec2 } = world();
  const { fleets } = account.region('us-east-1');
  for (const FleetId of ['fleet-1', 'fleet-2', 'fleet-3']) {
    fleets.set(FleetId, { FleetId, Type: FleetId === 'fleet-2' ? 'instant' : 'maintain' });
  }
  const found: unknown[] = [];
  await as('plan-retirement', async () => {
    for await (const { Fleets } of paginateDescribeFleets({ client: ec2, pageSize: 1 }, {})) found.push(Fleets);
  });
  expect(found).toEqual([[{ FleetId: 'fleet-1', Type: 'maintain' }], [{ FleetId: 'fleet-3', Type: 'maintain' }]]);
});

test('Spot Fleets are listed in pages, also those that are over', async () => {
  const { account, as, ec2 } = world();
  const { spotFleets } = account.region('us-east-1');
  spotFleets.set('sfr-1', { SpotFleetRequestId: 'sfr-1', SpotFleetRequestState: 'active' });
  spotFleets.set('sfr-2', { SpotFleetRequestId: 'sfr-2', SpotFleetRequestState: 'cancelled' });
  const found: unknown[] = [];
  await as('plan-retirement', async () => {
    for await (const page of paginateDescribeSpotFleetRequests({ client: ec2, pageSize: 1 }, {})) {
      found.push(page.SpotFleetRequestConfigs?.map(({ SpotFleetRequestId }) => SpotFleetRequestId));
    }
  });
  expect(found).toEqual([['sfr-1'], ['sfr-2']]);
});

test('Spot requests can be asked for by the image that they launch', async () => {
  const { account, as, ec2 } = world();
  const { spotRequests } = account.region('us-east-1');
  for (const [id, ImageId] of [
    ['sir-1', 'ami-00000001'],
    ['sir-2', 'ami-00000002'],
  ] as const) {
    spotRequests.set(id, { SpotInstanceRequestId: id, LaunchSpecification: { ImageId } });
  }
  const Filters = [{ Name: 'launch.image-id', Values: ['ami-00000002'] }];
  const found = await as('plan-retirement', () => ec2.send(new DescribeSpotInstanceRequestsCommand({ Filters })));
  expect(found?.SpotInstanceRequests?.map((request) => request.SpotInstanceRequestId)).toEqual(['sir-2']);
});

test('a parameter of a listing that nobody has needed yet is refused by name', async () => {
  const { as, ec2 } = world();
  const asked = as('plan-retirement', () => ec2.send(new DescribeFleetsCommand({ FleetIds: ['fleet-1'] })));
  await expect(asked).rejects.toThrow("the parameter 'FleetIds' of DescribeFleets");
});
