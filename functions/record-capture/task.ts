import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { sentenceOf } from '../../shared/domain/errors.ts';
import type { Image } from '../../shared/domain/image.ts';
import type { Meter } from '../../shared/domain/metrics.ts';
import { secondsBetween } from '../../shared/domain/polling.ts';
import { type Tags, tagKeys } from '../../shared/domain/tags.ts';

/** What became of the image in one Region; `error` where it did not get there. */
const delivery = z.strictObject({
  region: parts.region,
  imageId: parts.imageId.nullable(),
  error: z.string().nullable(),
  cause: z.string().nullable(),
});

const seconds = z.number().min(0);

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    instanceId: parts.instanceId,
    policyName: z.string(),
    slot: parts.slot,
    imageId: parts.imageId,
    /** Whether it is not of a stopped instance, as its tags say. */
    disturbed: z.boolean(),
    deliveries: z.array(delivery),
    /** Null where the instance was not stopped by us, or is gone. */
    stopRequestedAt: parts.instant.nullable(),
    runningAt: parts.instant.nullable(),
    imageRequestedAt: parts.instant,
    availableAt: parts.instant,
    now: parts.instant,
  }),
  output: z.strictObject({
    downtimeSeconds: seconds.nullable(),
    availableSeconds: seconds,
    /** The first delivery that failed, in the shape of an error of Step Functions; null when all is well. */
    failure: z.strictObject({ Error: z.string(), Cause: z.string() }).nullable(),
  }),
  errors: awsErrors,
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  region: string;
  imagesIn: (region: string) => {
    describe(imageId: string): Promise<Image | undefined>;
    writeTags(resourceId: string, tags: Tags): Promise<void>;
  };
  meter: Pick<Meter, 'count' | 'seconds'>;
}

/**
 * Marks the image and its good copies as complete, and as what they are where somebody started the instance in between;
 * counts the capture, and measures.
 */
export function makeRecordCapture({ region, imagesIn, meter }: Ports) {
  return async (input: Input): Promise<Output> => {
    const { imageId, policyName, deliveries, stopRequestedAt, runningAt, imageRequestedAt, availableAt, now } = input;
    const crash: Tags = input.disturbed ? { [tagKeys.consistency]: 'crash' } : {};
    const complete = async (images: ReturnType<Ports['imagesIn']>, id: string): Promise<void> => {
      const snapshotIds = input.disturbed ? ((await images.describe(id))?.snapshotIds ?? []) : [];
      for (const snapshotId of snapshotIds) await images.writeTags(snapshotId, crash);
      await images.writeTags(id, { ...crash, [tagKeys.state]: 'complete' });
    };
    await complete(imagesIn(region), imageId);
    for (const copy of deliveries) {
      if (copy.imageId && copy.imageId !== imageId && !copy.error) {
        await complete(imagesIn(copy.region), copy.imageId);
      }
    }
    const downtimeSeconds = stopRequestedAt && runningAt ? secondsBetween(stopRequestedAt, runningAt) : null;
    const availableSeconds = secondsBetween(imageRequestedAt, availableAt);
    const failed = deliveries.find(({ error }) => error !== null);
    // Last, as what comes before may fail and be tried again; and here, as a run may go on for hours after its first image.
    const dimensions = { policy: policyName };
    if (!failed) meter.count('Captured', 1, dimensions);
    if (downtimeSeconds !== null) meter.seconds('Downtime', downtimeSeconds, dimensions);
    meter.seconds('TimeToAvailable', availableSeconds, dimensions);
    if (deliveries.some((copy) => copy.region !== region))
      meter.seconds('CopyLag', secondsBetween(availableAt, now), dimensions);
    return {
      downtimeSeconds,
      availableSeconds,
      failure: failed?.error
        ? { Error: failed.error, Cause: `In ${failed.region}: ${sentenceOf(failed.cause ?? 'no cause given')}` }
        : null,
    };
  };
}
