import type { EnableImageCommandInput, EnableImageCommandOutput, Image } from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { replace } from '../world.ts';
import { emitImageState } from './image-records.ts';
import { checkState, ownImage } from './own-image.ts';

export const enableImage = operation<EnableImageCommandInput, Omit<EnableImageCommandOutput, '$metadata'>>({
  parameters: ['ImageId'],
  act(call, input) {
    const { world, region, nowMs } = call;
    const image = ownImage(call, input.ImageId);
    checkState(image, 'disabled');
    for (const snapshotId of image.snapshotIds) {
      const { StorageTier, RestoreExpiryTime } = region.snapshots.get(snapshotId)?.description ?? {};
      if (StorageTier !== 'archive' && RestoreExpiryTime === undefined) continue;
      // That it is refused is documented, the code is not.
      refuse(
        'IncorrectState',
        `The image '${image.id}' cannot be enabled: its snapshot ${snapshotId} is archived, or restored for a time only.`,
      );
    }
    replace<Image>(world, image, { State: 'available' }, nowMs);
    emitImageState(world, region, image.id, 'available', '');
    return { Return: true };
  },
});
