import type { GetObjectTaggingCommandInput, GetObjectTaggingCommandOutput } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { bucketOf } from './buckets.ts';
import { objectIn } from './objects.ts';

export const getObjectTagging = operation<
  GetObjectTaggingCommandInput,
  Omit<GetObjectTaggingCommandOutput, '$metadata'>
>({
  parameters: ['Bucket', 'Key'],
  act(call, input) {
    const { tags } = objectIn(bucketOf(call, input.Bucket), required(input.Key, 'Key'));
    return { TagSet: [...tags].map(([Key, Value]) => ({ Key, Value })) };
  },
});
