import {
  CopyImageCommand,
  CreateImageCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  type Image as Ec2Image,
  type Snapshot as Ec2Snapshot,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  paginateDescribeSnapshots,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { LifecycleError } from '../domain/errors.ts';
import type { Audience, CopyRequest, Image, ImageRequest, ImageState, Snapshot } from '../domain/image.ts';
import { type Product, type Tags, tagKeys } from '../domain/tags.ts';
import { calling, callingForMaybe, hasCode } from './aws-errors.ts';
import { clients } from './clients.ts';
import { tagList, tagsOf, writeTags } from './tagging.ts';

/** The images of this account in one Region, and their snapshots. */
export function imagesIn(region: string) {
  const ec2 = clients.ec2(region);
  return {
    /** The image, or undefined where EC2 shows none: not yet, or no longer. */
    async describe(imageId: string): Promise<Image | undefined> {
      const answer = await callingForMaybe(`DescribeImages ${imageId}`, () =>
        ec2.send(new DescribeImagesCommand({ ImageIds: [imageId], IncludeDisabled: true, IncludeDeprecated: true })),
      );
      return imageOf(answer?.Images?.[0]);
    },

    /** Our own image of that name, in whatever state. Legal names hold no wildcard, so the filter is exact. */
    async findByName(name: string): Promise<Image | undefined> {
      const { Images = [] } = await calling(`DescribeImages ${name}`, () =>
        ec2.send(
          new DescribeImagesCommand({
            Owners: ['self'],
            Filters: [{ Name: 'name', Values: [name] }],
            IncludeDisabled: true,
            IncludeDeprecated: true,
          }),
        ),
      );
      return imageOf(Images[0]);
    },

    /** @returns the new image's id, or undefined where the name is taken already */
    async create(request: ImageRequest): Promise<string | undefined> {
      return unlessNameTaken(() =>
        calling(`CreateImage ${request.name}`, () =>
          ec2.send(
            new CreateImageCommand({
              InstanceId: request.instanceId,
              Name: request.name,
              Description: request.description,
              NoReboot: !request.reboot,
              BlockDeviceMappings: request.excludeDevices.map((DeviceName) => ({ DeviceName, NoDevice: '' })),
              TagSpecifications: tagSpecifications(request.tags),
            }),
          ),
        ),
      );
    },

    /** Copies into this Region. @returns the copy's id, or undefined where the name is taken already */
    async copy(request: CopyRequest): Promise<string | undefined> {
      return unlessNameTaken(() =>
        calling(`CopyImage ${request.sourceImageId} to ${region}`, () =>
          ec2.send(
            new CopyImageCommand({
              SourceImageId: request.sourceImageId,
              SourceRegion: request.sourceRegion,
              Name: request.name,
              Description: request.description,
              ClientToken: request.clientToken,
              TagSpecifications: tagSpecifications(request.tags),
              ...(request.kmsKeyId === undefined ? {} : { Encrypted: true, KmsKeyId: request.kmsKeyId }),
              ...(request.withinMinutes === undefined
                ? {}
                : { SnapshotCopyCompletionDurationMinutes: request.withinMinutes }),
            }),
          ),
        ),
      );
    },

    /**
     * The snapshots of a capture: those that carry its tags. A pending image need not name its snapshots yet, but they are
     * tagged from their first moment.
     */
    async snapshotsOf({ policyName, instanceId, slot }: Product): Promise<Snapshot[]> {
      return calling(`DescribeSnapshots of ${instanceId} at ${slot}`, async () => {
        const found: Snapshot[] = [];
        const filters = [
          { Name: `tag:${tagKeys.source}`, Values: [instanceId] },
          { Name: `tag:${tagKeys.slot}`, Values: [slot] },
          { Name: `tag:${tagKeys.policy}`, Values: [policyName] },
        ];
        const pages = paginateDescribeSnapshots(
          { client: ec2, pageSize: 1000 },
          { OwnerIds: ['self'], Filters: filters },
        );
        for await (const { Snapshots = [] } of pages) found.push(...Snapshots.map(snapshotOf));
        return found;
      });
    },

    /** Deregisters an image; gone already is done. */
    async deregister(imageId: string): Promise<void> {
      await callingForMaybe(`DeregisterImage ${imageId}`, () =>
        ec2.send(new DeregisterImageCommand({ ImageId: imageId })),
      );
    },

    /** Deletes a snapshot; gone already is done. @returns false while an image still uses it */
    async deleteSnapshot(snapshotId: string): Promise<boolean> {
      try {
        await callingForMaybe(`DeleteSnapshot ${snapshotId}`, () =>
          ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId })),
        );
        return true;
      } catch (error) {
        if (hasCode(error, 'InvalidSnapshot.InUse')) return false;
        throw error;
      }
    },

    async writeTags(imageId: string, tags: Tags): Promise<void> {
      await writeTags(ec2, [imageId], tags);
    },

    /** Lets others launch from the image. */
    async shareImage(imageId: string, audience: Audience): Promise<void> {
      const permissions = [
        ...audience.accounts.map((UserId) => ({ UserId })),
        ...audience.organizationArns.map((OrganizationArn) => ({ OrganizationArn })),
        ...audience.organizationalUnitArns.map((OrganizationalUnitArn) => ({ OrganizationalUnitArn })),
        ...(audience.public ? [{ Group: 'all' as const }] : []),
      ];
      await refusals(imageId, () =>
        calling(`ModifyImageAttribute ${imageId}`, () =>
          ec2.send(new ModifyImageAttributeCommand({ ImageId: imageId, LaunchPermission: { Add: permissions } })),
        ),
      );
    },

    /** Lets accounts copy a snapshot, without which they can launch from its image but not copy it. */
    async shareSnapshot(snapshotId: string, accounts: readonly string[]): Promise<void> {
      await refusals(snapshotId, () =>
        calling(`ModifySnapshotAttribute ${snapshotId}`, () =>
          ec2.send(
            new ModifySnapshotAttributeCommand({
              SnapshotId: snapshotId,
              CreateVolumePermission: { Add: accounts.map((UserId) => ({ UserId })) },
            }),
          ),
        ),
      );
    },
  };
}

/** Image and snapshots are tagged by the call that makes them: there is no moment at which one of ours has no tags. */
function tagSpecifications(tags: Tags): TagSpecification[] {
  const Tags = tagList(tags);
  return [
    { ResourceType: 'image', Tags },
    { ResourceType: 'snapshot', Tags },
  ];
}

async function unlessNameTaken(call: () => Promise<{ ImageId?: string | undefined }>): Promise<string | undefined> {
  try {
    return (await call()).ImageId;
  } catch (error) {
    // A token that was used with other tags belongs to an earlier attempt of ours, whose image has the name.
    if (hasCode(error, 'InvalidAMIName.Duplicate', 'IdempotentParameterMismatch')) return undefined;
    throw error;
  }
}

/** What EC2 will not share, such as snapshots under its own key, it refuses with codes that mean much else elsewhere. */
async function refusals(resourceId: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!hasCode(error, 'InvalidParameter', 'InvalidParameterValue', 'OperationNotPermitted', 'UnsupportedOperation')) {
      throw error;
    }
    const reason = error instanceof Error ? error.message : '';
    throw new LifecycleError(
      'ShareRefused',
      `${resourceId} cannot be shared: ${reason}`,
      { resourceId, reason },
      error,
    );
  }
}

function imageOf(described: Ec2Image | undefined): Image | undefined {
  if (!described?.ImageId) return undefined;
  const mappings = described.BlockDeviceMappings ?? [];
  return {
    imageId: described.ImageId,
    name: described.Name ?? '',
    state: stateOf(described),
    stateReason: described.StateReason?.Message ?? described.StateReason?.Code ?? '',
    sourceInstanceId: described.SourceInstanceId,
    snapshotIds: mappings.flatMap(({ Ebs }) => (Ebs?.SnapshotId ? [Ebs.SnapshotId] : [])),
    isEncrypted: mappings.some(({ Ebs }) => Ebs?.Encrypted === true),
    hasProductCodes: (described.ProductCodes ?? []).length > 0,
    tags: tagsOf(described.Tags),
  };
}

function stateOf({ State }: Ec2Image): ImageState {
  return State === 'pending' || State === 'available' || State === 'disabled' ? State : 'failed';
}

function snapshotOf(described: Ec2Snapshot): Snapshot {
  return {
    snapshotId: described.SnapshotId ?? '',
    volumeId: described.VolumeId ?? '',
    state: described.State === 'completed' ? 'completed' : described.State === 'error' ? 'error' : 'pending',
    startedAt: described.StartTime?.toISOString() ?? '',
    description: described.Description ?? '',
  };
}
