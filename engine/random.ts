/** All chance in the engine: the same seed gives the same numbers, ids and so the same history. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A UUID of version 4. */
  uuid(): string;
}

/** Small fast counter generator (sfc32), which passes the usual statistical batteries. */
export function seededRandom(seed: number): Random {
  let [a, b, c, counter] = [0x9e3779b9, seed | 0, Math.floor(seed / 2 ** 32) | 0, 1];
  for (let round = 0; round < 12; round++) uint32();
  return { next: () => uint32() / 2 ** 32, uuid };

  function uint32(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  function uuid(): string {
    const hex = [uint32(), uint32(), uint32(), uint32()].map((word) => word.toString(16).padStart(8, '0')).join('');
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}

/** AWS's `$random(seed)` is the first double of `java.util.Random(seed)`: `$random(42)` is 0.7275636800328681. */
export function javaRandomDouble(seed: number): number {
  const mask = (1n << 48n) - 1n;
  let state = (BigInt(Math.trunc(seed)) ^ 0x5deece66dn) & mask;
  const bits = (count: bigint): bigint => {
    state = (state * 0x5deece66dn + 0xbn) & mask;
    return state >> (48n - count);
  };
  return Number((bits(26n) << 27n) + bits(27n)) / 2 ** 53;
}
