import { type Tags, tagKeys } from './tags.ts';

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** An EBS volume at its place in an instance. */
export interface Device {
  deviceName: string;
  volumeId: string;
}

/** What the rules need to know of an EC2 instance. */
export interface Instance {
  instanceId: string;
  state: InstanceState;
  /** EC2's reason for the last change of state, for people. */
  stateReason: string;
  /** When a person, or whoever called the API, stopped it last; an ISO instant, or empty where nobody did. */
  stoppedByHandAt: string;
  /** When it was started last; an ISO instant, or empty where EC2 does not say. */
  launchedAt: string;
  instanceType: string;
  rootDeviceType: 'ebs' | 'instance-store';
  rootDeviceName: string;
  devices: readonly Device[];
  tags: Tags;
  isSpot: boolean;
  /** It has a public IPv4 address from Amazon's pool, which a stop gives back. */
  hasTemporaryAddress: boolean;
}

/** Whether an instance can still be worked with: one that is terminated cannot, nor one that EC2 has forgotten. */
export function isAlive(instance: Instance | undefined): instance is Instance {
  return instance !== undefined && instance.state !== 'terminated' && instance.state !== 'shutting-down';
}

/** Whether an instance stands still, or is about to. */
export function standsStill({ state }: Pick<Instance, 'state'>): boolean {
  return state === 'stopped' || state === 'stopping';
}

/**
 * Whether somebody started it after we had stopped it, and stopped it again: not EC2, whose own stops are not by hand.
 * @param sinceMs when we stopped it, as far as that is known: for a lease that does not name the launch that we stopped
 */
export function isStoppedAgain(instance: Instance, sinceMs: number): boolean {
  const startedMs = Date.parse(instance.launchedAt);
  const isAgain = startedMs > launchStoppedMs(leaseOf(instance.tags), sinceMs);
  return standsStill(instance) && isAgain && Date.parse(instance.stoppedByHandAt) > startedMs;
}

/** When the launch was that we stopped, by the lease: each later one is not ours to end, whenever we stopped that one. */
export function launchStoppedMs(lease: Lease | undefined, otherwiseMs: number): number {
  const launchedMs = Date.parse(lease?.launchedAt ?? '');
  return Number.isNaN(launchedMs) ? otherwiseMs : launchedMs;
}

/** Answers of other calls that decide whether an instance may be stopped. */
export interface StopFacts {
  autoScalingGroup: string | undefined;
  /** A persistent spot request keeps a stopped instance; a one-time request does not let it stop. */
  spotRequest: 'persistent' | 'one-time' | undefined;
  isStopProtected: boolean;
  hasInstanceStore: boolean;
}

/** Whether the status checks of a running instance have passed, as far as they are known. */
export type Health = 'ok' | 'initializing' | 'impaired';

export interface InstanceStatus {
  state: InstanceState;
  health: Health;
}

/** The claim of an execution on an instance that it stops, kept in the instance's tags so that it outlives us. */
export interface Lease {
  executionId: string;
  /** By when the instance must run again: an ISO instant as we write it, but tags are for everybody to edit. */
  restartBy: string;
  /** Which launch of the instance is to be stopped, or was: as `launchedAt` was then. Empty in a lease of an earlier version. */
  launchedAt: string;
}

/** `2026-11-21T05:00:00.000Z launched 2026-11-20T09:00:00.000Z`: characters that every service of AWS takes in a tag. */
const pattern = /^(\S+) launched (\S+)$/;

/** The lease in an instance's tags; one that people left half of has an empty deadline. */
export function leaseOf(tags: Tags): Lease | undefined {
  const executionId = tags[tagKeys.stoppedBy];
  if (executionId === undefined) return undefined;
  const value = tags[tagKeys.restartBy] ?? '';
  // Whatever else people write is a deadline that nobody can read: it must be taken away as it is.
  const [, restartBy = value, launchedAt = ''] = pattern.exec(value) ?? [];
  return { executionId, restartBy, launchedAt };
}

/** The lease in an instance's tags, if it is that of this execution. */
export function ownLease(tags: Tags, executionId: string): Lease | undefined {
  const lease = leaseOf(tags);
  return lease?.executionId === executionId ? lease : undefined;
}

export function leaseTags({ executionId, restartBy, launchedAt }: Lease): Tags {
  const value = launchedAt === '' ? restartBy : `${restartBy} launched ${launchedAt}`;
  return { [tagKeys.stoppedBy]: executionId, [tagKeys.restartBy]: value };
}
