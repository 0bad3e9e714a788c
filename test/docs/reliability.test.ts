import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../cli/simulation/project.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { invariants } from '../../simulator/invariants.ts';

const page = readFileSync(join(projectDirectory, 'docs/reliability.md'), 'utf8');
const promises = [...page.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, number, promise]) => [Number(number), promise]);

describe('docs/reliability.md', () => {
  it('promises what is watched, and has a number for each promise', () => {
    expect(promises.map(([number]) => number)).toEqual(promises.map((_, index) => index + 1));
    expect(promises).toEqual(
      expect.arrayContaining(Object.entries(invariants).map(([number, promise]) => [Number(number), promise])),
    );
  });

  it('names commands and pages that there are', () => {
    const commands = [...page.matchAll(/`npm (?:run )?([a-z]+)/g)].map(([, command = '']) => command);
    expect(commands.length).toBeGreaterThan(4);
    expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(commands));
    const tests = [...page.matchAll(/npm test -- (test[^`]+)/g)].map(([, path = '']) => path);
    const pages = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => join('docs', path));
    for (const path of [...tests, ...pages]) expect(existsSync(join(projectDirectory, path)), path).toBe(true);
  });

  it('says that something is open where the explorations say so, and only there', () => {
    const pages = ['explored.md', 'random-worlds.md'].map((name) =>
      readFileSync(join(projectDirectory, 'docs', name), 'utf8'),
    );
    const open = pages.flatMap((each) => each.match(/^- `npm run explore -- .*$/gm) ?? []);
    expect(page.includes('## What is open')).toBe(open.length > 0);
  });
});
