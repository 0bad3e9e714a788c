import { parseExecutionArn } from '../cli/simulation/executions.ts';
import type { HistoryEvent } from '../engine/history.ts';
import type { Story } from './world.ts';

/** What brought a run through its faults. */
export interface Recoveries {
  /** A call of the SDK succeeded at a further attempt. */
  sdkRetry: boolean;
  /** A state was retried. */
  retry: boolean;
  /** States whose Catch took an error, by state machine: `capture-images CreateImage`. */
  caught: string[];
  /** An instance was rescued. */
  rescue: boolean;
  /** What was lacking was done by the next attempt. */
  next: boolean;
}

export interface RecoveryWatch {
  /** What was used until now. */
  seen(): Omit<Recoveries, 'next'>;
}

export function watchRecoveries({ account, stack }: Story): RecoveryWatch {
  let sdkRetry = false;
  let retry = false;
  let rescue = false;
  const caught = new Set<string>();
  account.beforeCall(({ requestId, caller }) => {
    // Each attempt of a send carries its number.
    if (caller !== undefined && /^send-.*-(?!1$)\d+$/.test(requestId)) sdkRetry = true;
  });
  // As each of them ends: what has ended is forgotten after some days, and a world may last longer.
  stack.engine.onStatusChange(({ detail: { executionArn, status } }) => {
    if (status !== 'RUNNING') look(executionArn);
  });
  const look = (executionArn: string): void => {
    const { stateMachine, isChild } = parseExecutionArn(executionArn);
    if (stateMachine === 'rescue-instances' && isChild) rescue = true;
    const events = stack.engine.getExecutionHistory(executionArn);
    if (isRetried(events)) retry = true;
    for (const state of statesThatCaught(events)) caught.add(`${stateMachine} ${state}`);
  };
  return { seen: () => ({ sdkRetry, retry, caught: [...caught].sort(), rescue }) };
}

const scheduled: ReadonlySet<string> = new Set(['LambdaFunctionScheduled', 'TaskScheduled']);

/** A task is scheduled anew without its state being entered anew. */
function isRetried(events: readonly HistoryEvent[]): boolean {
  const attempts = events.filter(({ type }) => scheduled.has(type)).length;
  return attempts > events.filter(({ type }) => type === 'TaskStateEntered').length;
}

/** What failed and is left all the same was caught. */
function statesThatCaught(events: readonly HistoryEvent[]): string[] {
  return events.flatMap((event) => {
    if (!/StateExited$/.test(event.type)) return [];
    const cause = events[event.previousEventId - 1];
    if (!cause || !/(Failed|TimedOut)$/.test(cause.type)) return [];
    const name = event.stateExitedEventDetails?.name;
    return typeof name === 'string' ? [name] : [];
  });
}
