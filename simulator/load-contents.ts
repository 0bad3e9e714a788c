import type { Image, Instance, InstanceBlockDeviceMapping, SpotInstanceRequest, Volume } from '@aws-sdk/client-ec2';
import type { AccountContents, InstanceExtras, LoadNote } from './contents.ts';
import { copiedVolumeId } from './ec2/copying.ts';
import { registerImage } from './ec2/image-records.ts';
import { stateOf } from './ec2/instance-states.ts';
import { addInstance } from './ec2/launch.ts';
import { loadLaunchTemplateVersion } from './ec2/launch-template-records.ts';
import { registerSnapshot } from './ec2/snapshot-records.ts';
import { lineageOf, volumeRecord } from './ec2/volume-records.ts';
import type { InstanceRecord, RegionState } from './state.ts';
import type { World } from './world.ts';

const examplesShown = 5;

/**
 * Puts what an account held into a Region. Instances that were on their way into a state have arrived there. What is
 * referred to but absent is made up where the account needs it (volumes, spot requests), and said.
 */
export function loadContents(world: World, region: RegionState, contents: AccountContents): LoadNote[] {
  const notes = noteTaker();
  for (const volume of contents.volumes ?? []) {
    if (volume.VolumeId) region.volumes.set(volume.VolumeId, volumeRecord(world, volume.VolumeId, volume));
    else notes.take('a volume without an ID was left out', '(no ID)');
  }
  for (const instance of contents.instances) loadInstance(world, region, contents, instance, notes);
  for (const snapshot of contents.snapshots ?? []) loadSnapshot(world, region, snapshot, notes);
  for (const image of contents.images ?? []) loadImage(world, region, image, notes);
  for (const group of contents.autoScalingGroups ?? []) loadGroup(region, group, notes);
  for (const version of contents.launchTemplateVersions ?? []) loadLaunchTemplateVersion(region, version);
  for (const configuration of contents.launchConfigurations ?? []) {
    region.launchConfigurations.set(configuration.LaunchConfigurationName ?? '', configuration);
  }
  return notes.all();
}

function loadInstance(
  world: World,
  region: RegionState,
  contents: AccountContents,
  instance: Instance,
  notes: NoteTaker,
): void {
  const id = instance.InstanceId;
  if (!id) {
    notes.take('an instance without an ID was left out', '(no ID)');
    return;
  }
  if (region.instances.has(id)) {
    notes.take('an instance that was there already was left out', id);
    return;
  }
  const extras: InstanceExtras = contents.instanceExtras?.[id] ?? {};
  const arrived = { stopping: 'stopped', 'shutting-down': 'terminated', pending: 'running' } as const;
  const name = instance.State?.Name ?? 'running';
  const settled = name === 'stopping' || name === 'shutting-down' || name === 'pending' ? arrived[name] : name;
  if (settled !== name) notes.take(`an instance that was ${name} begins as ${settled}`, id);

  const groupName = instance.Tags?.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value;
  const record: InstanceRecord = {
    id,
    description: { ...instance, State: stateOf(settled) },
    reservationId: world.newId('r'),
    stopProtected: extras.stopProtected ?? false,
    terminationProtected: false,
    shutdownBehavior: extras.shutdownBehavior ?? 'stop',
    autoScalingGroupName: groupName,
    hasRun: true,
    publicAddress: addressKind(region, instance),
    checksPassAtMs: Number.NEGATIVE_INFINITY,
    checksFailUntilMs: 0,
    transition: undefined,
    captures: new Set(),
  };
  if (instance.InstanceLifecycle === 'spot') loadSpotRequest(world, region, record, extras);
  for (const mapping of instance.BlockDeviceMappings ?? []) {
    loadAttachedVolume(world, region, instance, mapping, extras.dailyChangeRate, notes);
  }
  addInstance(region, record);
  if (groupName === undefined || settled === 'terminated') return;
  const group = region.autoScalingGroups.get(groupName) ?? emptyGroup(groupName);
  region.autoScalingGroups.set(groupName, group);
  group.members.set(id, { lifecycleState: 'InService', healthStatus: 'Healthy', protectedFromScaleIn: false });
}

/** An address that Amazon lends belongs to `amazon`; an Elastic IP to an account. */
function addressKind(region: RegionState, instance: Instance): InstanceRecord['publicAddress'] {
  for (const nic of instance.NetworkInterfaces ?? []) {
    const { Association: association } = nic;
    if (!association?.PublicIp || association.IpOwnerId === 'amazon') continue;
    region.addresses.set(association.PublicIp, {
      PublicIp: association.PublicIp,
      AllocationId: `eipalloc-${association.PublicIp.replaceAll('.', '-')}`,
      Domain: 'vpc',
      InstanceId: instance.InstanceId,
      NetworkInterfaceId: nic.NetworkInterfaceId,
    });
    return 'elastic';
  }
  return instance.PublicIpAddress ? 'automatic' : 'none';
}

function loadSpotRequest(world: World, region: RegionState, record: InstanceRecord, extras: InstanceExtras): void {
  const { SpotInstanceRequestId = world.newId('sir'), ImageId, InstanceType } = record.description;
  record.description = { ...record.description, SpotInstanceRequestId };
  const request: SpotInstanceRequest = {
    SpotInstanceRequestId,
    InstanceId: record.id,
    Type: extras.spotRequestType ?? 'one-time',
    State: 'active',
    LaunchSpecification: { ImageId, InstanceType },
  };
  region.spotRequests.set(SpotInstanceRequestId, request);
}

function loadAttachedVolume(
  world: World,
  region: RegionState,
  instance: Instance,
  { DeviceName, Ebs }: InstanceBlockDeviceMapping,
  dailyChangeRate: number | undefined,
  notes: NoteTaker,
): void {
  const volumeId = Ebs?.VolumeId;
  if (!volumeId) return;
  const isRoot = DeviceName === instance.RootDeviceName;
  const attachment = {
    InstanceId: instance.InstanceId,
    VolumeId: volumeId,
    Device: DeviceName,
    State: 'attached' as const,
    DeleteOnTermination: Ebs.DeleteOnTermination ?? isRoot,
  };
  const present = region.volumes.get(volumeId);
  if (present) {
    if (dailyChangeRate !== undefined) present.dailyChangeRate = dailyChangeRate;
    const attachments = present.description.Attachments ?? [];
    if (attachments.some(({ InstanceId }) => InstanceId === instance.InstanceId)) return;
    // Two listings are never of the same instant: the instance's own word counts.
    present.description = { ...present.description, State: 'in-use', Attachments: [...attachments, attachment] };
    return;
  }
  const random = world.random.stream('made-up-volume', volumeId);
  const sizes = isRoot ? [8, 16, 20, 30, 50] : [50, 100, 200, 500];
  const description: Volume = {
    VolumeId: volumeId,
    Size: sizes[Math.floor(random.fraction() * sizes.length)] ?? 8,
    VolumeType: 'gp3',
    State: 'in-use',
    Encrypted: false,
    AvailabilityZone: instance.Placement?.AvailabilityZone,
    ...(Ebs.AttachTime ? { CreateTime: Ebs.AttachTime } : {}),
    Attachments: [attachment],
  };
  region.volumes.set(volumeId, volumeRecord(world, volumeId, description, dailyChangeRate));
  notes.take('a volume that is attached but not described was made up, with a size that is common', volumeId);
}

function loadSnapshot(
  world: World,
  region: RegionState,
  snapshot: NonNullable<AccountContents['snapshots']>[number],
  notes: NoteTaker,
): void {
  const id = snapshot.SnapshotId;
  if (!id) {
    notes.take('a snapshot without an ID was left out', '(no ID)');
    return;
  }
  if (region.snapshots.has(id)) {
    notes.take('a snapshot that was there already was left out', id);
    return;
  }
  const volume = region.volumes.get(snapshot.VolumeId ?? '');
  const random = world.random.stream('loaded-snapshot', id);
  // What a copy shares its blocks with is not said anywhere: it stands alone.
  const origin = !snapshot.VolumeId || snapshot.VolumeId === copiedVolumeId ? id : snapshot.VolumeId;
  const startedAtMs = snapshot.StartTime?.getTime() ?? 0;
  const settled = snapshot.State === 'pending' ? { State: 'completed' as const, Progress: '100%' } : {};
  registerSnapshot(
    region,
    {
      id,
      description: { ...snapshot, ...settled, OwnerId: snapshot.OwnerId ?? world.accountId },
      startedAtMs,
      completesAtMs: startedAtMs,
      lineage: lineageOf(origin, snapshot.Encrypted, snapshot.KmsKeyId),
      contentAtMs: startedAtMs,
      usedGigabytes: volume?.usedGigabytes ?? (snapshot.VolumeSize ?? 8) * random.between(0.25, 0.8),
      dailyChangeRate: volume?.dailyChangeRate ?? random.between(0.005, 0.05),
      storedGigabytes: 0,
      instanceStateAtStart: undefined,
      imageIds: new Set(),
      permissions: [],
      inUseUntilMs: 0,
      lastImageId: undefined,
    },
    world.clock.now(),
  );
}

function loadImage(world: World, region: RegionState, image: Image, notes: NoteTaker): void {
  const id = image.ImageId;
  if (!id) {
    notes.take('an image without an ID was left out', '(no ID)');
    return;
  }
  if (region.images.has(id)) {
    notes.take('an image that was there already was left out', id);
    return;
  }
  if (image.State === 'pending') notes.take('an image that was pending begins as available', id);
  const snapshotIds = (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  for (const snapshotId of snapshotIds) {
    const snapshot = region.snapshots.get(snapshotId);
    if (snapshot) snapshot.imageIds.add(id);
    else notes.take('an image refers to a snapshot that is not described', id);
  }
  const State = image.State === 'pending' ? ('available' as const) : image.State;
  registerImage(region, {
    id,
    description: { ...image, State, OwnerId: image.OwnerId ?? world.accountId },
    snapshotIds,
    launchPermissions: image.Public ? [{ Group: 'all' }] : [],
    mappings: image.BlockDeviceMappings ?? [],
    showsMappingsEarly: true,
    abandon: undefined,
  });
}

function loadGroup(
  region: RegionState,
  group: NonNullable<AccountContents['autoScalingGroups']>[number],
  notes: NoteTaker,
): void {
  const name = group.AutoScalingGroupName;
  if (!name) {
    notes.take('an Auto Scaling group without a name was left out', '(no name)');
    return;
  }
  const record = region.autoScalingGroups.get(name) ?? emptyGroup(name);
  record.group = group;
  region.autoScalingGroups.set(name, record);
  for (const member of group.Instances ?? []) {
    const instance = region.instances.get(member.InstanceId ?? '');
    if (!instance || instance.description.State?.Name === 'terminated') {
      notes.take('an Auto Scaling group names a member that is not there', `${name}: ${member.InstanceId ?? ''}`);
      continue;
    }
    instance.autoScalingGroupName = name;
    record.members.set(instance.id, {
      lifecycleState: member.LifecycleState ?? 'InService',
      healthStatus: member.HealthStatus === 'Unhealthy' ? 'Unhealthy' : 'Healthy',
      protectedFromScaleIn: member.ProtectedFromScaleIn ?? false,
    });
  }
}

/** A group that only its members' tags speak of. */
function emptyGroup(name: string) {
  const group = {
    AutoScalingGroupName: name,
    MinSize: undefined,
    MaxSize: undefined,
    DesiredCapacity: undefined,
    DefaultCooldown: undefined,
    AvailabilityZones: undefined,
    HealthCheckType: 'EC2',
    CreatedTime: undefined,
  };
  return { group, members: new Map() };
}

interface NoteTaker {
  take(note: string, example: string): void;
  all(): LoadNote[];
}

function noteTaker(): NoteTaker {
  const notes = new Map<string, LoadNote>();
  return {
    take(note, example) {
      const entry = notes.get(note) ?? { note, count: 0, examples: [] };
      notes.set(note, entry);
      entry.count++;
      if (entry.examples.length < examplesShown) entry.examples.push(example);
    },
    all: () => [...notes.values()],
  };
}
