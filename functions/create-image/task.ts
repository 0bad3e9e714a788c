import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import type { Image, ImageRequest } from '../../shared/domain/image.ts';
import { wantedDevices } from '../../shared/domain/inspection.ts';
import { type Instance, isAlive, leaseOf } from '../../shared/domain/instance.ts';
import { imageName } from '../../shared/domain/naming.ts';
import { namedPolicySchema } from '../../shared/domain/policy.ts';
import { pollSeconds } from '../../shared/domain/polling.ts';
import { imageTags, isProductOf, type Product, tagKeys } from '../../shared/domain/tags.ts';

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    instanceId: parts.instanceId,
    policy: namedPolicySchema,
    slot: parts.slot,
    consistency: parts.consistency,
    attempt: parts.attempt,
    /** Whether the instance stands still for this image. */
    leased: z.boolean(),
    now: parts.instant,
  }),
  output: z.strictObject({
    imageId: parts.imageId,
    /** The image existed: an earlier call took effect though its answer was lost. */
    adopted: z.boolean(),
    /** What the image really holds: `crash` where somebody started the instance in between, or is about to. */
    consistency: parts.consistency,
    /** The volumes that it holds: those that are attached now, not when the instance was inspected. */
    volumeIds: parts.volumeIds,
    waitSeconds: parts.waitSeconds,
  }),
  errors: [...awsErrors, 'QuotaExceeded', 'NameTaken', 'InstanceGone'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  instances: { describe(instanceId: string): Promise<Instance | undefined> };
  images: {
    findByName(name: string): Promise<Image | undefined>;
    create(request: ImageRequest): Promise<string | undefined>;
  };
}

/** Asks for the image; once for each policy, instance and slot, however often it is called. */
export function makeCreateImage({ instances, images }: Ports) {
  return async (input: Input): Promise<Output> => {
    const { executionId, instanceId, policy, slot, consistency: planned, attempt, leased, now } = input;
    const instance = await instances.describe(instanceId);
    if (!isAlive(instance)) {
      throw new LifecycleError('InstanceGone', `${instanceId} was terminated before its image was made.`, {
        instanceId,
      });
    }
    const holder = leaseOf(instance.tags)?.executionId;
    // A rescue that took the lease over starts the instance at any moment: before the snapshots, it may be.
    const isRescued = leased && holder !== undefined && holder !== executionId;
    // EC2 reboots only what runs; of what somebody is stopping it would make an image all the same.
    const isOtherwise =
      planned === 'stopped' ? instance.state !== 'stopped' || isRescued : instance.state !== 'running';
    const consistency = isOtherwise ? 'crash' : planned;
    const name = imageName(policy.name, instanceId, slot);
    const { capture } = policy;
    const created = await images.create({
      instanceId,
      name,
      description: `${policy.name}: ${instanceId} at ${slot}, ${consistency}`,
      reboot: consistency === 'rebooted',
      // EC2 refuses a mapping for a device that the instance does not have.
      excludeDevices: capture.excludeDevices.filter((device) =>
        instance.devices.some(({ deviceName }) => deviceName === device),
      ),
      tags: imageTags({
        policyName: policy.name,
        instanceId,
        slot,
        consistency,
        policyTags: capture.tags,
        instanceTags: capture.copyInstanceTags ? instance.tags : {},
      }),
    });
    const waitSeconds = pollSeconds(leased ? 'snapshots' : 'image', now, now);
    const volumeIds = wantedDevices(instance, policy).map(({ volumeId }) => volumeId);
    if (created !== undefined) return { imageId: created, adopted: false, consistency, volumeIds, waitSeconds };
    const image = await adopt(name, { policyName: policy.name, instanceId, slot }, attempt);
    // What it holds was decided when it was made.
    const held = parts.consistency.catch(consistency).parse(image.tags[tagKeys.consistency]);
    return { imageId: image.imageId, adopted: true, consistency: held, volumeIds, waitSeconds };
  };

  async function adopt(name: string, product: Product, attempt: number): Promise<Image> {
    const image = await images.findByName(name);
    // After a failure, the failed image may still be shown though it is deregistered: that one is not to be adopted.
    if (!image || (attempt > 1 && image.state === 'failed')) {
      // Just made and not shown yet, or just deregistered and its name not free yet: both pass with time.
      throw new LifecycleError('AwsUnavailable', `The name ${name} is taken, but its image is not shown.`, { name });
    }
    if (image.sourceInstanceId === product.instanceId && isProductOf(image.tags, product)) return image;
    throw new LifecycleError('NameTaken', `${image.imageId} has the name ${name} and is not this capture's image.`, {
      name,
      imageId: image.imageId,
    });
  }
}
