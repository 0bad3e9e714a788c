import type {
  EnableImageDeprecationCommandInput,
  EnableImageDeprecationCommandOutput,
  Image,
} from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { replace } from '../world.ts';
import { publicDeprecation, yearsAfter } from './deprecation.ts';
import { ownImage } from './own-image.ts';

const minuteMs = 60_000;
const mostYears = 10;

/** Takes the date to the nearest minute. A deprecated image can still be launched from. */
export const enableImageDeprecation = operation<
  EnableImageDeprecationCommandInput,
  Omit<EnableImageDeprecationCommandOutput, '$metadata'>
>({
  parameters: ['ImageId', 'DeprecateAt'],
  act(call, input) {
    const { world, nowMs } = call;
    const atMs = Math.round(required(input.DeprecateAt, 'DeprecateAt').getTime() / minuteMs) * minuteMs;
    const image = ownImage(call, input.ImageId);
    const { Public } = image.description;
    // The minute that is running is not past.
    if (atMs < Math.floor(nowMs / minuteMs) * minuteMs) {
      refuse('InvalidParameterValue', 'The deprecation date must not be in the past.');
    }
    if (atMs > yearsAfter(nowMs, mostYears)) {
      refuse('InvalidParameterValue', `The deprecation date must be at most ${mostYears} years from now.`);
    }
    if (Public && atMs > publicDeprecation(image.description)) {
      refuse(
        'InvalidParameterValue',
        `The deprecation date of the public image '${image.id}' must be at most 2 years after its creation.`,
      );
    }
    replace<Image>(world, image, { DeprecationTime: new Date(atMs).toISOString() }, nowMs);
    return { Return: true };
  },
});
