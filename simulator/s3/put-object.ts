import { createHash } from 'node:crypto';
import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { NotSimulated, refuse } from '../service-failure.ts';
import { bucketOf } from './buckets.ts';

export const putObject = operation<PutObjectCommandInput, Omit<PutObjectCommandOutput, '$metadata'>>({
  parameters: ['Bucket', 'Key', 'Body', 'ContentType', 'Metadata', 'IfNoneMatch', 'ServerSideEncryption'],
  act(call, input) {
    const bucket = bucketOf(call, input.Bucket);
    const key = required(input.Key, 'Key');
    if (input.IfNoneMatch === '*' && bucket.objects.has(key)) {
      refuse('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
    }
    const body = bytesOf(input.Body);
    const eTag = `"${createHash('md5').update(body).digest('hex')}"`;
    bucket.objects.delete(key);
    bucket.objects.set(key, {
      key,
      body,
      contentType: input.ContentType,
      metadata: { ...input.Metadata },
      eTag,
      lastModifiedAtMs: call.nowMs,
    });
    return { ETag: eTag };
  },
});

function bytesOf(body: PutObjectCommandInput['Body']): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body.slice();
  throw new NotSimulated(
    'a stream as the body of PutObject',
    'send a string or bytes, or add it to simulator/s3/put-object.ts',
  );
}
