import * as z from 'zod';
import {
  type ArchiveRecord,
  archiveUrl,
  type LaunchPermission,
  recordKey,
  type StoredObject,
  storageClasses,
} from '../../shared/domain/archive.ts';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import type { Image } from '../../shared/domain/image.ts';
import { type Tags, tagKeys } from '../../shared/domain/tags.ts';

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    imageId: parts.imageId,
    bucket: parts.bucket,
    key: parts.objectKey,
    storageClass: z.enum(storageClasses),
    now: parts.instant,
  }),
  output: z.strictObject({ archivedTo: z.string(), sizeBytes: z.number().min(1) }),
  errors: [...awsErrors, 'ArchiveFailed'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  imagesIn: (region: string) => {
    describe(imageId: string): Promise<Image | undefined>;
    writeTags(imageId: string, tags: Tags): Promise<void>;
  };
  sharingIn: (region: string) => { launchPermissions(imageId: string): Promise<LaunchPermission[]> };
  archivesIn: (region: string) => {
    object(bucket: string, key: string): Promise<StoredObject | undefined>;
    particulars(imageId: string): Promise<
      | (Pick<ArchiveRecord, 'description' | 'platformDetails' | 'usageOperation' | 'architecture' | 'bootMode'> & {
          blockDeviceMappings: unknown[];
        })
      | undefined
    >;
  };
  objectsIn: (region: string, bucket: string) => { writeJson(key: string, content: unknown): Promise<void> };
}

/**
 * Verifies an archive, writes beside it what its object cannot carry, and only then says on the image that it is archived:
 * that tag is what lets the image go.
 */
export function makeRecordArchive({ imagesIn, sharingIn, archivesIn, objectsIn }: Ports) {
  return async ({ region, imageId, bucket, key, storageClass, now }: Input): Promise<Output> => {
    const archivedTo = archiveUrl(bucket, key);
    const fail = (reason: string): never => {
      throw new LifecycleError('ArchiveFailed', `The archive of ${imageId} is not good: ${reason}.`, {
        imageId,
        archivedTo,
        reason,
      });
    };
    const archives = archivesIn(region);
    const object = await archives.object(bucket, key);
    if (!object) return fail(`${archivedTo} is not there`);
    if (object.sizeBytes <= 0) return fail(`${archivedTo} is empty`);
    if (object.storageClass !== storageClass)
      return fail(`${archivedTo} is ${object.storageClass}, not ${storageClass}`);
    const image = await imagesIn(region).describe(imageId);
    const particulars = await archives.particulars(imageId);
    if (!image || !particulars) return fail('its image is gone, so that its record cannot be written');
    const record: Omit<ArchiveRecord, 'blockDeviceMappings'> & { blockDeviceMappings: unknown[] } = {
      version: 1,
      imageId,
      region,
      name: image.name,
      tags: { ...image.tags },
      launchPermissions: await sharingIn(region).launchPermissions(imageId),
      deprecatesAt: image.deprecatesAt,
      createdAt: image.createdAt,
      ...particulars,
      sizeBytes: object.sizeBytes,
      eTag: object.eTag,
      archivedAt: now,
    };
    await objectsIn(region, bucket).writeJson(recordKey(key), record);
    await imagesIn(region).writeTags(imageId, { [tagKeys.archivedTo]: archivedTo });
    return { archivedTo, sizeBytes: object.sizeBytes };
  };
}
