import { beginTermination } from '../ec2/instance-states.ts';
import { launchLike } from '../ec2/launch.ts';
import type { InstanceRecord, RegionState } from '../state.ts';
import type { World } from '../world.ts';

/**
 * An Auto Scaling group takes a member that is not `running` for broken: marked unhealthy at the next look, terminated,
 * and replaced. That is why a member must never be stopped.
 */
export function memberLeftRunning(world: World, region: RegionState, record: InstanceRecord): void {
  const membership = membershipOf(region, record);
  if (membership?.member.lifecycleState !== 'InService') return;
  const random = world.random.stream('replacement', record.id);
  world.at(world.clock.now() + world.behaviour.replacementSeconds(random) * 1000, () => {
    const present = membershipOf(region, record);
    if (present?.member.lifecycleState !== 'InService') return;
    if (record.description.State?.Name === 'running') return;
    present.member.healthStatus = 'Unhealthy';
    present.member.lifecycleState = 'Terminating';
    launchLike(world, region, record, membership.groupName);
    if (record.description.State?.Name === 'terminated' || record.description.State?.Name === 'shutting-down') return;
    const nowMs = world.clock.now();
    const at = new Date(nowMs).toISOString();
    beginTermination(world, region, record, nowMs, {
      StateReason: {
        Code: 'Client.UserInitiatedShutdown',
        Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
      },
      StateTransitionReason: `User initiated (${at.slice(0, 10)} ${at.slice(11, 19)} GMT)`,
    });
  });
}

export function memberTerminated(region: RegionState, record: InstanceRecord): void {
  const membership = membershipOf(region, record);
  if (membership && membership.member.lifecycleState !== 'InService') membership.group.members.delete(record.id);
}

function membershipOf(region: RegionState, record: InstanceRecord) {
  const groupName = record.autoScalingGroupName;
  const group = groupName === undefined ? undefined : region.autoScalingGroups.get(groupName);
  const member = group?.members.get(record.id);
  return groupName !== undefined && group && member ? { groupName, group, member } : undefined;
}
