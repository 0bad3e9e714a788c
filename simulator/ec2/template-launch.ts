import type { RunInstancesCommandInput, Tag } from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import type { RegionState } from '../state.ts';
import { chosenTemplate, chosenVersion, resolvedImageId } from './launch-template-records.ts';

/**
 * A launch with what its template says wherever the request itself says nothing, and the tags by which AWS marks such an
 * instance. What a template says of networks, roles and the like has no bearing here.
 */
export function withTemplate(
  region: RegionState,
  request: RunInstancesCommandInput,
): { input: RunInstancesCommandInput; templateTags: Tag[] } {
  if (!request.LaunchTemplate) return { input: request, templateTags: [] };
  const record = chosenTemplate(region, request.LaunchTemplate);
  const { VersionNumber, LaunchTemplateData = {} } = chosenVersion(record.description, request.LaunchTemplate.Version);
  const data = copied(LaunchTemplateData);
  const input = {
    ImageId: data.ImageId === undefined ? undefined : resolvedImageId(region, data.ImageId),
    InstanceType: data.InstanceType,
    KeyName: data.KeyName,
    SecurityGroupIds: data.SecurityGroupIds,
    BlockDeviceMappings: data.BlockDeviceMappings,
    TagSpecifications: data.TagSpecifications,
    InstanceInitiatedShutdownBehavior: data.InstanceInitiatedShutdownBehavior,
    DisableApiStop: data.DisableApiStop,
    DisableApiTermination: data.DisableApiTermination,
    ...copied(request),
  };
  const templateTags = [
    { Key: 'aws:ec2launchtemplate:id', Value: record.id },
    { Key: 'aws:ec2launchtemplate:version', Value: String(VersionNumber) },
  ];
  return { input, templateTags };
}
