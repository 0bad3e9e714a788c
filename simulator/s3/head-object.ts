import type { HeadObjectCommandInput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { headersOf } from './objects.ts';

/** A HEAD has no body to put an error into: whatever is missing is `NotFound`. Archived objects answer as all do. */
export const headObject = operation<HeadObjectCommandInput, Omit<HeadObjectCommandOutput, '$metadata'>>({
  parameters: ['Bucket', 'Key'],
  act(call, input) {
    const bucket = call.world.buckets.get(required(input.Bucket, 'Bucket'));
    const object = bucket?.objects.get(required(input.Key, 'Key')) ?? refuse('NotFound', 'NotFound', 404);
    return headersOf(object, call.nowMs);
  },
});
