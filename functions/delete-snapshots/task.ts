import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { isLifecycleError, LifecycleError } from '../../shared/domain/errors.ts';
import { orphanDays, orphanStage } from '../../shared/domain/orphans.ts';
import { foreignTo, type Tags, tagKeys } from '../../shared/domain/tags.ts';
import type { Uses } from '../../shared/domain/uses.ts';

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    policyName: z.string(),
    snapshotIds: z.array(parts.snapshotId),
    /**
     * Of snapshots that are found without an image: how long people have to take them back, from when that was first seen. Null
     * for those that go with the image that has just been deregistered.
     */
    graceDays: z.int().min(0).nullable(),
    now: parts.instant,
  }),
  output: z.strictObject({
    deleted: z.int().min(0),
    /** Those that stay, each with the reason. */
    kept: z.array(z.strictObject({ snapshotId: z.string(), reason: z.string() })),
  }),
  errors: [...awsErrors, 'EvidenceIncomplete'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  /** Where the images are made. */
  region: string;
  snapshotsIn: (region: string) => {
    /** Undefined where EC2 knows no such snapshot. */
    tagsOf(snapshotId: string): Promise<Tags | undefined>;
    usedOf(snapshotIds: readonly string[]): Promise<ReadonlySet<string>>;
    /** False while EC2 counts it as in use. */
    delete(snapshotId: string): Promise<boolean>;
    noteOrphan(snapshotId: string, since: string): Promise<void>;
    forgetOrphan(snapshotId: string): Promise<void>;
  };
  usesIn: (region: string) => {
    /** Who mounts them as data disks. */
    mounting(snapshotIds: readonly string[]): Promise<Uses>;
  };
}

/**
 * Deletes snapshots of ours whose image is gone. One that another image uses, that somebody mounts as a data disk, or that
 * something beyond our reach holds, stays and is reported; so does one not seen to be without an image for long enough.
 * @throws EvidenceIncomplete where it is not known who mounts one
 * @throws AwsUnavailable while EC2 counts one as in use though no image uses it: that passes a little after deregistration
 */
export function makeDeleteSnapshots({ region: homeRegion, snapshotsIn, usesIn }: Ports) {
  return async ({ region, policyName, snapshotIds, graceDays, now }: Input): Promise<Output> => {
    const snapshots = snapshotsIn(region);
    const kept: Output['kept'] = [];
    const pending: string[] = [];
    let deleted = 0;
    /** Asked once, of all, as each answer takes calls to several services; and only if one might go. */
    let mounts: Promise<Uses> | undefined;
    for (const snapshotId of snapshotIds) {
      const tags = await snapshots.tagsOf(snapshotId);
      // Gone already is done. The right to delete hangs on the tags, so a call for what has none left would be denied.
      if (!tags) {
        deleted++;
        continue;
      }
      const reason =
        foreignTo(tags, policyName, { region, homeRegion }) ??
        reasonOfHold(tags) ??
        (await useOf(snapshotId, tags)) ??
        (await graceOf(snapshotId, tags));
      if (reason !== undefined) {
        kept.push({ snapshotId, reason });
        continue;
      }
      try {
        if (await snapshots.delete(snapshotId)) deleted++;
        else pending.push(snapshotId);
      } catch (error) {
        if (!isLifecycleError(error, 'ImageHeld')) throw error;
        kept.push({ snapshotId, reason: error.message });
      }
    }
    if (pending.length > 0) {
      throw new LifecycleError('AwsUnavailable', `EC2 still counts ${pending.join(', ')} as in use.`, {
        region,
        snapshotIds: pending,
      });
    }
    return { deleted, kept };

    async function useOf(snapshotId: string, tags: Tags): Promise<string | undefined> {
      const isOfImage = (await snapshots.usedOf([snapshotId])).has(snapshotId);
      const [mount] = isOfImage ? [] : ((await mountsOfAll()).get(snapshotId) ?? []);
      if (!isOfImage && mount === undefined) return undefined;
      // It would go without a grace, should that end one day, too.
      if (tags[tagKeys.orphanedSince] !== undefined) await snapshots.forgetOrphan(snapshotId);
      return mount ?? 'another image uses it';
    }

    function mountsOfAll(): Promise<Uses> {
      mounts ??= usesIn(region).mounting(snapshotIds);
      return mounts;
    }

    async function graceOf(snapshotId: string, tags: Tags): Promise<string | undefined> {
      if (graceDays === null) return undefined;
      const noted = tags[tagKeys.orphanedSince];
      const stage = orphanStage(noted, graceDays, now);
      if (stage === 'due') return undefined;
      if (stage === 'new') await snapshots.noteOrphan(snapshotId, now);
      return `seen without an image since ${stage === 'new' ? now : noted}, goes after ${orphanDays(graceDays)} days`;
    }
  };
}

function reasonOfHold(tags: Tags): string | undefined {
  const hold = tags[tagKeys.hold];
  return hold === undefined ? undefined : `held: ${hold || 'no reason given'}`;
}
