import type { ModifyInstanceAttributeCommandInput } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { known } from './identifiers.ts';

export const modifyInstanceAttribute = operation<ModifyInstanceAttributeCommandInput, object>({
  parameters: ['InstanceId', 'DisableApiStop', 'DisableApiTermination'],
  act(call, input) {
    const record = known('instance', call.region.instances, required(input.InstanceId, 'InstanceId'));
    if (input.DisableApiStop?.Value !== undefined) {
      const { InstanceLifecycle, RootDeviceType } = record.description;
      if (InstanceLifecycle === 'spot' || RootDeviceType === 'instance-store') {
        refuse('UnsupportedOperation', `Stop protection is not supported for the instance '${record.id}'.`);
      }
      record.stopProtected = input.DisableApiStop.Value;
    }
    if (input.DisableApiTermination?.Value !== undefined) {
      record.terminationProtected = input.DisableApiTermination.Value;
    }
    return {};
  },
});
