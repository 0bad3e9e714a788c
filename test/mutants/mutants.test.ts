import { beforeAll, describe, expect, it } from 'vitest';
import type { Circumstances } from '../../explore/mutants/mutant.ts';
import { mutants } from '../../explore/mutants/mutants.ts';
import { edited } from '../../explore/mutants/mutated-copy.ts';
import { randomWorldNamed } from '../../explore/mutants/random-worlds.ts';
import { tryAll, type Verdict, work } from '../../explore/mutants/trial.ts';
import { trialWorlds } from '../../explore/mutants/worlds.ts';
import { worlds } from '../../explore/worlds.ts';
import { invariants } from '../../simulator/invariants.ts';

/** Those that the watch knows, and the two that only the harness can judge. */
const all = [1, 14, ...Object.keys(invariants).map(Number)].sort((left, right) => left - right);

/** Where mutants are tried, each once. */
const circumstances: readonly Circumstances[] = [
  ...new Map(mutants.map((mutant) => [whereOf(mutant), circumstancesOf(mutant)])).values(),
];

function whereOf({ world, placement }: Circumstances): string {
  return placement === undefined ? world : `${world}, ${placement}`;
}

function circumstancesOf({ world, placement }: Circumstances): Circumstances {
  return { world, ...(placement === undefined ? {} : { placement }) };
}

/** Worlds that are explored, and that mutants are tried in, too. */
const explored = new Set(worlds.map(({ name }) => name).filter((name) => mutants.some(({ world }) => world === name)));

/** The numbers of what was broken; and for whoever reads that they are others, what was found. */
function brokenIn({ findings, untried }: Verdict = { findings: [], untried: 'It was not tried.' }) {
  expect(untried).toBeUndefined();
  const numbers = [...new Set(findings.map(({ invariant }) => invariant))];
  return { numbers, found: findings.map(({ invariant, what }) => `${invariant}: ${what}`).join('\n') };
}

describe('the invariants', () => {
  const untouched = new Map<string, Verdict>();
  const mutated = new Map<string, Verdict>();

  beforeAll(async () => {
    const trials = [
      ...circumstances.map((each) => ({ ...each, edits: [] })),
      ...mutants.map((mutant) => ({ ...circumstancesOf(mutant), edits: mutant.edits })),
    ];
    const verdicts = await tryAll(trials);
    for (const [index, verdict] of verdicts.entries()) {
      const where = circumstances[index];
      const mutant = mutants[index - circumstances.length];
      if (where) untouched.set(whereOf(where), verdict);
      if (mutant) mutated.set(mutant.name, verdict);
    }
  }, 900_000);

  it.each(circumstances.map(whereOf))('hold as the system is: %s', (where) => {
    const { numbers, found } = brokenIn(untouched.get(where));
    expect(numbers, found).toEqual([]);
  });

  it.each(mutants)('$invariant, and no other, tells that $name', ({ name, invariant }) => {
    const { numbers, found } = brokenIn(mutated.get(name));
    expect(numbers, found).toEqual([invariant]);
  });

  it('have a mutant each, and each mutant a name of its own', () => {
    expect([...new Set(mutants.map(({ invariant }) => invariant))].sort((left, right) => left - right)).toEqual(all);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  it('are tried in every trial world', () => {
    const tried = circumstances.map(({ world }) => world);
    const named = new Set(tried.filter((name) => !randomWorldNamed(name)));
    expect(named).toEqual(new Set([...trialWorlds.map(({ name }) => name), ...explored]));
    expect(tried.filter(randomWorldNamed)).not.toEqual([]);
  });

  it('are tried by the explorer, too, where it judges by itself', () => {
    const byExplorer = mutants.filter(({ world }) => explored.has(world));
    expect(new Set(byExplorer.map(({ invariant }) => invariant))).toEqual(new Set([1, 2, 8, 14, 15]));
    expect(trialWorlds.filter(({ name }) => worlds.some((world) => world.name === name))).toEqual([]);
  });
});

describe('a mutant', () => {
  const edit = { file: 'rule.ts', from: 'a < b', to: 'a <= b' };

  it('replaces the one place that it names', () => {
    expect(edited('if (a < b) return;', edit)).toBe('if (a <= b) return;');
  });

  it('complains when its place is gone', () => {
    expect(() => edited('if (b > a) return;', edit)).toThrow("'a < b' stands 0 times in rule.ts");
  });

  it('is not tried when its place is gone', async () => {
    const { untried } = await work({
      world: 'one night',
      edits: [{ file: 'package.json', from: 'no such text', to: '' }],
    });
    expect(untried).toContain("'no such text' stands 0 times in package.json, not once");
  });

  it('complains when its place is no longer the only one', () => {
    expect(() => edited('a < b || a < b && a < b', edit)).toThrow("'a < b' stands 3 times in rule.ts");
  });
});
