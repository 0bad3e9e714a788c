import { refuse } from '../service-failure.ts';
import type { Bucket, StoredObject } from '../state.ts';
import { isArchived } from './storage-classes.ts';

export type NewObject = Omit<StoredObject, 'wake'>;

/** Puts an object in place of whatever has its key. */
export function writeObject(bucket: Bucket, object: NewObject): void {
  bucket.objects.set(object.key, { ...object, wake: undefined });
}

export function objectIn(bucket: Bucket, key: string): StoredObject {
  return bucket.objects.get(key) ?? refuse('NoSuchKey', 'The specified key does not exist.', 404);
}

/** `If-None-Match: *` writes only where nothing is. */
export function checkAbsent(bucket: Bucket, key: string, ifNoneMatch: string | undefined): void {
  if (ifNoneMatch !== '*' || !bucket.objects.has(key)) return;
  refuse('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
}

/** Archived objects can be read only between the end of a RestoreObject and the expiry of its copy. */
export function isReadable({ storageClass, wake }: StoredObject, nowMs: number): boolean {
  return !isArchived(storageClass) || (wake !== undefined && nowMs >= wake.readyAtMs && nowMs < wake.expiresAtMs);
}

/** S3 names no class for STANDARD, and says nothing of a woken copy that has expired. */
export function headersOf(object: StoredObject, nowMs: number) {
  const restore = restoreHeader(object, nowMs);
  return {
    ContentLength: object.sizeBytes,
    ContentType: object.contentType ?? 'application/octet-stream',
    ETag: object.eTag,
    LastModified: new Date(object.lastModifiedAtMs),
    Metadata: { ...object.metadata },
    ...(object.storageClass === 'STANDARD' ? {} : { StorageClass: object.storageClass }),
    ...(restore === undefined ? {} : { Restore: restore }),
  };
}

function restoreHeader({ wake }: StoredObject, nowMs: number): string | undefined {
  if (!wake || nowMs >= wake.expiresAtMs) return undefined;
  if (nowMs < wake.readyAtMs) return 'ongoing-request="true"';
  return `ongoing-request="false", expiry-date="${new Date(wake.expiresAtMs).toUTCString()}"`;
}

const mostTags = 10;

/** Tags as the header has them: `key=value&key=value`, percent-encoded. */
export function tagsOf(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = [...new URLSearchParams(header ?? '')];
  const tags = new Map(pairs);
  if (tags.size < pairs.length) refuse('InvalidTag', 'Cannot provide multiple Tags with the same key');
  if (tags.size > mostTags) refuse('BadRequest', `Object tags cannot be greater than ${mostTags}`);
  for (const [key, value] of tags) {
    if (key === '' || key.length > 128) refuse('InvalidTag', 'The TagKey you have provided is invalid');
    if (value.length > 256) refuse('InvalidTag', 'The TagValue you have provided is invalid');
  }
  return tags;
}

/** Metadata keys travel as headers, which have no case. */
export function metadataOf(metadata: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key.toLowerCase(), value]));
}
