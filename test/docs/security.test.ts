import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { functionFolders } from '../../deploy/function-files.ts';
import { security } from '../../scripts/security.ts';

describe('docs/security.md', () => {
  it('says what the code says', () => {
    const written = readFileSync(join(projectDirectory, 'docs', 'security.md'), 'utf8');
    expect(written, 'run `npm run docs` and commit what it writes').toBe(security());
  });

  it('has a reason for every right of every function', () => {
    const rows = security()
      .split('\n')
      .filter((line) => functionFolders().some((folder) => line.startsWith(`| \`${folder}\` |`)));
    expect(rows.length).toBeGreaterThan(functionFolders().length);
    expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([]);
  });
});
