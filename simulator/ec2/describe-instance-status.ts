import type {
  DescribeInstanceStatusCommandInput,
  DescribeInstanceStatusCommandOutput,
  Instance,
  InstanceStatus,
  InstanceStatusSummary,
  Tag,
} from '@aws-sdk/client-ec2';
import type { FilterTable } from '../filters.ts';
import { operation } from '../operation.ts';
import type { InstanceRecord } from '../state.ts';
import { type Call, seen } from '../world.ts';
import { describe } from './describe.ts';

const filters: FilterTable<Instance> = {
  'instance-state-name': ({ State }) => State?.Name,
  'instance-state-code': ({ State }) => State?.Code,
  'availability-zone': ({ Placement }) => Placement?.AvailabilityZone,
};

/** Shows running instances only, unless all are asked for. */
export const describeInstanceStatus = operation<
  DescribeInstanceStatusCommandInput,
  Omit<DescribeInstanceStatusCommandOutput, '$metadata'>
>({
  parameters: ['InstanceIds', 'IncludeAllInstances', 'Filters', 'MaxResults', 'NextToken'],
  act(call, input) {
    const { items, nextToken } = describe<Instance & { Tags?: Tag[] | undefined }, InstanceRecord>(call, input, {
      kind: 'instance',
      ids: input.InstanceIds,
      idsName: 'instancesSet',
      records: call.region.instances,
      filters,
      where: (instance) => input.IncludeAllInstances === true || instance.State?.Name === 'running',
      most: 1000,
    });
    const InstanceStatuses = items.flatMap((instance) => {
      const record = call.region.instances.get(instance.InstanceId ?? '');
      return record ? [statusOf(call, record)] : [];
    });
    return { InstanceStatuses, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});

function statusOf(call: Call, record: InstanceRecord): InstanceStatus {
  const instance = seen(call, record) ?? record.description;
  const isRunning = instance.State?.Name === 'running';
  const passes = call.nowMs >= record.checksPassAtMs;
  const fails = call.nowMs < record.checksFailUntilMs;
  const summary = (word: 'reachability'): InstanceStatusSummary => {
    if (!isRunning) return { Status: 'not-applicable' };
    if (fails) return { Status: 'impaired', Details: [{ Name: word, Status: 'failed' }] };
    const Status = passes ? 'ok' : 'initializing';
    return { Status, Details: [{ Name: word, Status: passes ? 'passed' : 'initializing' }] };
  };
  return {
    InstanceId: record.id,
    AvailabilityZone: instance.Placement?.AvailabilityZone,
    InstanceState: { ...instance.State },
    // A guest that does not come up fails its own check; the host under it is well.
    SystemStatus: fails && isRunning ? { Status: 'ok' } : summary('reachability'),
    InstanceStatus: summary('reachability'),
    AttachedEbsStatus: fails && isRunning ? { Status: 'ok' } : summary('reachability'),
    Events: [],
  };
}
