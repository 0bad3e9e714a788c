import type {
  Image,
  RestoreImageFromRecycleBinCommandInput,
  RestoreImageFromRecycleBinCommandOutput,
} from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { ImageRecord } from '../state.ts';
import { created } from '../world.ts';
import { known } from './identifiers.ts';
import { checkNameIsFree, registerImage } from './image-records.ts';

/**
 * The image comes back as it was, launch permissions included. Its snapshots must be there: what went to the bin with
 * it has to be restored before, and what was deleted for good makes the image unrecoverable.
 */
export const restoreImageFromRecycleBin = operation<
  RestoreImageFromRecycleBinCommandInput,
  Omit<RestoreImageFromRecycleBinCommandOutput, '$metadata'>
>({
  parameters: ['ImageId'],
  act(call, input) {
    const { world, region, nowMs } = call;
    const { record } = known('image', region.recycledImages, required(input.ImageId, 'ImageId'));
    const { id, snapshotIds } = record;
    const absent = snapshotIds.filter((snapshotId) => !region.snapshots.has(snapshotId));
    if (absent.length > 0) {
      // That it is refused is documented, the code is not.
      refuse(
        'InvalidSnapshot.NotFound',
        `The image '${id}' cannot be restored without its snapshots: ${absent.join(', ')}.`,
      );
    }
    checkNameIsFree(region, record);
    region.recycledImages.delete(id);
    region.tombstones.delete(id);
    registerImage(region, created<Image, ImageRecord>(world, record, nowMs));
    for (const snapshotId of snapshotIds) region.snapshots.get(snapshotId)?.imageIds.add(id);
    return { Return: true };
  },
});
