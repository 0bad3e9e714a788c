import type {
  DeleteLaunchTemplateVersionsCommandInput,
  DeleteLaunchTemplateVersionsCommandOutput,
  DeleteLaunchTemplateVersionsResponseErrorItem,
  DeleteLaunchTemplateVersionsResponseSuccessItem,
} from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { replace } from '../world.ts';
import { chosenTemplate, latestOf } from './launch-template-records.ts';

/** Answers 200 even if some versions, or all, stay: each has its own outcome. The default version cannot go. */
export const deleteLaunchTemplateVersions = operation<
  DeleteLaunchTemplateVersionsCommandInput,
  Omit<DeleteLaunchTemplateVersionsCommandOutput, '$metadata'>
>({
  parameters: ['LaunchTemplateId', 'LaunchTemplateName', 'Versions'],
  act(call, input) {
    const record = chosenTemplate(call.region, input);
    const wanted = required(input.Versions, 'LaunchTemplateVersion');
    if (wanted.length > 200) refuse('InvalidParameterValue', 'At most 200 versions can be deleted at once.');
    const { DefaultVersionNumber, LaunchTemplateName } = record.description;
    const deleted: DeleteLaunchTemplateVersionsResponseSuccessItem[] = [];
    const kept: DeleteLaunchTemplateVersionsResponseErrorItem[] = [];
    for (const VersionNumber of new Set(wanted.map(Number))) {
      const entry = { LaunchTemplateId: record.id, LaunchTemplateName, VersionNumber };
      const isThere = record.description.versions.some((version) => version.VersionNumber === VersionNumber);
      if (!isThere) {
        const Message = `The launch template has no version ${VersionNumber}.`;
        kept.push({ ...entry, ResponseError: { Code: 'launchTemplateVersionDoesNotExist', Message } });
      } else if (VersionNumber === DefaultVersionNumber) {
        const Message = 'The default version of a launch template cannot be deleted.';
        kept.push({ ...entry, ResponseError: { Code: 'unexpectedError', Message } });
      } else {
        deleted.push(entry);
      }
    }
    const gone = new Set(deleted.map(({ VersionNumber }) => VersionNumber));
    const versions = record.description.versions.filter(({ VersionNumber }) => !gone.has(VersionNumber));
    replace(call.world, record, { versions, LatestVersionNumber: latestOf(versions) }, call.nowMs);
    return {
      SuccessfullyDeletedLaunchTemplateVersions: deleted,
      UnsuccessfullyDeletedLaunchTemplateVersions: kept,
    };
  },
});
