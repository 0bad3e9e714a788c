import type { TerminateInstancesCommandInput, TerminateInstancesCommandOutput } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { InstanceRecord } from '../state.ts';
import { known } from './identifiers.ts';
import { beginTermination, stateChange } from './instance-states.ts';

/** A protected instance shields the others of its Availability Zone; those elsewhere are terminated all the same. */
export const terminateInstances = operation<
  TerminateInstancesCommandInput,
  Omit<TerminateInstancesCommandOutput, '$metadata'>
>({
  parameters: ['InstanceIds'],
  act(call, input) {
    const ids = required(input.InstanceIds, 'InstanceId');
    const records = ids.map((id) => known('instance', call.region.instances, id));
    const shielding = records.filter((record) => record.terminationProtected || record.stopProtected);
    const shielded = new Set(shielding.map(zoneOf));
    const TerminatingInstances = records
      .filter((record) => !shielded.has(zoneOf(record)))
      .map((record) => {
        const previous = record.description.State;
        const isGoing = previous?.Name === 'shutting-down' || previous?.Name === 'terminated';
        if (!isGoing) beginTermination(call.world, call.region, record, call.nowMs);
        return stateChange(record, previous);
      });
    const [first] = shielding;
    if (first) {
      const attribute = first.terminationProtected ? 'disableApiTermination' : 'disableApiStop';
      refuse(
        'OperationNotPermitted',
        `The instance '${first.id}' may not be terminated. Modify its '${attribute}' instance attribute and try again.`,
      );
    }
    return { TerminatingInstances };
  },
});

function zoneOf({ description }: InstanceRecord): string {
  return description.Placement?.AvailabilityZone ?? '';
}
