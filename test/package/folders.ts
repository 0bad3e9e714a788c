import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../../cli/simulation/project.ts';

const foldersIn = (room: string): string[] =>
  readdirSync(join(projectDirectory, room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

/** What must be deployed, read from the disk and not by deploy/, which is what is judged. */
export const functions = foldersIn('functions');
export const machines = foldersIn('statemachines');
