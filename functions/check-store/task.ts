import * as z from 'zod';
import type { StoredObject } from '../../shared/domain/archive.ts';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { pollSeconds, secondsBetween } from '../../shared/domain/polling.ts';

/** A new task may be unknown to EC2 for a while; of one that EC2 did not want to begin, this is less likely. */
const visibilitySeconds = 10 * 60;
const refusedSeconds = 2 * 60;
/** EC2 stores some 5,000 GB at most; a task that takes longer than this is stuck. */
const mostSeconds = 48 * 3600;

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    imageId: parts.imageId,
    bucket: parts.bucket,
    key: parts.objectKey,
    /** What EC2 said when it would not begin; empty where it did. */
    refusal: z.string(),
    since: parts.instant,
    now: parts.instant,
  }),
  output: z.strictObject({
    status: z.enum(['storing', 'stored', 'failed']),
    progressPercent: z.number().min(0).max(100),
    /** Of a failure, for people. */
    reason: z.string(),
    waitSeconds: parts.waitSeconds,
  }),
  errors: awsErrors,
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  archivesIn: (region: string) => {
    storeTask(
      imageId: string,
      bucket: string,
      key: string,
    ): Promise<
      | { state: 'in-progress' | 'completed' | 'failed'; startedAt: string; progressPercent: number; reason: string }
      | undefined
    >;
    object(bucket: string, key: string): Promise<StoredObject | undefined>;
  };
}

/** Looks how far the archiving of an image is. */
export function makeCheckStore({ archivesIn }: Ports) {
  return async ({ region, imageId, bucket, key, refusal, since, now }: Input): Promise<Output> => {
    const archives = archivesIn(region);
    const task = await archives.storeTask(imageId, bucket, key);
    const waitedSeconds = secondsBetween(since, now);
    const answer = (status: Output['status'], reason = ''): Output => ({
      status,
      progressPercent: status === 'stored' ? 100 : (task?.progressPercent ?? 0),
      reason,
      waitSeconds: pollSeconds('image', since, now),
    });
    if (task?.state === 'in-progress') {
      return waitedSeconds > mostSeconds
        ? answer('failed', `not stored after ${mostSeconds / 3600} hours`)
        : answer('storing');
    }
    const object = task?.state === 'completed' ? await archives.object(bucket, key) : undefined;
    if (object && object.sizeBytes > 0) return answer('stored');
    // A task that ended badly may be an earlier one, as long as ours is not shown.
    const isOurs = task !== undefined && Date.parse(task.startedAt) >= Date.parse(since);
    const patienceSeconds = refusal === '' ? visibilitySeconds : refusedSeconds;
    if (!isOurs && waitedSeconds <= patienceSeconds) return answer('storing');
    if (object) return answer('failed', `s3://${bucket}/${key} is empty`);
    if (task?.state === 'completed') {
      return answer('failed', `EC2 says that it is stored, but s3://${bucket}/${key} is not there`);
    }
    if (refusal !== '' && !isOurs) return answer('failed', refusal);
    return answer('failed', task ? task.reason || 'EC2 gives no reason' : 'EC2 knows no task that stores it');
  };
}
