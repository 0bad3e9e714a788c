import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { readmeWithOutput } from '../../scripts/readme.ts';

it('README.md shows what npm start prints', async () => {
  const readme = readFileSync(join(projectDirectory, 'README.md'), 'utf8');
  expect(readme, 'run `npm run docs` and commit what it writes').toBe(await readmeWithOutput(readme));
});
