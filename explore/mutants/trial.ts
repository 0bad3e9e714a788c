import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { Finding } from '../judge.ts';
import { share } from '../pool.ts';
import { judgeTrial } from './judge-trial.ts';
import type { Circumstances, Edit } from './mutant.ts';
import { withMutatedCopy } from './mutated-copy.ts';

/** The system in a world, with the mistakes that its edits make. */
export interface Trial extends Circumstances {
  edits: readonly Edit[];
}

export interface Verdict {
  findings: Finding[];
  /** Why the trial could not be made: its edits no longer fit, or the copy does not load. */
  untried?: string;
}

/** Node forgets no module, so a worker goes on taking memory: some ten megabytes for each copy. */
const trialsOfOneWorker = 20;

/** Makes every trial, one after the other, and says of each what was broken; in their order. */
export async function tryAll(trials: readonly Trial[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (let index = 0; index < trials.length; index += trialsOfOneWorker) {
    const jobs = trials.slice(index, index + trialsOfOneWorker);
    verdicts.push(...(await share<Trial, Verdict>({ module: new URL(import.meta.url), jobs, workers: 1 })));
  }
  return verdicts;
}

const judgeSchema = z.object({
  judgeTrial: z.custom<typeof judgeTrial>((value) => typeof value === 'function'),
});

/** Makes one trial, in a worker. */
export async function work(trial: Trial): Promise<Verdict> {
  try {
    return { findings: await judged(trial) };
  } catch (error) {
    return { findings: [], untried: error instanceof Error ? error.message : String(error) };
  }
}

/** What a copy takes from node_modules is loaded once for all of them. */
function judged({ edits, ...circumstances }: Trial): Promise<Finding[]> {
  if (edits.length === 0) return judgeTrial(circumstances);
  return withMutatedCopy(edits, async (directory) => {
    const module = pathToFileURL(join(directory, 'explore/mutants/judge-trial.ts')).href;
    const copy = judgeSchema.parse(await import(module));
    return copy.judgeTrial(circumstances);
  });
}
