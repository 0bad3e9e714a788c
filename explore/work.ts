import * as z from 'zod';

/** A module that does jobs. */
export const workSchema = z.object({
  work: z.custom<(job: unknown) => Promise<unknown>>((value) => typeof value === 'function'),
});

/** Imports modules one after the other, and gives the last. */
export async function importInOrder(modules: readonly URL[]): Promise<unknown> {
  let last: unknown;
  for (const { href } of modules) last = await import(href);
  return last;
}
