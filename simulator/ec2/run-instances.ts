import type { Instance, RunInstancesCommandInput, RunInstancesCommandOutput } from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { ImageRecord } from '../state.ts';
import type { Call } from '../world.ts';
import { known } from './identifiers.ts';
import { launch, type NewVolume } from './launch.ts';
import { specifiedTags } from './tags.ts';
import { withTemplate } from './template-launch.ts';

export const runInstances = operation<RunInstancesCommandInput, Omit<RunInstancesCommandOutput, '$metadata'>>({
  parameters: [
    'LaunchTemplate',
    'ImageId',
    'InstanceType',
    'MinCount',
    'MaxCount',
    'ClientToken',
    'SubnetId',
    'SecurityGroupIds',
    'KeyName',
    'UserData',
    'Placement',
    'MetadataOptions',
    'BlockDeviceMappings',
    'TagSpecifications',
    'InstanceInitiatedShutdownBehavior',
    'DisableApiStop',
    'DisableApiTermination',
  ],
  act(call, request) {
    const { region, world, nowMs } = call;
    const { input, templateTags } = withTemplate(region, request);
    const most = required(input.MaxCount, 'MaxCount');
    if (required(input.MinCount, 'MinCount') < 1 || most < (input.MinCount ?? 1)) {
      refuse('InvalidParameterValue', 'MinCount must be at least 1 and at most MaxCount.');
    }
    const { ClientToken, ...rest } = request;
    const token = ClientToken ?? call.sendId;
    const fingerprint = JSON.stringify(rest);
    const earlier = region.launchTokens.get(token);
    if (earlier) {
      if (earlier.fingerprint !== fingerprint) {
        refuse('IdempotentParameterMismatch', 'The client token was used before with other parameters.');
      }
      return reservation(call, earlier.reservationId, earlier.instanceIds);
    }
    const image = known('image', region.images, required(input.ImageId, 'ImageId'));
    if (image.description.State !== 'available') {
      refuse('InvalidAMIID.Unavailable', `The image ID '${image.id}' is not in a state from which it can be launched.`);
    }
    const tags = specifiedTags(input.TagSpecifications, ['instance', 'volume', 'network-interface']);
    if (call.strikes('capacity-gone', image.id)) {
      refuse('InsufficientInstanceCapacity', 'There is no Spot or On-Demand capacity available.', 500);
    }

    const reservationId = world.newId('r');
    const template: Instance = {
      ImageId: image.id,
      InstanceType: input.InstanceType ?? 'm1.small',
      Architecture: image.description.Architecture,
      Platform: image.description.Platform,
      PlatformDetails: image.description.PlatformDetails,
      UsageOperation: image.description.UsageOperation,
      RootDeviceName: image.description.RootDeviceName,
      RootDeviceType: image.description.RootDeviceType,
      Placement: { AvailabilityZone: `${region.name}a`, Tenancy: 'default', ...input.Placement },
      Monitoring: { State: 'disabled' },
      Tags: [...tags.instance, ...templateTags],
      ClientToken: token,
      SubnetId: input.SubnetId,
      KeyName: input.KeyName,
      SecurityGroups: (input.SecurityGroupIds ?? []).map((GroupId) => ({ GroupId, GroupName: GroupId })),
    };
    const instanceIds = Array.from({ length: most }, () => {
      const launched = {
        template,
        volumes: volumesOf(image, input.BlockDeviceMappings),
        volumeTags: tags.volume,
        publicAddress: 'none' as const,
        shutdownBehavior: input.InstanceInitiatedShutdownBehavior ?? 'stop',
        stopProtected: input.DisableApiStop ?? false,
        terminationProtected: input.DisableApiTermination ?? false,
        autoScalingGroupName: undefined,
        reservationId,
      };
      return launch(world, region, launched, nowMs).id;
    });
    region.launchTokens.set(token, { fingerprint, instanceIds, reservationId });
    return reservation(call, reservationId, instanceIds);
  },
});

function reservation(call: Call, ReservationId: string, ids: readonly string[]) {
  const Instances = ids.map((id) => {
    const record = call.region.instances.get(id);
    // The token of an instance that is gone does not launch another.
    if (!record || record.description.State?.Name === 'terminated') {
      return refuse('IdempotentInstanceTerminated', `The instance '${id}' of this client token was terminated.`);
    }
    return copied(record.description);
  });
  return { ReservationId, OwnerId: call.world.accountId, Groups: [], Instances };
}

function volumesOf(image: ImageRecord, overrides: RunInstancesCommandInput['BlockDeviceMappings']): NewVolume[] {
  return (image.description.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) => {
    const override = overrides?.find((mapping) => mapping.DeviceName === DeviceName);
    if (!DeviceName || !Ebs || override?.NoDevice !== undefined) return [];
    return [
      {
        deviceName: DeviceName,
        gigabytes: override?.Ebs?.VolumeSize ?? Ebs.VolumeSize ?? 8,
        type: override?.Ebs?.VolumeType ?? Ebs.VolumeType ?? 'gp3',
        encrypted: Ebs.Encrypted ?? false,
        keyArn: Ebs.KmsKeyId,
        snapshotId: Ebs.SnapshotId,
        deleteOnTermination: override?.Ebs?.DeleteOnTermination ?? Ebs.DeleteOnTermination ?? true,
      },
    ];
  });
}
