import * as z from 'zod';
import { restoreHold } from '../../shared/domain/archive.ts';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import type { Image } from '../../shared/domain/image.ts';
import { tagKeys } from '../../shared/domain/tags.ts';

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    imageId: parts.imageId,
    /** When the execution started. */
    startedAt: parts.instant,
  }),
  output: z.strictObject({
    /** False for an image that became available since, or of which EC2 no longer says that it was restored: it is kept. */
    discarded: z.boolean(),
  }),
  errors: [...awsErrors, 'ImageHeld'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  imagesIn: (region: string) => { describe(imageId: string): Promise<Image | undefined> };
  retirementIn: (region: string) => { deregisterWithSnapshots(imageId: string): Promise<unknown> };
  snapshotsIn: (region: string) => {
    heldAs(hold: string): Promise<string[]>;
    /** False while EC2 counts it as in use. */
    delete(snapshotId: string): Promise<boolean>;
  };
}

/**
 * Takes away an image that could not be restored: it is of no use, and holds the name. The archive is untouched. A failed
 * image need not name its snapshots, so they are found by what this execution wrote on them.
 */
export function makeDiscardRestore({ imagesIn, retirementIn, snapshotsIn }: Ports) {
  return async ({ executionId, region, imageId, startedAt }: Input): Promise<Output> => {
    const image = await imagesIn(region).describe(imageId);
    if (image) {
      const isRestored = image.tags[tagKeys.archivedTo] !== undefined && image.tags[tagKeys.origin] !== undefined;
      if (!isRestored || image.state === 'available' || image.state === 'disabled') return { discarded: false };
      await retirementIn(region).deregisterWithSnapshots(imageId);
    }
    const snapshots = snapshotsIn(region);
    const inUse: string[] = [];
    for (const snapshotId of await snapshots.heldAs(restoreHold(startedAt, executionId))) {
      if (!(await snapshots.delete(snapshotId))) inUse.push(snapshotId);
    }
    if (inUse.length > 0) {
      throw new LifecycleError('AwsUnavailable', `EC2 still counts ${inUse.join(', ')} as in use.`, { imageId, inUse });
    }
    return { discarded: true };
  };
}
