import type { Clock } from './clock.ts';
import type { Json } from './json.ts';

/** What a Lambda invocation came to: its reply or its error reaches the state machine `durationMs` of clock time later. */
export type FunctionOutcome = { readonly durationMs: number } & (
  | { readonly payload: Json }
  | { readonly error: string; readonly cause: string }
);

export interface Invocation {
  readonly executionArn: string;
  readonly requestId: string;
  readonly functionArn: string;
  readonly state: string;
}

/**
 * Where a distributed Map reads its items and writes its results, in the name of its state machine. Both reject when the
 * object or bucket is not there.
 */
export interface ObjectStore {
  get(bucket: string, key: string, stateMachine: string): Promise<string>;
  put(bucket: string, key: string, body: string, stateMachine: string): Promise<void>;
}

export type IntegrationOutcome = { readonly durationMs?: number } & (
  | { readonly output: Json }
  | { readonly error: string; readonly cause: string }
);

/** A service that a Task can call by `arn:aws:states:::service:action`, also with `.waitForTaskToken`. */
export type Integration = (
  argument: Json,
  call: { readonly executionArn: string; readonly state: string; readonly taskToken?: string },
) => Promise<IntegrationOutcome>;

export interface EngineOptions {
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  /** The same seed gives the same history, byte for byte. Default 1. */
  readonly seed?: number;
  /**
   * Runs a Lambda function; `name` has neither ARN nor qualifier. Its effects happen at once, its reply arrives after
   * `durationMs`. A function's error is an outcome (see `functionFailure`); a rejection is taken as one.
   */
  readonly invokeFunction: (name: string, payload: Json, invocation: Invocation) => Promise<FunctionOutcome>;
  readonly objects?: ObjectStore;
  /** Why a state machine may not start another; undefined where it may. By default each may start every other. */
  readonly refusesStart?: (stateMachine: string, startedArn: string) => string | undefined;
  /** Further integrations by `service:action`, e.g. `sns:publish`. */
  readonly integrations?: Readonly<Record<string, Integration>>;
  /** How long a closed execution can be described and its name stays taken. AWS and default: 90 days. */
  readonly keepClosedDays?: number;
  /** Whose events to keep once they have closed: a year of thousands of executions fills the memory otherwise. Default `all`. */
  readonly keepHistory?: 'all' | 'failed' | 'none';
}

/** The outcome of a Lambda handler that threw: `errorType` is the error's name, as Lambda's Node.js runtime reports it. */
export function functionFailure(error: unknown, durationMs = 0): FunctionOutcome {
  const { name, message, stack } =
    error instanceof Error ? error : { name: 'Error', message: String(error), stack: '' };
  const trace = (stack ?? '').split('\n').map((line) => line.trim());
  return { durationMs, error: name, cause: JSON.stringify({ errorType: name, errorMessage: message, trace }) };
}
