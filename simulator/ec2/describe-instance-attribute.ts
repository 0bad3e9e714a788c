import type {
  DescribeInstanceAttributeCommandInput,
  DescribeInstanceAttributeCommandOutput,
} from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { NotSimulated } from '../service-failure.ts';
import { known } from './identifiers.ts';

export const describeInstanceAttribute = operation<
  DescribeInstanceAttributeCommandInput,
  Omit<DescribeInstanceAttributeCommandOutput, '$metadata'>
>({
  parameters: ['InstanceId', 'Attribute'],
  act(call, input) {
    const attribute = required(input.Attribute, 'Attribute');
    const record = known('instance', call.region.instances, required(input.InstanceId, 'InstanceId'));
    const InstanceId = record.id;
    switch (attribute) {
      case 'disableApiStop':
        return { InstanceId, DisableApiStop: { Value: record.stopProtected } };
      case 'disableApiTermination':
        return { InstanceId, DisableApiTermination: { Value: record.terminationProtected } };
      case 'instanceInitiatedShutdownBehavior':
        return { InstanceId, InstanceInitiatedShutdownBehavior: { Value: record.shutdownBehavior } };
      default:
        throw new NotSimulated(
          `the attribute '${attribute}'`,
          'add it to simulator/ec2/describe-instance-attribute.ts',
        );
    }
  },
});
