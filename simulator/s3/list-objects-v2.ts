import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { operation } from '../operation.ts';
import { bucketOf } from './buckets.ts';

/** Keys in the order of their bytes, at most a thousand a page. A continuation token is the last key of its page. */
export const listObjectsV2 = operation<ListObjectsV2CommandInput, Omit<ListObjectsV2CommandOutput, '$metadata'>>({
  parameters: ['Bucket', 'Prefix', 'MaxKeys', 'ContinuationToken', 'StartAfter'],
  act(call, input) {
    const bucket = bucketOf(call, input.Bucket);
    const prefix = input.Prefix ?? '';
    const after = input.ContinuationToken === undefined ? input.StartAfter : atob(input.ContinuationToken);
    const keys = [...bucket.objects.keys()]
      .filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
      .sort(byCodeUnit);
    const size = Math.min(input.MaxKeys ?? 1000, 1000);
    const Contents = keys.slice(0, size).flatMap((Key) => {
      const object = bucket.objects.get(Key);
      if (!object) return [];
      const LastModified = new Date(object.lastModifiedAtMs);
      return [{ Key, Size: object.sizeBytes, ETag: object.eTag, LastModified, StorageClass: object.storageClass }];
    });
    const IsTruncated = keys.length > size;
    const last = Contents.at(-1)?.Key;
    return {
      Name: bucket.name,
      Prefix: prefix,
      KeyCount: Contents.length,
      IsTruncated,
      Contents,
      ...(IsTruncated && last !== undefined ? { NextContinuationToken: btoa(last) } : {}),
    };
  },
});

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
