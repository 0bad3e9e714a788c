import type { CreateMultipartUploadCommandInput, CreateMultipartUploadCommandOutput } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { bucketOf } from './buckets.ts';
import { metadataOf, tagsOf } from './objects.ts';
import { storageClassOf } from './storage-classes.ts';
import { uploadsInto } from './uploads.ts';

/** Nothing is taken over from an object whose parts are copied later: metadata and tags must be given here. */
export const createMultipartUpload = operation<
  CreateMultipartUploadCommandInput,
  Omit<CreateMultipartUploadCommandOutput, '$metadata'>
>({
  parameters: ['Bucket', 'Key', 'ContentType', 'Metadata', 'StorageClass', 'Tagging', 'ServerSideEncryption'],
  act(call, input) {
    const bucket = bucketOf(call, input.Bucket);
    const key = required(input.Key, 'Key');
    const object = {
      key,
      contentType: input.ContentType,
      metadata: metadataOf(input.Metadata),
      tags: tagsOf(input.Tagging),
      storageClass: storageClassOf(input.StorageClass),
    };
    const UploadId = call.world.newId('upload');
    uploadsInto(call, bucket).set(UploadId, { bucketName: bucket.name, object, parts: new Map() });
    return { Bucket: bucket.name, Key: key, UploadId };
  },
});
