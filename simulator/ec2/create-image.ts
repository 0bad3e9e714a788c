import type { BlockDeviceMapping, CreateImageCommandInput, CreateImageCommandOutput, Image } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { ImageRecord, InstanceRecord, RegionState, VolumeRecord } from '../state.ts';
import { type Call, created } from '../world.ts';
import { beginCapture } from './capture.ts';
import { known } from './identifiers.ts';
import { checkImageName, checkImageQuota, registerImage } from './image-records.ts';
import { reboot } from './instance-states.ts';
import { specifiedTags } from './tags.ts';
import { concurrentSnapshots } from './volume-records.ts';

export const createImage = operation<CreateImageCommandInput, Omit<CreateImageCommandOutput, '$metadata'>>({
  parameters: ['InstanceId', 'Name', 'Description', 'NoReboot', 'BlockDeviceMappings', 'TagSpecifications'],
  act(call, input) {
    const { world, region, nowMs } = call;
    const name = required(input.Name, 'Name');
    const instance = known('instance', region.instances, required(input.InstanceId, 'InstanceId'));
    checkImageName(region, name, nowMs);
    checkImageQuota(region);
    checkSource(instance);
    if ((input.Description ?? '').length > 255) {
      refuse('InvalidParameterValue', 'The description must not be longer than 255 characters.');
    }
    const tags = specifiedTags(input.TagSpecifications, ['image', 'snapshot']);
    const devices = wantedDevices(region, instance, input.BlockDeviceMappings ?? []);
    for (const { volume } of devices) {
      if (volume.snapshotsUnderWay < concurrentSnapshots(volume)) continue;
      refuse('ConcurrentSnapshotLimitExceeded', `Maximum allowed in-progress snapshots for ${volume.id} exceeded.`);
    }

    const id = world.newId('ami');
    const image = created<Image, ImageRecord>(
      world,
      {
        id,
        description: imageOf(call, instance, id, name, input),
        snapshotIds: [],
        launchPermissions: [],
        mappings: devices.map((device) => device.mapping),
        showsMappingsEarly: world.random.stream('mappings', id).chance(0.5),
        abandon: undefined,
      },
      nowMs,
    );
    image.description.Tags = tags.image;
    registerImage(region, image);
    const reboots = input.NoReboot !== true && instance.description.State?.Name === 'running';
    if (reboots) reboot(call, instance, true);
    beginCapture(call, image, instance, devices, { reboots, snapshotTags: tags.snapshot });
    return { ImageId: id };
  },
});

function checkSource(instance: InstanceRecord): void {
  const { id, description } = instance;
  if (!/^(running|stopping|stopped)$/.test(description.State?.Name ?? '')) {
    refuse(
      'InvalidParameterValue',
      `Invalid value '${id}' for instanceId. Instance is not in state 'running' or 'stopping' or 'stopped'`,
    );
  }
  if (description.RootDeviceType === 'instance-store') {
    refuse(
      'InvalidParameterValue',
      `Invalid value '${id}' for instanceId. Instance does not have a volume attached at root`,
    );
  }
}

interface Device {
  deviceName: string;
  volume: VolumeRecord;
  mapping: BlockDeviceMapping;
}

/** The instance's EBS devices, without those that the request leaves out. */
function wantedDevices(
  region: RegionState,
  instance: InstanceRecord,
  overrides: readonly BlockDeviceMapping[],
): Device[] {
  const attached = instance.description.BlockDeviceMappings ?? [];
  for (const { DeviceName, NoDevice, Ebs, VirtualName } of overrides) {
    const isKnown = attached.some((mapping) => mapping.DeviceName === DeviceName);
    const changes = Object.keys(Ebs ?? {}).filter((key) => key !== 'DeleteOnTermination');
    const isForeign = !isKnown && NoDevice === undefined;
    if (!DeviceName || isForeign || VirtualName !== undefined || changes.length > 0) {
      refuse(
        'InvalidBlockDeviceMapping',
        `The mapping of '${DeviceName ?? ''}' cannot be changed in this way: only NoDevice and DeleteOnTermination can.`,
      );
    }
  }
  return attached.flatMap(({ DeviceName, Ebs }) => {
    const override = overrides.find((mapping) => mapping.DeviceName === DeviceName);
    const volume = region.volumes.get(Ebs?.VolumeId ?? '');
    if (!DeviceName || !volume || override?.NoDevice !== undefined) return [];
    const { Size, VolumeType, Iops, Throughput, Encrypted, KmsKeyId } = volume.description;
    const mapping: BlockDeviceMapping = {
      DeviceName,
      Ebs: {
        DeleteOnTermination: override?.Ebs?.DeleteOnTermination ?? Ebs?.DeleteOnTermination ?? false,
        VolumeSize: Size,
        VolumeType,
        Iops,
        Throughput,
        Encrypted: Encrypted ?? false,
        KmsKeyId,
      },
    };
    return [{ deviceName: DeviceName, volume, mapping }];
  });
}

function imageOf(
  call: Call,
  { id, description: source }: InstanceRecord,
  ImageId: string,
  Name: string,
  input: CreateImageCommandInput,
): Image {
  const { accountId } = call.world;
  return {
    ImageId,
    Name,
    ImageLocation: `${accountId}/${Name}`,
    OwnerId: accountId,
    State: 'pending',
    Public: false,
    CreationDate: new Date(call.nowMs).toISOString(),
    Architecture: source.Architecture,
    ImageType: 'machine',
    Platform: source.Platform,
    PlatformDetails: source.PlatformDetails ?? 'Linux/UNIX',
    UsageOperation: source.UsageOperation ?? 'RunInstances',
    ProductCodes: source.ProductCodes,
    Description: input.Description,
    EnaSupport: source.EnaSupport,
    Hypervisor: source.Hypervisor,
    VirtualizationType: source.VirtualizationType,
    BootMode: source.BootMode,
    RootDeviceName: source.RootDeviceName,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: [],
    SourceInstanceId: id,
    SourceImageId: source.ImageId,
    SourceImageRegion: call.region.name,
    DeregistrationProtection: 'disabled',
  };
}
