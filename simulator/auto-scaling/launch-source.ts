import type { AutoScalingGroup, LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import { copied } from '../copied.ts';
import { chosenTemplate, chosenVersion } from '../ec2/launch-template-records.ts';
import { refuse, ServiceFailure } from '../service-failure.ts';
import type { RegionState } from '../state.ts';

type LaunchSource = Pick<AutoScalingGroup, 'LaunchConfigurationName' | 'LaunchTemplate' | 'MixedInstancesPolicy'>;

/**
 * What a group launches from, as a request names it: exactly one of the three, undefined if it names none. Templates are
 * known by ID and name afterwards, whichever was given; `$Latest` and `$Default` stay what they are.
 */
export function launchSource(region: RegionState, input: LaunchSource): LaunchSource | undefined {
  const { LaunchConfigurationName, LaunchTemplate, MixedInstancesPolicy } = input;
  const given = [LaunchConfigurationName, LaunchTemplate, MixedInstancesPolicy].filter((each) => each !== undefined);
  if (given.length > 1) {
    refuse(
      'ValidationError',
      'Only one of a launch template, a launch configuration and a mixed instances policy can be given.',
    );
  }
  if (LaunchConfigurationName !== undefined) {
    if (!region.launchConfigurations.has(LaunchConfigurationName)) {
      refuse('ValidationError', `There is no launch configuration named ${LaunchConfigurationName}.`);
    }
    return { LaunchConfigurationName };
  }
  if (LaunchTemplate !== undefined) return { LaunchTemplate: specified(region, LaunchTemplate) };
  if (MixedInstancesPolicy === undefined) return undefined;
  const { LaunchTemplateSpecification: base, Overrides } = MixedInstancesPolicy.LaunchTemplate ?? {};
  if (!base) return refuse('ValidationError', 'A mixed instances policy must name a launch template.');
  return {
    MixedInstancesPolicy: {
      ...copied(MixedInstancesPolicy),
      LaunchTemplate: {
        LaunchTemplateSpecification: specified(region, base),
        Overrides: copied(Overrides ?? []).map((override) => ({
          ...override,
          ...(override.LaunchTemplateSpecification
            ? { LaunchTemplateSpecification: specified(region, override.LaunchTemplateSpecification) }
            : {}),
        })),
      },
    },
  };
}

function specified(region: RegionState, specification: LaunchTemplateSpecification): LaunchTemplateSpecification {
  try {
    const template = chosenTemplate(region, specification).description;
    chosenVersion(template, specification.Version);
    const { LaunchTemplateId, LaunchTemplateName } = template;
    return { ...copied(specification), LaunchTemplateId, LaunchTemplateName };
  } catch (error) {
    // Auto Scaling has one code for whatever EC2 finds wrong with a template.
    if (!(error instanceof ServiceFailure)) throw error;
    return refuse('ValidationError', `A fully-formed launch template must be given. ${error.message}`);
  }
}
