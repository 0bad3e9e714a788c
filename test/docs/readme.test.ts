import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { ran, readmeWithOutput, shownCommands } from '../../scripts/readme.ts';

const readme = readFileSync(join(projectDirectory, 'README.md'), 'utf8');

/** The lines of its shell examples that call our command, comments taken off. */
const examples = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
  .flatMap(([, lines = '']) => lines.split('\n'))
  .filter((line) => line.includes('npx ami-lifecycle'))
  .map((line) => line.replace(/^.*(?=npx )/, '').replace(/ +#.*$/, ''));

describe('README.md', () => {
  it('shows what its commands print', async () => {
    expect(readme, 'run `npm run docs` and commit what it writes').toBe(await readmeWithOutput(readme));
  });

  it('has examples of every subcommand', () => {
    expect(examples.join('\n')).toMatch(/policies check/);
    expect(examples.join('\n')).toMatch(/simulate --account/);
    expect(examples.join('\n')).toMatch(/--explain/);
  });

  // Those whose output is shown have been run by then.
  it.each(examples.filter((example) => !shownCommands(readme).includes(example)))(
    'gives an example that runs: %s',
    async (example) => {
      const { code, printed } = await ran(
        example.replace('../my-account', join(projectDirectory, 'cli/sample/account')),
      );
      expect(code, printed).toBe(0);
    },
  );

  it("shows rules of retention that are the sample's own", () => {
    const shown = /^```yaml\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? '';
    const fields = shown.split('\n').map((line) => line.replace(/ +#.*$/, '').trimEnd());
    const gold = readFileSync(join(projectDirectory, 'policies/gold.yml'), 'utf8');
    const own = gold.split('\n').map((line) => line.replace(/ +#.*$/, '').trimEnd());
    expect(fields.filter((line) => line !== '').length).toBeGreaterThan(5);
    for (const line of fields) expect(own).toContain(line);
  });
});
