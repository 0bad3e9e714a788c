import * as z from 'zod';
import { sentenceOf } from '../../shared/domain/errors.ts';
import { policyWords } from '../../shared/domain/selection.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import type { Account } from '../../simulator/account.ts';
import type { Bucket } from '../../simulator/state.ts';
import { type Downtime, watchDowntimes } from './downtimes.ts';
import type { Stack } from './stack.ts';

/** What became of one instance under one policy in one run. */
export interface Capture {
  policy: string;
  instanceId: string;
  slot: string;
  outcome: 'captured' | 'skipped' | 'failed';
  /** Why it was captured as it was, skipped, or the name of the error. */
  reason: string;
  /** The error's sentence; empty where all went well. */
  message: string;
  /** What its owner should know of the capture. */
  notices: string[];
}

/** One execution of capture-images. */
export interface Run {
  executionArn: string;
  /** The policies that it was started for. */
  policies: string[];
  startedAtMs: number;
  status: string;
  error: string;
  cause: string;
  captures: Capture[];
}

export interface Observer {
  readonly runs: readonly Run[];
  /** By instance, in order of time. */
  readonly downtimes: ReadonlyMap<string, readonly Downtime[]>;
}

const manifestSchema = z.object({ ResultFiles: z.record(z.string(), z.array(z.object({ Key: z.string() }))) });
const resultSchema = z.object({
  Status: z.string(),
  Input: z.string(),
  Output: z.string().optional(),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});
const itemSchema = z.object({ instanceId: z.string(), slot: z.string(), policy: z.object({ name: z.string() }) });
const outcomeSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('captured'),
    consistency: z.string(),
    reason: z.string(),
    notices: z.array(z.string()).default([]),
  }),
  z.object({ outcome: z.literal('skipped'), reason: z.string() }),
]);
const startSchema = z.union([
  z.object({ policy: z.string() }),
  z.object({ detail: z.object({ tags: z.record(z.string(), z.string()) }) }),
]);

/** Watches a stack from outside, as its owner would: executions as they end, instances as they stop and run. */
export function observe(account: Account, { engine, workBucket }: Stack): Observer {
  const runs: Run[] = [];
  const downtimes = watchDowntimes(account);
  engine.onStatusChange(({ detail }) => {
    if (detail.status === 'RUNNING' || isChild(detail.executionArn)) return;
    runs.push({
      executionArn: detail.executionArn,
      policies: policiesOf(detail.input),
      startedAtMs: detail.startDate,
      status: detail.status,
      error: detail.error ?? '',
      cause: detail.cause ?? '',
      captures: takeResults(workBucket, detail.name),
    });
  });
  return { runs, downtimes };
}

/** By hand or by schedule a run names its policy; a tagging names policies in the tag. */
function policiesOf(input: string | null): string[] {
  const started = startSchema.parse(JSON.parse(input ?? 'null'));
  return 'policy' in started ? [started.policy] : policyWords(started.detail.tags[tagKeys.policy] ?? '');
}

/** The children of a distributed Map carry its label beside the machine's name. */
function isChild(executionArn: string): boolean {
  return executionArn.split(':')[6]?.includes('/') ?? false;
}

/** Reads what the run's Map left in the work bucket, and clears it away as the bucket's expiry would in time. */
function takeResults(bucket: Bucket, executionName: string): Capture[] {
  const prefix = `runs/${executionName}/`;
  const texts = new Map<string, string>();
  for (const [key, { body }] of bucket.objects) {
    if (!key.startsWith(prefix)) continue;
    texts.set(key, Buffer.from(body).toString('utf8'));
    bucket.objects.delete(key);
  }
  const manifest = [...texts.keys()].find((key) => key.endsWith('/manifest.json'));
  if (manifest === undefined) return [];
  const { ResultFiles } = manifestSchema.parse(JSON.parse(texts.get(manifest) ?? ''));
  return Object.values(ResultFiles)
    .flat()
    .flatMap(({ Key }) => z.array(resultSchema).parse(JSON.parse(texts.get(Key) ?? '[]')))
    .map(captureOf);
}

function captureOf(result: z.output<typeof resultSchema>): Capture {
  const { instanceId, slot, policy } = itemSchema.parse(JSON.parse(result.Input));
  const item = { policy: policy.name, instanceId, slot };
  if (result.Status !== 'SUCCEEDED') {
    return {
      ...item,
      outcome: 'failed',
      reason: result.Error ?? result.Status,
      message: sentenceOf(result.Cause ?? ''),
      notices: [],
    };
  }
  const output = outcomeSchema.parse(JSON.parse(result.Output ?? 'null'));
  const { outcome, reason } = output;
  if (outcome === 'skipped') return { ...item, outcome, reason, message: '', notices: [] };
  // That the policy asked for it needs no saying.
  const how = reason === 'policy' ? output.consistency : `${output.consistency} (${reason})`;
  return { ...item, outcome, reason: how, message: '', notices: output.notices };
}
