import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { AccountFolderInvalid, loadAccountFolder } from '../../simulator/load/account-folder.ts';
import { damaged, damages, hostileTexts } from './damage.ts';
import { emptyAccount } from './shipped.ts';

const directory = mkdtempSync(join(tmpdir(), 'hostile-account-'));
afterAll(() => rmSync(directory, { recursive: true }));

const sample = new URL('../../cli/sample/account/', import.meta.url);
/** The first two of every list of the sample, so that there is little to read, and something of everything. */
const files = new Map(
  readdirSync(sample).map((name) => [name, firstOf(JSON.parse(readFileSync(new URL(name, sample), 'utf8')))]),
);

function firstOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 2).map(firstOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, firstOf(inner)]));
}

function write(name: string, text: string): void {
  writeFileSync(join(directory, name), text);
}

/** Loads the folder, and puts it into an account; whether it could. */
function isLoaded(): boolean {
  try {
    const { contents, region } = loadAccountFolder(directory);
    expect(region).toMatch(/^[a-z0-9-]+$/);
    emptyAccount().load(contents, region);
    return true;
  } catch (error) {
    if (!(error instanceof AccountFolderInvalid)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { file, problem, mend } of error.problems) expect(file && problem && mend).toBeTruthy();
    return false;
  }
}

describe('an account folder', () => {
  it('is simulated, or refused with the place of its fault, whatever was saved into it', { timeout: 600_000 }, () => {
    for (const [name, content] of files) write(name, JSON.stringify(content));
    expect(isLoaded()).toBe(true);
    const names = [...files.keys()];
    const donors = [...files.values()];
    const runs = 10_000;
    let loaded = 0;
    const attacks = fc.oneof(
      { weight: 12, arbitrary: fc.record({ name: fc.constantFrom(...names), steps: damages }) },
      { weight: 1, arbitrary: fc.record({ name: fc.constantFrom(...names), text: fc.constantFrom(...hostileTexts) }) },
    );
    fc.assert(
      fc.property(attacks, (attack) => {
        const { name } = attack;
        const content = files.get(name);
        write(name, 'text' in attack ? attack.text : (JSON.stringify(damaged(content, attack.steps, donors)) ?? ''));
        if (isLoaded()) loaded++;
        write(name, JSON.stringify(content));
      }),
      { numRuns: runs, seed: 20_261_121 },
    );
    expect(loaded / runs).toBeGreaterThan(0.2);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
