import type { DeleteLaunchTemplateCommandInput, DeleteLaunchTemplateCommandOutput } from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { operation } from '../operation.ts';
import { chosenTemplate, presentTemplate } from './launch-template-records.ts';

/** Nobody is asked: an Auto Scaling group that launches from it keeps pointing at nothing. */
export const deleteLaunchTemplate = operation<
  DeleteLaunchTemplateCommandInput,
  Omit<DeleteLaunchTemplateCommandOutput, '$metadata'>
>({
  parameters: ['LaunchTemplateId', 'LaunchTemplateName'],
  act(call, input) {
    const record = chosenTemplate(call.region, input);
    call.region.launchTemplates.delete(record.id);
    return { LaunchTemplate: copied(presentTemplate(record.description)) };
  },
});
