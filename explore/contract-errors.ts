import * as z from 'zod';
import { functionFolders } from '../deploy/function-files.ts';

const taskSchema = z.object({ contract: z.object({ errors: z.array(z.string()) }) });

/** The errors that each function may throw on purpose, by the function's name. */
export async function contractErrors(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  read ??= Promise.all(
    functionFolders().map(async (name) => {
      const { contract } = taskSchema.parse(
        await import(new URL(`../functions/${name}/task.ts`, import.meta.url).href),
      );
      return [name, new Set(contract.errors)] as const;
    }),
  );
  return new Map(await read);
}

let read: Promise<(readonly [string, ReadonlySet<string>])[]> | undefined;
