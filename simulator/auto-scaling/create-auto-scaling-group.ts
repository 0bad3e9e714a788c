import type {
  CreateAutoScalingGroupCommandInput,
  CreateAutoScalingGroupCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { operation, required } from '../operation.ts';
import { NotSimulated, refuse } from '../service-failure.ts';
import { autoScalingArn } from './identifiers.ts';
import { launchSource } from './launch-source.ts';

/** A group without members: those that it would launch are not simulated. */
export const createAutoScalingGroup = operation<
  CreateAutoScalingGroupCommandInput,
  Omit<CreateAutoScalingGroupCommandOutput, '$metadata'>
>({
  parameters: [
    'AutoScalingGroupName',
    'LaunchConfigurationName',
    'LaunchTemplate',
    'MixedInstancesPolicy',
    'MinSize',
    'MaxSize',
    'DesiredCapacity',
    'AvailabilityZones',
    'VPCZoneIdentifier',
    'Tags',
  ],
  act(call, input) {
    const { region, nowMs } = call;
    const name = required(input.AutoScalingGroupName, 'AutoScalingGroupName');
    const MinSize = required(input.MinSize, 'MinSize');
    const MaxSize = required(input.MaxSize, 'MaxSize');
    const DesiredCapacity = input.DesiredCapacity ?? MinSize;
    const source = launchSource(region, input);
    if (!source)
      refuse('ValidationError', 'A launch template, launch configuration or mixed instances policy must be given.');
    if (region.autoScalingGroups.has(name)) {
      refuse('AlreadyExistsFault', `There is an Auto Scaling group named ${name} already.`);
    }
    if (DesiredCapacity < MinSize || DesiredCapacity > MaxSize) {
      refuse('ValidationError', 'The desired capacity must lie between the minimum and the maximum size.');
    }
    if (DesiredCapacity > 0) {
      throw new NotSimulated('launching the first members of a group', 'load the group together with its members');
    }
    const group = {
      AutoScalingGroupName: name,
      AutoScalingGroupARN: autoScalingArn(call, 'autoScalingGroup', name),
      ...source,
      MinSize,
      MaxSize,
      DesiredCapacity,
      DefaultCooldown: 300,
      AvailabilityZones: input.AvailabilityZones ?? [`${region.name}a`],
      HealthCheckType: 'EC2',
      HealthCheckGracePeriod: 0,
      CreatedTime: new Date(nowMs),
      VPCZoneIdentifier: input.VPCZoneIdentifier ?? '',
      Tags: (input.Tags ?? []).map((tag) => ({ ...tag, ResourceId: name, ResourceType: 'auto-scaling-group' })),
    };
    region.autoScalingGroups.set(name, { group, members: new Map() });
    return {};
  },
});
