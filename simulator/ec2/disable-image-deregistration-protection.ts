import type {
  DisableImageDeregistrationProtectionCommandInput,
  DisableImageDeregistrationProtectionCommandOutput,
  Image,
} from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import { replace } from '../world.ts';
import { coolingDown, isCoolingDown, protectionOf } from './deregistration-protection.ts';
import { ownImage } from './own-image.ts';

/** `Return` is a text here, and says what the protection is now. Asking twice does not begin a cooldown anew. */
export const disableImageDeregistrationProtection = operation<
  DisableImageDeregistrationProtectionCommandInput,
  Omit<DisableImageDeregistrationProtectionCommandOutput, '$metadata'>
>({
  parameters: ['ImageId'],
  act(call, input) {
    const image = ownImage(call, input.ImageId);
    const present = protectionOf(image.description, call.nowMs);
    if (present === 'disabled' || isCoolingDown(present)) return { Return: present };
    const Return = present === 'enabled-with-cooldown' ? coolingDown(call.nowMs) : 'disabled';
    replace<Image>(call.world, image, { DeregistrationProtection: Return }, call.nowMs);
    return { Return };
  },
});
