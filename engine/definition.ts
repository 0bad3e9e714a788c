import type { Template } from './templates.ts';

/** A definition compiled: expressions parsed, names resolved, nothing left that could not run. */
export interface Machine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
  readonly timeoutSeconds: number | undefined;
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | MapState
  | ParallelState
  | SucceedState
  | FailState;

interface CommonFields {
  readonly name: string;
  readonly output: Template | undefined;
  readonly assign: Template | undefined;
  /** The next state; none at the end. */
  readonly next: string | undefined;
}

interface HandlerFields {
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
}

export interface PassState extends CommonFields {
  readonly type: 'Pass';
}

export interface SucceedState extends CommonFields {
  readonly type: 'Succeed';
}

export interface FailState extends CommonFields {
  readonly type: 'Fail';
  readonly error: Template | undefined;
  readonly cause: Template | undefined;
}

export interface WaitState extends CommonFields {
  readonly type: 'Wait';
  readonly seconds: Template | undefined;
  readonly timestamp: Template | undefined;
}

export interface ChoiceRule {
  readonly condition: Template;
  readonly next: string;
  readonly output: Template | undefined;
  readonly assign: Template | undefined;
}

export interface ChoiceState extends CommonFields {
  readonly type: 'Choice';
  readonly rules: readonly ChoiceRule[];
}

export type IntegrationPattern = 'requestResponse' | 'waitForTaskToken' | 'sync' | 'sync:2';

export type TaskResource =
  | { readonly kind: 'function'; readonly arn: string; readonly functionName: string }
  | {
      readonly kind: 'integration';
      /** As in the execution history: `lambda` of `lambda:invoke.waitForTaskToken`. */
      readonly service: string;
      /** `invoke.waitForTaskToken`. */
      readonly action: string;
      /** `lambda:invoke`, the key in the table of integrations. */
      readonly key: string;
      readonly pattern: IntegrationPattern;
    };

export interface TaskState extends CommonFields, HandlerFields {
  readonly type: 'Task';
  readonly resource: TaskResource;
  readonly arguments: Template | undefined;
  readonly timeoutSeconds: Template | undefined;
  readonly heartbeatSeconds: Template | undefined;
}

export interface ParallelState extends CommonFields, HandlerFields {
  readonly type: 'Parallel';
  readonly arguments: Template | undefined;
  readonly branches: readonly Machine[];
}

export interface DistributedFields {
  readonly label: string;
  readonly itemReader: { readonly arguments: Template; readonly maxItems: Template | undefined } | undefined;
  readonly itemBatcher: { readonly maxItemsPerBatch: Template; readonly batchInput: Template | undefined } | undefined;
  readonly resultWriter: Template | undefined;
}

export interface MapState extends CommonFields, HandlerFields {
  readonly type: 'Map';
  readonly items: Template | undefined;
  readonly itemSelector: Template | undefined;
  readonly maxConcurrency: Template | undefined;
  readonly toleratedFailureCount: Template | undefined;
  readonly toleratedFailurePercentage: Template | undefined;
  readonly processor: Machine;
  /** Present in a DISTRIBUTED Map. */
  readonly distributed: DistributedFields | undefined;
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number | undefined;
  readonly fullJitter: boolean;
}

export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly next: string;
  readonly output: Template | undefined;
  readonly assign: Template | undefined;
}

/** The greatest TimeoutSeconds and HeartbeatSeconds, and what AWS takes for none. */
export const longestTaskSeconds = 99_999_999;

/** The machines inside a state. */
export function innerMachines(state: State): readonly Machine[] {
  if (state.type === 'Parallel') return state.branches;
  return state.type === 'Map' ? [state.processor] : [];
}
