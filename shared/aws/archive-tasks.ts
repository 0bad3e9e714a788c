import {
  CreateRestoreImageTaskCommand,
  CreateStoreImageTaskCommand,
  DescribeImagesCommand,
  DescribeStoreImageTasksCommand,
  type StoreImageTaskResult,
} from '@aws-sdk/client-ec2';
import { LifecycleError } from '../domain/errors.ts';
import type { Tags } from '../domain/tags.ts';
import { calling, callingForMaybe, hasCode, told } from './aws-errors.ts';
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

/** What EC2 does with images and their objects in S3, in the Region of the bucket: it stores and restores nowhere else. */
export function archiveTasksIn(region: string) {
  const ec2 = clients.ec2(region);
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
      return told(answer.ObjectKey, 'CreateStoreImageTask: ObjectKey');
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
      // A name may be that of a record, which whoever may write to the bucket has written.
      'InvalidAMIName.Malformed',
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
