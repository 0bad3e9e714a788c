import type { Image } from './image.ts';
import { type Device, type Instance, isAlive, leaseOf, ownLease, type StopFacts } from './instance.ts';
import type { NamedPolicy } from './policy.ts';
import { pollSeconds, secondsBetween } from './polling.ts';
import { isSelected, policyWords } from './selection.ts';
import { type Consistency, hasRoomForLease, isProductOf, type Tags, tagKeys } from './tags.ts';

/** Another's lease, or an instance in transition, is waited for this long. */
const patienceSeconds = 2 * 60 * 60;
/** EC2 fails an image whose snapshots come within 15 s of others of the same volume; policies begin some seconds apart. */
const turnSeconds = 60;

export type SkipReason =
  | 'skip-tag'
  | 'instance-gone'
  | 'not-selected'
  | 'instance-store-root'
  | 'root-device-excluded'
  | 'slot-already-captured'
  | 'in-transition'
  | UnstoppableReason;

export type UnstoppableReason =
  | 'member-of-auto-scaling-group'
  | 'one-time-spot-request'
  | 'stop-protection'
  | 'instance-store-data'
  | 'no-room-for-lease';

export type Verdict =
  | { action: 'skip'; reason: SkipReason; explanation: string }
  | { action: 'wait'; reason: 'leased-by-another' | 'in-transition' | 'turn-of-another-policy'; waitSeconds: number }
  | { action: 'capture'; consistency: Consistency; reason: CaptureReason; notices: string[] }
  | {
      action: 'stop';
      consistency: Consistency;
      reason: CaptureReason;
      notices: string[];
      /** The execution whose lease was waited for in vain and may be replaced. */
      abandonedLease: string | null;
    };

export type CaptureReason = 'policy' | 'already-stopped' | 'stopped-by-us' | 'lease-of-another' | UnstoppableReason;

export interface InspectionInput {
  instance: Instance;
  facts: StopFacts;
  policy: NamedPolicy;
  slot: string;
  executionId: string;
  /** The image that holds the name of this capture already, if any. */
  existing: Image | undefined;
  /** When this execution first looked at the instance, and now; ISO instants. */
  since: string;
  now: string;
}

/**
 * How to capture an instance: stop it first, take it as it is, wait, or leave it alone; always with the reason.
 * Pure: the same answers of AWS at the same time give the same verdict.
 */
export function inspect(input: InspectionInput): Verdict {
  return reasonToSkip(input) ?? reasonToWait(input) ?? awaitTurn(wayToCapture(input), input);
}

/** The volumes that the image is to hold. */
export function wantedDevices(instance: Pick<Instance, 'devices'>, policy: NamedPolicy): readonly Device[] {
  return instance.devices.filter(({ deviceName }) => !policy.capture.excludeDevices.includes(deviceName));
}

/** Of every lease, whatever the policy. */
export const leastLeaseMinutes = 120;

/**
 * How long an instance that we stop may take to run again before others come to its rescue. One that waits for its
 * image may have to wait for two of them, as a failed one is made once more.
 */
export function leaseMinutes({ capture }: NamedPolicy): number {
  return leastLeaseMinutes + (capture.restartWhen === 'image-available' ? 2 * 60 * capture.timeoutHours : 0);
}

function reasonToSkip({ instance, policy, slot, existing }: InspectionInput): Verdict | undefined {
  const skip = (reason: SkipReason, explanation: string): Verdict => ({ action: 'skip', reason, explanation });
  if (!isAlive(instance)) {
    return skip('instance-gone', 'it is terminated');
  }
  const skipTag = instance.tags[tagKeys.skip];
  if (skipTag !== undefined) return skip('skip-tag', skipTag || `its tag ${tagKeys.skip} says so`);
  // It may have waited in the queue for long, and its owner may have taken it out since.
  if (!isSelected(instance.tags, policy)) return skip('not-selected', 'its tags no longer name the policy');
  if (instance.rootDeviceType === 'instance-store') {
    return skip('instance-store-root', 'EC2 makes no image of an instance whose root device is an instance store');
  }
  if (policy.capture.excludeDevices.includes(instance.rootDeviceName)) {
    return skip('root-device-excluded', `the policy excludes ${instance.rootDeviceName}, which is its root device`);
  }
  // A schedule may fire twice for one time. An image that failed is no capture: it is discarded and made again.
  const product = { policyName: policy.name, instanceId: instance.instanceId, slot };
  if (existing && existing.state !== 'failed' && isProductOf(existing.tags, product)) {
    return skip('slot-already-captured', `${existing.imageId} is the image of this slot`);
  }
  return undefined;
}

function reasonToWait({ instance, executionId, since, now }: InspectionInput): Verdict | undefined {
  const isPatient = secondsBetween(since, now) < patienceSeconds;
  const waitSeconds = pollSeconds('image', since, now);
  const lease = leaseOf(instance.tags);
  if (lease && lease.executionId !== executionId && isPatient) {
    return { action: 'wait', reason: 'leased-by-another', waitSeconds };
  }
  if (instance.state === 'pending' || instance.state === 'stopping') {
    return isPatient
      ? { action: 'wait', reason: 'in-transition', waitSeconds }
      : { action: 'skip', reason: 'in-transition', explanation: `it has been ${instance.state} for two hours` };
  }
  return undefined;
}

/**
 * Policies that capture one instance at the same time would fail each other's images, night after night, a second attempt
 * included. Where none of them stops it no lease keeps them apart, so they go in the order in which its tag names them.
 */
function awaitTurn(way: Verdict, { instance, policy, executionId, since, now }: InspectionInput): Verdict {
  const isHeld = ownLease(instance.tags, executionId) !== undefined;
  if (way.action !== 'capture' || isHeld) return way;
  const words = [...new Set(policyWords(instance.tags[tagKeys.policy] ?? ''))];
  const place = words.includes(policy.name) ? words.indexOf(policy.name) : words.length;
  const waitSeconds = Math.ceil(place * turnSeconds - secondsBetween(since, now));
  return waitSeconds > 0 ? { action: 'wait', reason: 'turn-of-another-policy', waitSeconds } : way;
}

function wayToCapture({ instance, facts, policy, executionId }: InspectionInput): Verdict {
  const lease = leaseOf(instance.tags);
  const { consistency, ifUnstoppable } = policy.capture;
  const capture = (as: Consistency, reason: CaptureReason): Verdict => ({
    action: 'capture',
    consistency: as,
    reason,
    notices: [],
  });
  if (instance.state === 'stopped') {
    if (!lease) return capture('stopped', 'already-stopped');
    if (lease.executionId === executionId) return capture('stopped', 'stopped-by-us');
    // Whoever stopped it may start it at any moment, so nothing is promised of the disks.
    return capture('crash', 'lease-of-another');
  }
  if (consistency === 'crash') return capture('crash', 'policy');
  const obstacle = reasonNotTo(consistency, facts, instance.tags);
  if (obstacle) {
    return ifUnstoppable === 'skip'
      ? { action: 'skip', reason: obstacle, explanation: explanations[obstacle] }
      : capture('crash', obstacle);
  }
  if (consistency === 'reboot') return capture('rebooted', 'policy');
  return {
    action: 'stop',
    consistency: 'stopped',
    reason: 'policy',
    notices: instance.hasTemporaryAddress ? ['Its public IPv4 address is not an Elastic IP: the stop changes it.'] : [],
    abandonedLease: lease && lease.executionId !== executionId ? lease.executionId : null,
  };
}

const explanations: Record<UnstoppableReason, string> = {
  'member-of-auto-scaling-group': 'its Auto Scaling group would terminate and replace it',
  'one-time-spot-request': 'a one-time spot request does not let it stop',
  'stop-protection': 'it is protected against being stopped',
  'instance-store-data': 'a stop would erase its instance-store volumes',
  'no-room-for-lease': 'it has too many tags for the two more that make a stop safe',
};

/** A reboot keeps spot, protected and instance-store instances as they are; an Auto Scaling group replaces what fails its health check meanwhile. */
function reasonNotTo(interruption: 'stop' | 'reboot', facts: StopFacts, tags: Tags): UnstoppableReason | undefined {
  if (facts.autoScalingGroup !== undefined) return 'member-of-auto-scaling-group';
  if (interruption === 'reboot') return undefined;
  if (facts.spotRequest === 'one-time') return 'one-time-spot-request';
  if (facts.isStopProtected) return 'stop-protection';
  if (facts.hasInstanceStore) return 'instance-store-data';
  if (!hasRoomForLease(tags)) return 'no-room-for-lease';
  return undefined;
}
