import { createHash } from 'node:crypto';
import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { NotSimulated } from '../service-failure.ts';
import { bucketOf } from './buckets.ts';
import { checkAbsent, metadataOf, tagsOf, writeObject } from './objects.ts';
import { storageClassOf } from './storage-classes.ts';

export const putObject = operation<PutObjectCommandInput, Omit<PutObjectCommandOutput, '$metadata'>>({
  parameters: [
    'Bucket',
    'Key',
    'Body',
    'ContentType',
    'Metadata',
    'StorageClass',
    'Tagging',
    'IfNoneMatch',
    'ServerSideEncryption',
  ],
  act(call, input) {
    const bucket = bucketOf(call, input.Bucket);
    const key = required(input.Key, 'Key');
    checkAbsent(bucket, key, input.IfNoneMatch);
    const body = bytesOf(input.Body);
    const eTag = `"${createHash('md5').update(body).digest('hex')}"`;
    writeObject(bucket, {
      key,
      body,
      sizeBytes: body.length,
      image: undefined,
      contentType: input.ContentType,
      metadata: metadataOf(input.Metadata),
      tags: tagsOf(input.Tagging),
      storageClass: storageClassOf(input.StorageClass),
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
