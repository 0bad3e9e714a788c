import type { Instance, Tag } from '@aws-sdk/client-ec2';
import type { InstanceRecord, RegionState } from '../state.ts';
import { created, type World } from '../world.ts';
import { becomeRunning, enterState, stateOf } from './instance-states.ts';
import { emitTagChange } from './tags.ts';
import { volumeRecord } from './volume-records.ts';

/** A volume that a new instance comes with. */
export interface NewVolume {
  deviceName: string;
  gigabytes: number;
  type: string;
  encrypted: boolean;
  keyArn: string | undefined;
  snapshotId: string | undefined;
  deleteOnTermination: boolean;
}

export interface Launch {
  /** All of the instance but what a launch decides: identifier, state, times, addresses, mappings. */
  template: Instance;
  volumes: readonly NewVolume[];
  volumeTags: readonly Tag[];
  publicAddress: InstanceRecord['publicAddress'];
  shutdownBehavior: InstanceRecord['shutdownBehavior'];
  stopProtected: boolean;
  terminationProtected: boolean;
  autoScalingGroupName: string | undefined;
  reservationId: string;
}

/** A new instance, `pending` now and `running` a little later. */
export function launch(world: World, region: RegionState, launched: Launch, nowMs: number): InstanceRecord {
  const id = world.newId('i');
  const BlockDeviceMappings = launched.volumes.map((volume) => {
    const volumeId = world.newId('vol');
    const AttachTime = new Date(nowMs);
    const DeleteOnTermination = volume.deleteOnTermination;
    const attachment = {
      InstanceId: id,
      VolumeId: volumeId,
      Device: volume.deviceName,
      AttachTime,
      DeleteOnTermination,
    };
    const description = {
      VolumeId: volumeId,
      Size: volume.gigabytes,
      VolumeType: volumeType(volume.type),
      State: 'in-use' as const,
      CreateTime: AttachTime,
      Encrypted: volume.encrypted,
      AvailabilityZone: launched.template.Placement?.AvailabilityZone,
      Attachments: [{ ...attachment, State: 'attached' as const }],
      Tags: [...launched.volumeTags],
      ...(volume.keyArn === undefined ? {} : { KmsKeyId: volume.keyArn }),
      SnapshotId: volume.snapshotId ?? '',
    };
    region.volumes.set(volumeId, volumeRecord(world, volumeId, description));
    return {
      DeviceName: volume.deviceName,
      Ebs: { VolumeId: volumeId, Status: 'attached' as const, AttachTime, DeleteOnTermination },
    };
  });
  const record = created<Instance, InstanceRecord>(
    world,
    {
      id,
      description: {
        ...launched.template,
        InstanceId: id,
        State: stateOf('pending'),
        LaunchTime: new Date(nowMs),
        StateTransitionReason: '',
        StateReason: undefined,
        BlockDeviceMappings,
      },
      reservationId: launched.reservationId,
      stopProtected: launched.stopProtected,
      terminationProtected: launched.terminationProtected,
      shutdownBehavior: launched.shutdownBehavior,
      autoScalingGroupName: launched.autoScalingGroupName,
      hasRun: false,
      publicAddress: launched.publicAddress,
      checksPassAtMs: Number.POSITIVE_INFINITY,
      checksFailUntilMs: 0,
      transition: undefined,
      captures: new Set(),
    },
    nowMs,
  );
  addInstance(region, record);
  const creation = record.earlier;
  enterState(world, region, record, 'pending', nowMs);
  // Entering the first state must not make the instance visible at once.
  if (creation) record.earlier = creation;
  const tags = record.description.Tags ?? [];
  if (tags.length > 0)
    emitTagChange(
      world,
      region,
      id,
      tags.map(({ Key = '' }) => Key),
    );
  const seconds = world.behaviour.startSeconds(record.description, world.random.stream('start', id, nowMs));
  record.transition = world.at(nowMs + seconds * 1000, () => becomeRunning(world, region, record, world.clock.now()));
  return record;
}

export function addInstance(region: RegionState, record: InstanceRecord): void {
  region.instances.set(record.id, record);
  const imageId = record.description.ImageId ?? '';
  region.launchesByImage.set(imageId, (region.launchesByImage.get(imageId) ?? 0) + 1);
}

/** What an Auto Scaling group would launch in place of a member: as it is now, while its volumes are there. */
export function launchLike(world: World, region: RegionState, model: InstanceRecord): Launch {
  const { description } = model;
  const volumes = (description.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }): NewVolume[] => {
    const volume = region.volumes.get(Ebs?.VolumeId ?? '')?.description;
    if (!DeviceName || !volume) return [];
    return [
      {
        deviceName: DeviceName,
        gigabytes: volume.Size ?? 8,
        type: volume.VolumeType ?? 'gp3',
        encrypted: volume.Encrypted ?? false,
        keyArn: volume.KmsKeyId,
        snapshotId: volume.SnapshotId,
        deleteOnTermination: true,
      },
    ];
  });
  return {
    template: { ...description, PublicIpAddress: undefined, PublicDnsName: '', NetworkInterfaces: [] },
    volumes,
    volumeTags: [],
    publicAddress: model.publicAddress === 'elastic' ? 'none' : model.publicAddress,
    shutdownBehavior: model.shutdownBehavior,
    stopProtected: false,
    terminationProtected: false,
    autoScalingGroupName: model.autoScalingGroupName,
    reservationId: world.newId('r'),
  };
}

const volumeTypes = ['standard', 'io1', 'io2', 'gp2', 'gp3', 'sc1', 'st1'] as const;

function volumeType(name: string): (typeof volumeTypes)[number] {
  return volumeTypes.find((type) => type === name) ?? 'gp3';
}
