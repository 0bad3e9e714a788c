// Writes docs/mutation.md from what Stryker found (reports/mutation.json). Fails where a survivor of the rules is not explained.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../cli/simulation/project.ts';
import { mutationPage, reportSchema, unexplained } from './mutation.ts';
import { explained } from './mutation-explained.ts';

const report = reportSchema.parse(JSON.parse(readFileSync(join(projectDirectory, 'reports', 'mutation.json'), 'utf8')));
writeFileSync(join(projectDirectory, 'docs', 'mutation.md'), mutationPage(report, explained));
const open = unexplained(report, explained);
for (const line of open) console.error(line);
process.exitCode = open.length === 0 ? 0 : 1;
