import type { Instance } from '@aws-sdk/client-ec2';
import type { FilterTable } from '../filters.ts';

/** The filters of DescribeInstances that are simulated. */
export const instanceFilters: FilterTable<Instance> = {
  'instance-id': ({ InstanceId }) => InstanceId,
  'instance-state-name': ({ State }) => State?.Name,
  'instance-state-code': ({ State }) => State?.Code,
  'instance-type': ({ InstanceType }) => InstanceType,
  'instance-lifecycle': ({ InstanceLifecycle }) => InstanceLifecycle,
  'image-id': ({ ImageId }) => ImageId,
  'root-device-type': ({ RootDeviceType }) => RootDeviceType,
  'client-token': ({ ClientToken }) => ClientToken,
  platform: ({ Platform }) => Platform?.toLowerCase(),
  'availability-zone': ({ Placement }) => Placement?.AvailabilityZone,
  'vpc-id': ({ VpcId }) => VpcId,
  'subnet-id': ({ SubnetId }) => SubnetId,
  'block-device-mapping.volume-id': ({ BlockDeviceMappings }) => BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeId),
};

/** The identifiers that an exact `instance-id` filter names, so that a fleet need not be walked through for a few. */
export function namedInstances(
  filters: readonly { Name?: string | undefined; Values?: string[] | undefined }[] | undefined,
  ids: ReadonlyMap<string, unknown>,
): string[] | undefined {
  const values = filters?.find(({ Name }) => Name === 'instance-id')?.Values;
  if (!values || values.some((value) => /[*?\\]/.test(value))) return undefined;
  return [...new Set(values)].filter((id) => ids.has(id));
}
