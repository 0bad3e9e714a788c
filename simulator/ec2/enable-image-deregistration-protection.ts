import type {
  EnableImageDeregistrationProtectionCommandInput,
  EnableImageDeregistrationProtectionCommandOutput,
  Image,
} from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import { replace } from '../world.ts';
import { ownImage } from './own-image.ts';

/** `Return` is a text here, and says what the protection is now. */
export const enableImageDeregistrationProtection = operation<
  EnableImageDeregistrationProtectionCommandInput,
  Omit<EnableImageDeregistrationProtectionCommandOutput, '$metadata'>
>({
  parameters: ['ImageId', 'WithCooldown'],
  act(call, input) {
    const image = ownImage(call, input.ImageId);
    const Return = input.WithCooldown === true ? 'enabled-with-cooldown' : 'enabled-without-cooldown';
    replace<Image>(call.world, image, { DeregistrationProtection: Return }, call.nowMs);
    return { Return };
  },
});
