import { createHash } from 'node:crypto';
import type { CopyObjectCommandInput, CopyObjectCommandOutput } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { StoredObject } from '../state.ts';
import { bucketOf } from './buckets.ts';
import { copySourceOf, mostCopiedBytes, refuseTooLarge } from './copy-source.ts';
import { checkAbsent, metadataOf, tagsOf, writeObject } from './objects.ts';
import { storageClassOf } from './storage-classes.ts';

/** Takes metadata and tags along unless told to replace them, but never the storage class. */
export const copyObject = operation<CopyObjectCommandInput, Omit<CopyObjectCommandOutput, '$metadata'>>({
  parameters: [
    'Bucket',
    'Key',
    'CopySource',
    'StorageClass',
    'MetadataDirective',
    'Metadata',
    'ContentType',
    'TaggingDirective',
    'Tagging',
    'IfNoneMatch',
    'ServerSideEncryption',
  ],
  act(call, input) {
    const bucket = bucketOf(call, input.Bucket);
    const key = required(input.Key, 'Key');
    const { bucketName, object: source } = copySourceOf(call, input.CopySource);
    const newMetadata = input.MetadataDirective === 'REPLACE';
    const isChanged = newMetadata || input.StorageClass !== undefined || input.ServerSideEncryption !== undefined;
    if (bucketName === bucket.name && source.key === key && !isChanged) {
      refuse(
        'InvalidRequest',
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      );
    }
    if (source.sizeBytes > mostCopiedBytes) refuseTooLarge();
    checkAbsent(bucket, key, input.IfNoneMatch);
    const eTag = eTagOf(source);
    writeObject(bucket, {
      key,
      body: source.body,
      sizeBytes: source.sizeBytes,
      image: source.image,
      contentType: newMetadata ? input.ContentType : source.contentType,
      metadata: newMetadata ? metadataOf(input.Metadata) : source.metadata,
      tags: input.TaggingDirective === 'REPLACE' ? tagsOf(input.Tagging) : source.tags,
      storageClass: storageClassOf(input.StorageClass),
      eTag,
      lastModifiedAtMs: call.nowMs,
    });
    return { CopyObjectResult: { ETag: eTag, LastModified: new Date(call.nowMs) } };
  },
});

/** A copy is made in one piece, so its ETag differs from that of a source made of parts. */
function eTagOf({ body, sizeBytes, eTag }: StoredObject): string {
  const content = body.length === sizeBytes ? body : eTag;
  return `"${createHash('md5').update(content).digest('hex')}"`;
}
