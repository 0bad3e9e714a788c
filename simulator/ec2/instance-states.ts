import type { Instance, InstanceStateChange, StateReason } from '@aws-sdk/client-ec2';
import { memberLeftRunning, memberTerminated } from '../auto-scaling/member-health.ts';
import { mayStartUnderKeys } from '../iam/key-needs.ts';
import type { InstanceRecord, RegionState } from '../state.ts';
import { type Call, replace, type World } from '../world.ts';
import { failImage } from './image-records.ts';
import { removeVolumesWith } from './volume-records.ts';

export type StateName = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

const codes: Readonly<Record<StateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

const hourMs = 3_600_000;

export function stateOf(name: StateName): { Code: number; Name: StateName } {
  return { Code: codes[name], Name: name };
}

/** What Stop-, Start- and TerminateInstances answer about one instance. */
export function stateChange(record: InstanceRecord, previous: Instance['State']): InstanceStateChange {
  return { InstanceId: record.id, CurrentState: record.description.State, PreviousState: previous };
}

/** Enters a state now and says so by an event. */
export function enterState(
  world: World,
  region: RegionState,
  record: InstanceRecord,
  name: StateName,
  nowMs: number,
  changes: Partial<Instance> = {},
): void {
  const wasRunning = record.description.State?.Name === 'running';
  record.transition?.cancel();
  record.transition = undefined;
  replace<Instance>(world, record, { ...changes, State: stateOf(name) }, nowMs);
  world.emit(region.name, {
    'detail-type': 'EC2 Instance State-change Notification',
    source: 'aws.ec2',
    resources: [`arn:aws:ec2:${region.name}:${world.accountId}:instance/${record.id}`],
    detail: { 'instance-id': record.id, state: name },
  });
  if (wasRunning && name !== 'running') memberLeftRunning(world, region, record);
}

/** Enters a state when the time has come, unless something else happens to the instance first. */
function later(world: World, record: InstanceRecord, atMs: number, action: (nowMs: number) => void): void {
  record.transition?.cancel();
  record.transition = world.at(atMs, () => action(world.clock.now()));
}

export function beginStop(call: Call, record: InstanceRecord): void {
  const { world, region, nowMs } = call;
  const hanging = call.strikes('stop-hangs', record.id);
  const random = world.random.stream('stop', record.id, nowMs);
  const seconds = hanging ? (hanging.seconds ?? 3 * 3600) : world.behaviour.stopSeconds(record.description, random);
  enterState(world, region, record, 'stopping', nowMs, userInitiated(nowMs));
  later(world, record, nowMs + seconds * 1000, (atMs) => becomeStopped(world, region, record, atMs));
}

/** The automatic public address goes with the stop; a fixed one stays. */
function becomeStopped(world: World, region: RegionState, record: InstanceRecord, nowMs: number): void {
  const isLost = record.publicAddress === 'automatic';
  enterState(world, region, record, 'stopped', nowMs, isLost ? withoutAddress(record.description) : {});
}

export function beginStart(call: Call, record: InstanceRecord): void {
  const { world, region, nowMs } = call;
  const random = world.random.stream('start', record.id, nowMs);
  const seconds = world.behaviour.startSeconds(record.description, random);
  const changes = { LaunchTime: new Date(nowMs), StateTransitionReason: '', StateReason: undefined };
  enterState(world, region, record, 'pending', nowMs, changes);
  const volumeIds = (record.description.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeId ?? []);
  if (call.strikes('start-falls-back', record.id) || !mayStartUnderKeys(call, volumeIds)) {
    later(world, record, nowMs + seconds * 1000, (atMs) => {
      const reason = { Code: 'Client.InternalError', Message: 'Client.InternalError: Client error on launch' };
      enterState(world, region, record, 'stopped', atMs, {
        StateReason: reason,
        StateTransitionReason: 'Server.InternalError',
      });
    });
    return;
  }
  const failing = call.strikes('status-checks-fail', record.id);
  const failingMs = failing ? (failing.seconds ?? Number.POSITIVE_INFINITY) * 1000 : 0;
  later(world, record, nowMs + seconds * 1000, (atMs) => becomeRunning(world, region, record, atMs, failingMs));
}

export function becomeRunning(
  world: World,
  region: RegionState,
  record: InstanceRecord,
  nowMs: number,
  checksFailMs = 0,
): void {
  record.hasRun = true;
  const random = world.random.stream('status-checks', record.id, nowMs);
  record.checksPassAtMs = nowMs + world.behaviour.statusCheckSeconds(record.description, random) * 1000;
  record.checksFailUntilMs = checksFailMs > 0 ? nowMs + checksFailMs : 0;
  const address = record.publicAddress === 'automatic' ? withNewAddress(world, record, nowMs) : {};
  enterState(world, region, record, 'running', nowMs, address);
}

/** A reboot stays `running` and has no event; images that still wait for a snapshot to start do not survive it. */
export function reboot(call: Call, record: InstanceRecord, forImage: boolean): void {
  const { world, region, nowMs } = call;
  const random = world.random.stream('reboot', record.id, nowMs);
  const seconds =
    world.behaviour.rebootSeconds(record.description, random) +
    world.behaviour.statusCheckSeconds(record.description, random);
  record.checksPassAtMs = Math.max(record.checksPassAtMs, nowMs + seconds * 1000);
  if (!forImage) failCaptures(world, region, record);
}

export function beginTermination(world: World, region: RegionState, record: InstanceRecord, nowMs: number): void {
  failCaptures(world, region, record);
  const random = world.random.stream('terminate', record.id);
  const seconds = world.behaviour.terminateSeconds(record.description, random);
  enterState(world, region, record, 'shutting-down', nowMs, {
    ...withoutAddress(record.description),
    ...userInitiated(nowMs),
  });
  later(world, record, nowMs + seconds * 1000, (atMs) => {
    enterState(world, region, record, 'terminated', atMs, { BlockDeviceMappings: [], NetworkInterfaces: [] });
    removeVolumesWith(region, record.id);
    memberTerminated(region, record);
    world.at(atMs + hourMs, () => forget(region, record));
  });
}

/** A terminated instance stays visible for about an hour. */
function forget(region: RegionState, record: InstanceRecord): void {
  if (!region.instances.delete(record.id)) return;
  const imageId = record.description.ImageId ?? '';
  const launches = (region.launchesByImage.get(imageId) ?? 1) - 1;
  if (launches > 0) region.launchesByImage.set(imageId, launches);
  else region.launchesByImage.delete(imageId);
}

function failCaptures(world: World, region: RegionState, record: InstanceRecord): void {
  for (const image of record.captures) {
    const message = 'Client.InstanceTerminated: The instance was terminated or rebooted during AMI creation';
    failImage(world, region, image, 'Client.InstanceTerminated', message);
  }
  record.captures.clear();
}

/** EC2 writes the hour of a user's action into the reason, in its own form. */
function userInitiated(nowMs: number): { StateReason: StateReason; StateTransitionReason: string } {
  const at = new Date(nowMs).toISOString();
  return {
    StateReason: {
      Code: 'Client.UserInitiatedShutdown',
      Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
    },
    StateTransitionReason: `User initiated (${at.slice(0, 10)} ${at.slice(11, 19)} GMT)`,
  };
}

function withoutAddress(instance: Instance): Partial<Instance> {
  const NetworkInterfaces = instance.NetworkInterfaces?.map((nic) =>
    nic.Association?.IpOwnerId === 'amazon' ? { ...nic, Association: undefined } : nic,
  );
  return { PublicIpAddress: undefined, PublicDnsName: '', ...(NetworkInterfaces ? { NetworkInterfaces } : {}) };
}

function withNewAddress(world: World, record: InstanceRecord, nowMs: number): Partial<Instance> {
  const random = world.random.stream('public-address', record.id, nowMs);
  const part = (): number => Math.floor(random.between(1, 255));
  const PublicIp = `54.${part()}.${part()}.${part()}`;
  const PublicDnsName = `ec2-${PublicIp.replaceAll('.', '-')}.compute-1.amazonaws.com`;
  const Association = { IpOwnerId: 'amazon', PublicIp, PublicDnsName };
  const NetworkInterfaces = record.description.NetworkInterfaces?.map((nic, index) =>
    index === 0 ? { ...nic, Association } : nic,
  );
  return { PublicIpAddress: PublicIp, PublicDnsName, ...(NetworkInterfaces ? { NetworkInterfaces } : {}) };
}
