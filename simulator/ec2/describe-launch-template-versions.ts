import type {
  DescribeLaunchTemplateVersionsCommandInput,
  DescribeLaunchTemplateVersionsCommandOutput,
  LaunchTemplateVersion,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { type FilterTable, filterTest } from '../filters.ts';
import { operation, operationFile } from '../operation.ts';
import { page } from '../paging.ts';
import { refuse } from '../service-failure.ts';
import type { LaunchTemplateDescription } from '../state.ts';
import { type Call, seen } from '../world.ts';
import { chosenTemplate, chosenVersion, presentVersion, seenTemplate } from './launch-template-records.ts';

type Input = DescribeLaunchTemplateVersionsCommandInput;

const filters: FilterTable<LaunchTemplateVersion & { Tags?: undefined }> = {
  'image-id': ({ LaunchTemplateData }) => LaunchTemplateData?.ImageId,
  'instance-type': ({ LaunchTemplateData }) => LaunchTemplateData?.InstanceType,
  'is-default-version': ({ DefaultVersion }) => DefaultVersion,
  'create-time': ({ CreateTime }) => CreateTime?.toISOString(),
};

/**
 * The versions of one template, the newest first; or, with neither its ID nor its name, what `$Latest` and `$Default`
 * are of every template.
 */
export const describeLaunchTemplateVersions = operation<
  Input,
  Omit<DescribeLaunchTemplateVersionsCommandOutput, '$metadata'>
>({
  parameters: [
    'LaunchTemplateId',
    'LaunchTemplateName',
    'Versions',
    'MinVersion',
    'MaxVersion',
    'Filters',
    'ResolveAlias',
    'MaxResults',
    'NextToken',
  ],
  act(call, input) {
    const { region } = call;
    const passes = filterTest(filters, input.Filters, operationFile(call.service, call.operation));
    const show = (template: LaunchTemplateDescription, version: LaunchTemplateVersion): LaunchTemplateVersion =>
      presentVersion(region, template, version, input.ResolveAlias === true);
    const { ids, nextToken } = page(call, input, { idsGiven: undefined, least: 1, most: 200, unasked: 200 }, () =>
      wantedTemplates(call, input).flatMap((template) =>
        wantedVersions(template, input)
          .filter((version) => passes(show(template, version)))
          .map(({ VersionNumber }) => `${template.LaunchTemplateId} ${VersionNumber}`),
      ),
    );
    const LaunchTemplateVersions = ids.flatMap((key) => {
      const [id = '', number] = key.split(' ');
      const record = region.launchTemplates.get(id);
      const template = record && seen(call, record);
      const version = template?.versions.find(({ VersionNumber }) => VersionNumber === Number(number));
      return template && version ? [copied(show(template, version))] : [];
    });
    return { LaunchTemplateVersions, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});

function wantedTemplates(call: Call, input: Input): LaunchTemplateDescription[] {
  const { LaunchTemplateId, LaunchTemplateName, Versions = [], MinVersion, MaxVersion } = input;
  if (Versions.length > 0 && (MinVersion ?? MaxVersion) !== undefined) {
    refuse('InvalidParameterCombination', 'Versions cannot be used together with MinVersion or MaxVersion.');
  }
  const isOne = LaunchTemplateId !== undefined || LaunchTemplateName !== undefined;
  const areOfAll = Versions.length > 0 && Versions.every((version) => version === '$Latest' || version === '$Default');
  if (!isOne && !areOfAll) {
    refuse(
      'MissingParameter',
      'Without LaunchTemplateId or LaunchTemplateName, Versions must be given as $Latest, $Default, or both.',
    );
  }
  if (isOne) return [seenTemplate(call, chosenTemplate(call.region, input))];
  return [...call.region.launchTemplates.values()].flatMap((record) => seen(call, record) ?? []);
}

function wantedVersions(template: LaunchTemplateDescription, input: Input): LaunchTemplateVersion[] {
  const { Versions = [], MinVersion, MaxVersion } = input;
  const least = bound(MinVersion, 0);
  const most = bound(MaxVersion, Number.POSITIVE_INFINITY);
  if (Versions.length > 0) return [...new Set(Versions.map((version) => chosenVersion(template, version)))];
  return template.versions
    .filter(({ VersionNumber = 0 }) => VersionNumber >= least && VersionNumber <= most)
    .toReversed();
}

function bound(version: string | undefined, otherwise: number): number {
  if (version === undefined) return otherwise;
  return /^\d+$/.test(version)
    ? Number(version)
    : refuse('InvalidParameterValue', `'${version}' is not a version number.`);
}
