/** Numbers that look random and depend on nothing but a seed and the names they are asked for under. */
export interface RandomStream {
  /** From 0 (included) to 1 (excluded). */
  fraction(): number;
  /** From `least` (included) to `most` (excluded). */
  between(least: number, most: number): number;
  /** True in the given share of cases, 0 to 1. */
  chance(probability: number): boolean;
}

export interface SeededRandom {
  /**
   * A fresh stream for a purpose and a key (`stream('image-duration', imageId)`). It begins anew at each call, so a draw
   * added in one place never shifts the draws of another.
   */
  stream(purpose: string, ...keys: (string | number)[]): RandomStream;
  /** The one running stream of a purpose, which goes on where the last draw left it. */
  running(purpose: string): RandomStream;
  /** That many lower-case hexadecimal digits, the same for the same purpose and keys. */
  hexadecimal(digits: number, purpose: string, ...keys: (string | number)[]): string;
}

export function seededRandom(seed: string | number): SeededRandom {
  const runningStreams = new Map<string, RandomStream>();
  const seedHash = hashed(0x811c9dc5, String(seed));

  return {
    stream: (purpose, ...keys) => streamFrom(hashOf(purpose, keys)),
    running(purpose) {
      const known = runningStreams.get(purpose);
      if (known) return known;
      const created = streamFrom(hashOf(purpose, []));
      runningStreams.set(purpose, created);
      return created;
    },
    hexadecimal(digits, purpose, ...keys) {
      // Two states of 32 bits: with one, a hundred thousand identifiers would be likely to meet.
      const left = generatorFrom(hashOf(purpose, keys));
      const right = generatorFrom(hashOf(`${purpose} again`, keys.toReversed()));
      let text = '';
      while (text.length < digits) text += word(left()) + word(right());
      return text.slice(0, digits);
    },
  };

  function hashOf(purpose: string, keys: (string | number)[]): number {
    let hash = hashed(seedHash, purpose);
    for (const key of keys) hash = hashed(hash, String(key));
    return hash;
  }
}

function word(bits: number): string {
  return bits.toString(16).padStart(8, '0');
}

function streamFrom(state: number): RandomStream {
  const next = generatorFrom(state);
  const fraction = (): number => next() / 2 ** 32;
  return {
    fraction,
    between: (least, most) => least + (most - least) * fraction(),
    chance: (probability) => fraction() < probability,
  };
}

/** FNV-1a, continued from `start`; a separator keeps ('ab', 'c') apart from ('a', 'bc'). */
function hashed(start: number, text: string): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return Math.imul(hash ^ 0x1f, 0x01000193) >>> 0;
}

/** SplitMix32: a Weyl sequence through a finaliser, so neighbouring hashes give unrelated streams. */
function generatorFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
