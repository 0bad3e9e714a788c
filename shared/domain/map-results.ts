import * as z from 'zod';
import { LifecycleError, sentenceOf } from './errors.ts';

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
const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('Invalid JSON');
    return z.NEVER;
  }
});
const resultsSchema = z.array(
  z.object({
    Status: z.string(),
    Input: json.optional(),
    Output: json.optional(),
    Error: z.string().optional(),
    Cause: z.string().optional(),
  }),
);

/**
 * Reads what a distributed Map's ResultWriter wrote: a manifest, and the files that it names.
 * @throws AwsUnavailable where one of them is not as Step Functions writes it
 */
export async function readItemResults(
  objects: { readJson(key: string): Promise<unknown> },
  manifestKey: string,
): Promise<ItemResult[]> {
  const read = async <Content>(key: string, schema: z.ZodType<Content>): Promise<Content> => {
    const { success, data, error } = schema.safeParse(await objects.readJson(key));
    if (success) return data;
    const [issue] = error.issues;
    const problem = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
    throw new LifecycleError(
      'AwsUnavailable',
      `${key} is not as Step Functions writes the results of a Map: ${problem}`,
      {
        key,
        problem,
      },
    );
  };
  const manifest = await read(manifestKey, manifestSchema);
  const items: ItemResult[] = [];
  for (const { Key } of Object.values(manifest.ResultFiles).flat()) {
    for (const { Status, Input, Output, Error: error, Cause } of await read(Key, resultsSchema)) {
      const isGood = Status === 'SUCCEEDED' && Output !== undefined;
      items.push({
        input: Input ?? null,
        output: isGood ? Output : undefined,
        error: isGood ? undefined : (error ?? Status),
        cause: sentenceOf(Cause ?? ''),
      });
    }
  }
  return items;
}
