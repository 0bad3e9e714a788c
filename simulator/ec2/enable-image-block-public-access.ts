import type {
  EnableImageBlockPublicAccessCommandInput,
  EnableImageBlockPublicAccessCommandOutput,
} from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';

/** Images that are public stay so. Takes effect at once, where AWS may need ten minutes. */
export const enableImageBlockPublicAccess = operation<
  EnableImageBlockPublicAccessCommandInput,
  Omit<EnableImageBlockPublicAccessCommandOutput, '$metadata'>
>({
  parameters: ['ImageBlockPublicAccessState'],
  act({ region }, input) {
    const ImageBlockPublicAccessState = required(input.ImageBlockPublicAccessState, 'ImageBlockPublicAccessState');
    region.imageBlockPublicAccess = ImageBlockPublicAccessState;
    return { ImageBlockPublicAccessState };
  },
});
