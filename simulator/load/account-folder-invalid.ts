/** One thing that keeps a folder from being loaded, and how to mend it. */
export interface AccountFolderProblem {
  /** The file, as a path that can be opened from where the program runs. */
  file: string;
  /** Where in the file's JSON, as `Reservations[3].Instances[0].LaunchTime`; empty for the file as a whole. */
  path: string;
  problem: string;
  mend: string;
}

const longestList = 10;

/** The folder cannot become an account. Tells the first ten problems; its own fields are those of the first. */
export class AccountFolderInvalid extends Error {
  override readonly name = 'AccountFolderInvalid';
  readonly file: string;
  readonly path: string;
  readonly problem: string;
  readonly mend: string;
  readonly problems: readonly AccountFolderProblem[];

  constructor(first: AccountFolderProblem, ...others: readonly AccountFolderProblem[]) {
    const problems = [first, ...others];
    const shown = problems.slice(0, longestList);
    const hidden = problems.length - shown.length;
    super([...shown.map(sentence), ...(hidden > 0 ? [`There are ${hidden} more problems.`] : [])].join('\n'));
    this.problems = shown;
    this.file = first.file;
    this.path = first.path;
    this.problem = first.problem;
    this.mend = first.mend;
  }
}

function sentence({ file, path, problem, mend }: AccountFolderProblem): string {
  return `${file}: ${path === '' ? '' : `${path} `}${problem}; ${mend}.`;
}
