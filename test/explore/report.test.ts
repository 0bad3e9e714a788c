import { describe, expect, it } from 'vitest';
import type { Exploration } from '../../explore/exploration.ts';
import { markdownReport, printedReport } from '../../explore/report.ts';

const job = 'retire retire-image#2 killed-after + share-image#1 out-of-memory';

const exploration: Exploration = {
  worlds: [
    {
      world: 'retire',
      workflow: 'retire-images',
      sites: { call: 161, invocation: 14, event: 0 },
      placements: 2320,
      single: 2320,
      pairs: 40,
      breaches: 1,
      recoveries: { sdkRetry: 300, retry: 700, caught: 90, rescue: 0, next: 120 },
    },
  ],
  faults: [
    { word: 'throttled*2', runs: 161, breaches: 0 },
    { word: 'killed-before', runs: 14, breaches: 0 },
  ],
  caught: [{ state: 'retire-images RetireImage', runs: 12 }],
  neverCaught: ['retire-images ReadPlan'],
  missed: { single: ['retire share-image#9 killed-before'], pairs: [job] },
  breaches: [{ job, findings: [{ invariant: 7, what: 'It comes too early.', history: ['one call', 'and another'] }] }],
};

describe('The report of an exploration', () => {
  it('counts in aligned columns, and ends each breach with the one command that replays it', () => {
    const lines = printedReport(exploration);

    expect(lines).toContain(
      '  retire  retire-images    161           14       0        2320    2319     39       2         1        300    700     90       0       120',
    );
    expect(lines).toContain('  throttled*2     161       0         0');
    expect(lines.join('\n')).toContain(
      [
        job,
        '  Invariant 7 is broken: Nothing is retired before its grace is over. It comes too early.',
        '  Last calls and events before the first of these was noticed:',
        '    one call',
        '    and another',
        `  npm run explore -- --replay "${job}"`,
      ].join('\n'),
    );
    expect(lines.at(-1)).toBe('1 runs broke an invariant.');
  });

  it('counts no run as clean in which a fault did not strike, and names it', () => {
    const lines = printedReport(exploration);

    expect(lines).toContain('  killed-before    13       1         0');
    expect(
      lines.slice(
        lines.findIndex((line) => line.startsWith('Missed')),
        -1,
      ),
    ).toEqual([
      'Missed: in 1 runs with one fault it found no occasion.',
      '  retire share-image#9 killed-before',
      '',
      'Missed: in 1 runs with two faults one found none, as the run went another way from the other on.',
      `  ${job}`,
      '',
    ]);
    const page = markdownReport(exploration, 'x');
    expect(page).toContain('| killed-before | 13 | 1 | 0 |');
    expect(page).toContain(`- \`retire share-image#9 killed-before\`\n\nMissed: in 1 runs with two`);
    expect(page).toContain(`\n- \`${job}\`\n\n## Breaches`);
    expect(markdownReport({ ...exploration, missed: { single: [], pairs: [] } }, 'x')).toContain('## Missed\n\nNone.');
  });

  it('is a page for the docs, too, with the command that wrote it', () => {
    const page = markdownReport(exploration, 'npm run explore -- --pairs 40 --seed 1');

    expect(page).toContain('Written by `npm run explore -- --pairs 40 --seed 1`.');
    expect(page).toContain('## States whose Catch was never entered\n\n| State |\n| --- |\n| retire-images ReadPlan |');
    expect(page).toContain('| throttled*2 | 161 | 0 | 0 |');
    expect(page).toContain(`- \`npm run explore -- --replay "${job}"\``);
    expect(markdownReport({ ...exploration, breaches: [] }, 'x')).toContain('## Breaches\n\nNone.');
  });
});
