/** What an execution has come to, in the words of Step Functions; whoever runs it provides this. */
export interface ExecutionFacts {
  executionArn: string;
  stateMachineArn: string;
  name: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  startDate: Date;
  stopDate?: Date;
  /** JSON. */
  input: string;
  output?: string;
  error?: string;
  cause?: string;
  /** Of a child of a distributed Map. */
  mapRunArn?: string;
}

/** The door to whatever runs state machines. */
export interface Executions {
  /** undefined: there is no such execution, or none any more. */
  find(executionArn: string): ExecutionFacts | undefined;
  /** Stops it by hand; one that has ended stays as it is. */
  stop(executionArn: string, reason: { error?: string; cause?: string }): Date;
}
