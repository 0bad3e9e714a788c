import type { Timer } from './clock.ts';
import type { Machine } from './definition.ts';
import { Aborted } from './errors.ts';
import type { Flow } from './flow.ts';
import type { History } from './history.ts';
import type { Json } from './json.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** How an execution ended. */
export interface Ending {
  readonly status: Exclude<ExecutionStatus, 'RUNNING'>;
  readonly output?: Json | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** One execution: of a state machine, or of one item of a Map Run. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineName: string;
  readonly stateMachineArn: string;
  readonly machine: Machine;
  readonly input: Json;
  readonly startMs: number;
  readonly history: History;
  /** Where the execution is a child of a Map Run. */
  readonly mapRun: { readonly arn: string; readonly parent: Execution } | undefined;
  stopMs: number | undefined;
  ending: Ending | undefined;
  transitions: number;
  childTransitions: number;
  flow: Flow | undefined;
  timeout: Timer | undefined;
  /** Called once, when the execution has ended. */
  readonly closed: Set<(ending: Ending) => void>;
}

export function statusOf(execution: Execution): ExecutionStatus {
  return execution.ending?.status ?? 'RUNNING';
}

/** Counts what AWS bills: a state entered, or tried again. A child of a Map Run counts for its parents also. */
export function countTransition(execution: Execution): void {
  execution.transitions++;
  for (let parent = execution.mapRun?.parent; parent; parent = parent.mapRun?.parent) parent.childTransitions++;
}

/** Stops the work of a flow and of everything inside it, without a word in the history. */
export function silence(flow: Flow): void {
  flow.isAborted = true;
  for (const child of flow.children) silence(child);
  flow.children.clear();
  flow.cancelWait?.(new Aborted());
}
