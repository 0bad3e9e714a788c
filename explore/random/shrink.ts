import type { RandomWorld } from './generate.ts';
import type { Life } from './life.ts';

/** How many lives a search for fewer causes may cost. */
const mostLives = 40;

export interface Shrunk {
  life: Life;
  /** Numbers of the happenings that are left. */
  only: number[];
}

/**
 * Leaves out of a world what its breach does not need: halves first, then ever smaller parts, as long as the same invariant
 * breaks. Nothing that begins after the breach is needed.
 * @param broken how it ended with all that happens in it, or with `only` these
 * @param relive lets it live once more, with nothing but these happenings
 */
export async function shrink(
  { happenings }: Pick<RandomWorld, 'happenings'>,
  broken: Life,
  relive: (only: ReadonlySet<number>) => Promise<Life>,
): Promise<Shrunk> {
  const sought = broken.findings[0]?.invariant;
  const began = happenings.filter(({ atMs }) => atMs < broken.endedAtMs).map(({ number }) => number);
  let best: Shrunk = { life: broken, only: began };
  let left = mostLives;
  let parts = 2;
  for (;;) {
    const size = Math.max(1, Math.ceil(best.only.length / parts));
    const smaller = await firstThatBreaks(best.only, size);
    if (smaller) best = smaller;
    if (left === 0 || best.only.length === 0 || (!smaller && size === 1)) return best;
    parts = smaller ? Math.max(2, parts - 1) : parts * 2;
  }

  async function firstThatBreaks(numbers: readonly number[], size: number): Promise<Shrunk | undefined> {
    for (let from = 0; from < numbers.length && left > 0; from += size) {
      const only = numbers.filter((_, index) => index < from || index >= from + size);
      left--;
      const life = await relive(new Set(only));
      if (life.findings[0]?.invariant === sought) return { life, only };
    }
    return undefined;
  }
}
