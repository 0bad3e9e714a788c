import * as z from 'zod';
import {
  type ArchiveRecord,
  archiveUrl,
  type FoundRecord,
  type LaunchPermission,
  recordKey,
} from '../../shared/domain/archive.ts';
import { holderOf, nobody, permissionChanges, permissionsOf, sharedPermissions } from '../../shared/domain/audience.ts';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { isLifecycleError, LifecycleError } from '../../shared/domain/errors.ts';
import type { Image } from '../../shared/domain/image.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { type Tags, tagKeys } from '../../shared/domain/tags.ts';

/** An object keeps all tags of the image that was stored; these are not true of the one that was made of it. */
const formerKeys = [tagKeys.rung, tagKeys.retiringSince, tagKeys.sourceGoneSince, tagKeys.audience];

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    imageId: parts.imageId,
    bucket: parts.bucket,
    key: parts.objectKey,
  }),
  output: z.strictObject({
    /** What could not be put back, each a sentence. */
    notRestored: z.array(z.string()),
  }),
  errors: [...awsErrors, 'ShareRefused', 'RestoreDiffers'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Particulars {
  platformDetails: string;
  usageOperation: string;
}

interface Ports {
  policies: { find(name: string): Promise<NamedPolicy> };
  imagesIn: (region: string) => {
    describe(imageId: string): Promise<Image | undefined>;
    writeTags(imageId: string, tags: Tags): Promise<void>;
    removeTags(resourceId: string, keys: readonly string[]): Promise<void>;
  };
  sharingIn: (region: string) => {
    launchPermissions(imageId: string): Promise<LaunchPermission[]>;
    changeLaunchPermissions(
      imageId: string,
      changes: { add: readonly LaunchPermission[]; remove: readonly LaunchPermission[] },
    ): Promise<void>;
  };
  archivesIn: (region: string) => {
    record(bucket: string, key: string): Promise<FoundRecord>;
    particulars(imageId: string): Promise<Particulars | undefined>;
  };
}

/**
 * Puts back what the object could not carry, and compares what decides how the image is billed. Marks the image as complete
 * only if it is what it was.
 */
export function makeApplyArchiveRecord({ policies, imagesIn, sharingIn, archivesIn }: Ports) {
  return async ({ region, imageId, bucket, key }: Input): Promise<Output> => {
    const image = await imagesIn(region).describe(imageId);
    const restored = await archivesIn(region).particulars(imageId);
    if (!image || !restored) {
      throw new LifecycleError('AwsUnavailable', `EC2 does not show ${imageId} at present.`, { imageId, region });
    }
    const { record, problem } = await archivesIn(region).record(bucket, key);
    if (!record) {
      await complete(image, region, {});
      return {
        notRestored: [
          `The record ${archiveUrl(bucket, recordKey(key))} ${problem}: launch permissions and deprecation are not known, and how the image is billed could not be compared.`,
        ],
      };
    }
    const differences = (['platformDetails', 'usageOperation'] as const)
      .filter((name) => restored[name] !== record[name])
      .map((name) => `${name} is '${restored[name]}', and was '${record[name]}'`);
    if (differences.length > 0) {
      throw new LifecycleError(
        'RestoreDiffers',
        `${imageId} is not what was archived: ${differences.join('; ')}. Do not launch it before you know why.`,
        { imageId, region, differences },
      );
    }
    const recorded = record.launchPermissions.filter(({ Group }) => Group !== 'all');
    const { wanted, why } = await permittedOf(recorded, record);
    const { add } = permissionChanges(await sharingIn(region).launchPermissions(imageId), wanted);
    await sharingIn(region).changeLaunchPermissions(imageId, { add, remove: [] });
    // Other than any audience, so that the next daily run shares it, and its snapshots, exactly as the policy then says.
    await complete(image, region, wasShared(record) ? { [tagKeys.audience]: 'as archived' } : {});
    const left = permissionChanges(wanted, recorded).add.map(holderOf);
    return {
      notRestored: [
        ...(left.length > 0 ? [`The image was shared with ${left.join(', ')}: not again, as ${why}.`] : []),
        ...(recorded.length < record.launchPermissions.length
          ? ['The image was public: make it so again yourself, if you still want to.']
          : []),
        ...(record.deprecatesAt === ''
          ? []
          : [`The image was deprecated from ${record.deprecatesAt}: what is restored is wanted, so it is not.`]),
      ],
    };
  };

  /**
   * Years later a policy may share with others, or be gone: whom it shared with gets back only what it gives today, as with an
   * image that is reinstated. What people gave by hand is theirs to say, so it is as it was.
   */
  async function permittedOf(
    recorded: readonly LaunchPermission[],
    record: ArchiveRecord,
  ): Promise<{ wanted: readonly LaunchPermission[]; why: string }> {
    const name = record.tags[tagKeys.policy] ?? '';
    const { policy, problem } = await policyInForce(name);
    if (!policy?.share && !wasShared(record)) return { wanted: recorded, why: '' };
    return {
      wanted: sharedPermissions(recorded, permissionsOf(policy?.share ?? nobody)),
      why: problem ?? `the policy '${name}' does not name them`,
    };
  }

  /** An image is worth restoring whatever has become of its policy. */
  async function policyInForce(
    name: string,
  ): Promise<{ policy: NamedPolicy; problem?: never } | { policy?: never; problem: string }> {
    try {
      return { policy: await policies.find(name) };
    } catch (error) {
      if (isLifecycleError(error, 'PolicyNotFound')) return { problem: `no policy is called '${name}'` };
      if (isLifecycleError(error, 'PolicyInvalid')) return { problem: `the policy '${name}' is not valid` };
      throw error;
    }
  }

  /** The state goes last: what has it is finished. */
  async function complete({ imageId, snapshotIds }: Image, region: string, tags: Tags): Promise<void> {
    const images = imagesIn(region);
    await images.removeTags(imageId, formerKeys);
    // The image is what is held: left on its snapshots, the tag would outlive the day that people take it away.
    for (const snapshotId of snapshotIds) await images.removeTags(snapshotId, [tagKeys.hold]);
    await images.writeTags(imageId, { ...tags, [tagKeys.state]: 'complete' });
  }
}

/** Whether its policy shared it, and not people. */
function wasShared({ tags }: ArchiveRecord): boolean {
  return tags[tagKeys.audience] !== undefined;
}
