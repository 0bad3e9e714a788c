import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number, from `least` on. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`It is a whole number from ${least} on.`);
    return value;
  };
}
