import * as z from 'zod';
import { bucketName } from './archive.ts';
import type { ErrorName } from './errors.ts';

/** What a task takes, what it answers, and the errors that it may throw on purpose. */
export interface Contract<Input, Output> {
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  readonly errors: readonly ErrorName[];
}

/** What any call of AWS may end in, beside what a task names itself. */
export const awsErrors = ['AwsThrottled', 'AwsUnavailable', 'AccessDenied'] as const satisfies readonly ErrorName[];

/** Fields that the tasks share, so that one name means one thing in all of them. */
export const parts = {
  executionId: z.string().min(1).max(256),
  // AWS says of its ids only how they begin; what follows is for AWS to judge.
  instanceId: z.string().regex(/^i-[0-9a-z]{1,40}$/, 'is no instance id'),
  imageId: z.string().regex(/^ami-[0-9a-z]{1,40}$/, 'is no image id'),
  volumeIds: z.array(z.string().min(1).max(64)),
  // It becomes part of the name of the host that is asked.
  region: z
    .string()
    .regex(/^[a-z]{2,8}(-[a-z]{1,12}){1,4}-\d{1,2}$/, 'is no Region name such as eu-west-1')
    .max(32),
  snapshotId: z.string().regex(/^snap-[0-9a-z-]{1,40}$/, 'is no snapshot id'),
  bucket: bucketName,
  objectKey: z.string().min(1).max(1024),
  slot: z.string().regex(/^\d{8}T\d{4}Z$/, 'is no slot such as 20261121T0300Z'),
  // Slots have four digits for the year, and schedules know no years beyond these.
  instant: z.iso.datetime({ offset: true }).refine(isOfOurTime, 'is no instant of the years 2000 to 2189'),
  attempt: z.int().min(1).max(10),
  consistency: z.enum(['stopped', 'rebooted', 'crash']),
  waitSeconds: z.int().min(1).max(86_400),
};

function isOfOurTime(instant: string): boolean {
  const atMs = Date.parse(instant);
  return atMs >= Date.UTC(2000) && atMs < Date.UTC(2190);
}
