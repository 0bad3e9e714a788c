import {
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  type Image,
  paginateDescribeImages,
  paginateDescribeSnapshots,
  paginateListImagesInRecycleBin,
} from '@aws-sdk/client-ec2';
import { isLifecycleError, LifecycleError } from '../domain/errors.ts';
import type { OwnSnapshot } from '../domain/image.ts';
import { isOfStack, type Tags, tagKeys } from '../domain/tags.ts';
import { calling, callingForMaybe, hasCode, told } from './aws-errors.ts';
import * as clients from './clients.ts';
import { inFilters } from './in-filters.ts';
import { removeTags, tagsOf, writeTags } from './tagging.ts';

/** The snapshots of this account in one Region, as far as they outlive their images. */
export function snapshotsIn(region: string) {
  const ec2 = clients.ec2(region);
  return {
    /**
     * The snapshots that a stack made for images of a policy, whether these still exist or not. Those of images in the Recycle
     * Bin are left out: without its snapshots an image cannot come back from there.
     */
    async listOf(policyName: string, homeRegion: string): Promise<OwnSnapshot[]> {
      const recycled = await recycledImages();
      return calling(`DescribeSnapshots of ${policyName} in ${region}`, async () => {
        const found: OwnSnapshot[] = [];
        const filters = [
          { Name: `tag:${tagKeys.policy}`, Values: [policyName] },
          { Name: 'tag-key', Values: [tagKeys.source] },
        ];
        const pages = paginateDescribeSnapshots(
          { client: ec2, pageSize: 1000 },
          { OwnerIds: ['self'], Filters: filters },
        );
        for await (const { Snapshots = [] } of pages) {
          for (const { SnapshotId, StartTime, Tags, Description } of Snapshots) {
            if (imagesNamedIn(Description).some((imageId) => recycled.has(imageId))) continue;
            const tags = tagsOf(Tags);
            if (!isOfStack(tags, { region, homeRegion })) continue;
            found.push({
              snapshotId: told(SnapshotId, 'DescribeSnapshots: SnapshotId'),
              startedAt: StartTime?.toISOString() ?? '',
              isHeld: tags[tagKeys.hold] !== undefined,
              orphanedSince: tags[tagKeys.orphanedSince],
            });
          }
        }
        return found;
      });
    },

    /**
     * Which of these snapshots any image of this account uses; disabled images use theirs, too. So does one that EC2 could not
     * make: it names no snapshots, yet while it exists theirs cannot be deleted.
     */
    async usedOf(snapshotIds: readonly string[]): Promise<ReadonlySet<string>> {
      const used = new Set<string>();
      for (const ids of inFilters(snapshotIds)) {
        for (const image of await imagesWhere('block-device-mapping.snapshot-id', ids)) {
          for (const snapshotId of snapshotsNamedIn(image)) used.add(snapshotId);
        }
      }
      const madeFor = await imagesNamedFor(snapshotIds.filter((snapshotId) => !used.has(snapshotId)));
      for (const imageIds of inFilters([...madeFor.keys()])) {
        for (const image of await imagesWhere('image-id', imageIds)) {
          if (snapshotsNamedIn(image).length > 0) continue;
          for (const snapshotId of madeFor.get(image.ImageId ?? '') ?? []) used.add(snapshotId);
        }
      }
      return used;
    },

    /** Those that carry exactly this reason for being held, which holds no wildcard. */
    async heldAs(hold: string): Promise<string[]> {
      return calling(`DescribeSnapshots held as ${hold}`, async () => {
        const found: string[] = [];
        const pages = paginateDescribeSnapshots(
          { client: ec2, pageSize: 1000 },
          { OwnerIds: ['self'], Filters: [{ Name: `tag:${tagKeys.hold}`, Values: [hold] }] },
        );
        for await (const { Snapshots = [] } of pages)
          found.push(...Snapshots.map(({ SnapshotId }) => told(SnapshotId, 'DescribeSnapshots: SnapshotId')));
        return found;
      });
    },

    /**
     * Why those of these snapshots are held that are, by id.
     * @throws EvidenceIncomplete where EC2 does not say
     */
    async holdsOn(snapshotIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
      const holds = new Map<string, string>();
      if (snapshotIds.length === 0) return holds;
      try {
        await calling(`DescribeSnapshots ${snapshotIds.join(', ')}`, async () => {
          const Filters = [
            { Name: 'snapshot-id', Values: [...snapshotIds] },
            { Name: 'tag-key', Values: [tagKeys.hold] },
          ];
          for await (const { Snapshots = [] } of paginateDescribeSnapshots(
            { client: ec2, pageSize: 1000 },
            { Filters },
          )) {
            for (const { SnapshotId, Tags } of Snapshots) {
              holds.set(told(SnapshotId, 'DescribeSnapshots: SnapshotId'), tagsOf(Tags)[tagKeys.hold] ?? '');
            }
          }
        });
      } catch (error) {
        if (!isLifecycleError(error, 'AccessDenied')) throw error;
        const reason = error.message;
        throw new LifecycleError(
          'EvidenceIncomplete',
          `Whether snapshots in ${region} are held is not known: ${reason}`,
          { region, reason },
          error,
        );
      }
      return holds;
    },

    async noteOrphan(snapshotId: string, since: string): Promise<void> {
      await writeTags(ec2, [snapshotId], { [tagKeys.orphanedSince]: since });
    },

    async forgetOrphan(snapshotId: string): Promise<void> {
      await removeTags(ec2, snapshotId, [{ Key: tagKeys.orphanedSince }]);
    },

    /** The tags of a snapshot; undefined where EC2 knows none of that id. */
    async tagsOf(snapshotId: string): Promise<Tags | undefined> {
      const answer = await callingForMaybe(`DescribeSnapshots ${snapshotId}`, () =>
        ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshotId] })),
      );
      const [snapshot] = answer?.Snapshots ?? [];
      return snapshot && tagsOf(snapshot.Tags);
    },

    /**
     * Gone already is done.
     * @returns false while EC2 counts it as in use
     * @throws ImageHeld where a lock keeps it
     */
    async delete(snapshotId: string): Promise<boolean> {
      try {
        await callingForMaybe(`DeleteSnapshot ${snapshotId}`, () =>
          ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId })),
        );
        return true;
      } catch (error) {
        if (hasCode(error, 'InvalidSnapshot.InUse')) return false;
        // The code for a locked snapshot is not documented; it is a refusal, whatever its name.
        if (!hasCode(error, 'OperationNotPermitted', 'SnapshotLocked', 'InvalidState', 'IncorrectState')) throw error;
        const reason = error instanceof Error ? error.message : '';
        throw new LifecycleError(
          'ImageHeld',
          `${snapshotId} cannot be deleted: ${reason}`,
          { snapshotId, reason },
          error,
        );
      }
    },
  };

  async function imagesWhere(filter: string, values: string[]): Promise<Image[]> {
    return calling(`DescribeImages of ${values.length} by ${filter} in ${region}`, async () => {
      const found: Image[] = [];
      const pages = paginateDescribeImages(
        { client: ec2, pageSize: 1000 },
        {
          Owners: ['self'],
          Filters: [{ Name: filter, Values: values }],
          IncludeDisabled: true,
          IncludeDeprecated: true,
        },
      );
      for await (const { Images = [] } of pages) found.push(...Images);
      return found;
    });
  }

  /** The images that the descriptions of these snapshots name, each with those that name it. */
  async function imagesNamedFor(snapshotIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, string[]>();
    for (const ids of inFilters(snapshotIds)) {
      await calling(`DescribeSnapshots of ${ids.length} in ${region}`, async () => {
        const Filters = [{ Name: 'snapshot-id', Values: ids }];
        for await (const { Snapshots = [] } of paginateDescribeSnapshots(
          { client: ec2, pageSize: 1000 },
          { Filters },
        )) {
          for (const { SnapshotId, Description } of Snapshots) {
            const snapshotId = told(SnapshotId, 'DescribeSnapshots: SnapshotId');
            for (const imageId of imagesNamedIn(Description)) {
              found.set(imageId, [...(found.get(imageId) ?? []), snapshotId]);
            }
          }
        }
      });
    }
    return found;
  }

  async function recycledImages(): Promise<ReadonlySet<string>> {
    return calling(`ListImagesInRecycleBin in ${region}`, async () => {
      const found = new Set<string>();
      for await (const { Images = [] } of paginateListImagesInRecycleBin({ client: ec2, pageSize: 1000 }, {})) {
        for (const { ImageId } of Images) found.add(told(ImageId, 'ListImagesInRecycleBin: ImageId'));
      }
      return found;
    });
  }
}

/** Nothing else tells for which image a snapshot was made once that is deregistered, or if it failed. */
function imagesNamedIn(description = ''): string[] {
  return description.match(/ami-[0-9a-f]+/g) ?? [];
}

function snapshotsNamedIn({ BlockDeviceMappings = [] }: Image): string[] {
  return BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
}
