import type {
  DeleteLaunchConfigurationCommandInput,
  DeleteLaunchConfigurationCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';

/** Unlike a launch template, one that a group launches from cannot be deleted. */
export const deleteLaunchConfiguration = operation<
  DeleteLaunchConfigurationCommandInput,
  Omit<DeleteLaunchConfigurationCommandOutput, '$metadata'>
>({
  parameters: ['LaunchConfigurationName'],
  act({ region }, input) {
    const name = required(input.LaunchConfigurationName, 'LaunchConfigurationName');
    for (const { group } of region.autoScalingGroups.values()) {
      if (group.LaunchConfigurationName !== name) continue;
      refuse(
        'ResourceInUseFault',
        `The launch configuration ${name} is used by the group ${group.AutoScalingGroupName}.`,
      );
    }
    if (!region.launchConfigurations.delete(name)) {
      refuse('ValidationError', `There is no launch configuration named ${name}.`);
    }
    return {};
  },
});
