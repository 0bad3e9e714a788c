import type {
  AutoScalingGroup,
  DescribeAutoScalingGroupsCommandInput,
  DescribeAutoScalingGroupsCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { copied } from '../copied.ts';
import { filterTest } from '../filters.ts';
import { operation, operationFile } from '../operation.ts';
import { page } from '../paging.ts';
import type { AutoScalingRecord, RegionState } from '../state.ts';

export const describeAutoScalingGroups = operation<
  DescribeAutoScalingGroupsCommandInput,
  Omit<DescribeAutoScalingGroupsCommandOutput, '$metadata'>
>({
  parameters: ['AutoScalingGroupNames', 'Filters', 'IncludeInstances', 'MaxRecords', 'NextToken'],
  act(call, input) {
    const { region } = call;
    const passes = filterTest<AutoScalingGroup>({}, input.Filters, operationFile(call.service, call.operation));
    const { MaxRecords: MaxResults, ...rest } = input;
    const { ids, nextToken } = page(
      call,
      { ...rest, MaxResults },
      { idsGiven: undefined, least: 1, most: 100, unasked: 50 },
      () =>
        (input.AutoScalingGroupNames ?? [...region.autoScalingGroups.keys()]).filter((name) => {
          const record = region.autoScalingGroups.get(name);
          return record !== undefined && passes(record.group);
        }),
    );
    const AutoScalingGroups = ids.flatMap((name) => {
      const record = region.autoScalingGroups.get(name);
      return record ? [presentGroup(region, record, input.IncludeInstances ?? true)] : [];
    });
    return { AutoScalingGroups, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});

function presentGroup(
  region: RegionState,
  { group, members }: AutoScalingRecord,
  withInstances: boolean,
): AutoScalingGroup {
  // What a member was launched from stays with it, whatever the group launches from now.
  const origins = new Map(
    group.Instances?.map(({ InstanceId, LaunchConfigurationName, LaunchTemplate }) => [
      InstanceId,
      copied({ LaunchConfigurationName, LaunchTemplate }),
    ]),
  );
  const Instances = [...members].map(([InstanceId, member]) => ({
    InstanceId,
    ...origins.get(InstanceId),
    InstanceType: region.instances.get(InstanceId)?.description.InstanceType,
    AvailabilityZone: region.instances.get(InstanceId)?.description.Placement?.AvailabilityZone,
    LifecycleState: lifecycleStates.find((state) => state === member.lifecycleState) ?? ('InService' as const),
    HealthStatus: member.healthStatus,
    ProtectedFromScaleIn: member.protectedFromScaleIn,
  }));
  return { ...copied(group), Instances: withInstances ? Instances : [] };
}

const lifecycleStates = ['Pending', 'InService', 'Standby', 'Terminating', 'Terminated', 'Detached'] as const;
