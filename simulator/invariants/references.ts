import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Account } from '../account.ts';
import { pendingTerm } from '../ec2/image-records.ts';
import type { LaunchTemplateDescription, RegionState } from '../state.ts';
import { isSettled, mayBeSeen } from './records.ts';

/** Templates may name an image by a parameter, `resolve:ssm:name` or `resolve:ssm:name:version`. */
const byParameter = /^resolve:ssm:([^:]+)(?::(\d+))?$/;

interface ReferenceScope {
  /** Whether others may launch from it, or might until we disabled it: without that none can need it. */
  isShared: boolean;
  /** How many of the newest versions of a launch template count. */
  launchTemplateVersions: number;
}

/**
 * Who needs an image, in words; undefined where nobody does. What came about a moment ago does not count: no read would
 * have told it. Of a template the versions count that are launched where none is named, those of groups and fleets, and, for
 * the image that they name, as many of the newest as the policy says. Whoever mounts a snapshot of an image, or launches from
 * it, needs the image.
 */
export function referenceTo(
  account: Account,
  region: RegionState,
  imageId: string,
  { isShared, launchTemplateVersions }: ReferenceScope,
): string | undefined {
  const nowMs = account.clock.now();
  const snapshotIds = region.images.get(imageId)?.snapshotIds ?? [];
  const launcher = launcherOf(
    region,
    ({ ImageId, BlockDeviceMappings }) => ImageId === imageId || mounts(BlockDeviceMappings, snapshotIds),
    nowMs,
  );
  if (launcher !== undefined) return launcher;
  const templateId = recentTemplateOf(region, imageId, { launchTemplateVersions, nowMs });
  if (templateId !== undefined) return `one of the newest versions of the launch template ${templateId}`;
  const finders = [instance, parameter, recipe, storeTask];
  for (const find of isShared ? [...finders, otherAccount] : finders) {
    const found = find(region, imageId, nowMs);
    if (found !== undefined) return found;
  }
  return copy(account, region, imageId);
}

/** Who mounts a snapshot, whatever image it launches from. */
export function mountOf(account: Account, region: RegionState, snapshotId: string): string | undefined {
  return launcherOf(
    region,
    ({ BlockDeviceMappings }) => mounts(BlockDeviceMappings, [snapshotId]),
    account.clock.now(),
  );
}

/** What is launched: an image, of a template the one that its parameter names, and snapshots as data disks. */
interface Launch {
  ImageId?: string | undefined;
  BlockDeviceMappings?: readonly { Ebs?: { SnapshotId?: string | undefined } | undefined }[] | undefined;
}

function mounts(mappings: Launch['BlockDeviceMappings'] = [], snapshotIds: readonly string[]): boolean {
  return mappings.some(({ Ebs }) => Ebs?.SnapshotId !== undefined && snapshotIds.includes(Ebs.SnapshotId));
}

/** Who launches such a thing by a template, or by a specification of its own. */
function launcherOf(region: RegionState, needs: Needs, nowMs: number): string | undefined {
  for (const find of [template, group, spotFleet, fleet, spotRequest, configuration]) {
    const found = find(region, needs, nowMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Needs = (launch: Launch) => boolean;
type Launcher = (region: RegionState, needs: Needs, nowMs: number) => string | undefined;
type Finder = (region: RegionState, imageId: string, nowMs: number) => string | undefined;

const instance: Finder = (region, imageId, nowMs) => {
  if (!region.launchesByImage.has(imageId)) return undefined;
  for (const record of region.instances.values()) {
    const uses = isSettled(record, nowMs, ({ ImageId, State }) => ImageId === imageId && State?.Name !== 'terminated');
    if (uses) return `the instance ${record.id}`;
  }
  return undefined;
};

const template: Launcher = (region, needs, nowMs) => {
  for (const record of region.launchTemplates.values()) {
    const uses = isSettled(record, nowMs, (description) =>
      ['$Default', '$Latest'].some((version) => needs(launchOf(region, description, version))),
    );
    if (uses) return `the launch template ${record.id}`;
  }
  return undefined;
};

/** An image that an older version names by a parameter is found at the parameter. */
function recentTemplateOf(
  { launchTemplates }: RegionState,
  imageId: string,
  { launchTemplateVersions, nowMs }: { launchTemplateVersions: number; nowMs: number },
): string | undefined {
  const uses = ({ versions }: LaunchTemplateDescription): boolean =>
    versions.slice(-launchTemplateVersions).some(({ LaunchTemplateData }) => LaunchTemplateData?.ImageId === imageId);
  return [...launchTemplates.values()].find((record) => isSettled(record, nowMs, uses))?.id;
}

const group: Launcher = (region, needs, nowMs) => {
  for (const { group: scaling } of region.autoScalingGroups.values()) {
    if (launches(region, sourcesOf(scaling), needs, nowMs)) {
      return `the Auto Scaling group ${scaling.AutoScalingGroupName}`;
    }
  }
  return undefined;
};

/** Fleets launch again by themselves, so they need an image also while they have no instance. */
const spotFleet: Launcher = (region, needs, nowMs) => {
  for (const { SpotFleetRequestId, SpotFleetRequestState, SpotFleetRequestConfig } of region.spotFleets.values()) {
    const { LaunchSpecifications = [], LaunchTemplateConfigs = [] } = SpotFleetRequestConfig ?? {};
    const sources = [...LaunchSpecifications, ...LaunchTemplateConfigs];
    if (isLaunching(SpotFleetRequestState) && launches(region, sources, needs, nowMs)) {
      return `the Spot Fleet ${SpotFleetRequestId}`;
    }
  }
  return undefined;
};

const fleet: Launcher = (region, needs, nowMs) => {
  for (const { FleetId, FleetState, Type, LaunchTemplateConfigs = [] } of region.fleets.values()) {
    const sources = [...LaunchTemplateConfigs, ...LaunchTemplateConfigs.flatMap(({ Overrides = [] }) => Overrides)];
    const isDone = Type === 'instant' || !isLaunching(FleetState);
    if (!isDone && launches(region, sources, needs, nowMs)) return `the EC2 Fleet ${FleetId}`;
  }
  return undefined;
};

function isLaunching(state = ''): boolean {
  return ['submitted', 'active', 'modifying'].includes(state);
}

/** One that is fulfilled for good has an instance, which needs the image by itself. */
const spotRequest: Launcher = ({ spotRequests }, needs) => {
  const found = [...spotRequests.values()].find(({ LaunchSpecification, State = '', Type }) => {
    const launchesAgain = State === 'open' || (Type === 'persistent' && ['active', 'disabled'].includes(State));
    return launchesAgain && LaunchSpecification !== undefined && needs(LaunchSpecification);
  });
  return found && `the Spot request ${found.SpotInstanceRequestId}`;
};

const configuration: Launcher = ({ launchConfigurations }, needs) => {
  const found = [...launchConfigurations.values()].find(needs);
  return found && `the launch configuration ${found.LaunchConfigurationName}`;
};

const parameter: Finder = ({ parameters }, imageId) => {
  const found = [...parameters.values()].find(({ type, value }) => type === 'String' && value === imageId);
  return found && `the parameter ${found.name}`;
};

const recipe: Finder = ({ imageRecipes }, imageId) => imageRecipes.find((each) => each.imageId === imageId)?.arn;

/**
 * What others really do, whether or not anybody asked for a report. Only a use that began after the newest report was made is
 * excused, as that could not tell; one that is too old, or tells of part of the uses, excuses nothing.
 */
const otherAccount: Finder = ({ foreignUse, usageReports }, imageId, nowMs) => {
  const newest = [...usageReports.values()]
    .filter(({ description, fails, settlesAtMs }) => {
      const { ImageId, AccountIds = [], ResourceTypes = [] } = description;
      const isComplete = AccountIds.length === 0 && ResourceTypes.length === allUses;
      return ImageId === imageId && isComplete && !fails && settlesAtMs <= nowMs;
    })
    .findLast(({ description }) => nowMs - (description.CreationTime?.getTime() ?? 0) <= longestReportMs);
  const use = foreignUse.find(
    (each) =>
      each.imageId === imageId &&
      each.count > 0 &&
      (!newest ||
        newest.entries.some(({ AccountId, UsageCount = 0 }) => AccountId === each.accountId && UsageCount > 0)),
  );
  return use && `${use.resourceType} of account ${use.accountId}`;
};

/** Kinds of use that a report can tell of. */
const allUses = 4;
/** How old a report may be on which somebody acts: a fortnight, and a day for schedules that are late. */
const longestReportMs = 16 * 86_400_000;

const storeTask: Finder = ({ storeTasks }, imageId, nowMs) => {
  for (const record of storeTasks.values()) {
    const uses = isSettled(
      record,
      nowMs,
      ({ AmiId, StoreTaskState }) => AmiId === imageId && StoreTaskState === 'InProgress',
    );
    if (uses) return `a store task to ${record.description.Bucket}`;
  }
  return undefined;
};

function copy(account: Account, region: RegionState, imageId: string): string | undefined {
  const nowMs = account.clock.now();
  for (const { name, images, imageIndex } of account.regions()) {
    // Sought among those that are pending now, as a look at every image's past would cost too much.
    for (const id of imageIndex.under(pendingTerm)) {
      const record = images.get(id);
      if (!record) continue;
      const { SourceImageId, SourceImageRegion, State } = record.description;
      if (State !== 'pending' || SourceImageId !== imageId || SourceImageRegion !== region.name) continue;
      if (!mayBeSeen(record, nowMs, (seen) => seen.State !== 'pending') && isSettled(record, nowMs, () => true)) {
        return `its copy ${record.id} into ${name}`;
      }
    }
  }
  return undefined;
}

function launchOf(region: RegionState, description: LaunchTemplateDescription, version: string): Launch {
  const { DefaultVersionNumber, LatestVersionNumber, versions } = description;
  const named: Record<string, number | undefined> = { $Default: DefaultVersionNumber, $Latest: LatestVersionNumber };
  const number = named[version] ?? Number(version);
  const data = versions.find(({ VersionNumber }) => VersionNumber === number)?.LaunchTemplateData ?? {};
  return { ...data, ImageId: imageNamed(region, data.ImageId) };
}

function imageNamed(region: RegionState, imageId = ''): string | undefined {
  const [, name, parameterVersion] = byParameter.exec(imageId) ?? [];
  if (name === undefined) return imageId;
  const stored = region.parameters.get(name);
  if (!stored || parameterVersion === undefined) return stored?.value;
  return [...stored.earlierValues, stored.value][Number(parameterVersion) - 1];
}

/** A launch by itself, a version of a template, or both: then the image replaces that of the template. */
interface LaunchSource extends Launch {
  LaunchTemplateSpecification?:
    | { LaunchTemplateId?: string | undefined; LaunchTemplateName?: string | undefined; Version?: string | undefined }
    | undefined;
}

function launches(region: RegionState, sources: readonly LaunchSource[], needs: Needs, nowMs: number): boolean {
  return sources.some((source) => {
    if (needs(source)) return true;
    const { LaunchTemplateSpecification: specification } = source;
    if (!specification) return false;
    const { LaunchTemplateId, LaunchTemplateName, Version = '$Default' } = specification;
    const record = LaunchTemplateId
      ? region.launchTemplates.get(LaunchTemplateId)
      : [...region.launchTemplates.values()].find((each) => each.description.LaunchTemplateName === LaunchTemplateName);
    return record !== undefined && isSettled(record, nowMs, (seen) => needs(launchOf(region, seen, Version)));
  });
}

/** A group's template, that of its mixed-instances policy, and what single instance types override it with. */
function sourcesOf({ LaunchTemplate, MixedInstancesPolicy }: AutoScalingGroup): LaunchSource[] {
  const mixed = MixedInstancesPolicy?.LaunchTemplate;
  return [{ LaunchTemplateSpecification: LaunchTemplate }, ...(mixed ? [mixed, ...(mixed.Overrides ?? [])] : [])];
}
