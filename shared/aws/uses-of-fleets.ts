import {
  type BatchState,
  type EC2Client,
  type FleetLaunchTemplateSpecification,
  type FleetStateCode,
  paginateDescribeFleets,
  paginateDescribeSpotFleetRequests,
  paginateDescribeSpotInstanceRequests,
} from '@aws-sdk/client-ec2';
import { calling, told } from './aws-errors.ts';
import type { Add, NamedVersion, Subject } from './uses-of-templates.ts';

/**
 * Fleets replace what they lose, so they need their images also while they have no instance. Those of type `instant` launch
 * once, and are not listed.
 * @returns the versions of launch templates by which fleets launch
 */
export async function addFleets(ec2: EC2Client, add: Add): Promise<NamedVersion[]> {
  const named: NamedVersion[] = [];
  await calling('DescribeFleets', async () => {
    for await (const { Fleets = [] } of paginateDescribeFleets({ client: ec2, pageSize: 100 }, {})) {
      for (const { FleetId, FleetState, LaunchTemplateConfigs = [] } of Fleets) {
        if (launchesNoMore(FleetState)) continue;
        const user = `EC2 Fleet ${told(FleetId, 'DescribeFleets: FleetId')}`;
        for (const launch of LaunchTemplateConfigs.flatMap(({ Overrides = [] }) => Overrides)) {
          add(launch, `in use by ${user}`);
        }
        named.push(...versionsOf(user, LaunchTemplateConfigs));
      }
    }
  });
  await calling('DescribeSpotFleetRequests', async () => {
    const pages = paginateDescribeSpotFleetRequests({ client: ec2, pageSize: 100 }, {});
    for await (const { SpotFleetRequestConfigs = [] } of pages) {
      for (const { SpotFleetRequestId, SpotFleetRequestState, SpotFleetRequestConfig } of SpotFleetRequestConfigs) {
        if (launchesNoMore(SpotFleetRequestState)) continue;
        const user = `Spot Fleet ${told(SpotFleetRequestId, 'DescribeSpotFleetRequests: SpotFleetRequestId')}`;
        const { LaunchSpecifications = [], LaunchTemplateConfigs = [] } = SpotFleetRequestConfig ?? {};
        for (const launch of LaunchSpecifications) add(launch, `in use by ${user}`);
        named.push(...versionsOf(user, LaunchTemplateConfigs));
      }
    }
  });
  return named;
}

function versionsOf(
  user: string,
  configs: readonly { LaunchTemplateSpecification?: FleetLaunchTemplateSpecification | undefined }[],
): NamedVersion[] {
  return configs
    .map(({ LaunchTemplateSpecification }) => LaunchTemplateSpecification)
    .filter((specification) => specification !== undefined)
    .map((specification) => ({ user, specification }));
}

/** One that is modified launches all the same; what its instances need is theirs to say. */
function launchesNoMore(state: FleetStateCode | BatchState = 'active'): boolean {
  return state === 'failed' || state.startsWith('deleted') || state.startsWith('cancelled');
}

/** A one-time request that has its instance asks for no other, and the instance is found by itself. */
export async function addSpotRequests(ec2: EC2Client, subject: Subject, add: Add): Promise<void> {
  await calling('DescribeSpotInstanceRequests', async () => {
    // Not by image: whoever mounts a snapshot of one may launch from another. Nor by state: the filter's documentation leaves
    // out `disabled`, which a request is told to be in, and what EC2 would not match would pass for unused.
    const pages = paginateDescribeSpotInstanceRequests({ client: ec2, pageSize: 1000 }, {});
    for await (const { SpotInstanceRequests = [] } of pages) {
      for (const { SpotInstanceRequestId, State = 'open', Type, LaunchSpecification } of SpotInstanceRequests) {
        // A persistent one is `disabled` while people keep its instance stopped.
        const isWaiting = State === 'open' || (Type === 'persistent' && ['active', 'disabled'].includes(State));
        if (!isWaiting) continue;
        const what = told(SpotInstanceRequestId, 'DescribeSpotInstanceRequests: SpotInstanceRequestId');
        if (subject === 'images') told(LaunchSpecification?.ImageId, 'DescribeSpotInstanceRequests: ImageId');
        add(LaunchSpecification ?? {}, `in use by Spot request ${what}`);
      }
    }
  });
}
