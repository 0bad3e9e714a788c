import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectDirectory } from '../../cli/simulation/project.ts';
import type { Edit } from './mutant.ts';

/** What a simulation is made of. */
const parts = [
  'cli',
  'deploy',
  'engine',
  'explore',
  'functions',
  'monitoring',
  'policies',
  'shared',
  'simulator',
  'statemachines',
  'package.json',
  'serverless.yml',
];

/** Does something with a copy of the project that has these edits, in a folder of its own that is deleted afterwards. */
export async function withMutatedCopy<Answer>(
  edits: readonly Edit[],
  use: (directory: string) => Promise<Answer>,
): Promise<Answer> {
  const directory = mkdtempSync(join(tmpdir(), 'ami-lifecycle-mutant-'));
  try {
    for (const part of parts) cpSync(join(projectDirectory, part), join(directory, part), { recursive: true });
    symlinkSync(join(projectDirectory, 'node_modules'), join(directory, 'node_modules'), 'dir');
    for (const { file, from, to } of edits) {
      const path = join(directory, file);
      writeFileSync(path, edited(readFileSync(path, 'utf8'), { file, from, to }));
    }
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @throws Error where the text is not there, or more than once: a mutant whose place has moved would try nothing */
export function edited(text: string, { file, from, to }: Edit): string {
  const [before = '', after, ...others] = text.split(from);
  if (after === undefined || others.length > 0) {
    const count = after === undefined ? 0 : others.length + 1;
    throw new Error(`'${from}' stands ${count} times in ${file}, not once: mend the mutant in explore/mutants.`);
  }
  return before + to + after;
}
