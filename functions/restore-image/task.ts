import * as z from 'zod';
import { archiveUrl, type FoundRecord, restoreHold, type StoredObject } from '../../shared/domain/archive.ts';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import type { Image } from '../../shared/domain/image.ts';
import { pollSeconds } from '../../shared/domain/polling.ts';
import { restoredTags, type Tags, tagKeys } from '../../shared/domain/tags.ts';

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    bucket: parts.bucket,
    key: parts.objectKey,
    /** The new image's name; null for that of the image that was archived. */
    name: z.string().min(3).max(128).nullable(),
    /** When the execution started: the same however often this is tried. */
    startedAt: parts.instant,
    now: parts.instant,
  }),
  output: z.strictObject({
    imageId: parts.imageId,
    adopted: z.boolean(),
    waitSeconds: parts.waitSeconds,
  }),
  errors: [...awsErrors, 'QuotaExceeded', 'NameTaken', 'ArchiveNotFound', 'RestoreFailed'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  imagesIn: (region: string) => { findByName(name: string): Promise<Image | undefined> };
  archivesIn: (region: string) => {
    object(bucket: string, key: string): Promise<StoredObject | undefined>;
    record(bucket: string, key: string): Promise<FoundRecord>;
    restore(bucket: string, key: string, name: string, tags: Tags): Promise<string | undefined>;
  };
}

/**
 * Asks for an image from an archive; once for each execution, however often it is called. Without its record the image is
 * made of the object alone.
 */
export function makeRestoreImage({ imagesIn, archivesIn }: Ports) {
  return async ({ executionId, region, bucket, key, name, startedAt, now }: Input): Promise<Output> => {
    const archives = archivesIn(region);
    const object = await archives.object(bucket, key);
    if (!object) {
      throw new LifecycleError('ArchiveNotFound', `There is no ${archiveUrl(bucket, key)} in ${region}.`, {
        bucket,
        key,
      });
    }
    const { record } = await archives.record(bucket, key);
    const chosen = name ?? record?.name ?? nameFrom(key, startedAt);
    const origin = record ? `${record.region}/${record.imageId}` : `${region}/${imageIdIn(key) ?? 'unknown'}`;
    const tags = restoredTags(record?.tags ?? {}, {
      origin,
      archivedTo: archiveUrl(bucket, key),
      hold: restoreHold(startedAt, executionId),
    });
    const created = await archives.restore(bucket, key, chosen, tags);
    return {
      imageId: created ?? (await adopt(region, chosen, tags)),
      adopted: created === undefined,
      waitSeconds: pollSeconds('image', now, now),
    };
  };

  /** The name is the only key of idempotency: an image that has it is ours if it carries what we would have written. */
  async function adopt(region: string, name: string, tags: Tags): Promise<string> {
    const image = await imagesIn(region).findByName(name);
    if (!image)
      throw new LifecycleError('AwsUnavailable', `The name ${name} is taken, but its image is not shown.`, { name });
    if (image.tags[tagKeys.hold] === tags[tagKeys.hold]) return image.imageId;
    throw new LifecycleError(
      'NameTaken',
      `${image.imageId} in ${region} has the name ${name}; restore under another, as input \`name\`.`,
      { name, imageId: image.imageId },
    );
  }
}

/** A name for an image whose record is lost; EC2's own default is the original one, which may be taken. */
function nameFrom(key: string, startedAt: string): string {
  return `restored/${imageIdIn(key) ?? 'image'}/${startedAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function imageIdIn(key: string): string | undefined {
  return /(ami-[0-9a-z]+)\.bin$/.exec(key)?.[1];
}
