import process from 'node:process';

declare global {
  /** What a worker was told to import before this may have put here. */
  var factorOfDoubling: number | undefined;
}

/** A job of a worker, for its tests. */
export async function work(job: number): Promise<number> {
  // As where memory is over.
  if (job === 666) process.exit(0);
  if (job < 0) throw new Error('It is below zero.');
  return (globalThis.factorOfDoubling ?? 2) * job;
}
