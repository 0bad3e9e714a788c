import type { Image, Snapshot } from '../../../shared/domain/image.ts';
import type { Instance, StopFacts } from '../../../shared/domain/instance.ts';
import { slotOf } from '../../../shared/domain/naming.ts';
import { type NamedPolicy, namedPolicySchema } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';

export const instanceId = 'i-0123456789abcdef0';
export const imageId = 'ami-0123456789abcdef0';
export const slot = '20261121T0300Z';
export const executionId = 'arn:aws:states:eu-west-1:123456789012:execution:capture-images:ours';
export const anotherExecution = 'arn:aws:states:eu-west-1:123456789012:execution:capture-images:another';
export const imageName = `gold/${instanceId}/${slot}`;

/** When the examples begin. */
export const beginning = '2026-11-21T03:00:00Z';

/** The instant so many seconds after the beginning. */
export function after(seconds: number): string {
  return new Date(Date.parse(beginning) + seconds * 1000).toISOString();
}

/** A policy called gold with nothing but its schedule, unless told otherwise. */
export function aPolicy(fields: Readonly<Record<string, unknown>> = {}): NamedPolicy {
  return namedPolicySchema.parse({ name: 'gold', schedule: { cron: '0 3 * * ? *' }, ...fields });
}

/** A running instance of the policy gold with a root and a data volume, which nothing keeps from being stopped. */
export function anInstance(different: Partial<Instance> = {}): Instance {
  return {
    instanceId,
    state: 'running',
    stateReason: '',
    stoppedByHandAt: '',
    launchedAt: '2026-01-01T00:00:00.000Z',
    instanceType: 't3.micro',
    rootDeviceType: 'ebs',
    rootDeviceName: '/dev/xvda',
    devices: [
      { deviceName: '/dev/xvda', volumeId: 'vol-00000001' },
      { deviceName: '/dev/sdf', volumeId: 'vol-00000002' },
    ],
    tags: { [tagKeys.policy]: 'gold', Name: 'db-1' },
    isSpot: false,
    hasTemporaryAddress: false,
    ...different,
  };
}

export function stopFacts(different: Partial<StopFacts> = {}): StopFacts {
  return {
    autoScalingGroup: undefined,
    spotRequest: undefined,
    isStopProtected: false,
    hasInstanceStore: false,
    ...different,
  };
}

/** Tags of an instance of the example's policy with a lease that runs out three hours after the beginning. */
export function leasedTo(holder: string): Record<string, string> {
  return { [tagKeys.policy]: 'gold', [tagKeys.stoppedBy]: holder, [tagKeys.restartBy]: after(3 * 3600) };
}

/** The tags by which an image is known as that of the example's policy, instance and slot. */
export const productTags = { [tagKeys.policy]: 'gold', [tagKeys.source]: instanceId, [tagKeys.slot]: slot };

/** The available image of the example's policy, instance and slot. */
export function anImage(different: Partial<Image> = {}): Image {
  return {
    imageId,
    name: imageName,
    state: 'available',
    stateReason: '',
    sourceInstanceId: instanceId,
    sourceImageId: undefined,
    createdAt: beginning,
    snapshotIds: ['snap-00000001', 'snap-00000002'],
    sizeGigabytes: 16,
    rootDeviceType: 'ebs',
    virtualizationType: 'hvm',
    deprecatesAt: '',
    deregistrationProtection: 'disabled',
    isEncrypted: false,
    hasProductCodes: false,
    tags: productTags,
    ...different,
  };
}

/** An image of the example's lineage that was captured in that slot, and is complete unless its tags say otherwise. */
export function anImageOf(slot: string, different: Partial<Image> = {}): Image {
  const { tags, ...others } = different;
  return anImage({
    imageId: `ami-${slot.toLowerCase()}`,
    name: `gold/${instanceId}/${slot}`,
    createdAt: slot.replace(/^(....)(..)(..)T(..)(..)Z$/, '$1-$2-$3T$4:$5:00.000Z'),
    tags: { ...productTags, [tagKeys.slot]: slot, [tagKeys.state]: 'complete', ...tags },
    ...others,
  });
}

/** Complete images of as many days, the newest of them captured on 21 November 2026, the newest first. */
export function dailies(count: number): Image[] {
  return Array.from({ length: count }, (_, index) => anImageOf(slotOf(after(-index * 86_400))));
}

export function aSnapshot(volumeId: string, state: Snapshot['state'] = 'pending'): Snapshot {
  const description = `Created by CreateImage(${instanceId}) for ${imageId}`;
  const snapshotId = volumeId.replace('vol', 'snap');
  return { snapshotId, volumeId, state, startedAt: beginning, description, hold: undefined };
}
