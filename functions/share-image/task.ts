import * as z from 'zod';
import type { LaunchPermission } from '../../shared/domain/archive.ts';
import {
  audienceDigest,
  nobody,
  permissionChanges,
  permissionsOf,
  unsettled,
  withdrawnTo,
} from '../../shared/domain/audience.ts';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { isLifecycleError, LifecycleError } from '../../shared/domain/errors.ts';
import type { Audience, Image } from '../../shared/domain/image.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { isOfStack, notOfStack, type Tags, tagKeys } from '../../shared/domain/tags.ts';

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    imageId: parts.imageId,
    /** It is shared as this policy says when its turn comes, whatever it said when the run began. */
    policyName: z.string().min(1),
    /**
     * It has been there for long, and people may have made it, or taken it away: where EC2 does not show it, there is nothing to do.
     * Otherwise it is of a capture under way: too new to be shown, looked for again, and all of it ours.
     */
    mayBeGone: z.boolean().default(false),
  }),
  output: z.strictObject({
    /** Launch permissions of the image; those of its snapshots are not counted. */
    added: z.int().min(0),
    removed: z.int().min(0),
    /** A sentence for the image, or each snapshot, that is not ours to share. */
    left: z.array(z.string()),
  }),
  errors: [...awsErrors, 'PolicyInvalid', 'ShareRefused'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  /** Where the images are made. */
  region: string;
  policies: { find(name: string): Promise<NamedPolicy> };
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
  snapshotsIn: (region: string) => {
    /** Undefined where EC2 knows no such snapshot. */
    tagsOf(snapshotId: string): Promise<Tags | undefined>;
  };
}

/**
 * Lets exactly the policy's audience launch from an image, and its named accounts copy it: whoever else holds a permission loses
 * it. Repeating it changes nothing. Snapshots that do not carry our tags stay as they are. What is taken back is taken back
 * first: that the audience cannot have what it is to get keeps nobody in possession.
 */
export function makeShareImage({ region: homeRegion, policies, imagesIn, sharingIn, snapshotsIn }: Ports) {
  return async ({ region, imageId, policyName, mayBeGone }: Input): Promise<Output> => {
    const image = await imagesIn(region).describe(imageId);
    if (!image) {
      if (mayBeGone) return { added: 0, removed: 0, left: [] };
      throw new LifecycleError('AwsUnavailable', `EC2 does not show ${imageId} at present.`, { imageId, region });
    }
    if (!isOfStack(image.tags, { region, homeRegion })) {
      return { added: 0, removed: 0, left: [`${imageId} stays shared as it is: ${notOfStack}`] };
    }
    // What EC2 showed while it made the image may name none of its snapshots: nobody would ever be let copy them.
    if (image.state === 'pending') {
      throw new LifecycleError('AwsUnavailable', `EC2 still shows ${imageId} as pending.`, { imageId, region });
    }
    const audience = await audienceOf(policyName);
    const sharing = sharingIn(region);
    const note = (text: string) => imagesIn(region).writeTags(imageId, { [tagKeys.audience]: text });
    const digest = audienceDigest(audience);
    // An older note would be believed again, were this cut short and the policy edited back.
    if (image.tags[tagKeys.audience] !== digest) await note(unsettled);

    // EC2 drops the launch permissions of an image that is disabled, and gives it none.
    const isDisabled = image.state === 'disabled';
    const { add, remove } = isDisabled
      ? { add: [], remove: [] }
      : permissionChanges(await sharing.launchPermissions(imageId), permissionsOf(audience));
    await sharing.changeLaunchPermissions(imageId, { add: [], remove });
    const others = new Set<string>();
    const changeAccounts = async (
      snapshotId: string,
      changes: { add: readonly string[]; remove: readonly string[] },
    ): Promise<void> => {
      if (others.has(snapshotId)) return;
      try {
        await sharing.changeSnapshotAccounts(snapshotId, changes);
      } catch (error) {
        // A copy that people made with the tags of its image has snapshots without any, and no role may change those. What has
        // just been captured is no such copy.
        const mayBeOfOthers = mayBeGone && isLifecycleError(error, 'AccessDenied');
        if (!mayBeOfOthers || !(await isOfOthers(snapshotId, region))) throw error;
        others.add(snapshotId);
      }
    };
    const left = () => [...others].map((each) => `${each} does not carry our tags, so who may copy it stays as it is`);
    const missing = new Map<string, string[]>();
    for (const snapshotId of image.snapshotIds) {
      const present = await sharing.snapshotAccounts(snapshotId);
      const surplus = present.filter((account) => !audience.accounts.includes(account));
      await changeAccounts(snapshotId, { add: [], remove: surplus });
      missing.set(
        snapshotId,
        audience.accounts.filter((account) => !present.includes(account)),
      );
    }
    if (isDisabled) {
      await note(withdrawnTo(digest));
      return { added: 0, removed: 0, left: left() };
    }

    if (audience.public) await refusePublic(image, region);
    // A consumer that copies reads the snapshots; organizations cannot be given that right, only accounts.
    for (const [snapshotId, accounts] of missing) {
      await changeAccounts(snapshotId, { add: accounts, remove: [] });
    }
    // After the snapshots, which are what EC2 may refuse: an image that is shared by half helps nobody.
    await sharing.changeLaunchPermissions(imageId, { add, remove: [] });
    // Last: without it the image is taken for one that is not shared yet, and is shared again.
    await note(digest);
    return { added: add.length, removed: remove.length, left: left() };
  };

  /** What EC2 does not show is too new or gone, and not said to be of others. */
  async function isOfOthers(snapshotId: string, region: string): Promise<boolean> {
    const tags = await snapshotsIn(region).tagsOf(snapshotId);
    return tags !== undefined && tags[tagKeys.policy] === undefined;
  }

  /** A policy that is gone shares with nobody. */
  async function audienceOf(policyName: string): Promise<Audience> {
    try {
      return (await policies.find(policyName)).share ?? nobody;
    } catch (error) {
      if (!isLifecycleError(error, 'PolicyNotFound')) throw error;
      return nobody;
    }
  }

  /** EC2's own rules; checked first so that the answer says which of them it is. */
  async function refusePublic(image: Image, region: string): Promise<void> {
    const reason = image.isEncrypted
      ? 'it is encrypted'
      : image.hasProductCodes
        ? 'it carries product codes'
        : (await sharingIn(region).blocksPublicAccess())
          ? `the account blocks public access to images in ${region}`
          : undefined;
    if (!reason) return;
    const { imageId } = image;
    throw new LifecycleError('ShareRefused', `${imageId} cannot be public: ${reason}.`, { imageId, region, reason });
  }
}
