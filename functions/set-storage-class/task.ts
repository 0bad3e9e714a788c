import * as z from 'zod';
import {
  archiveUrl,
  type StorageClass,
  type StoredObject,
  sleeps,
  storageClasses,
} from '../../shared/domain/archive.ts';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';

/** S3 copies up to 5 GB at once, and larger objects in up to 10,000 parts: enough for the largest image. */
const mostBytesAtOnce = 5_000_000_000;
const partBytes = 512 * 1024 ** 2;
/** So many parts in one invocation, each of which S3 copies by itself. */
const partsAtOnce = 16;

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    bucket: parts.bucket,
    key: parts.objectKey,
    storageClass: z.enum(storageClasses),
    /** Of a copy that has begun; null at first. */
    uploadId: z.string().nullable(),
  }),
  output: z.strictObject({
    status: z.enum(['copying', 'done']),
    uploadId: z.string().nullable(),
    progressPercent: z.number().min(0).max(100),
  }),
  errors: [...awsErrors, 'ArchiveFailed'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  archivesIn: (region: string) => {
    object(bucket: string, key: string): Promise<StoredObject | undefined>;
    changeClass(bucket: string, key: string, storageClass: StorageClass): Promise<void>;
    beginParts(
      bucket: string,
      key: string,
      storageClass: StorageClass,
      metadata: Readonly<Record<string, string>>,
    ): Promise<string>;
    parts(bucket: string, key: string, uploadId: string): Promise<ReadonlyMap<number, string> | undefined>;
    copyPart(
      bucket: string,
      key: string,
      part: { uploadId: string; number: number; first: number; last: number },
    ): Promise<void>;
    completeParts(bucket: string, key: string, uploadId: string, parts: ReadonlyMap<number, string>): Promise<void>;
    abandonParts(bucket: string, key: string): Promise<void>;
  };
}

/**
 * Puts an archived image into its storage class. EC2 always writes STANDARD; S3 changes the class of an object only by
 * copying it onto itself, which for a large one takes more than one invocation. The old object stays until the copy is
 * complete.
 */
export function makeSetStorageClass({ archivesIn }: Ports) {
  return async ({ region, bucket, key, storageClass, uploadId }: Input): Promise<Output> => {
    const archives = archivesIn(region);
    const object = await archives.object(bucket, key);
    if (!object) {
      throw new LifecycleError('ArchiveFailed', `${archiveUrl(bucket, key)} is not there any more.`, { bucket, key });
    }
    const isLarge = object.sizeBytes > mostBytesAtOnce;
    if (object.storageClass === storageClass) {
      // Of an invocation that was killed before it could tell, or of another execution.
      if (isLarge) await archives.abandonParts(bucket, key);
      return { status: 'done', uploadId: null, progressPercent: 100 };
    }
    if (sleeps(object)) {
      throw new LifecycleError(
        'ArchiveFailed',
        `${archiveUrl(bucket, key)} is ${object.storageClass} already, so that it cannot become ${storageClass}: see whether a lifecycle rule of the bucket moves it.`,
        { bucket, key, storageClass: object.storageClass },
      );
    }
    if (!isLarge) {
      await archives.changeClass(bucket, key, storageClass);
      return { status: 'done', uploadId: null, progressPercent: 100 };
    }
    if (uploadId === null) {
      const begun = await archives.beginParts(bucket, key, storageClass, object.metadata);
      return { status: 'copying', uploadId: begun, progressPercent: 0 };
    }
    const present = await archives.parts(bucket, key, uploadId);
    // S3 or a lifecycle rule gave the upload up: it begins anew.
    if (!present) return { status: 'copying', uploadId: null, progressPercent: 0 };
    const all = Array.from({ length: Math.ceil(object.sizeBytes / partBytes) }, (_, index) => index + 1);
    const missing = all.filter((number) => !present.has(number));
    if (missing.length === 0) {
      await archives.completeParts(bucket, key, uploadId, present);
      // Not done: that is for the next look to say, which clears away what else was begun.
      return { status: 'copying', uploadId, progressPercent: 100 };
    }
    const chosen = missing.slice(0, partsAtOnce);
    await Promise.all(
      chosen.map((number) => {
        const first = (number - 1) * partBytes;
        const last = Math.min(number * partBytes, object.sizeBytes) - 1;
        return archives.copyPart(bucket, key, { uploadId, number, first, last });
      }),
    );
    const copied = all.length - missing.length + chosen.length;
    return { status: 'copying', uploadId, progressPercent: Math.floor((copied * 100) / all.length) };
  };
}
