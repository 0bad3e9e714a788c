import * as z from 'zod';
import { sentenceOf } from './errors.ts';

/** What became of one item of a distributed Map. */
export interface ItemResult {
  /** As the item was handed to its execution. */
  input: unknown;
  /** Of one that succeeded. */
  output: unknown;
  /** The name of the error of one that did not. */
  error: string | undefined;
  /** The error's sentence. */
  cause: string;
}

/** The files that a distributed Map leaves behind. */
const manifestSchema = z.object({
  ResultFiles: z.record(z.string(), z.array(z.object({ Key: z.string() }))),
});
const resultsSchema = z.array(
  z.object({
    Status: z.string(),
    Input: z.string().optional(),
    Output: z.string().optional(),
    Error: z.string().optional(),
    Cause: z.string().optional(),
  }),
);

/** Reads what a distributed Map's ResultWriter wrote: a manifest, and the files that it names. */
export async function readItemResults(
  objects: { readJson(key: string): Promise<unknown> },
  manifestKey: string,
): Promise<ItemResult[]> {
  const manifest = manifestSchema.parse(await objects.readJson(manifestKey));
  const items: ItemResult[] = [];
  for (const { Key } of Object.values(manifest.ResultFiles).flat()) {
    for (const { Status, Input, Output, Error: error, Cause } of resultsSchema.parse(await objects.readJson(Key))) {
      const isGood = Status === 'SUCCEEDED' && Output !== undefined;
      items.push({
        input: JSON.parse(Input ?? 'null'),
        output: isGood ? JSON.parse(Output) : undefined,
        error: isGood ? undefined : (error ?? Status),
        cause: sentenceOf(Cause ?? ''),
      });
    }
  }
  return items;
}
