import type { DescribeVolumesCommandInput, DescribeVolumesCommandOutput, Volume } from '@aws-sdk/client-ec2';
import type { FilterTable } from '../filters.ts';
import { operation } from '../operation.ts';
import { describe } from './describe.ts';

const filters: FilterTable<Volume> = {
  'volume-id': ({ VolumeId }) => VolumeId,
  'attachment.instance-id': ({ Attachments }) => Attachments?.map(({ InstanceId }) => InstanceId),
  'attachment.device': ({ Attachments }) => Attachments?.map(({ Device }) => Device),
  status: ({ State }) => State,
  encrypted: ({ Encrypted }) => Encrypted,
  'volume-type': ({ VolumeType }) => VolumeType,
  'availability-zone': ({ AvailabilityZone }) => AvailabilityZone,
};

export const describeVolumes = operation<DescribeVolumesCommandInput, Omit<DescribeVolumesCommandOutput, '$metadata'>>({
  parameters: ['VolumeIds', 'Filters', 'MaxResults', 'NextToken'],
  act(call, input) {
    const { items, nextToken } = describe(call, input, {
      kind: 'volume',
      ids: input.VolumeIds,
      idsName: 'volumesSet',
      records: call.region.volumes,
      filters,
      most: 1000,
    });
    return { Volumes: items, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});
