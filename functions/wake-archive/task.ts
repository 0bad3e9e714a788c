import * as z from 'zod';
import { archiveUrl, type StoredObject, sleeps } from '../../shared/domain/archive.ts';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import { pollSeconds } from '../../shared/domain/polling.ts';

/** A copy that is readable for so long outlasts any restore. */
const awakeDays = 3;

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    bucket: parts.bucket,
    key: parts.objectKey,
    /** Of the image to come; checked here, at the door, so that nobody waits two days to hear that it is not legal. */
    name: z
      .string()
      .regex(/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/, "is no legal image name: 3 to 128 letters, digits and ()[] ./-'@_")
      .nullable(),
    since: parts.instant,
    now: parts.instant,
  }),
  output: z.strictObject({
    status: z.enum(['ready', 'waking']),
    waitSeconds: parts.waitSeconds,
  }),
  errors: [...awsErrors, 'ArchiveNotFound'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  archivesIn: (region: string) => {
    object(bucket: string, key: string): Promise<StoredObject | undefined>;
    wake(bucket: string, key: string, days: number | undefined): Promise<void>;
  };
}

/** Makes an archive readable that sleeps, which takes hours; any other is ready at once. */
export function makeWakeArchive({ archivesIn }: Ports) {
  return async ({ region, bucket, key, since, now }: Input): Promise<Output> => {
    const archives = archivesIn(region);
    const object = await archives.object(bucket, key);
    if (!object) {
      throw new LifecycleError('ArchiveNotFound', `There is no ${archiveUrl(bucket, key)} in ${region}.`, {
        region,
        bucket,
        key,
      });
    }
    const waitSeconds = pollSeconds('image', since, now);
    if (!sleeps(object) || object.restore === 'awake') return { status: 'ready', waitSeconds };
    if (object.restore === 'asleep') {
      await archives.wake(bucket, key, object.isInArchiveTier ? undefined : awakeDays);
    }
    return { status: 'waking', waitSeconds };
  };
}
