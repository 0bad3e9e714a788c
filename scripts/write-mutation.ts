// Writes docs/mutation.md from what Stryker found (reports/mutation.json). Fails where a survivor of the rules is not explained.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../cli/simulation/project.ts';
import { mutatedParts, mutationPage, reportSchema, unexplained } from './mutation.ts';
import { explained } from './mutation-explained.ts';

const report = reportSchema.parse(JSON.parse(readFileSync(join(projectDirectory, 'reports', 'mutation.json'), 'utf8')));
const files = mutatedParts.flatMap(({ folder }) =>
  readdirSync(join(projectDirectory, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}${name}`),
);
writeFileSync(join(projectDirectory, 'docs', 'mutation.md'), mutationPage(report, explained, files));
const open = unexplained(report, explained);
for (const line of open) console.error(line);
process.exitCode = open.length === 0 ? 0 : 1;
