import { required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { ImageRecord } from '../state.ts';
import type { Call } from '../world.ts';
import { known } from './identifiers.ts';

/**
 * The image that a call would change. Ends the operation unless it is there, and the account's own: Unavailable for a
 * deregistered one, NotFound, Malformed, or AuthFailure.
 */
export function ownImage({ world, region }: Call, imageId: string | undefined): ImageRecord {
  const id = required(imageId, 'ImageId');
  if (region.tombstones.has(id)) {
    refuse('InvalidAMIID.Unavailable', `The image id '[${id}]' is no longer available`);
  }
  const image = known('image', region.images, id);
  if (image.description.OwnerId !== world.accountId) refuse('AuthFailure', `Not authorized for image:${id}`, 401);
  return image;
}

/** Ends the operation unless the image is in that state. */
export function checkState({ id, description }: ImageRecord, wanted: 'available' | 'disabled'): void {
  if (description.State === wanted) return;
  refuse(
    'InvalidAMIID.Unavailable',
    `The image id '[${id}]' is not ${wanted}: it is ${description.State ?? 'in no state'}`,
  );
}
