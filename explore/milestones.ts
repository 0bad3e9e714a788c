import process from 'node:process';
import type { Output } from '../cli/output.ts';

/**
 * Tells each tenth of the way in a line, where no bar is drawn.
 * @param word what is being done, as `explored`
 * @returns is told the share that is done, from 0 to 1, and how much of it broke a promise
 */
export function milestones(word: string, { complain }: Output): (done: number, broken: number) => void {
  let tenths = 0;
  return (done, broken) => {
    if (process.stderr.isTTY || Math.floor(done * 10) <= tenths) return;
    tenths = Math.floor(done * 10);
    complain(`${word} ${tenths * 10} %, ${broken} with a breach`);
  };
}
