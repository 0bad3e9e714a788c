import { required } from '../operation.ts';
import { NotSimulated, refuse } from '../service-failure.ts';
import type { StoredObject } from '../state.ts';
import type { Call } from '../world.ts';
import { bucketOf } from './buckets.ts';
import { isReadable, objectIn } from './objects.ts';

/** The most that one copy request takes, in bytes: 5 GiB. */
export const mostCopiedBytes = 5 * 2 ** 30;

interface CopySource {
  bucketName: string;
  object: StoredObject;
}

/** The object that `CopySource` (`bucket/key`, percent-encoded) names; it must be readable. */
export function copySourceOf(call: Call, copySource: string | undefined): CopySource {
  const text = required(copySource, 'CopySource');
  if (/\?versionId=/.test(text)) {
    throw new NotSimulated('a version as the source of a copy', 'add versions to simulator/s3/copy-source.ts');
  }
  const [, bucketName, key] = /^\/?([^/]+)\/(.+)$/s.exec(decoded(text)) ?? [];
  if (bucketName === undefined || key === undefined) return refuseSource();
  const object = objectIn(bucketOf(call, bucketName), key);
  // The SDK's model names ObjectNotInActiveTierError for CopyObject; what S3 sends is this.
  if (!isReadable(object, call.nowMs)) {
    refuse('InvalidObjectState', "Operation is not valid for the source object's storage class", 403);
  }
  return { bucketName, object };
}

export function refuseTooLarge(): never {
  return refuse(
    'InvalidRequest',
    `The specified copy source is larger than the maximum allowable size for a copy source: ${mostCopiedBytes}`,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuseSource();
  }
}

function refuseSource(): never {
  return refuse('InvalidArgument', 'Invalid copy source encoding.');
}
