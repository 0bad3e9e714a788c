// One worker of the pool: it takes jobs one after the other.
import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { importInOrder, workSchema } from './work.ts';

const { module, before } = z.object({ module: z.string(), before: z.array(z.string()) }).parse(workerData);
const { work } = workSchema.parse(await importInOrder([...before, module].map((each) => new URL(each))));

parentPort?.on('message', ({ index, job }: { index: number; job: unknown }) => {
  void answer(index, job);
});

async function answer(index: number, job: unknown): Promise<void> {
  try {
    parentPort?.postMessage({ index, result: await work(job) });
  } catch (error) {
    const thrown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parentPort?.postMessage({ index, thrown });
  }
}
