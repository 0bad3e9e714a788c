import { createAutoScalingGroup } from './create-auto-scaling-group.ts';
import { createLaunchConfiguration } from './create-launch-configuration.ts';
import { deleteAutoScalingGroup } from './delete-auto-scaling-group.ts';
import { deleteLaunchConfiguration } from './delete-launch-configuration.ts';
import { describeAutoScalingGroups } from './describe-auto-scaling-groups.ts';
import { describeAutoScalingInstances } from './describe-auto-scaling-instances.ts';
import { describeLaunchConfigurations } from './describe-launch-configurations.ts';
import { updateAutoScalingGroup } from './update-auto-scaling-group.ts';

export const autoScalingOperations = {
  CreateAutoScalingGroup: createAutoScalingGroup,
  CreateLaunchConfiguration: createLaunchConfiguration,
  DeleteAutoScalingGroup: deleteAutoScalingGroup,
  DeleteLaunchConfiguration: deleteLaunchConfiguration,
  DescribeAutoScalingGroups: describeAutoScalingGroups,
  DescribeAutoScalingInstances: describeAutoScalingInstances,
  DescribeLaunchConfigurations: describeLaunchConfigurations,
  UpdateAutoScalingGroup: updateAutoScalingGroup,
};
