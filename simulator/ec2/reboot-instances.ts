import type { RebootInstancesCommandInput } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { known } from './identifiers.ts';
import { reboot } from './instance-states.ts';

export const rebootInstances = operation<RebootInstancesCommandInput, object>({
  parameters: ['InstanceIds'],
  act(call, input) {
    const ids = required(input.InstanceIds, 'InstanceId');
    const records = ids.map((id) => known('instance', call.region.instances, id));
    for (const { id, description } of records) {
      if (description.State?.Name === 'running') continue;
      refuse('IncorrectInstanceState', `The instance '${id}' is not in a state from which it can be rebooted.`);
    }
    for (const record of records) reboot(call, record, false);
    return {};
  },
});
