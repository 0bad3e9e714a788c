import { describe, expect, it } from 'vitest';
import { explore } from '../../explore/exploration.ts';
import { breachLines } from '../../explore/report.ts';
import { worlds } from '../../explore/worlds.ts';

/** A part of the whole that `npm run explore` meets: always the same one. */
const sample = { every: 61, seed: 1, workers: 0 };
const pairsEach = 3;
/** Only for a test that hangs: how long so many runs take, the machine says. */
const hangsAfterMs = 900_000;

describe('Whatever goes wrong, at whatever moment,', () => {
  it.each(worlds)(
    'nothing is stranded, nothing is lost and nothing is silent: $name',
    async ({ name }) => {
      const { breaches, missed, worlds: explored } = await explore({ ...sample, worlds: [name], pairs: pairsEach });

      expect(breaches.flatMap(breachLines)).toEqual([]);
      expect(missed.single).toEqual([]);
      expect(explored[0]?.single).toBeGreaterThan(5);
      expect(explored[0]?.pairs).toBe(pairsEach);
    },
    hangsAfterMs,
  );
});
