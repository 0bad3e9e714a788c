import * as z from 'zod';
import { sentenceOf } from '../../shared/domain/errors.ts';
import type { Bucket } from '../../simulator/state.ts';

/** What became of one item of a run's Maps. */
export interface ItemResult {
  /** As the item was handed to its execution. */
  input: unknown;
  /** Of one that succeeded. */
  output: unknown;
  /** The name of the error of one that did not; else undefined. */
  error: string | undefined;
  /** The error's sentence. */
  message: string;
  endedAtMs: number;
}

/** What a run left in the work bucket. */
export interface RunFiles {
  results: ItemResult[];
  /** The parsed content of a file such as `plan.json`; undefined where the run wrote none. */
  json: (name: string) => unknown;
}

const manifestSchema = z.object({ ResultFiles: z.record(z.string(), z.array(z.object({ Key: z.string() }))) });
const resultsSchema = z.array(
  z.object({
    Status: z.string().default('PENDING'),
    Input: z.string(),
    Output: z.string().optional(),
    Error: z.string().optional(),
    Cause: z.string().optional(),
    StopDate: z.string().optional(),
  }),
);

/**
 * Reads what a run left in the work bucket: between events, so it cannot wait for S3's client.
 * @param clearAway takes the files away, as the bucket's expiry would in time; a year of them would be gigabytes
 */
export function readRunFiles(bucket: Bucket, executionName: string, clearAway: boolean): RunFiles {
  const prefix = `runs/${executionName}/`;
  const texts = new Map<string, string>();
  for (const [key, { body }] of bucket.objects) {
    if (!key.startsWith(prefix)) continue;
    texts.set(key, Buffer.from(body).toString('utf8'));
    if (clearAway) bucket.objects.delete(key);
  }
  const parsed = (key: string): unknown => JSON.parse(texts.get(key) ?? 'null') ?? undefined;
  const manifests = [...texts.keys()].filter((key) => key.endsWith('/manifest.json'));
  return {
    json: (name) => parsed(`${prefix}${name}`),
    results: manifests
      .flatMap((key) => Object.values(manifestSchema.parse(parsed(key)).ResultFiles).flat())
      .flatMap(({ Key }) => resultsSchema.parse(parsed(Key) ?? []))
      .map(itemResult),
  };
}

function itemResult(result: z.output<typeof resultsSchema>[number]): ItemResult {
  const isGood = result.Status === 'SUCCEEDED';
  return {
    input: JSON.parse(result.Input),
    output: isGood ? JSON.parse(result.Output ?? 'null') : undefined,
    error: isGood ? undefined : (result.Error ?? result.Status),
    message: sentenceOf(result.Cause ?? ''),
    endedAtMs: Date.parse(result.StopDate ?? ''),
  };
}
