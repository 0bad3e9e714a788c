import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import { type Image, isSnapshotFor, type Snapshot } from '../../shared/domain/image.ts';
import { isProductOf, type Product, tagKeys } from '../../shared/domain/tags.ts';

/** How often an image is tried in all. */
const attempts = 2;

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    imageId: parts.imageId,
    policyName: z.string(),
    instanceId: parts.instanceId,
    slot: parts.slot,
    attempt: parts.attempt,
    /** Why it failed. */
    reason: z.string(),
  }),
  output: z.strictObject({
    /** False for an image that became available since: it is kept, and the attempt goes on. */
    discarded: z.boolean(),
    nextAttempt: parts.attempt,
  }),
  errors: [...awsErrors, 'ImageFailed'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  imagesIn: (region: string) => {
    describe(imageId: string): Promise<Image | undefined>;
    snapshotsOf(product: Product): Promise<Snapshot[]>;
    deregister(imageId: string): Promise<void>;
    deleteSnapshot(snapshotId: string): Promise<boolean>;
  };
}

/**
 * Takes a failed image of this capture away with its snapshots, as it holds the name; then says whether to try again.
 * @throws ImageFailed when that was the last attempt
 */
export function makeDiscardImage({ imagesIn }: Ports) {
  return async ({ region, imageId, policyName, instanceId, slot, attempt, reason }: Input): Promise<Output> => {
    const images = imagesIn(region);
    const product = { policyName, instanceId, slot };
    const image = await images.describe(imageId);
    if (image && !isProductOf(image.tags, product)) {
      throw new LifecycleError('ImageFailed', `${imageId} failed, and its tags no longer say that it is ours.`, {
        imageId,
        region,
        reason,
      });
    }
    const held = (what: string, hold: string) =>
      new LifecycleError(
        'ImageFailed',
        `${imageId} failed in ${region}, and ${what} is held (${hold || 'no reason given'}), so it stays: take the tag ${tagKeys.hold} away.`,
        { imageId, region, reason },
      );
    const hold = image?.tags[tagKeys.hold];
    if (hold !== undefined) throw held('it', hold);
    if (image?.state === 'available' || image?.state === 'disabled') return { discarded: false, nextAttempt: attempt };
    const snapshots = (await images.snapshotsOf(product)).filter((snapshot) => isSnapshotFor(imageId, snapshot));
    for (const { snapshotId, hold: holdOn } of snapshots) {
      if (holdOn !== undefined) throw held(`its snapshot ${snapshotId}`, holdOn);
    }
    if (image) await images.deregister(imageId);
    const deleted = await Promise.all(snapshots.map(({ snapshotId }) => images.deleteSnapshot(snapshotId)));
    if (deleted.includes(false)) {
      throw new LifecycleError('AwsUnavailable', `EC2 still counts snapshots of ${imageId} as in use.`, { imageId });
    }
    if (attempt >= attempts) {
      throw new LifecycleError('ImageFailed', `${imageId} failed in ${region}: ${reason}`, {
        imageId,
        region,
        reason,
        attempts,
      });
    }
    return { discarded: true, nextAttempt: attempt + 1 };
  };
}
