import {
  CopyImageCommand,
  CreateImageCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  type Image as Ec2Image,
  type Snapshot as Ec2Snapshot,
  paginateDescribeImages,
  paginateDescribeSnapshots,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { LifecycleError } from '../domain/errors.ts';
import type { CopyRequest, Image, ImageRequest, ImageState, Snapshot } from '../domain/image.ts';
import { isOfStack, type Product, type Tags, tagKeys } from '../domain/tags.ts';
import { calling, callingForMaybe, callingOnShown, hasCode, told } from './aws-errors.ts';
import * as clients from './clients.ts';
import { removeTags, tagList, tagsOf, writeTags } from './tagging.ts';

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

    /**
     * @returns the new image's id, or undefined where the name is taken already
     * @throws AwsUnavailable while the instance is between two states, in which EC2 makes no image of it
     */
    async create(request: ImageRequest): Promise<string | undefined> {
      return unlessNameTaken(() =>
        callingBetweenStates(request, () =>
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
        callingOnShown(`CopyImage ${request.sourceImageId} to ${region}`, () =>
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

    /** Writes tags on an image or a snapshot. */
    async writeTags(resourceId: string, tags: Tags): Promise<void> {
      await writeTags(ec2, [resourceId], tags);
    },

    /** The images that a stack made for a policy, of one instance if one is named, in whatever state. */
    async listOf(policyName: string, homeRegion: string, instanceId?: string): Promise<Image[]> {
      const filters = [
        { Name: `tag:${tagKeys.policy}`, Values: [policyName] },
        instanceId === undefined
          ? { Name: 'tag-key', Values: [tagKeys.source] }
          : { Name: `tag:${tagKeys.source}`, Values: [instanceId] },
      ];
      return calling(`DescribeImages of ${policyName} in ${region}`, async () => {
        const found: Image[] = [];
        const pages = paginateDescribeImages(
          { client: ec2, pageSize: 1000 },
          // Without the two, EC2 hides what is on its way out, and its snapshots would look like nobody's.
          { Owners: ['self'], Filters: filters, IncludeDisabled: true, IncludeDeprecated: true },
        );
        for await (const { Images = [] } of pages) {
          for (const described of Images) {
            const image = imageOf(described);
            if (image && isOfStack(image.tags, { region, homeRegion })) found.push(image);
          }
        }
        return found;
      });
    },

    async removeTags(imageId: string, keys: readonly string[]): Promise<void> {
      await removeTags(
        ec2,
        imageId,
        keys.map((Key) => ({ Key })),
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

/** Somebody may start an instance just before its image: EC2 calls that an invalid value. */
async function callingBetweenStates<Output>(
  { name, instanceId }: ImageRequest,
  call: () => Promise<Output>,
): Promise<Output> {
  try {
    return await calling(`CreateImage ${name}`, call);
  } catch (error) {
    const isBetween =
      hasCode(error, 'InvalidParameterValue') && error instanceof Error && error.message.includes('not in state');
    if (!isBetween) throw error;
    throw new LifecycleError('AwsUnavailable', `${instanceId} is between two states.`, { instanceId }, error);
  }
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

function imageOf(described: Ec2Image | undefined): Image | undefined {
  if (!described) return undefined;
  const mappings = described.BlockDeviceMappings ?? [];
  return {
    imageId: told(described.ImageId, 'DescribeImages: ImageId'),
    name: described.Name ?? '',
    state: stateOf(described),
    stateReason: described.StateReason?.Message ?? described.StateReason?.Code ?? '',
    sourceInstanceId: described.SourceInstanceId,
    sourceImageId: described.SourceImageId,
    createdAt: described.CreationDate ?? '',
    sizeGigabytes: mappings.reduce((sum, { Ebs }) => sum + (Ebs?.VolumeSize ?? 0), 0),
    rootDeviceType: described.RootDeviceType === 'instance-store' ? 'instance-store' : 'ebs',
    virtualizationType: described.VirtualizationType === 'paravirtual' ? 'paravirtual' : 'hvm',
    deprecatesAt: described.DeprecationTime ?? '',
    deregistrationProtection: described.DeregistrationProtection ?? 'disabled',
    snapshotIds: mappings.flatMap(({ Ebs }) => (Ebs?.SnapshotId ? [Ebs.SnapshotId] : [])),
    isEncrypted: mappings.some(({ Ebs }) => Ebs?.Encrypted === true),
    hasProductCodes: (described.ProductCodes ?? []).length > 0,
    tags: tagsOf(described.Tags),
  };
}

/** An image that has failed is discarded, so a state that is not told must not pass for that. */
function stateOf(described: Ec2Image): ImageState {
  const State = told(described.State, 'DescribeImages: State');
  return State === 'pending' || State === 'available' || State === 'disabled' ? State : 'failed';
}

function snapshotOf(described: Ec2Snapshot): Snapshot {
  return {
    snapshotId: told(described.SnapshotId, 'DescribeSnapshots: SnapshotId'),
    volumeId: told(described.VolumeId, 'DescribeSnapshots: VolumeId'),
    state: described.State === 'completed' ? 'completed' : described.State === 'error' ? 'error' : 'pending',
    startedAt: described.StartTime?.toISOString() ?? '',
    description: described.Description ?? '',
    hold: tagsOf(described.Tags)[tagKeys.hold],
  };
}
