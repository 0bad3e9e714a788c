import type { StartInstancesCommandInput, StartInstancesCommandOutput } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { known } from './identifiers.ts';
import { beginStart, stateChange } from './instance-states.ts';

export const startInstances = operation<StartInstancesCommandInput, Omit<StartInstancesCommandOutput, '$metadata'>>({
  parameters: ['InstanceIds'],
  act(call, input) {
    const ids = required(input.InstanceIds, 'InstanceId');
    const records = ids.map((id) => known('instance', call.region.instances, id));
    for (const { id, description } of records) {
      if (/^(stopped|pending|running)$/.test(description.State?.Name ?? '')) continue;
      refuse('IncorrectInstanceState', `The instance '${id}' is not in a state from which it can be started.`);
    }
    const starting = records.filter(({ description }) => description.State?.Name === 'stopped');
    if (starting.length > 0 && call.strikes('capacity-gone')) {
      refuse(
        'InsufficientInstanceCapacity',
        'Insufficient capacity: we currently do not have sufficient capacity in the Availability Zone you requested.',
        500,
      );
    }
    const StartingInstances = records.map((record) => {
      const previous = record.description.State;
      if (previous?.Name === 'stopped') beginStart(call, record);
      return stateChange(record, previous);
    });
    return { StartingInstances };
  },
});
