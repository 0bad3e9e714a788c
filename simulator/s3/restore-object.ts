import type { RestoreObjectCommandInput, RestoreObjectCommandOutput, RestoreRequest } from '@aws-sdk/client-s3';
import { operation, required } from '../operation.ts';
import { NotSimulated, refuse } from '../service-failure.ts';
import { bucketOf } from './buckets.ts';
import { objectIn } from './objects.ts';
import { isArchived, type StorageClass } from './storage-classes.ts';

const dayMs = 86_400_000;

/** Wakes an archived object for some days. Asked again when it is awake, it counts the days anew. */
export const restoreObject = operation<RestoreObjectCommandInput, Omit<RestoreObjectCommandOutput, '$metadata'>>({
  parameters: ['Bucket', 'Key', 'RestoreRequest'],
  act(call, input) {
    const { world, nowMs } = call;
    const bucket = bucketOf(call, input.Bucket);
    const object = objectIn(bucket, required(input.Key, 'Key'));
    const { storageClass, wake } = object;
    if (!isArchived(storageClass)) {
      refuse('InvalidObjectState', "Restore is not allowed for the object's current storage class", 403);
    }
    const { days, tier } = wishOf(input.RestoreRequest, storageClass);
    // A second request may also make a slow one faster; that is not modelled, and refused like any other.
    if (wake && nowMs < wake.readyAtMs) {
      refuse('RestoreAlreadyInProgress', 'Object restore is already in progress', 409);
    }
    const isAwake = wake !== undefined && nowMs < wake.expiresAtMs;
    const random = world.random.stream('wake', bucket.name, object.key, nowMs);
    const readyAtMs = isAwake
      ? wake.readyAtMs
      : nowMs + world.behaviour.wakeHours(storageClass, tier, random) * 3_600_000;
    // Copies expire at midnight UTC, the one after the last of their days.
    const expiresAtMs = Math.ceil((Math.max(nowMs, readyAtMs) + days * dayMs) / dayMs) * dayMs;
    object.wake = { readyAtMs, expiresAtMs };
    return {};
  },
});

type Tier = 'Standard' | 'Bulk' | 'Expedited';

function wishOf(request: RestoreRequest | undefined, storageClass: StorageClass): { days: number; tier: Tier } {
  const { Days: days, GlacierJobParameters, Description: _ignored, ...others } = request ?? {};
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new NotSimulated(`RestoreRequest.${other}`, 'add it to simulator/s3/restore-object.ts');
  }
  if (days === undefined || !Number.isInteger(days) || days < 1) {
    return refuse('MalformedXML', 'The XML you provided was not well-formed or did not validate against our schema');
  }
  const tier = GlacierJobParameters?.Tier ?? 'Standard';
  if (tier === 'Expedited' && storageClass === 'DEEP_ARCHIVE') {
    refuse('InvalidArgument', 'Retrieval option is not supported by this storage class');
  }
  return { days, tier };
}
