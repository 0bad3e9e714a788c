import type { ListMultipartUploadsCommandInput, ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3';
import { operation } from '../operation.ts';
import { NotSimulated } from '../service-failure.ts';
import { bucketOf } from './buckets.ts';
import { uploadsInto } from './uploads.ts';

/** S3 answers with up to a thousand, and more on further pages, which are not simulated. */
const mostUploads = 1000;

/** Uploads that were begun and are neither completed nor aborted, by their keys. */
export const listMultipartUploads = operation<
  ListMultipartUploadsCommandInput,
  Omit<ListMultipartUploadsCommandOutput, '$metadata'>
>({
  parameters: ['Bucket', 'Prefix'],
  act(call, input) {
    const bucket = bucketOf(call, input.Bucket);
    const Prefix = input.Prefix ?? '';
    const found = [...uploadsInto(call, bucket)]
      .filter(([, { bucketName, object }]) => bucketName === bucket.name && object.key.startsWith(Prefix))
      .toSorted(([, left], [, right]) => (left.object.key < right.object.key ? -1 : 1));
    if (found.length > mostUploads) {
      throw new NotSimulated('a second page of uploads', 'add markers to simulator/s3/list-multipart-uploads.ts');
    }
    return {
      Bucket: bucket.name,
      Prefix,
      MaxUploads: mostUploads,
      IsTruncated: false,
      Uploads: found.map(([UploadId, { object }]) => ({
        UploadId,
        Key: object.key,
        StorageClass: object.storageClass,
      })),
    };
  },
});
