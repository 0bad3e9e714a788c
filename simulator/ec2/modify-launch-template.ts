import type { ModifyLaunchTemplateCommandInput, ModifyLaunchTemplateCommandOutput } from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { operation, required } from '../operation.ts';
import { replace } from '../world.ts';
import { chosenTemplate, chosenVersion, presentTemplate } from './launch-template-records.ts';

/** Nothing of a template can be changed but which version is its default. */
export const modifyLaunchTemplate = operation<
  ModifyLaunchTemplateCommandInput,
  Omit<ModifyLaunchTemplateCommandOutput, '$metadata'>
>({
  parameters: ['LaunchTemplateId', 'LaunchTemplateName', 'DefaultVersion', 'ClientToken'],
  act(call, input) {
    const record = chosenTemplate(call.region, input);
    const version = chosenVersion(record.description, required(input.DefaultVersion, 'SetDefaultVersion'));
    replace(call.world, record, { DefaultVersionNumber: version.VersionNumber }, call.nowMs);
    return { LaunchTemplate: copied(presentTemplate(record.description)) };
  },
});
