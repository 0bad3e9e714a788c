import { styleText } from 'node:util';
import { describeProblem, type InputError } from './input-error.ts';

/** Where a command writes. Colours are put on only where a person reads: on a terminal, and not under NO_COLOR. */
export interface Output {
  /** To standard output: what was asked for. */
  print: (text: string) => void;
  /** To standard error: what went wrong. */
  complain: (text: string) => void;
  /** Colours a text for `print`. */
  style: (format: Style, text: string) => string;
  /** Colours a text for `complain`. */
  styleError: (format: Style, text: string) => string;
}

export type Style = Parameters<typeof styleText>[0];

/** Writes to this process's own streams. */
export function processOutput(): Output {
  return {
    print: (text) => {
      process.stdout.write(`${text}\n`);
    },
    complain: (text) => {
      process.stderr.write(`${text}\n`);
    },
    style: (format, text) => styleText(format, text, { stream: process.stdout }),
    styleError: (format, text) => styleText(format, text, { stream: process.stderr }),
  };
}

/** Prints every problem of the input on a line of its own: file, place, path, problem, mend. */
export function complainOf(error: InputError, output: Output): void {
  for (const problem of error.problems) {
    output.complain(`${output.styleError('red', 'error:')} ${describeProblem(problem)}`);
  }
}
