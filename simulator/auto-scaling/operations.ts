import { describeAutoScalingGroups } from './describe-auto-scaling-groups.ts';
import { describeAutoScalingInstances } from './describe-auto-scaling-instances.ts';

export const autoScalingOperations = {
  DescribeAutoScalingGroups: describeAutoScalingGroups,
  DescribeAutoScalingInstances: describeAutoScalingInstances,
};
