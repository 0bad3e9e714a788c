import type { AccountContents } from '../contents.ts';
import type { Tally } from './tally.ts';

/** No image that an instance was launched from is needed to make another of it. */
const foreignImage = 'instance whose image is not listed, taken to be an image of somebody else';

/** Names whatever `contents` refers to and does not hold. An account makes up what it needs of that. */
export function noteDanglingReferences(contents: AccountContents, tally: Tally): void {
  const instanceIds = new Set(contents.instances.map(({ InstanceId }) => InstanceId));
  const imageIds = new Set(contents.images?.map(({ ImageId }) => ImageId));
  const volumeIds = new Set(contents.volumes?.map(({ VolumeId }) => VolumeId));
  const groupNames = new Set(contents.autoScalingGroups?.map(({ AutoScalingGroupName }) => AutoScalingGroupName));
  const configurations = new Set(contents.launchConfigurations?.map((entry) => entry.LaunchConfigurationName));
  const templates = new Set(contents.launchTemplateVersions?.map(({ LaunchTemplateId }) => LaunchTemplateId));
  const usersOfVolume = new Map<string, number>();

  for (const instance of contents.instances) {
    const instanceId = instance.InstanceId ?? '';
    if (!imageIds.has(instance.ImageId)) tally.note(foreignImage, instanceId);
    if (!instance.InstanceType) tally.note('instance without an instance type', instanceId);
    for (const { DeviceName = 'a device', Ebs } of instance.BlockDeviceMappings ?? []) {
      if (!Ebs?.VolumeId) {
        tally.note('device without a volume', `${instanceId} ${DeviceName}`);
        continue;
      }
      if (!volumeIds.has(Ebs.VolumeId)) tally.note('attached volume that is not listed', Ebs.VolumeId);
      usersOfVolume.set(Ebs.VolumeId, (usersOfVolume.get(Ebs.VolumeId) ?? 0) + 1);
    }
    const group = instance.Tags?.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value;
    if (group !== undefined && !groupNames.has(group)) {
      tally.note('instance whose Auto Scaling group is not listed', `${instanceId} of ${group}`);
    }
  }
  for (const [volumeId, count] of usersOfVolume) {
    if (count > 1) tally.note('volume attached to several instances at once', volumeId);
  }
  for (const { VolumeId = '', Attachments = [] } of contents.volumes ?? []) {
    if (Attachments.some(({ InstanceId }) => !instanceIds.has(InstanceId))) {
      tally.note('volume attached to an instance that is not loaded', VolumeId);
    }
  }
  for (const group of contents.autoScalingGroups ?? []) {
    const name = group.AutoScalingGroupName ?? '';
    for (const { InstanceId = '' } of group.Instances ?? []) {
      if (!instanceIds.has(InstanceId)) {
        tally.note('member of an Auto Scaling group that is not loaded', `${InstanceId} of ${name}`);
      }
    }
    const template = group.LaunchTemplate ?? group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
    const isLost =
      (template && !templates.has(template.LaunchTemplateId)) ||
      (group.LaunchConfigurationName && !configurations.has(group.LaunchConfigurationName));
    if (isLost) tally.note('Auto Scaling group whose launch template or configuration is not listed', name);
  }
}
