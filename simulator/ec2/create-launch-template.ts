import type { CreateLaunchTemplateCommandInput, CreateLaunchTemplateCommandOutput } from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { LaunchTemplateDescription, LaunchTemplateRecord, RegionState } from '../state.ts';
import { created } from '../world.ts';
import { madeOnce } from './client-tokens.ts';
import { presentTemplate, templateById } from './launch-template-records.ts';
import { specifiedTags } from './tags.ts';

export const createLaunchTemplate = operation<
  CreateLaunchTemplateCommandInput,
  Omit<CreateLaunchTemplateCommandOutput, '$metadata'>
>({
  parameters: ['LaunchTemplateName', 'LaunchTemplateData', 'VersionDescription', 'ClientToken', 'TagSpecifications'],
  act(call, input) {
    const { world, region, nowMs } = call;
    const name = required(input.LaunchTemplateName, 'LaunchTemplateName');
    const data = required(input.LaunchTemplateData, 'LaunchTemplateData');
    const tags = specifiedTags(input.TagSpecifications, ['launch-template']);
    const id = madeOnce(call, input, () => {
      checkName(region, name);
      const template = {
        LaunchTemplateId: world.newId('lt'),
        LaunchTemplateName: name,
        CreateTime: new Date(nowMs),
        CreatedBy: `arn:aws:iam::${world.accountId}:root`,
      };
      const version = {
        ...template,
        VersionNumber: 1,
        VersionDescription: input.VersionDescription,
        LaunchTemplateData: copied(data),
      };
      const description: LaunchTemplateDescription = {
        ...template,
        DefaultVersionNumber: 1,
        LatestVersionNumber: 1,
        Tags: tags['launch-template'],
        versions: [version],
      };
      const record = { id: template.LaunchTemplateId, description, versionsMade: 1 };
      region.launchTemplates.set(
        record.id,
        created<LaunchTemplateDescription, LaunchTemplateRecord>(world, record, nowMs),
      );
      return record.id;
    });
    return { LaunchTemplate: copied(presentTemplate(templateById(region, id).description)) };
  },
});

function checkName(region: RegionState, name: string): void {
  if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) {
    refuse(
      'InvalidLaunchTemplateName.MalformedException',
      `'${name}' is no launch template name: 3 to 128 letters, digits and the characters ( ) . - / _.`,
    );
  }
  for (const { description } of region.launchTemplates.values()) {
    if (description.LaunchTemplateName !== name) continue;
    refuse('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.');
  }
}
