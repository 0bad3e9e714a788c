import type {
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  Instance,
  Reservation,
} from '@aws-sdk/client-ec2';
import { operation } from '../operation.ts';
import type { Call } from '../world.ts';
import { describe } from './describe.ts';
import { instanceFilters, namedInstances } from './instance-listing.ts';

export const describeInstances = operation<
  DescribeInstancesCommandInput,
  Omit<DescribeInstancesCommandOutput, '$metadata'>
>({
  parameters: ['InstanceIds', 'Filters', 'MaxResults', 'NextToken'],
  act(call, input) {
    const { items, nextToken } = describe(call, input, {
      kind: 'instance',
      ids: input.InstanceIds,
      idsName: 'instancesSet',
      records: call.region.instances,
      filters: instanceFilters,
      candidates: () => namedInstances(input.Filters, call.region.instances),
      most: 1000,
    });
    return { Reservations: inReservations(call, items), ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});

/** Instances that were launched together come together. */
function inReservations(call: Call, instances: readonly Instance[]): Reservation[] {
  const byId = new Map<string, Reservation & { Instances: Instance[] }>();
  for (const instance of instances) {
    const ReservationId = call.region.instances.get(instance.InstanceId ?? '')?.reservationId ?? '';
    const known = byId.get(ReservationId);
    if (known) known.Instances.push(instance);
    else byId.set(ReservationId, { ReservationId, OwnerId: call.world.accountId, Groups: [], Instances: [instance] });
  }
  return [...byId.values()];
}
