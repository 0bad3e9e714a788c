import type { DeleteObjectCommandInput, DeleteObjectCommandOutput } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { bucketOf } from './buckets.ts';

/** Also answers well where no such object is. */
export const deleteObject = operation<DeleteObjectCommandInput, Omit<DeleteObjectCommandOutput, '$metadata'>>({
  parameters: ['Bucket', 'Key'],
  act(call, input) {
    bucketOf(call, input.Bucket).objects.delete(required(input.Key, 'Key'));
    return {};
  },
});
