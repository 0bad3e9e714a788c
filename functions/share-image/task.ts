import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import type { Audience, Image } from '../../shared/domain/image.ts';
import { audienceSchema } from '../../shared/domain/target.ts';

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    imageId: parts.imageId,
    audience: audienceSchema,
  }),
  output: z.strictObject({ snapshots: z.int().min(0) }),
  errors: [...awsErrors, 'ShareRefused'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  imagesIn: (region: string) => {
    describe(imageId: string): Promise<Image | undefined>;
    shareImage(imageId: string, audience: Audience): Promise<void>;
    shareSnapshot(snapshotId: string, accounts: readonly string[]): Promise<void>;
  };
}

/** Lets others launch from an image, and named accounts copy it. Repeating it changes nothing. */
export function makeShareImage({ imagesIn }: Ports) {
  return async ({ region, imageId, audience }: Input): Promise<Output> => {
    const images = imagesIn(region);
    const image = await images.describe(imageId);
    if (!image) {
      throw new LifecycleError('AwsUnavailable', `EC2 does not show ${imageId} at present.`, { imageId, region });
    }
    if (audience.public) refusePublic(image, region);
    // A consumer that copies reads the snapshots; organizations cannot be given that right, only accounts.
    const snapshotIds = audience.accounts.length > 0 ? image.snapshotIds : [];
    for (const snapshotId of snapshotIds) await images.shareSnapshot(snapshotId, audience.accounts);
    // Last, as snapshots are what EC2 may refuse: an image that is shared by half helps nobody.
    await images.shareImage(imageId, audience);
    return { snapshots: snapshotIds.length };
  };
}

/** EC2's own rule; checked first so that the answer says which of the two it is. */
function refusePublic({ imageId, isEncrypted, hasProductCodes }: Image, region: string): void {
  const reason = isEncrypted ? 'it is encrypted' : hasProductCodes ? 'it carries product codes' : undefined;
  if (!reason) return;
  throw new LifecycleError('ShareRefused', `${imageId} cannot be public: ${reason}.`, { imageId, region, reason });
}
