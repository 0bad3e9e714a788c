import { describe, expect, it } from 'vitest';
import { replayCommand } from '../../explore/random/jobs.ts';
import type { Life } from '../../explore/random/life.ts';
import { shrink } from '../../explore/random/shrink.ts';
import { noFigures } from '../../explore/random/tally.ts';

const happenings = Array.from({ length: 50 }, (_, number) => ({
  number,
  atMs: number * 1000,
  kind: 'deed' as const,
  name: 'hold',
}));

/** A life that breaks an invariant if all these happen, and another one if the last of all does. */
function lifeWith(needed: readonly number[], only: ReadonlySet<number>): Life {
  const isBroken = needed.every((number) => only.has(number));
  const findings = [
    ...(isBroken ? [{ invariant: 7, what: 'too early' }] : []),
    ...(only.has(0) && !isBroken ? [{ invariant: 6, what: 'something else' }] : []),
  ];
  return { findings, happened: [], endedAtMs: 40_000, figures: noFigures };
}

async function shrunk(needed: readonly number[]): Promise<{ only: number[]; lives: number; latest: number }> {
  let lives = 0;
  let latest = 0;
  const all = new Set(happenings.map(({ number }) => number));
  const { only } = await shrink({ happenings }, lifeWith(needed, all), (fewer) => {
    lives++;
    latest = Math.max(latest, ...fewer);
    return Promise.resolve(lifeWith(needed, fewer));
  });
  return { only, lives, latest };
}

describe('Of all that happened in a world in which something broke', () => {
  it('only what the breach needs is left, and nothing that came after it', async () => {
    const { only, latest } = await shrunk([3, 17]);

    expect(only).toEqual([3, 17]);
    expect(latest).toBeLessThan(40);
  });

  it('nothing is left where the breach needs nothing of it', async () => {
    expect((await shrunk([])).only).toEqual([]);
  });

  it('more may be left where it would take too long to find out', async () => {
    const needed = Array.from({ length: 20 }, (_, index) => index * 2);
    const { only, lives } = await shrunk(needed);

    expect(lives).toBe(40);
    expect(only).toEqual(expect.arrayContaining(needed));
  });

  it('the command that shows it again names what is left', () => {
    expect(replayCommand({ seed: 514, days: 30, only: [3, 17] })).toBe(
      'npm run explore -- --world-seed 514 --days 30 --only 3,17',
    );
  });
});
