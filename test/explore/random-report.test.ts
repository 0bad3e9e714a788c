import { describe, expect, it } from 'vitest';
import type { LifeOutcome } from '../../explore/random/jobs.ts';
import { pageWith } from '../../explore/random/report.ts';
import { noFigures } from '../../explore/random/tally.ts';

function outcome(seed: number, changes: Partial<LifeOutcome> = {}): LifeOutcome {
  return {
    seed,
    days: 30,
    servers: 3,
    happenings: 9,
    findings: [],
    only: [],
    causes: [],
    figures: noFigures,
    ...changes,
  };
}

const figures = {
  doings: { 'Images captured': 1200, 'Images at once': 40 },
  windows: { throttled: 2, 'clock-jumps': 1 },
  strikes: { throttled: 70 },
  deeds: { useElsewhere: 3 },
  refusals: { useElsewhere: 1 },
};

function exploration(days: number, outcomes: readonly LifeOutcome[]) {
  return { command: `npm run explore -- --days ${days}`, days, outcomes };
}

describe('The page of random worlds', () => {
  it('sums what went on in all of them, and of sizes tells the largest', () => {
    const larger = { ...figures, doings: { 'Images captured': 300, 'Images at once': 55 } };
    const page = pageWith('', exploration(30, [outcome(1, { figures }), outcome(2, { figures: larger })]));

    expect(page).toContain('## 2 worlds of 30 days\n\nWritten by `npm run explore -- --days 30`.');
    expect(page).toContain('| Images captured | 1,500 | 1,200 |\n');
    expect(page).toContain('| Images at once |  | 55 |\n');
    expect(page).toContain('| clock-jumps | 2 | 0 |\n| throttled | 4 | 140 |\n');
    expect(page).toContain('| use elsewhere | 6 | 2 |\n');
    expect(page).toContain('### Breaches\n\nNone.\n');
  });

  it('names each breach with the command that shows it again', () => {
    const broken = outcome(43, { only: [3, 17], findings: [{ invariant: 7, what: 'It comes too early.' }] });
    const fallen = outcome(44, { thrown: 'Error: it fell over\n  at somewhere' });
    const page = pageWith('', exploration(30, [outcome(42), broken, fallen]));

    expect(page).toContain(
      [
        '- `npm run explore -- --world-seed 43 --days 30 --only 3,17`: invariant 7: It comes too early.',
        '- `npm run explore -- --world-seed 44 --days 30`: Error: it fell over',
        '',
      ].join('\n'),
    );
  });

  it('keeps what it said of other numbers of days, the shortest first, and replaces what it said of the same', () => {
    const of365 = pageWith('', exploration(365, [outcome(1)]));
    const both = pageWith(of365, exploration(30, [outcome(1), outcome(2)]));
    const again = pageWith(both, exploration(365, [outcome(1), outcome(2), outcome(3)]));

    expect(again.match(/^## .*$/gm)).toEqual(['## 2 worlds of 30 days', '## 3 worlds of 365 days']);
    expect(again.match(/^# .*$/gm)).toHaveLength(1);
    expect(pageWith(again, exploration(30, [outcome(1), outcome(2)]))).toBe(again);
  });
});
