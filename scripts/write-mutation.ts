// Writes docs/mutation.md from what Stryker found (reports/mutation.json). Fails where a survivor is not explained.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../cli/simulation/project.ts';
import { mutatedParts, mutationPage, reportSchema, unexplained } from './mutation.ts';
import { explained } from './mutation-explained.ts';
import { explainedEngine } from './mutation-explained-engine.ts';

const report = reportSchema.parse(JSON.parse(readFileSync(join(projectDirectory, 'reports', 'mutation.json'), 'utf8')));
const files = mutatedParts.flatMap(({ folder }) =>
  readdirSync(join(projectDirectory, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}${name}`),
);
const page = join(projectDirectory, 'docs', 'mutation.md');
const forgotten = files.filter(
  (file) => !(file in report.files) && readFileSync(page, 'utf8').includes(`| \`${file}\` |`),
);
if (forgotten.length > 0) {
  console.error(`The page has figures of files that reports/mutation.json lacks: run Stryker for them first,`);
  console.error(`npm run mutate -- --mutate ${forgotten.join(',')}`);
  process.exitCode = 2;
} else {
  const explanations = [...explained, ...explainedEngine];
  writeFileSync(page, mutationPage(report, explanations, files));
  const open = unexplained(report, explanations);
  for (const line of open) console.error(line);
  process.exitCode = open.length === 0 ? 0 : 1;
}
