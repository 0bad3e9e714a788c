import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Output } from '../../cli/output.ts';
import { run } from '../../explore/main.ts';
import { leastDays } from '../../explore/random/generate.ts';

async function told(...words: string[]): Promise<{ code: number; printed: string; complained: string }> {
  const printed: string[] = [];
  const complained: string[] = [];
  const plain = (_: unknown, text: string): string => text;
  const output: Output = {
    print: (text) => printed.push(text),
    complain: (text) => complained.push(text),
    style: plain,
    styleError: plain,
  };
  const code = await run(words, output);
  return { code, printed: printed.join('\n'), complained: complained.join('\n') };
}

const days = ['--days', String(leastDays)];

const directory = mkdtempSync(join(tmpdir(), 'random-worlds-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('npm run explore with random worlds', () => {
  it('lets one live again, and says what happened in it, and that nothing broke', async () => {
    const { code, printed } = await told('--world-seed', '4', ...days);

    expect(code).toBe(0);
    expect(printed).toMatch(/^World 4:\n {2}What happened:\n {4}\d+: /);
    expect(printed).toMatch(/^1 random world of 18 days, \d+ faults and deeds: no breach\.$/m);
  });

  it('shares many among workers, and tells machines what came of them', async () => {
    const { code, printed } = await told('--worlds', '2', '--seed', '4', '--workers', '1', '--json', ...days);

    expect(code).toBe(0);
    const report = z.strictObject({ worlds: z.int(), days: z.int(), broken: z.array(z.unknown()) });
    expect(report.parse(JSON.parse(printed))).toEqual({ worlds: 2, days: leastDays, broken: [] });
  });

  it('writes a page that is the same however many workers there are', async () => {
    const pages: string[] = [];
    for (const workers of ['0', '2']) {
      const file = join(directory, 'random-worlds.md');
      await told('--worlds', '2', '--seed', '4', '--workers', workers, '--write', file, ...days);
      pages.push(readFileSync(file, 'utf8'));
    }

    expect(pages[0]).toBe(pages[1]);
    expect(pages[0]).toContain(`## 2 worlds of ${leastDays} days`);
    expect(pages[0]).toMatch(/^\| Images captured \| [1-9][\d,]* \| [1-9][\d,]* \|$/m);
  });

  it.each([
    ['no worlds', ['--worlds', '0']],
    ['fewer days than it takes to come to rest', ['--worlds', '1', '--days', String(leastDays - 1)]],
    ['half a seed', ['--world-seed', '1.5']],
    ['a page of one world', ['--world-seed', '1', '--write', 'random-worlds.md']],
    ['numbers that are none', ['--world-seed', '1', '--only', '3,x']],
  ])('refuses %s', async (_, words) => {
    expect((await told(...words)).code).toBe(2);
  });
});
