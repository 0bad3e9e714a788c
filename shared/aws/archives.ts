import {
  CreateRestoreImageTaskCommand,
  CreateStoreImageTaskCommand,
  DescribeImagesCommand,
  DescribeStoreImageTasksCommand,
  type StoreImageTaskResult,
} from '@aws-sdk/client-ec2';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  paginateListParts,
  RestoreObjectCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import {
  archiveRecordSchema,
  type FoundRecord,
  recordKey,
  type StorageClass,
  type StoredObject,
  storageClasses,
} from '../domain/archive.ts';
import { LifecycleError } from '../domain/errors.ts';
import type { Tags } from '../domain/tags.ts';
import { calling, callingForMaybe, hasCode } from './aws-errors.ts';
import * as clients from './clients.ts';
import { tagList } from './tagging.ts';

/** A task that stores an image, as EC2 tells of it. */
export interface StoreTask {
  state: 'in-progress' | 'completed' | 'failed';
  /** ISO instant. */
  startedAt: string;
  progressPercent: number;
  reason: string;
}

/** What EC2 says of an image that its object in S3 may lose. */
export interface ImageParticulars {
  description: string;
  platformDetails: string;
  usageOperation: string;
  architecture: string;
  bootMode: string;
  blockDeviceMappings: unknown[];
}

/** Images as objects in S3, in the Region of their bucket: EC2 stores and restores nowhere else. */
export function archivesIn(region: string) {
  const ec2 = clients.ec2(region);
  const s3 = clients.s3(region);
  const s3ForCopies = clients.s3ForCopies(region);
  return {
    /** The newest task for this image and object of the last 31 days; EC2 forgets older ones. */
    async storeTask(imageId: string, bucket: string, key: string): Promise<StoreTask | undefined> {
      const answer = await callingForMaybe(`DescribeStoreImageTasks ${imageId}`, () =>
        ec2.send(new DescribeStoreImageTasksCommand({ ImageIds: [imageId] })),
      );
      const tasks = (answer?.StoreImageTaskResults ?? []).filter(
        (task) => task.S3objectKey === key && bucketOf(task) === bucket,
      );
      const [newest] = tasks.toSorted((left, right) => startOf(right) - startOf(left));
      return newest && taskOf(newest);
    },

    /**
     * Begins to store an image.
     * @param prefix the path within the bucket, with a slash at its end, or empty
     * @returns the object's key
     * @throws ArchiveFailed where EC2 refuses it
     */
    async store(imageId: string, bucket: string, prefix: string): Promise<string> {
      const path = prefix.replace(/\/$/, '');
      const answer = await refusedAs('ArchiveFailed', imageId, () =>
        calling(`CreateStoreImageTask ${imageId}`, () =>
          ec2.send(
            new CreateStoreImageTaskCommand({ ImageId: imageId, Bucket: path === '' ? bucket : `${bucket}/${path}` }),
          ),
        ),
      );
      return answer.ObjectKey ?? '';
    },

    /** Undefined where there is no such object. */
    async object(bucket: string, key: string): Promise<StoredObject | undefined> {
      const head = await callingForMaybe(`HeadObject s3://${bucket}/${key}`, () =>
        s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
      );
      if (!head) return undefined;
      return {
        sizeBytes: head.ContentLength ?? 0,
        eTag: head.ETag ?? '',
        storageClass: storageClassOf(head.StorageClass),
        restore: restoreOf(head.Restore),
        metadata: head.Metadata ?? {},
      };
    },

    /** The record beside an archive, as far as there is one that can be read: an archive is worth restoring without. */
    async record(bucket: string, key: string): Promise<FoundRecord> {
      try {
        const text = await callingForMaybe(`GetObject s3://${bucket}/${recordKey(key)}`, async () => {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: recordKey(key) }));
          return Body?.transformToString();
        });
        if (text === undefined) return { record: undefined, problem: 'is not there' };
        return { record: archiveRecordSchema.parse(JSON.parse(text)), problem: '' };
      } catch (error) {
        // A lifecycle rule of the bucket may have moved it where it sleeps.
        const isUnreadable =
          error instanceof SyntaxError || error instanceof z.ZodError || hasCode(error, 'InvalidObjectState');
        if (!isUnreadable) throw error;
        return { record: undefined, problem: 'cannot be read' };
      }
    },

    /** Asks S3 to make a sleeping object readable for some days; one that is waking already stays as it is. */
    async wake(bucket: string, key: string, days: number): Promise<void> {
      try {
        await calling(`RestoreObject s3://${bucket}/${key}`, () =>
          s3.send(
            new RestoreObjectCommand({
              Bucket: bucket,
              Key: key,
              RestoreRequest: { Days: days, GlacierJobParameters: { Tier: 'Standard' } },
            }),
          ),
        );
      } catch (error) {
        if (!hasCode(error, 'RestoreAlreadyInProgress')) throw error;
      }
    },

    /** Copies an object of at most 5 GB onto itself in another storage class. @throws AwsUnavailable where it sleeps by now */
    async changeClass(bucket: string, key: string, storageClass: StorageClass): Promise<void> {
      await unlessChanged(bucket, key, () =>
        calling(`CopyObject s3://${bucket}/${key}`, () =>
          s3ForCopies.send(
            new CopyObjectCommand({
              Bucket: bucket,
              Key: key,
              CopySource: sourceOf(bucket, key),
              StorageClass: storageClass,
              MetadataDirective: 'COPY',
              TaggingDirective: 'COPY',
            }),
          ),
        ),
      );
    },

    /** Begins to copy a larger object onto itself, with its metadata and tags. @returns the upload's id */
    async beginParts(
      bucket: string,
      key: string,
      storageClass: StorageClass,
      metadata: Readonly<Record<string, string>>,
    ): Promise<string> {
      // What EC2 needs of them for a restore is not documented.
      const { TagSet = [] } = await calling(`GetObjectTagging s3://${bucket}/${key}`, () =>
        s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key })),
      );
      const tagging = new URLSearchParams(
        TagSet.map(({ Key = '', Value = '' }): [string, string] => [Key, Value]),
      ).toString();
      const { UploadId = '' } = await calling(`CreateMultipartUpload s3://${bucket}/${key}`, () =>
        s3.send(
          new CreateMultipartUploadCommand({
            Bucket: bucket,
            Key: key,
            StorageClass: storageClass,
            Metadata: metadata,
            ...(tagging === '' ? {} : { Tagging: tagging }),
          }),
        ),
      );
      return UploadId;
    },

    /** The parts of an upload that are there; undefined where S3 knows no such upload (any more). */
    async parts(bucket: string, key: string, uploadId: string): Promise<ReadonlyMap<number, string> | undefined> {
      return callingForMaybe(`ListParts s3://${bucket}/${key}`, async () => {
        const found = new Map<number, string>();
        const pages = paginateListParts({ client: s3 }, { Bucket: bucket, Key: key, UploadId: uploadId });
        for await (const { Parts = [] } of pages) {
          for (const { PartNumber = 0, ETag = '' } of Parts) found.set(PartNumber, ETag);
        }
        return found;
      });
    },

    /**
     * @param last the last byte of the part, included
     * @throws AwsUnavailable where the object or the upload is another by now
     */
    async copyPart(
      bucket: string,
      key: string,
      part: { uploadId: string; number: number; first: number; last: number },
    ): Promise<void> {
      await unlessChanged(bucket, key, () =>
        calling(`UploadPartCopy s3://${bucket}/${key} ${part.number}`, () =>
          s3ForCopies.send(
            new UploadPartCopyCommand({
              Bucket: bucket,
              Key: key,
              UploadId: part.uploadId,
              PartNumber: part.number,
              CopySource: sourceOf(bucket, key),
              CopySourceRange: `bytes=${part.first}-${part.last}`,
            }),
          ),
        ),
      );
    },

    async completeParts(
      bucket: string,
      key: string,
      uploadId: string,
      parts: ReadonlyMap<number, string>,
    ): Promise<void> {
      const Parts = [...parts]
        .sort(([left], [right]) => left - right)
        .map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
      await unlessChanged(bucket, key, () =>
        calling(`CompleteMultipartUpload s3://${bucket}/${key}`, () =>
          s3ForCopies.send(
            new CompleteMultipartUploadCommand({
              Bucket: bucket,
              Key: key,
              UploadId: uploadId,
              MultipartUpload: { Parts },
            }),
          ),
        ),
      );
    },

    /** Gives up what was begun and not completed, whose parts would be paid for until somebody does. */
    async abandonParts(bucket: string, key: string): Promise<void> {
      const { Uploads = [] } = await calling(`ListMultipartUploads s3://${bucket}/${key}`, () =>
        s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key })),
      );
      for (const { Key, UploadId } of Uploads) {
        if (Key !== key) continue;
        await callingForMaybe(`AbortMultipartUpload s3://${bucket}/${key}`, () =>
          s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId })),
        );
      }
    },

    /** What is to be written down of an image; undefined where EC2 shows none. */
    async particulars(imageId: string): Promise<ImageParticulars | undefined> {
      const answer = await callingForMaybe(`DescribeImages ${imageId}`, () =>
        ec2.send(new DescribeImagesCommand({ ImageIds: [imageId], IncludeDisabled: true, IncludeDeprecated: true })),
      );
      const [image] = answer?.Images ?? [];
      return (
        image && {
          description: image.Description ?? '',
          platformDetails: image.PlatformDetails ?? '',
          usageOperation: image.UsageOperation ?? '',
          architecture: image.Architecture ?? '',
          bootMode: image.BootMode ?? '',
          blockDeviceMappings: image.BlockDeviceMappings ?? [],
        }
      );
    },

    /**
     * Begins to make an image of an object.
     * @returns the new image's id, or undefined where the name is taken already
     * @throws RestoreFailed where EC2 refuses it
     */
    async restore(bucket: string, key: string, name: string, tags: Tags): Promise<string | undefined> {
      const Tags = tagList(tags);
      try {
        const { ImageId } = await refusedAs('RestoreFailed', key, () =>
          calling(`CreateRestoreImageTask s3://${bucket}/${key}`, () =>
            ec2.send(
              new CreateRestoreImageTaskCommand({
                Bucket: bucket,
                ObjectKey: key,
                Name: name,
                TagSpecifications: [
                  { ResourceType: 'image', Tags },
                  { ResourceType: 'snapshot', Tags },
                ],
              }),
            ),
          ),
        );
        return ImageId;
      } catch (error) {
        if (hasCode(error, 'InvalidAMIName.Duplicate')) return undefined;
        throw error;
      }
    },
  };
}

/** The bucket of a task: EC2 may tell it with the path that it was asked with. */
function bucketOf({ Bucket = '' }: StoreImageTaskResult): string {
  return Bucket.split('/')[0] ?? '';
}

function startOf({ TaskStartTime }: StoreImageTaskResult): number {
  return TaskStartTime?.getTime() ?? 0;
}

function taskOf(task: StoreImageTaskResult): StoreTask {
  const { StoreTaskState, ProgressPercentage, StoreTaskFailureReason } = task;
  return {
    state: StoreTaskState === 'Completed' ? 'completed' : StoreTaskState === 'Failed' ? 'failed' : 'in-progress',
    startedAt: new Date(startOf(task)).toISOString(),
    progressPercent: ProgressPercentage ?? 0,
    reason: StoreTaskFailureReason ?? '',
  };
}

/** S3 leaves the class out for STANDARD. */
function storageClassOf(word: string | undefined): StorageClass {
  return z.enum(storageClasses).parse(word ?? 'STANDARD');
}

/** `ongoing-request="true"` while it wakes, `ongoing-request="false", expiry-date="..."` once it is awake. */
function restoreOf(header: string | undefined): StoredObject['restore'] {
  if (header === undefined) return 'asleep';
  return header.includes('ongoing-request="true"') ? 'waking' : 'awake';
}

/** S3 reads the source as part of a URL. */
function sourceOf(bucket: string, key: string): string {
  return `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * An attempt whose answer was lost, or another execution, may have put the object into its class already: where it sleeps
 * then, and the upload is gone. To look again tells.
 */
async function unlessChanged(bucket: string, key: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!hasCode(error, 'InvalidObjectState', 'NoSuchUpload', 'InvalidPart')) throw error;
    throw new LifecycleError('AwsUnavailable', `s3://${bucket}/${key} is another by now.`, { bucket, key }, error);
  }
}

/** EC2's codes for what it will not store or restore are not documented; what they all have in common is a 400. */
async function refusedAs<Answer>(
  name: 'ArchiveFailed' | 'RestoreFailed',
  subject: string,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    const codes = [
      'InvalidParameterValue',
      'InvalidParameterCombination',
      'InvalidRequest',
      'InvalidAMIID.NotFound',
      'InvalidAMIID.Unavailable',
      'UnsupportedOperation',
      'OperationNotPermitted',
      'InvalidObjectState',
      'NoSuchBucket',
      'NoSuchKey',
    ];
    if (!hasCode(error, ...codes)) throw error;
    const reason = error instanceof Error ? error.message : '';
    const what = name === 'ArchiveFailed' ? 'archived' : 'restored';
    throw new LifecycleError(name, `${subject} cannot be ${what}: ${reason}`, { subject, reason }, error);
  }
}
