import type { BatchState, FleetData, SpotFleetRequestConfigData, SpotInstanceRequest } from '@aws-sdk/client-ec2';
import { home, server } from '../../explore/servers.ts';
import { hang, impatient, nightsUntil } from './retiring.ts';
import { type Beginning, given, type Story } from './story.ts';

export const noon = '2026-11-21T12:00:00Z';
export const web = server('web');
/** The two nights that are wanted. */
export const standing = { '1120': 'available', '1121': 'available' };

/** Three nights of which two are wanted; that of the 19th goes, if nobody uses it. */
export async function threeNights(
  more: Partial<Beginning> = {},
): Promise<{ story: Story; imageId: string; newest: string }> {
  const story = await given({ at: noon, policies: [impatient()], servers: [web], ...more });
  const [imageId = '', , newest = ''] = hang(story, web, nightsUntil('2026-11-21', 3));
  return { story, imageId, newest };
}

/** A launch template whose versions name these images, oldest first; its default stays the first. */
export function template({ account }: Story, imageIds: readonly string[], name = 'farm'): string {
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

export function setDefault({ account }: Story, LaunchTemplateId: string, DefaultVersion: string): void {
  account.call('ec2', 'ModifyLaunchTemplate', { LaunchTemplateId, DefaultVersion });
}

export function group({ account }: Story, source: object): void {
  const sizes = { MinSize: 0, MaxSize: 4, DesiredCapacity: 0 };
  account.call('auto-scaling', 'CreateAutoScalingGroup', { AutoScalingGroupName: 'farm', ...sizes, ...source });
}

/** A launch template whose second version names this image, and twelve more the newest: none of them tells by itself. */
export function oldVersion(story: Story, imageId: string, newest: string, name = 'farm'): string {
  return template(story, [newest, imageId, ...Array.from({ length: 12 }, () => newest)], name);
}

/** Fleets and Spot requests as they are described: how they came to be is not simulated. */
export function spotFleet(
  { account }: Story,
  config: Partial<SpotFleetRequestConfigData>,
  state: BatchState = 'active',
): void {
  const SpotFleetRequestConfig = { IamFleetRole: 'fleet', TargetCapacity: 0, Type: 'maintain' as const, ...config };
  const SpotFleetRequestId = 'sfr-1';
  const fleet = { SpotFleetRequestId, SpotFleetRequestState: state, SpotFleetRequestConfig };
  account.region(home).spotFleets.set(SpotFleetRequestId, fleet);
}

export function ec2Fleet({ account }: Story, fleet: FleetData): void {
  account.region(home).fleets.set('fleet-1', { FleetId: 'fleet-1', FleetState: 'active', Type: 'maintain', ...fleet });
}

export function spotRequest({ account }: Story, ImageId: string, request: SpotInstanceRequest): void {
  const id = { SpotInstanceRequestId: 'sir-1', LaunchSpecification: { ImageId } };
  account.region(home).spotRequests.set('sir-1', { ...id, ...request });
}
