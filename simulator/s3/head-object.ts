import type { HeadObjectCommandInput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';

/** A HEAD has no body to put an error into: whatever is missing is `NotFound`. */
export const headObject = operation<HeadObjectCommandInput, Omit<HeadObjectCommandOutput, '$metadata'>>({
  parameters: ['Bucket', 'Key'],
  act(call, input) {
    const bucket = call.world.buckets.get(required(input.Bucket, 'Bucket'));
    const object = bucket?.objects.get(required(input.Key, 'Key')) ?? refuse('NotFound', 'NotFound', 404);
    return {
      ContentLength: object.body.length,
      ContentType: object.contentType ?? 'application/octet-stream',
      ETag: object.eTag,
      LastModified: new Date(object.lastModifiedAtMs),
      Metadata: { ...object.metadata },
    };
  },
});
