/** One thing wrong with a definition. */
export interface DefinitionProblem {
  readonly stateMachine: string;
  readonly state?: string;
  readonly field?: string;
  readonly message: string;
}

/** A definition that the engine refuses to load, with everything that is wrong with it. */
export class DefinitionError extends Error {
  readonly problems: readonly DefinitionProblem[];

  constructor(problems: readonly DefinitionProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.name = 'DefinitionError';
    this.problems = problems;
  }
}

function describeProblem(problem: DefinitionProblem): string {
  const state = problem.state === undefined ? '' : `, state '${problem.state}'`;
  const field = problem.field === undefined ? '' : `, field '${problem.field}'`;
  return `${problem.stateMachine}${state}${field}: ${problem.message}`;
}

/** What the Step Functions API answers to a request that it refuses; `name` is AWS's error code. */
export class RequestRefused extends Error {
  constructor(
    name:
      | 'ExecutionAlreadyExists'
      | 'ExecutionDoesNotExist'
      | 'StateMachineDoesNotExist'
      | 'InvalidName'
      | 'InvalidExecutionInput'
      | 'InvalidToken'
      | 'TaskTimedOut'
      | 'HistoryNotKept',
    message: string,
  ) {
    super(message);
    this.name = name;
  }
}

/** An error inside an execution: what Retry and Catch look at and what ends the execution when they let it pass. */
export class StateFailure extends Error {
  readonly error: string | undefined;
  override readonly cause: string | undefined;

  constructor(error: string | undefined, cause: string | undefined) {
    super(cause ?? error ?? 'failed');
    this.name = 'StateFailure';
    this.error = error;
    this.cause = cause;
  }
}

/**
 * States.Runtime, as the interpreter itself gives it. It ends the execution at once: no Retry or Catch sees it, and no
 * state around it notes that it failed.
 */
export class FatalFailure extends Error {
  override readonly cause: string;

  constructor(cause: string) {
    super(cause);
    this.name = 'FatalFailure';
    this.cause = cause;
  }
}

/** A field whose expression gave nothing, the wrong thing, or threw. Becomes States.QueryEvaluationError. */
export class EvaluationFailure extends Error {
  readonly location: string | undefined;

  constructor(message: string, location?: string) {
    super(message);
    this.name = 'EvaluationFailure';
    this.location = location;
  }
}

/** Unwinds a branch whose work is no longer wanted. Nothing may catch it but the one who started the branch. */
export class Aborted extends Error {}

/** The execution has no room for another event. Ends the execution whatever Catch says. */
export class HistoryFull extends Error {}

export const errorNames = {
  all: 'States.ALL',
  taskFailed: 'States.TaskFailed',
  timeout: 'States.Timeout',
  heartbeatTimeout: 'States.HeartbeatTimeout',
  runtime: 'States.Runtime',
  dataLimitExceeded: 'States.DataLimitExceeded',
  queryEvaluation: 'States.QueryEvaluationError',
  itemReaderFailed: 'States.ItemReaderFailed',
  resultWriterFailed: 'States.ResultWriterFailed',
  exceedToleratedFailureThreshold: 'States.ExceedToleratedFailureThreshold',
} as const;

/** Every name that AWS reserves; any other beginning with `States.` is a spelling mistake. */
export const reservedErrorNames: ReadonlySet<string> = new Set([
  ...Object.values(errorNames),
  'States.BranchFailed',
  'States.HttpSocket',
  'States.IntrinsicFailure',
  'States.NoChoiceMatched',
  'States.ParameterPathFailure',
  'States.Permissions',
  'States.ResultPathMatchFailure',
]);
