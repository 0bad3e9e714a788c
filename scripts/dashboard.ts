// Draws the dashboard that is deployed, from a simulated month of the sample: writes dashboard/index.html.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../cli/simulation/project.ts';
import { dashboardPage } from './dashboard-month.ts';

const file = join(projectDirectory, 'dashboard', 'index.html');
mkdirSync(join(projectDirectory, 'dashboard'), { recursive: true });
writeFileSync(file, await dashboardPage());
console.log(file);
