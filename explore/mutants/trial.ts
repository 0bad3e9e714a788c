import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { Finding } from '../judge.ts';
import { share } from '../pool.ts';
import type { Circumstances, Edit } from './mutant.ts';
import { withMutatedCopy } from './mutated-copy.ts';

/** The system, with mistakes if it has edits, in a world. */
export interface Trial extends Circumstances {
  edits: readonly Edit[];
}

/** Makes every trial, and says of each what was broken; in their order. */
export function tryAll(trials: readonly Trial[], workers = 1): Promise<Finding[][]> {
  return share<Trial, Finding[]>({ module: new URL(import.meta.url), jobs: trials, workers });
}

const judgeSchema = z.object({
  judgeTrial: z.custom<(circumstances: Circumstances) => Promise<Finding[]>>((value) => typeof value === 'function'),
});

/** Makes one trial, in a worker. The copy's modules are its own; what it takes from node_modules is loaded once. */
export function work({ edits, ...circumstances }: Trial): Promise<Finding[]> {
  return withMutatedCopy(edits, async (directory) => {
    const module = pathToFileURL(join(directory, 'explore/mutants/judge-trial.ts')).href;
    const { judgeTrial } = judgeSchema.parse(await import(module));
    return judgeTrial(circumstances);
  });
}
