import {
  type AutoScalingClient,
  type AutoScalingGroup,
  paginateDescribeAutoScalingGroups,
  paginateDescribeLaunchConfigurations,
} from '@aws-sdk/client-auto-scaling';
import { calling, told } from './aws-errors.ts';
import type { Add, NamedVersion, Subject } from './uses-of-templates.ts';

/** @returns the versions of launch templates by which groups launch */
export async function addAutoScaling(client: AutoScalingClient, subject: Subject, add: Add): Promise<NamedVersion[]> {
  const named: NamedVersion[] = [];
  await calling('DescribeLaunchConfigurations', async () => {
    for await (const page of paginateDescribeLaunchConfigurations({ client, pageSize: 100 }, {})) {
      for (const { ImageId, BlockDeviceMappings, LaunchConfigurationName } of page.LaunchConfigurations ?? []) {
        if (subject === 'images') told(ImageId, 'DescribeLaunchConfigurations: ImageId');
        add(
          { ImageId, BlockDeviceMappings },
          `in use by launch configuration ${told(LaunchConfigurationName, 'DescribeLaunchConfigurations: LaunchConfigurationName')}`,
        );
      }
    }
  });
  await calling('DescribeAutoScalingGroups', async () => {
    for await (const page of paginateDescribeAutoScalingGroups({ client, pageSize: 100 }, {})) {
      for (const group of page.AutoScalingGroups ?? []) {
        for (const version of versionsOf(group, add)) named.push(version);
      }
    }
  });
  return named;
}

/**
 * A group's template, that of its mixed-instances policy, and what single instance types override it with: another template,
 * or an image in place of the template's.
 */
function versionsOf(
  { AutoScalingGroupName, LaunchTemplate, MixedInstancesPolicy }: AutoScalingGroup,
  add: Add,
): NamedVersion[] {
  const user = `Auto Scaling group ${told(AutoScalingGroupName, 'DescribeAutoScalingGroups: AutoScalingGroupName')}`;
  const { LaunchTemplateSpecification, Overrides = [] } = MixedInstancesPolicy?.LaunchTemplate ?? {};
  for (const { ImageId } of Overrides) add({ ImageId }, `in use by ${user}`);
  return [LaunchTemplate, LaunchTemplateSpecification, ...Overrides.map((each) => each.LaunchTemplateSpecification)]
    .filter((specification) => specification !== undefined)
    .map((specification) => ({ user, specification }));
}
