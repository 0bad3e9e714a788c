/** What is wrong with a schedule expression: where, with which value, and how to mend it. */
export interface ScheduleProblem {
  /** `minutes`, `hours`, `day-of-month`, `month`, `day-of-week`, `year`, `rate`, `at` or `expression`. */
  field: string;
  value: string;
  problem: string;
  mend: string;
}

/** A schedule expression that EventBridge Scheduler would refuse, or that its documentation does not promise. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
  readonly field: string;
  readonly value: string;
  readonly problem: string;
  readonly mend: string;

  constructor({ field, value, problem, mend }: ScheduleProblem) {
    super(`${field} '${value}' ${problem}: ${mend}`);
    this.field = field;
    this.value = value;
    this.problem = problem;
    this.mend = mend;
  }
}
