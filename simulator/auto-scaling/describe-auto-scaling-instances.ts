import type {
  AutoScalingInstanceDetails,
  DescribeAutoScalingInstancesCommandInput,
  DescribeAutoScalingInstancesCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { operation } from '../operation.ts';
import { page } from '../paging.ts';
import { refuse } from '../service-failure.ts';

/** Unknown instances are left out, not refused. */
export const describeAutoScalingInstances = operation<
  DescribeAutoScalingInstancesCommandInput,
  Omit<DescribeAutoScalingInstancesCommandOutput, '$metadata'>
>({
  parameters: ['InstanceIds', 'MaxRecords', 'NextToken'],
  act(call, input) {
    const { region } = call;
    if ((input.InstanceIds?.length ?? 0) > 50) {
      refuse('ValidationError', 'The number of instance IDs must not exceed 50.');
    }
    const details = (id: string): AutoScalingInstanceDetails[] => {
      const record = region.instances.get(id);
      const name = record?.autoScalingGroupName;
      const member = name === undefined ? undefined : region.autoScalingGroups.get(name)?.members.get(id);
      if (!record || !member || name === undefined) return [];
      return [
        {
          InstanceId: id,
          InstanceType: record.description.InstanceType,
          AutoScalingGroupName: name,
          AvailabilityZone: record.description.Placement?.AvailabilityZone,
          LifecycleState: member.lifecycleState,
          HealthStatus: member.healthStatus.toUpperCase(),
          ProtectedFromScaleIn: member.protectedFromScaleIn,
        },
      ];
    };
    const { MaxRecords: MaxResults, ...rest } = input;
    const { ids, nextToken } = page(
      call,
      { ...rest, MaxResults },
      { idsGiven: undefined, least: 1, most: 50, unasked: 50 },
      () => {
        const members = [...region.autoScalingGroups.values()].flatMap(({ members }) => [...members.keys()]);
        const wanted = input.InstanceIds && new Set(input.InstanceIds);
        return wanted ? [...wanted].filter((id) => details(id).length > 0) : members;
      },
    );
    return { AutoScalingInstances: ids.flatMap(details), ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});
