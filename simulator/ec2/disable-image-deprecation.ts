import type {
  DisableImageDeprecationCommandInput,
  DisableImageDeprecationCommandOutput,
  Image,
} from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { replace } from '../world.ts';
import { ownImage } from './own-image.ts';

export const disableImageDeprecation = operation<
  DisableImageDeprecationCommandInput,
  Omit<DisableImageDeprecationCommandOutput, '$metadata'>
>({
  parameters: ['ImageId'],
  act(call, input) {
    const image = ownImage(call, input.ImageId);
    if (image.description.Public) {
      // That it is refused is documented, the code is not.
      refuse('OperationNotPermitted', `The deprecation of the public image '${image.id}' cannot be cancelled.`);
    }
    replace<Image>(call.world, image, { DeprecationTime: undefined }, call.nowMs);
    return { Return: true };
  },
});
