import type { DisableImageCommandInput, DisableImageCommandOutput, Image } from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import { replace } from '../world.ts';
import { emitImageState } from './image-records.ts';
import { checkState, ownImage } from './own-image.ts';

/** Takes every launch permission away for good: enabling the image does not bring them back. */
export const disableImage = operation<DisableImageCommandInput, Omit<DisableImageCommandOutput, '$metadata'>>({
  parameters: ['ImageId'],
  act(call, input) {
    const { world, region, nowMs } = call;
    const image = ownImage(call, input.ImageId);
    checkState(image, 'available');
    image.launchPermissions = [];
    replace<Image>(world, image, { State: 'disabled', Public: false }, nowMs);
    emitImageState(world, region, image.id, 'disabled', '');
    return { Return: true };
  },
});
