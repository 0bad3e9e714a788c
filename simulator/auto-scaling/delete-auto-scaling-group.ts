import type {
  DeleteAutoScalingGroupCommandInput,
  DeleteAutoScalingGroupCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { beginTermination } from '../ec2/instance-states.ts';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import { knownGroup } from './known-group.ts';

/** With `ForceDelete` its members are terminated; without, a group that has some stays. */
export const deleteAutoScalingGroup = operation<
  DeleteAutoScalingGroupCommandInput,
  Omit<DeleteAutoScalingGroupCommandOutput, '$metadata'>
>({
  parameters: ['AutoScalingGroupName', 'ForceDelete'],
  act({ world, region, nowMs }, input) {
    const name = required(input.AutoScalingGroupName, 'AutoScalingGroupName');
    const { members } = knownGroup(region, name);
    if (members.size > 0 && input.ForceDelete !== true) {
      refuse('ResourceInUseFault', `The group ${name} has members: delete it with ForceDelete to terminate them.`);
    }
    region.autoScalingGroups.delete(name);
    for (const id of members.keys()) {
      const record = region.instances.get(id);
      const state = record?.description.State?.Name;
      if (!record || state === 'shutting-down' || state === 'terminated') continue;
      beginTermination(world, region, record, nowMs);
    }
    return {};
  },
});
