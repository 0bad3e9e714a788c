// Writes docs/reference.md and docs/security.md from what the code itself uses: errors, tags, tasks, rights.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../cli/simulation/project.ts';
import { reference } from './reference.ts';
import { security } from './security.ts';

writeFileSync(join(projectDirectory, 'docs', 'reference.md'), await reference());
writeFileSync(join(projectDirectory, 'docs', 'security.md'), security());
