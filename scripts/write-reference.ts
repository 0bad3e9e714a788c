// Writes docs/reference.md from what the code itself uses: errors, tags, tasks.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../cli/simulation/project.ts';
import { reference } from './reference.ts';

writeFileSync(join(projectDirectory, 'docs', 'reference.md'), await reference());
