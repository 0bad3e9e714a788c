/**
 * Something failed within an execution, whatever Retry and Catch made of it: an invocation of a function, at the moment that it
 * was made and also where nobody waits for it any more; a state; or the execution itself, by States.Runtime, which no state sees.
 */
export interface Failure {
  readonly executionArn: string;
  /** Of an invocation: the name of its function, without ARN and version. */
  readonly functionName?: string;
  /** Of an invocation or a state. What fails in a state fails all those around it, too, and each is told of. */
  readonly state?: string;
  readonly error: string;
  readonly cause: string;
}
