import type {
  CreateLaunchTemplateVersionCommandInput,
  CreateLaunchTemplateVersionCommandOutput,
  LaunchTemplateVersion,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { operation, required } from '../operation.ts';
import { replace } from '../world.ts';
import { madeOnce } from './client-tokens.ts';
import { chosenTemplate, chosenVersion, presentVersion, templateById } from './launch-template-records.ts';

/** With a source version, the new one inherits what it does not say itself; the default version stays what it was. */
export const createLaunchTemplateVersion = operation<
  CreateLaunchTemplateVersionCommandInput,
  Omit<CreateLaunchTemplateVersionCommandOutput, '$metadata'>
>({
  parameters: [
    'LaunchTemplateId',
    'LaunchTemplateName',
    'SourceVersion',
    'VersionDescription',
    'LaunchTemplateData',
    'ResolveAlias',
    'ClientToken',
  ],
  act(call, input) {
    const { world, region, nowMs } = call;
    const data = required(input.LaunchTemplateData, 'LaunchTemplateData');
    const made = madeOnce(call, input, () => {
      const record = chosenTemplate(region, input);
      const template = record.description;
      const source = input.SourceVersion === undefined ? undefined : chosenVersion(template, input.SourceVersion);
      record.versionsMade += 1;
      const version: LaunchTemplateVersion = {
        LaunchTemplateId: record.id,
        LaunchTemplateName: template.LaunchTemplateName,
        VersionNumber: record.versionsMade,
        VersionDescription: input.VersionDescription,
        CreateTime: new Date(nowMs),
        CreatedBy: `arn:aws:iam::${world.accountId}:root`,
        LaunchTemplateData: { ...source?.LaunchTemplateData, ...copied(data) },
      };
      const versions = [...template.versions, version];
      replace(world, record, { versions, LatestVersionNumber: record.versionsMade }, nowMs);
      return `${record.id} ${record.versionsMade}`;
    });
    const [id = '', number] = made.split(' ');
    const { description } = templateById(region, id);
    const version = chosenVersion(description, number);
    return {
      LaunchTemplateVersion: copied(presentVersion(region, description, version, input.ResolveAlias === true)),
    };
  },
});
