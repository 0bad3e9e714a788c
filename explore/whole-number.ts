import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number, from `least` on, to `most` if there is one; `why` says what bounds it. */
export function wholeNumber(least: number, most = Infinity, why = ''): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      const range = most === Infinity ? `from ${least} on` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`It is a whole number ${range}${why && `: ${why}`}.`);
    }
    return value;
  };
}
