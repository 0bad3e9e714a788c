import { required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { Bucket } from '../state.ts';
import type { Call } from '../world.ts';

/** The bucket of that name; S3's own error if there is none. */
export function bucketOf(call: Call, name: string | undefined): Bucket {
  return (
    call.world.buckets.get(required(name, 'Bucket')) ??
    refuse('NoSuchBucket', 'The specified bucket does not exist', 404)
  );
}
