import { beginTermination } from '../ec2/instance-states.ts';
import { launch, launchLike } from '../ec2/launch.ts';
import type { InstanceRecord, RegionState } from '../state.ts';
import type { World } from '../world.ts';

/**
 * An Auto Scaling group takes a member that is not `running` for broken: marked unhealthy at the next look, terminated,
 * and replaced. That is why a member must never be stopped.
 */
export function memberLeftRunning(world: World, region: RegionState, record: InstanceRecord): void {
  const membership = membershipOf(region, record);
  if (membership?.member.lifecycleState !== 'InService') return;
  const successor = launchLike(world, region, record);
  const random = world.random.stream('replacement', record.id);
  world.at(world.clock.now() + world.behaviour.replacementSeconds(random) * 1000, () => {
    const present = membershipOf(region, record);
    if (present?.member.lifecycleState !== 'InService') return;
    if (record.description.State?.Name === 'running') return;
    present.member.healthStatus = 'Unhealthy';
    present.member.lifecycleState = 'Terminating';
    const nowMs = world.clock.now();
    const { id } = launch(world, region, successor, nowMs);
    present.group.members.set(id, {
      lifecycleState: 'InService',
      healthStatus: 'Healthy',
      protectedFromScaleIn: false,
    });
    const state = record.description.State?.Name;
    if (state === 'terminated') present.group.members.delete(record.id);
    else if (state !== 'shutting-down') beginTermination(world, region, record, nowMs);
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
  return group && member ? { group, member } : undefined;
}
