import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { haveAllStarted, type Image, type Snapshot } from '../../shared/domain/image.ts';
import type { Instance } from '../../shared/domain/instance.ts';
import { pollSeconds, secondsBetween } from '../../shared/domain/polling.ts';
import type { Product } from '../../shared/domain/tags.ts';

/** So early an image has hardly failed, and who stands still for its snapshots waits for every call. */
const snapshotsAloneSeconds = 10;
/** Snapshots start within seconds; an instance does not stand still for hours for some that do not. */
const standstillSeconds = 30 * 60;
/** A new image may be unknown to EC2 for a while; one that stays unknown is gone. */
const visibilitySeconds = 5 * 60;

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    imageId: parts.imageId,
    /** The capture and the volumes whose snapshots an instance stands still for; null when none does. */
    awaits: z
      .strictObject({
        policyName: z.string(),
        instanceId: parts.instanceId,
        slot: parts.slot,
        volumeIds: parts.volumeIds,
      })
      .nullable(),
    /**
     * The capture whose instance stood still, or was about to, when somebody looked last before the image; null where nobody
     * says that it is of a stopped instance.
     */
    stillSince: z
      .strictObject({ policyName: z.string(), instanceId: parts.instanceId, slot: parts.slot, at: parts.instant })
      .nullable(),
    timeoutHours: z.int().min(1),
    since: parts.instant,
    now: parts.instant,
  }),
  output: z.strictObject({
    status: z.enum(['pending', 'available', 'failed']),
    /** Every awaited volume has a snapshot that has started, so its content is fixed. */
    snapshotsStarted: z.boolean(),
    /** Whether somebody started the instance before they had; null where that is not asked, or not known yet. */
    disturbed: z.boolean().nullable(),
    reason: z.string(),
    waitSeconds: parts.waitSeconds,
  }),
  errors: awsErrors,
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  instances: { describe(instanceId: string): Promise<Instance | undefined> };
  imagesIn: (region: string) => {
    describe(imageId: string): Promise<Image | undefined>;
    snapshotsOf(product: Product): Promise<Snapshot[]>;
  };
}

/** Looks how far an image is, in whichever Region. */
export function makeCheckImage({ instances, imagesIn }: Ports) {
  return async ({ region, imageId, awaits, stillSince, timeoutHours, since, now }: Input): Promise<Output> => {
    const images = imagesIn(region);
    const waitedSeconds = secondsBetween(since, now);
    const answer = async (status: Output['status'], reason: string, snapshotsStarted: boolean): Promise<Output> => ({
      status,
      reason,
      snapshotsStarted,
      disturbed: snapshotsStarted && stillSince ? await isDisturbed(stillSince) : null,
      waitSeconds: pollSeconds(awaits && !snapshotsStarted ? 'snapshots' : 'image', since, now),
    });
    const haveStarted = async (): Promise<boolean> =>
      awaits !== null &&
      haveAllStarted(awaits.volumeIds, await images.snapshotsOf(awaits), { imageId, requestedAt: since });
    const isDisturbed = async (still: NonNullable<Input['stillSince']>): Promise<boolean> => {
      const launchedMs = Date.parse((await instances.describe(still.instanceId))?.launchedAt ?? '');
      // EC2 writes whole seconds.
      if (!(launchedMs > Date.parse(still.at) - 1000)) return false;
      return (await images.snapshotsOf(still)).some(({ startedAt }) => Date.parse(startedAt) >= launchedMs);
    };

    if (awaits && waitedSeconds < snapshotsAloneSeconds) return answer('pending', '', await haveStarted());
    const image = await images.describe(imageId);
    // Only an available image can be disabled. Whoever did so since has a reason: it must not be discarded as failed.
    if (image?.state === 'available' || image?.state === 'disabled') return answer('available', '', true);
    if (image?.state === 'failed') return answer('failed', image.stateReason || 'EC2 gives no reason', false);
    if (!image && waitedSeconds > visibilitySeconds) return answer('failed', 'EC2 does not know the image', false);
    if (waitedSeconds > timeoutHours * 3600) {
      return answer('failed', `not available after ${timeoutHours} hours`, false);
    }
    const started = await haveStarted();
    if (awaits !== null && !started && waitedSeconds > standstillSeconds) {
      return answer('failed', 'its snapshots have not started within half an hour', false);
    }
    return answer('pending', '', started);
  };
}
