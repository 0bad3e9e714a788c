import type {
  CreateLaunchConfigurationCommandInput,
  CreateLaunchConfigurationCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { copied } from '../copied.ts';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { autoScalingArn } from './identifiers.ts';

/** The image need not exist: that shows only when a group launches from it. */
export const createLaunchConfiguration = operation<
  CreateLaunchConfigurationCommandInput,
  Omit<CreateLaunchConfigurationCommandOutput, '$metadata'>
>({
  parameters: [
    'LaunchConfigurationName',
    'ImageId',
    'InstanceType',
    'KeyName',
    'SecurityGroups',
    'BlockDeviceMappings',
  ],
  act(call, input) {
    const { launchConfigurations } = call.region;
    const name = required(input.LaunchConfigurationName, 'LaunchConfigurationName');
    if (launchConfigurations.has(name)) {
      refuse('AlreadyExistsFault', `There is a launch configuration named ${name} already.`);
    }
    const { ImageId, InstanceType } = input;
    if (!ImageId || !InstanceType) {
      return refuse('ValidationError', 'A launch configuration must name an image and an instance type.');
    }
    launchConfigurations.set(name, {
      ...copied(input),
      LaunchConfigurationName: name,
      LaunchConfigurationARN: autoScalingArn(call, 'launchConfiguration', name),
      ImageId,
      InstanceType,
      CreatedTime: new Date(call.nowMs),
    });
    return {};
  },
});
