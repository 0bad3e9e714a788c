// Writes into README.md what `npm start` prints.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../cli/simulation/project.ts';
import { readmeWithOutput } from './readme.ts';

const file = join(projectDirectory, 'README.md');
writeFileSync(file, await readmeWithOutput(readFileSync(file, 'utf8')));
