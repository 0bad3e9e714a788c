import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { reference } from '../../scripts/reference.ts';

it('docs/reference.md says what the code says', async () => {
  const written = readFileSync(join(projectDirectory, 'docs', 'reference.md'), 'utf8');
  expect(written, 'run `npm run docs` and commit what it writes').toBe(await reference());
});
