import type { DescribeImageAttributeCommandInput, DescribeImageAttributeCommandOutput } from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { operation, required } from '../operation.ts';
import { NotSimulated, refuse } from '../service-failure.ts';
import { seen } from '../world.ts';
import { protectionOf } from './deregistration-protection.ts';
import { known, refuseUnknown } from './identifiers.ts';

export const describeImageAttribute = operation<
  DescribeImageAttributeCommandInput,
  Omit<DescribeImageAttributeCommandOutput, '$metadata'>
>({
  parameters: ['ImageId', 'Attribute'],
  act(call, input) {
    const attribute = required(input.Attribute, 'Attribute');
    const image = known('image', call.region.images, required(input.ImageId, 'ImageId'));
    if (image.description.OwnerId !== call.world.accountId || attribute === 'blockDeviceMapping') {
      // EC2 refuses blockDeviceMapping to everybody.
      refuse('AuthFailure', `Not authorized for image:${image.id}`, 401);
    }
    switch (attribute) {
      case 'launchPermission':
        return { ImageId: image.id, LaunchPermissions: copied(image.launchPermissions) };
      case 'deregistrationProtection': {
        const description = seen(call, image) ?? refuseUnknown('image', [image.id]);
        return { ImageId: image.id, DeregistrationProtection: { Value: protectionOf(description, call.nowMs) } };
      }
      default:
        throw new NotSimulated(`the attribute '${attribute}'`, 'add it to simulator/ec2/describe-image-attribute.ts');
    }
  },
});
