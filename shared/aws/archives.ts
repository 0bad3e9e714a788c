import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  RestoreObjectCommand,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import {
  archiveRecordSchema,
  archiveUrl,
  type FoundRecord,
  recordKey,
  type StoredObject,
  sleeps,
} from '../domain/archive.ts';
import { isLifecycleError, LifecycleError } from '../domain/errors.ts';
import { archiveCopiesIn } from './archive-copies.ts';
import { archiveTasksIn } from './archive-tasks.ts';
import { calling, callingForMaybe, hasCode, told } from './aws-errors.ts';
import * as clients from './clients.ts';

/** Images as objects in S3, in the Region of their bucket. */
export function archivesIn(region: string) {
  const s3 = clients.s3(region);
  return {
    ...archiveTasksIn(region),
    ...archiveCopiesIn(region),

    /** Undefined where there is no such object. */
    async object(bucket: string, key: string): Promise<StoredObject | undefined> {
      const head = await headOf(bucket, key);
      if (!head) return undefined;
      return {
        sizeBytes: told(head.ContentLength, 'HeadObject: ContentLength'),
        eTag: told(head.ETag, 'HeadObject: ETag'),
        // S3 leaves the class out for STANDARD.
        storageClass: head.StorageClass ?? 'STANDARD',
        isInArchiveTier: head.ArchiveStatus !== undefined,
        restore: restoreOf(head.Restore),
        metadata: head.Metadata ?? {},
      };
    },

    /**
     * What is wrong with an archive, in words; undefined where its object and its record are there, and the object is what the
     * record says. A record that sleeps is believed.
     * @param imageIds the image, and what it was made of: the record must be of one of them
     * @throws EvidenceIncomplete where S3 does not say
     */
    async flaw(bucket: string, key: string, imageIds: readonly string[]): Promise<string | undefined> {
      const url = archiveUrl(bucket, key);
      const head = await seen(() => headOf(bucket, key));
      if (!head) return `${url} is not there`;
      if (!head.ContentLength) return `${url} is empty`;
      const beside = await seen(() => headOf(bucket, recordKey(key)));
      if (!beside) return `${url}.json is not there`;
      if (!beside.ContentLength) return `${url}.json is empty`;
      if (isAsleep(beside)) return undefined;
      const { record, problem } = await seen(() => recordOf(bucket, key));
      if (!record) return `${url}.json ${problem}`;
      if (!imageIds.includes(record.imageId)) return `${url} is of ${record.imageId}, as its record says`;
      return record.sizeBytes === head.ContentLength
        ? undefined
        : `${url} has ${head.ContentLength} bytes, and had ${record.sizeBytes} when it was recorded`;
    },

    record: recordOf,

    /**
     * Asks S3 to make a sleeping object readable; one that is waking already stays as it is.
     * @param days for how long; undefined for what INTELLIGENT_TIERING has put to sleep, which wakes for good
     */
    async wake(bucket: string, key: string, days: number | undefined): Promise<void> {
      try {
        await calling(`RestoreObject s3://${bucket}/${key}`, () =>
          s3.send(
            new RestoreObjectCommand({
              Bucket: bucket,
              Key: key,
              RestoreRequest: {
                ...(days === undefined ? {} : { Days: days }),
                GlacierJobParameters: { Tier: 'Standard' },
              },
            }),
          ),
        );
      } catch (error) {
        if (!hasCode(error, 'RestoreAlreadyInProgress')) throw error;
      }
    },
  };

  /** The record beside an archive, as far as there is one that can be read: an archive is worth restoring without. */
  async function recordOf(bucket: string, key: string): Promise<FoundRecord> {
    try {
      const text = await callingForMaybe(`GetObject s3://${bucket}/${recordKey(key)}`, async () => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: recordKey(key) }));
        return Body?.transformToString();
      });
      if (text === undefined) return { record: undefined, problem: 'is not there' };
      return { record: archiveRecordSchema.parse(JSON.parse(text)), problem: '' };
    } catch (error) {
      // A lifecycle rule of the bucket may have moved it where it sleeps.
      // JSON that is nested without end parses, and then is too much for whoever walks through it: a RangeError.
      const isUnreadable =
        error instanceof SyntaxError ||
        error instanceof RangeError ||
        error instanceof z.ZodError ||
        hasCode(error, 'InvalidObjectState');
      if (!isUnreadable) throw error;
      return { record: undefined, problem: 'cannot be read' };
    }
  }

  function headOf(bucket: string, key: string) {
    return callingForMaybe(`HeadObject s3://${bucket}/${key}`, () =>
      s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
    );
  }
}

function isAsleep({ StorageClass = 'STANDARD', ArchiveStatus, Restore }: HeadObjectCommandOutput): boolean {
  const object = { storageClass: StorageClass, isInArchiveTier: ArchiveStatus !== undefined };
  return sleeps(object) && restoreOf(Restore) !== 'awake';
}

/** What S3 will not show is not known: it may be there. */
async function seen<Answer>(look: () => Promise<Answer>): Promise<Answer> {
  try {
    return await look();
  } catch (error) {
    if (!isLifecycleError(error, 'AccessDenied')) throw error;
    const reason = error.message;
    throw new LifecycleError(
      'EvidenceIncomplete',
      `Whether an archive is there is not known: ${reason}`,
      { reason },
      error,
    );
  }
}

/** `ongoing-request="true"` while it wakes, `ongoing-request="false", expiry-date="..."` once it is awake. */
function restoreOf(header: string | undefined): StoredObject['restore'] {
  if (header === undefined) return 'asleep';
  return header.includes('ongoing-request="true"') ? 'waking' : 'awake';
}
