import { Worker } from 'node:worker_threads';
import { importInOrder, workSchema } from './work.ts';

/** One piece of work and what came of it. */
export interface Done<Job, Result> {
  job: Job;
  result: Result;
}

interface Labour<Job, Result> {
  /** Its export `work` does one job: `(job) => Promise<result>`. Jobs and results are copied, so they are plain data. */
  module: URL;
  jobs: readonly Job[];
  /** With 0 this process does the work itself, one job after the other. */
  workers: number;
  /** Modules that each worker imports before that one. */
  before?: readonly URL[];
  onDone?: (done: Done<Job, Result>, doneSoFar: number) => void;
}

/** What a worker is given when it begins, and what it says to each job. */
export interface WorkerOrders {
  module: string;
  before: string[];
}
export type WorkerAnswer<Result> = { index: number; result: Result } | { index: number; thrown: string };

/** Shares jobs among workers, which load functions and definitions each for itself. The results have the jobs' order. */
export async function share<Job, Result>(labour: Labour<Job, Result>): Promise<Result[]> {
  const { module, jobs, workers, before = [], onDone } = labour;
  const results = new Map<number, Result>();
  const done = (index: number, result: Result): void => {
    results.set(index, result);
    const job = jobs[index];
    if (job !== undefined) onDone?.({ job, result }, results.size);
  };
  if (workers === 0) {
    const { work } = workSchema.parse(await importInOrder([...before, module]));
    // What a module's `work` gives back is known to who names the module, and cannot be checked here.
    for (const [index, job] of jobs.entries()) done(index, (await work(job)) as Result);
    return [...results.values()];
  }
  let next = 0;
  const orders: WorkerOrders = { module: module.href, before: before.map(({ href }) => href) };

  const employ = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: orders });
      const give = (): void => {
        const index = next++;
        if (index < jobs.length) worker.postMessage({ index, job: jobs[index] });
        else void worker.terminate();
      };
      worker.on('message', (answer: WorkerAnswer<Result>) => {
        const { index } = answer;
        if ('thrown' in answer) {
          reject(new Error(`${JSON.stringify(jobs[index])} threw ${answer.thrown}`));
          next = jobs.length;
        } else {
          done(index, answer.result);
        }
        give();
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
      give();
    });

  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, employ));
  return jobs.map((job, index) => {
    if (!results.has(index)) throw new Error(`${JSON.stringify(job)} has no result: its worker ended without a word.`);
    // It is there, and may be undefined where that is what the work gives.
    return results.get(index) as Result;
  });
}
