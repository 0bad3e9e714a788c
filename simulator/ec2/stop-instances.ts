import type { StopInstancesCommandInput, StopInstancesCommandOutput } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { InstanceRecord, RegionState } from '../state.ts';
import { known } from './identifiers.ts';
import { beginStop, stateChange } from './instance-states.ts';

export const stopInstances = operation<StopInstancesCommandInput, Omit<StopInstancesCommandOutput, '$metadata'>>({
  parameters: ['InstanceIds', 'Force'],
  act(call, input) {
    const ids = required(input.InstanceIds, 'InstanceId');
    const records = ids.map((id) => known('instance', call.region.instances, id));
    for (const record of records) checkStoppable(call.region, record);
    const StoppingInstances = records.map((record) => {
      const previous = record.description.State;
      if (previous?.Name === 'running') beginStop(call, record);
      return stateChange(record, previous);
    });
    return { StoppingInstances };
  },
});

function checkStoppable(region: RegionState, record: InstanceRecord): void {
  const { id, description } = record;
  const state = description.State?.Name;
  if (state === 'shutting-down' || state === 'terminated') {
    refuse('IncorrectInstanceState', `This instance '${id}' is not in a state from which it can be stopped.`);
  }
  if (description.RootDeviceType === 'instance-store') {
    refuse(
      'UnsupportedOperation',
      `The instance '${id}' does not have an 'ebs' root device type and cannot be stopped.`,
    );
  }
  const isOneTime = region.spotRequests.get(description.SpotInstanceRequestId ?? '')?.Type !== 'persistent';
  if (description.InstanceLifecycle === 'spot' && isOneTime) {
    refuse(
      'UnsupportedOperation',
      `You can't stop the Spot Instance '${id}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
    );
  }
  if (record.stopProtected) {
    refuse(
      'OperationNotPermitted',
      `The instance '${id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
    );
  }
  if (state === 'pending') {
    refuse(
      'IncorrectInstanceState',
      record.hasRun
        ? `This instance '${id}' is not in a state from which it can be stopped.`
        : `Instance '${id}' cannot be stopped as it has never reached the 'running' state.`,
    );
  }
}
