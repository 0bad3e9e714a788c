import type {
  DisableImageBlockPublicAccessCommandInput,
  DisableImageBlockPublicAccessCommandOutput,
} from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';

/** Takes effect at once, where AWS may need ten minutes. */
export const disableImageBlockPublicAccess = operation<
  DisableImageBlockPublicAccessCommandInput,
  Omit<DisableImageBlockPublicAccessCommandOutput, '$metadata'>
>({
  parameters: [],
  act({ region }) {
    region.imageBlockPublicAccess = 'unblocked';
    return { ImageBlockPublicAccessState: 'unblocked' };
  },
});
