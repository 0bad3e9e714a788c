import { shortened, visible } from '../shared/domain/visible.ts';

/** One thing wrong with what the user gave us. */
export interface InputProblem {
  /** The file as the user named it. */
  file: string;
  /** Where in the file, from 1. */
  line?: number;
  column?: number;
  /** The field, as in `copies[0].region`; absent when the whole file is meant. */
  path?: string;
  problem: string;
  mend?: string;
}

/** Input that cannot be used: every problem found in it, all at once. The command ends with exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

/** Of each part of a sentence: a value may be quoted that is as long as its file. */
const mostCharacters = 500;

/** `policies/gold.yml:5:3: schedule.cron: minutes '61' is out of range; write 0-59 or *` */
export function describeProblem({ file, line, column, path, problem, mend }: InputProblem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  const subject = path === undefined ? '' : `${path}: `;
  const told = shortened(problem, mostCharacters);
  return visible(
    `${place}: ${shortened(subject, mostCharacters)}${told}${mend === undefined ? '' : `; ${shortened(mend, mostCharacters)}`}`,
  );
}
