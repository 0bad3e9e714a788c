import type { LaunchTemplate, LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import { refuse } from '../service-failure.ts';
import type { LaunchTemplateDescription, LaunchTemplateRecord, RegionState } from '../state.ts';
import { type Call, seen } from '../world.ts';

interface TemplateChoice {
  LaunchTemplateId?: string | undefined;
  LaunchTemplateName?: string | undefined;
}

/** Puts a version that was printed into a Region; its template is what its versions say of it. */
export function loadLaunchTemplateVersion(region: RegionState, version: LaunchTemplateVersion): void {
  const { LaunchTemplateId: id, LaunchTemplateName, VersionNumber = 1, CreateTime, CreatedBy } = version;
  if (!id) return;
  const known = region.launchTemplates.get(id);
  const others = (known?.description.versions ?? []).filter((other) => other.VersionNumber !== VersionNumber);
  const versions = [...others, version].sort((left, right) => numberOf(left) - numberOf(right));
  const isDefault = version.DefaultVersion === true || known?.description.DefaultVersionNumber === undefined;
  const description: LaunchTemplateDescription = {
    ...(known?.description ?? { LaunchTemplateId: id, LaunchTemplateName, CreateTime, CreatedBy, Tags: [] }),
    ...(isDefault ? { DefaultVersionNumber: VersionNumber } : {}),
    LatestVersionNumber: latestOf(versions),
    versions,
  };
  const versionsMade = Math.max(VersionNumber, known?.versionsMade ?? 0);
  region.launchTemplates.set(id, { id, description, versionsMade });
}

/** The template that a request names, by ID or by name; ends the operation if it names both, none or an unknown one. */
export function chosenTemplate(region: RegionState, choice: TemplateChoice): LaunchTemplateRecord {
  const { LaunchTemplateId: id, LaunchTemplateName: name } = choice;
  if (id !== undefined && name !== undefined) {
    refuse('InvalidParameterCombination', 'Specify either the launch template ID or its name, not both.');
  }
  if (id !== undefined) return templateById(region, id);
  if (name !== undefined) return templateByName(region, name);
  return refuse('MissingParameter', 'The request must contain the parameter LaunchTemplateId or LaunchTemplateName');
}

export function templateById(region: RegionState, id: string): LaunchTemplateRecord {
  const found = region.launchTemplates.get(id);
  if (found) return found;
  if (!/^lt-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    refuse('InvalidLaunchTemplateId.Malformed', `Invalid id: "${id}" (expecting "lt-...")`);
  }
  return refuseUnknownTemplate(id);
}

function refuseUnknownTemplate(id: string): never {
  return refuse('InvalidLaunchTemplateId.NotFound', `There is no launch template with the ID ${id}.`);
}

/** The template as this read sees it; one that was just made may not be there yet. */
export function seenTemplate(call: Call, record: LaunchTemplateRecord): LaunchTemplateDescription {
  return seen(call, record) ?? refuseUnknownTemplate(record.id);
}

export function templateByName(region: RegionState, name: string): LaunchTemplateRecord {
  for (const record of region.launchTemplates.values()) {
    if (record.description.LaunchTemplateName === name) return record;
  }
  return refuse('InvalidLaunchTemplateName.NotFoundException', `There is no launch template with the name ${name}.`);
}

/** The version by its number, `$Latest` or `$Default`; without one it is the default, as for a launch. */
export function chosenVersion(template: LaunchTemplateDescription, version: string | undefined): LaunchTemplateVersion {
  const number = versionNumber(template, version ?? '$Default');
  const found = template.versions.find(({ VersionNumber }) => VersionNumber === number);
  if (found) return found;
  const id = template.LaunchTemplateId ?? '';
  return refuse(
    'InvalidLaunchTemplateId.VersionNotFound',
    `The launch template ${id} has no version ${version ?? ''}.`,
  );
}

function versionNumber(template: LaunchTemplateDescription, version: string): number | undefined {
  if (version === '$Latest') return template.LatestVersionNumber;
  if (version === '$Default') return template.DefaultVersionNumber;
  if (/^\d+$/.test(version)) return Number(version);
  return refuse(
    'InvalidParameterValue',
    `'${version}' is not a launch template version: a number, $Latest or $Default.`,
  );
}

export function latestOf(versions: readonly LaunchTemplateVersion[]): number {
  return Math.max(0, ...versions.slice(-1).map(numberOf));
}

/** The template as DescribeLaunchTemplates shows it: without its versions. */
export function presentTemplate({ versions: _versions, ...template }: LaunchTemplateDescription): LaunchTemplate {
  return template;
}

/** The version as it is shown; whether it is the default is the template's to say. */
export function presentVersion(
  region: RegionState,
  template: LaunchTemplateDescription,
  version: LaunchTemplateVersion,
  resolveAlias: boolean,
): LaunchTemplateVersion {
  const DefaultVersion = version.VersionNumber === template.DefaultVersionNumber;
  const imageId = version.LaunchTemplateData?.ImageId;
  if (!resolveAlias || imageId === undefined) return { ...version, DefaultVersion };
  return {
    ...version,
    DefaultVersion,
    LaunchTemplateData: { ...version.LaunchTemplateData, ImageId: resolvedImageId(region, imageId) },
  };
}

/** What `resolve:ssm:<parameter>[:<version>]` stands for now; any other text stands for itself. */
export function resolvedImageId(region: RegionState, imageId: string): string {
  const reference = /^resolve:ssm:([^:]+)(?::(\d+))?$/.exec(imageId);
  if (!reference) return imageId;
  const [, name = '', version] = reference;
  const parameter = region.parameters.get(name);
  const versionsBack = parameter && version !== undefined ? parameter.version - Number(version) : 0;
  const earlier = versionsBack > 0 ? parameter?.earlierValues.at(-versionsBack) : undefined;
  return (
    (versionsBack === 0 ? parameter?.value : earlier) ??
    refuse('InvalidParameterValue', `The parameter of ${imageId} does not exist, or not in that version.`)
  );
}

function numberOf({ VersionNumber = 0 }: LaunchTemplateVersion): number {
  return VersionNumber;
}
