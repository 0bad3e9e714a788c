import * as z from 'zod';
import {
  archiveKey,
  archiveRefusal,
  archiveTargetSchema,
  archiveUrl,
  type FoundRecord,
  type StoredObject,
} from '../../shared/domain/archive.ts';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { isLifecycleError, LifecycleError } from '../../shared/domain/errors.ts';
import type { Image } from '../../shared/domain/image.ts';
import { pollSeconds } from '../../shared/domain/polling.ts';
import { tagKeys } from '../../shared/domain/tags.ts';

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    imageId: parts.imageId,
    archive: archiveTargetSchema,
    now: parts.instant,
  }),
  output: z.strictObject({
    /** `archived`: it was before, and its object and record are there. */
    status: z.enum(['storing', 'archived']),
    key: z.string().min(1),
    /** What EC2 said where it would not begin; empty where it did. CheckStore tells whether a task is there all the same. */
    refusal: z.string(),
    waitSeconds: parts.waitSeconds,
  }),
  errors: [...awsErrors, 'EvidenceIncomplete', 'QuotaExceeded', 'ArchiveRefused', 'ArchiveFailed'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  imagesIn: (region: string) => { describe(imageId: string): Promise<Image | undefined> };
  archivesIn: (region: string) => {
    storeTask(imageId: string, bucket: string, key: string): Promise<{ state: string } | undefined>;
    object(bucket: string, key: string): Promise<StoredObject | undefined>;
    flaw(bucket: string, key: string, imageIds: readonly string[]): Promise<string | undefined>;
    record(bucket: string, key: string): Promise<FoundRecord>;
    store(imageId: string, bucket: string, prefix: string): Promise<string>;
  };
}

/**
 * Begins to archive an image to S3, unless it is there, or on its way already: storing takes no client token, so what EC2
 * tells of its tasks is what keeps a repetition from beginning another.
 */
export function makeStoreImage({ imagesIn, archivesIn }: Ports) {
  return async ({ region, imageId, archive, now }: Input): Promise<Output> => {
    const { bucket, prefix } = archive;
    const archives = archivesIn(region);
    const image = await imagesIn(region).describe(imageId);
    const because = (reason: string) =>
      [`${imageId} cannot be archived: ${reason}.`, { imageId, region, reason }] as const;
    if (!image) throw new LifecycleError('ArchiveFailed', ...because(`there is no such image in ${region}`));
    const key = archiveKey(prefix, imageId);
    const answer = (status: Output['status'], began = { key, refusal: '' }): Output => ({
      status,
      ...began,
      waitSeconds: pollSeconds('image', now, now),
    });
    const isNoted = image.tags[tagKeys.archivedTo] === archiveUrl(bucket, key);
    if (isNoted && (await archives.flaw(bucket, key, [imageId])) === undefined) return answer('archived');
    const refusal = archiveRefusal(image);
    if (refusal) throw new LifecycleError('ArchiveRefused', ...because(refusal));
    if (image.state !== 'available') {
      throw new LifecycleError('ArchiveFailed', ...because(`it is ${image.state}, and must be available`));
    }
    const task = await archives.storeTask(imageId, bucket, key);
    if (task?.state === 'in-progress') return answer('storing');
    // A task that is completed counts for as long as its object is there, and is what was recorded if it was.
    const stored = task?.state === 'completed' ? await archives.object(bucket, key) : undefined;
    if (stored && stored.sizeBytes > 0) {
      const { record } = await archives.record(bucket, key);
      if (!record || record.sizeBytes === stored.sizeBytes) return answer('storing');
    }
    return answer('storing', await begin());

    /**
     * EC2 refuses a second task for the same object with a code that is not documented. The first may be of an attempt whose
     * answer was lost, or of another execution, and may not be shown yet: so a refusal is no failure until it has had time.
     */
    async function begin(): Promise<{ key: string; refusal: string }> {
      try {
        return { key: await archives.store(imageId, bucket, prefix), refusal: '' };
      } catch (error) {
        if (!isLifecycleError(error, 'ArchiveFailed')) throw error;
        return { key, refusal: String(error.details.reason ?? error.message) };
      }
    }
  };
}
