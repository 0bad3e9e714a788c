import { styleText } from 'node:util';
import { visible } from '../shared/domain/visible.ts';
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
      process.stdout.write(`${harmless(text)}\n`);
    },
    complain: (text) => {
      process.stderr.write(`${harmless(text)}\n`);
    },
    style: (format, text) => styleText(format, text, { stream: process.stdout }),
    styleError: (format, text) => styleText(format, text, { stream: process.stderr }),
  };
}

/** The colours and weights that this program puts on, and nothing that would move, hide, name or answer anything. */
const ownStyles = new RegExp(`(${'\u001b'}\\[(?:1|2|22|31|32|33|39)m|\n)`);

/** Whoever names a server, tags it or writes a policy does not get to command the terminal of who reads about it. */
export function harmless(text: string): string {
  return text
    .split(ownStyles)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join('');
}

/** Prints every problem of the input on a line of its own: file, place, path, problem, mend. */
export function complainOf(error: InputError, output: Output): void {
  for (const problem of error.problems) {
    output.complain(`${output.styleError('red', 'error:')} ${describeProblem(problem)}`);
  }
}
