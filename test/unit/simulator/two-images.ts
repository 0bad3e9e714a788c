import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  DisableImageCommand,
  DisableImageDeprecationCommand,
  DisableImageDeregistrationProtectionCommand,
  EnableImageCommand,
  EnableImageDeprecationCommand,
  EnableImageDeregistrationProtectionCommand,
  type Image,
  ModifyImageAttributeCommand,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import type { Fault } from '../../../simulator/faults.ts';
import { instance, web, world } from './world.ts';

export const gold = 'ami-00000000000000001';
export const silver = 'ami-00000000000000002';
export const foreign = 'ami-00000000000000003';
export const root = 'snap-00000000000000001';
export const data = 'snap-00000000000000002';
export const shared = 'snap-00000000000000003';

function image(ImageId: string, snapshotIds: readonly string[], changes: Partial<Image> = {}): Image {
  return {
    ImageId,
    Name: `name of ${ImageId}`,
    State: 'available',
    CreationDate: '2026-06-01T00:00:00.000Z',
    RootDeviceType: 'ebs',
    BlockDeviceMappings: snapshotIds.map((SnapshotId, index) => ({
      DeviceName: `/dev/xvd${'abc'[index] ?? 'z'}`,
      Ebs: { SnapshotId, VolumeSize: 8 },
    })),
    ...changes,
  };
}

/** An account with two images that share one of three snapshots, and one of somebody else's. */
export function twoImages(
  given: { gold?: Partial<Image>; root?: Partial<Snapshot>; faults?: Fault[]; behaviour?: Partial<Behaviour> } = {},
) {
  const snapshot = { State: 'completed' as const, VolumeSize: 8, StorageTier: 'standard' as const };
  const made = world({
    contents: {
      instances: [instance(web)],
      images: [
        image(gold, [root, data, shared], given.gold),
        image(silver, [shared]),
        image(foreign, [], { OwnerId: '123456789012', DeprecationTime: '2026-01-01T00:00:00.000Z' }),
      ],
      snapshots: [root, data, shared].map((SnapshotId) => ({
        ...snapshot,
        SnapshotId,
        ...(SnapshotId === root ? given.root : {}),
      })),
    },
    faults: given.faults ?? [],
    behaviour: given.behaviour ?? {},
  });
  const { as, ec2 } = made;
  const send = {
    disable: (ImageId = gold) => as('f', () => ec2.send(new DisableImageCommand({ ImageId }))),
    enable: (ImageId = gold) => as('f', () => ec2.send(new EnableImageCommand({ ImageId }))),
    deprecate: (at: string, ImageId = gold) =>
      as('f', () => ec2.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt: new Date(at) }))),
    keep: (ImageId = gold) => as('f', () => ec2.send(new DisableImageDeprecationCommand({ ImageId }))),
    protect: (WithCooldown?: boolean) =>
      as('f', () => ec2.send(new EnableImageDeregistrationProtectionCommand({ ImageId: gold, WithCooldown }))),
    unprotect: () => as('f', () => ec2.send(new DisableImageDeregistrationProtectionCommand({ ImageId: gold }))),
    deregister: (ImageId = gold) =>
      as('f', () => ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }))),
    deleteSnapshot: (SnapshotId: string) => as('f', () => ec2.send(new DeleteSnapshotCommand({ SnapshotId }))),
    describe: async (input: DescribeImagesCommandInput) =>
      (await as('f', () => ec2.send(new DescribeImagesCommand(input)))).Images ?? [],
    share: (change: 'Add' | 'Remove', permission: object, ImageId = gold) =>
      as('f', () =>
        ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { [change]: [permission] } })),
      ),
    permissions: async () => {
      const asked = new DescribeImageAttributeCommand({ ImageId: gold, Attribute: 'launchPermission' });
      return (await as('f', () => ec2.send(asked))).LaunchPermissions;
    },
    protection: async () => {
      const asked = new DescribeImageAttributeCommand({ ImageId: gold, Attribute: 'deregistrationProtection' });
      return (await as('f', () => ec2.send(asked))).DeregistrationProtection?.Value;
    },
  };
  return { ...made, ...send };
}

export const hour = 3600;
