import { join } from 'node:path';
import type { AccountContents, InstanceExtras, LoadNote } from '../contents.ts';
import { AccountFolderInvalid, type AccountFolderProblem } from './account-folder-invalid.ts';
import { type Admission, admit, type RegionChoice } from './admission.ts';
import { noteDanglingReferences } from './dangling.ts';
import { instancesFile, type PrintedFiles, readPrintedFiles } from './printed-files.ts';
import type { PrintedInstance } from './printed-instance.ts';
import { regionOfArn, regionOfZone } from './region.ts';
import { createTally, type LeftOut, type Tally } from './tally.ts';

export { AccountFolderInvalid };

export interface LoadedAccount {
  contents: AccountContents;
  /** The Region that all of `contents` is in. */
  region: string;
  /** The account that most of the loaded instances belong to, if any says so. */
  accountId: string | undefined;
  leftOut: LeftOut[];
  notes: LoadNote[];
}

interface LoadOptions {
  /** The Region to simulate; by default the one with the most instances. */
  region?: string;
}

interface Found {
  instance: PrintedInstance;
  ownerId: string | undefined;
  place: string;
}

/**
 * Reads a folder of what `aws ec2 describe-…` and `aws autoscaling describe-…` print, one file for each command, into
 * what an account of one Region holds. What does not become part of it is in `leftOut`, with the reason.
 * @throws AccountFolderInvalid naming every file, place and mend, if a file cannot be understood.
 */
export function loadAccountFolder(directory: string, options: LoadOptions = {}): LoadedAccount {
  const tally = createTally();
  const problems: AccountFolderProblem[] = [];
  const printed = readPrintedFiles(directory, problems, tally);
  const [first, ...others] = problems;
  if (first) throw new AccountFolderInvalid(first, ...others);

  const found = instancesOf(printed);
  const choice = chooseRegion(found, options.region, join(directory, instancesFile));
  const admitted = admit('instance', found, instanceAdmission, choice, tally);
  const instances = admitted.map(({ instance }) => instance);
  const contents: AccountContents = {
    instances,
    ...restOf(printed, choice, tally),
    instanceExtras: extrasOf(instances, printed, tally),
  };
  noteDanglingReferences(contents, tally);
  if (contents.images?.length && choice.others.length > 0) {
    tally.note(`images and snapshots do not say their Region; they are taken to be in ${choice.region}`);
  }
  return {
    contents,
    region: choice.region,
    accountId: ownerOf(admitted),
    leftOut: tally.leftOut(),
    notes: tally.notes(),
  };
}

function restOf(printed: PrintedFiles, choice: RegionChoice, tally: Tally): Omit<AccountContents, 'instances'> {
  const take = <Entry>(what: string, entries: Entry[] | undefined, admission: Admission<Entry>): Entry[] =>
    admit(what, entries ?? [], admission, choice, tally);
  return {
    volumes: take('volume', printed.volumes, {
      idOf: ({ VolumeId }) => VolumeId,
      placeOf: ({ AvailabilityZone }) => regionOfZone(AvailabilityZone ?? ''),
      reasonAgainst: ({ State }) => (State === 'deleted' || State === 'deleting' ? State : undefined),
    }),
    images: take('image', printed.images, { idOf: ({ ImageId }) => ImageId }),
    snapshots: take('snapshot', printed.snapshots, {
      idOf: ({ SnapshotId }) => SnapshotId,
      placeOf: ({ KmsKeyId }) => regionOfArn(KmsKeyId) ?? choice.region,
    }),
    launchTemplateVersions: take('launch template version', printed.launchTemplateVersions, {
      idOf: ({ LaunchTemplateId, VersionNumber }) =>
        LaunchTemplateId && VersionNumber !== undefined ? `${LaunchTemplateId}:${VersionNumber}` : undefined,
    }),
    autoScalingGroups: take('Auto Scaling group', printed.autoScalingGroups, {
      idOf: ({ AutoScalingGroupName }) => AutoScalingGroupName,
      placeOf: ({ AutoScalingGroupARN, AvailabilityZones }) =>
        regionOfArn(AutoScalingGroupARN) ?? regionOfZone(AvailabilityZones[0] ?? ''),
    }),
    launchConfigurations: take('launch configuration', printed.launchConfigurations, {
      idOf: ({ LaunchConfigurationName }) => LaunchConfigurationName,
      placeOf: ({ LaunchConfigurationARN }) => regionOfArn(LaunchConfigurationARN) ?? choice.region,
    }),
  };
}

function instancesOf({ reservations = [] }: PrintedFiles): Found[] {
  return reservations.flatMap(({ OwnerId, Instances }, reservation) =>
    Instances.map((instance, index) => ({
      instance,
      ownerId: OwnerId,
      place: `Reservations[${reservation}].Instances[${index}]`,
    })),
  );
}

const instanceAdmission: Admission<Found> = {
  idOf: ({ instance }) => instance.InstanceId,
  nameOf: ({ place }) => place,
  placeOf: ({ instance }) => regionOfZone(instance.Placement?.AvailabilityZone ?? ''),
  reasonAgainst: ({ instance: { State } }) => {
    if (!State) return 'without a state';
    // It vanishes from AWS's answers within the hour, and no image can be made of it.
    return State.Name === 'terminated' || State.Name === 'shutting-down' ? State.Name : undefined;
  },
};

/** How many instances that could be simulated each Region has. */
function regionsOf(found: readonly Found[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const entry of found) {
    const region = instanceAdmission.placeOf?.(entry);
    if (!entry.instance.InstanceId || instanceAdmission.reasonAgainst?.(entry) || !region) continue;
    counts.set(region, (counts.get(region) ?? 0) + 1);
  }
  return new Map([...counts].sort(([, left], [, right]) => right - left));
}

function chooseRegion(found: readonly Found[], wanted: string | undefined, file: string): RegionChoice {
  const regions = regionsOf(found);
  const [largest] = regions.keys();
  if (largest === undefined) {
    throw new AccountFolderInvalid({
      file,
      path: 'Reservations',
      problem: `lists ${found.length} instances, and none that could be simulated (with an ID, a state other than terminated, and an Availability Zone)`,
      mend: 'save the instances of a Region that has some',
    });
  }
  const region = wanted ?? largest;
  if (regions.has(region)) return { region, others: [...regions.keys()].filter((other) => other !== region) };
  throw new AccountFolderInvalid({
    file,
    path: '',
    problem: `lists no instance in ${region}, but ${[...regions].map(([name, count]) => `${count} in ${name}`).join(', ')}`,
    mend: `simulate one of these, as --region ${largest}`,
  });
}

function extrasOf(instances: PrintedInstance[], printed: PrintedFiles, tally: Tally): Record<string, InstanceExtras> {
  const extras = new Map<string, InstanceExtras>();
  const add = (instanceId: string, more: InstanceExtras) =>
    extras.set(instanceId, { ...extras.get(instanceId), ...more });
  const loaded = new Set(instances.map(({ InstanceId }) => InstanceId));
  for (const { InstanceId, DisableApiStop, InstanceInitiatedShutdownBehavior } of printed.attributes ?? []) {
    if (!loaded.has(InstanceId)) {
      tally.leaveOut('instance attribute', InstanceId, 'of an instance that is not loaded');
      continue;
    }
    if (DisableApiStop?.Value !== undefined) add(InstanceId, { stopProtected: DisableApiStop.Value });
    const shutdownBehavior = InstanceInitiatedShutdownBehavior?.Value;
    if (shutdownBehavior) add(InstanceId, { shutdownBehavior });
  }
  const requestTypes = new Map(
    printed.spotRequests?.map(({ SpotInstanceRequestId, Type }) => [SpotInstanceRequestId, Type]),
  );
  for (const { InstanceId = '', InstanceLifecycle, SpotInstanceRequestId = '' } of instances) {
    if (InstanceLifecycle !== 'spot') continue;
    const spotRequestType = requestTypes.get(SpotInstanceRequestId);
    if (spotRequestType) add(InstanceId, { spotRequestType });
    else tally.note('spot request not listed, taken to be one-time', InstanceId);
  }
  return Object.fromEntries(extras);
}

function ownerOf(admitted: readonly Found[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { ownerId = '' } of admitted) {
    if (/^\d{12}$/.test(ownerId)) counts.set(ownerId, (counts.get(ownerId) ?? 0) + 1);
  }
  return [...counts].sort(([, left], [, right]) => right - left)[0]?.[0];
}
