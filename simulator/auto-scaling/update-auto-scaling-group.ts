import type {
  UpdateAutoScalingGroupCommandInput,
  UpdateAutoScalingGroupCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { operation, required } from '../operation.ts';
import { knownGroup } from './known-group.ts';
import { launchSource } from './launch-source.ts';

/** Changes what the group launches from; members that run stay as they are. A group launches from one source only. */
export const updateAutoScalingGroup = operation<
  UpdateAutoScalingGroupCommandInput,
  Omit<UpdateAutoScalingGroupCommandOutput, '$metadata'>
>({
  parameters: ['AutoScalingGroupName', 'LaunchConfigurationName', 'LaunchTemplate', 'MixedInstancesPolicy'],
  act({ region }, input) {
    const record = knownGroup(region, required(input.AutoScalingGroupName, 'AutoScalingGroupName'));
    const source = launchSource(region, input);
    if (!source) return {};
    const {
      LaunchConfigurationName: _name,
      LaunchTemplate: _template,
      MixedInstancesPolicy: _policy,
      ...rest
    } = record.group;
    record.group = { ...rest, ...source };
    return {};
  },
});
