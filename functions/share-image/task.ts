import * as z from 'zod';
import type { LaunchPermission } from '../../shared/domain/archive.ts';
import { audienceDigest, permissionChanges, permissionsOf } from '../../shared/domain/audience.ts';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import type { Image } from '../../shared/domain/image.ts';
import { type Tags, tagKeys } from '../../shared/domain/tags.ts';
import { audienceSchema } from '../../shared/domain/target.ts';

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    imageId: parts.imageId,
    /** Exactly these: whoever else holds a permission loses it. */
    audience: audienceSchema,
  }),
  output: z.strictObject({ added: z.int().min(0), removed: z.int().min(0) }),
  errors: [...awsErrors, 'ShareRefused'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  imagesIn: (region: string) => {
    describe(imageId: string): Promise<Image | undefined>;
    writeTags(imageId: string, tags: Tags): Promise<void>;
  };
  sharingIn: (region: string) => {
    launchPermissions(imageId: string): Promise<LaunchPermission[]>;
    changeLaunchPermissions(
      imageId: string,
      changes: { add: readonly LaunchPermission[]; remove: readonly LaunchPermission[] },
    ): Promise<void>;
    snapshotAccounts(snapshotId: string): Promise<string[]>;
    changeSnapshotAccounts(
      snapshotId: string,
      changes: { add: readonly string[]; remove: readonly string[] },
    ): Promise<void>;
    blocksPublicAccess(): Promise<boolean>;
  };
}

/** Lets exactly the audience launch from an image, and its named accounts copy it. Repeating it changes nothing. */
export function makeShareImage({ imagesIn, sharingIn }: Ports) {
  return async ({ region, imageId, audience }: Input): Promise<Output> => {
    const image = await imagesIn(region).describe(imageId);
    if (!image) {
      throw new LifecycleError('AwsUnavailable', `EC2 does not show ${imageId} at present.`, { imageId, region });
    }
    if (image.state === 'disabled') refuse(image, region, 'be shared', 'it is disabled');
    const sharing = sharingIn(region);
    if (audience.public) await refusePublic(image, region);
    // A consumer that copies reads the snapshots; organizations cannot be given that right, only accounts.
    for (const snapshotId of image.snapshotIds) {
      const present = await sharing.snapshotAccounts(snapshotId);
      await sharing.changeSnapshotAccounts(snapshotId, {
        add: audience.accounts.filter((account) => !present.includes(account)),
        remove: present.filter((account) => !audience.accounts.includes(account)),
      });
    }
    // After the snapshots, which are what EC2 may refuse: an image that is shared by half helps nobody.
    const changes = permissionChanges(await sharing.launchPermissions(imageId), permissionsOf(audience));
    await sharing.changeLaunchPermissions(imageId, changes);
    // Last: an image without it is taken for one that is not shared yet, and is shared again.
    await imagesIn(region).writeTags(imageId, { [tagKeys.audience]: audienceDigest(audience) });
    return { added: changes.add.length, removed: changes.remove.length };
  };

  /** EC2's own rules; checked first so that the answer says which of them it is. */
  async function refusePublic(image: Image, region: string): Promise<void> {
    const reason = image.isEncrypted
      ? 'it is encrypted'
      : image.hasProductCodes
        ? 'it carries product codes'
        : (await sharingIn(region).blocksPublicAccess())
          ? `the account blocks public access to images in ${region}`
          : undefined;
    if (reason) refuse(image, region, 'be public', reason);
  }
}

function refuse({ imageId }: Image, region: string, what: string, reason: string): never {
  throw new LifecycleError('ShareRefused', `${imageId} cannot ${what}: ${reason}.`, { imageId, region, reason });
}
