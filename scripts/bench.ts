// Measures what docs/performance.md claims, and writes it there: all of it, or the sections that are named. Figures of the
// simulated world depend on the code alone; figures of speed depend on the machine, which is named beside them.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { unknownWord } from '../cli/nearest.ts';
import { projectDirectory } from '../cli/simulation/project.ts';
import { bundlesSection, withSection } from './performance-bundles.ts';
import { captureCostsSection, downtimeSection } from './performance-captures.ts';
import { fleetSection } from './performance-fleet.ts';
import { planningSection, retirementSection } from './performance-retirement.ts';
import { yearSection } from './performance-year.ts';

/** As the page has them. */
const sections = new Map([
  ['downtime', downtimeSection],
  ['captures', captureCostsSection],
  ['retirement', retirementSection],
  ['planning', planningSection],
  ['bundles', bundlesSection],
  ['fleet', fleetSection],
  ['year', yearSection],
]);
const page = join(projectDirectory, 'docs', 'performance.md');

async function measure(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const section = (await sections.get(name)?.()) ?? [];
    writeFileSync(page, withSection(readFileSync(page, 'utf8'), section, '## Speed of simulation'));
  }
}

const named = process.argv.slice(2);
const unknown = named.find((name) => !sections.has(name));
if (unknown !== undefined) {
  console.error(unknownWord('section', unknown, [...sections.keys()]));
  process.exitCode = 2;
} else if (named.length > 0) await measure(named);
else {
  const introduction = `Measured by \`npm run bench\`, which writes this page; a part of it by its name, as \`npm run bench -- fleet\`: ${[...sections.keys()].join(', ')}. Simulated figures are the same on every machine; those of speed are from ${cpus()[0]?.model.trim() ?? 'an unknown processor'}, Node ${process.versions.node}.`;
  const measured = readFileSync(page, 'utf8').replace(/^[^#]*# [^\n]*\n\n[^\n]*/, `# Performance\n\n${introduction}`);
  writeFileSync(page, measured);
  // The year first: the memory of a process is the most that it ever had.
  await measure(['year', ...[...sections.keys()].filter((name) => name !== 'year')]);
}
