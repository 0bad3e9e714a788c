import type {
  GetImageBlockPublicAccessStateCommandInput,
  GetImageBlockPublicAccessStateCommandOutput,
} from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';

export const getImageBlockPublicAccessState = operation<
  GetImageBlockPublicAccessStateCommandInput,
  Omit<GetImageBlockPublicAccessStateCommandOutput, '$metadata'>
>({
  parameters: [],
  act: ({ region }) => ({ ImageBlockPublicAccessState: region.imageBlockPublicAccess, ManagedBy: 'account' }),
});
