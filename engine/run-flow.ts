import type { Machine, State } from './definition.ts';
import type { StateFailure } from './errors.ts';
import { countTransition } from './execution.ts';
import { type Flow, record, sleep } from './flow.ts';
import type { Json } from './json.ts';
import { countRetries, findCatcher } from './retry.ts';
import { runMap } from './run-map.ts';
import { runParallel } from './run-parallel.ts';
import { runChoice, runFail, runPass, runWait } from './run-simple.ts';
import { runTask } from './run-task.ts';
import { enter, exit, type StateOutcome, scopeOf, toFailure, type Visit } from './visit.ts';

/** Runs a machine from its first state to its end and gives its output. Rejects with StateFailure, Aborted or HistoryFull. */
export async function runFlow(flow: Flow, machine: Machine, input: Json): Promise<Json> {
  let value = input;
  for (let name: string | undefined = machine.startAt; name !== undefined; ) {
    const state = machine.states.get(name);
    if (!state) throw new Error(`there is no state '${name}'`);
    const outcome: StateOutcome = await runState(flow, state, value);
    value = outcome.output;
    name = outcome.next;
  }
  return value;
}

function runState(flow: Flow, state: State, input: Json): Promise<StateOutcome> {
  countTransition(flow.execution);
  const visit = enter(flow, state, input);
  switch (state.type) {
    case 'Pass':
    case 'Succeed':
      return failing(visit, runPass(visit, state));
    case 'Choice':
      return failing(visit, runChoice(visit, state));
    case 'Wait':
      return failing(visit, runWait(visit, state));
    case 'Fail':
      return failing(visit, runFail(visit, state));
    case 'Task':
      return handled(visit, state, () => runTask(visit, state));
    case 'Map':
      return handled(visit, state, () => runMap(visit, state));
    case 'Parallel':
      return handled(visit, state, () => runParallel(visit, state));
  }
}

/** States without Retry and Catch. */
async function failing(visit: Visit, outcome: Promise<StateOutcome>): Promise<StateOutcome> {
  try {
    return await outcome;
  } catch (thrown) {
    throw noted(visit, thrown);
  }
}

function noted(visit: Visit, thrown: unknown): StateFailure {
  const failure = toFailure(visit, thrown);
  const { flow, state } = visit;
  const { error = '', cause = '' } = failure;
  flow.runtime.noteFailure({ executionArn: flow.execution.arn, state: state.name, error, cause });
  return failure;
}

type HandledState = Extract<State, { type: 'Task' | 'Map' | 'Parallel' }>;

/**
 * Attempts a state until it succeeds or no retrier wants another attempt, then looks for a catcher. The evaluation of Assign
 * and Output belongs to the attempt: when it fails, Retry and Catch see it.
 */
async function handled(visit: Visit, state: HandledState, attempt: () => Promise<Json>): Promise<StateOutcome> {
  const { flow } = visit;
  const retries = countRetries(state.retriers, flow.runtime.random);
  for (;;) {
    try {
      const result = await attempt();
      visit.decidedBy = flow.source;
      return await exit(visit, state, scopeOf(visit, { result }), result);
    } catch (thrown) {
      const failure = noted(visit, thrown);
      const delayMs = retries.nextDelayMs(failure.error);
      if (delayMs !== undefined) {
        await sleep(flow, delayMs);
        visit.retryCount++;
        visit.decidedBy = flow.source;
        countTransition(flow.execution);
        continue;
      }
      if (state.type !== 'Task') record(flow, `${state.type}StateFailed`);
      const catcher = state.catchers[findCatcher(state.catchers, failure.error)];
      if (!catcher) throw failure;
      const errorOutput = { Error: failure.error ?? '', Cause: failure.cause ?? '' };
      return failing(visit, exit(visit, catcher, scopeOf(visit, { errorOutput }), errorOutput));
    }
  }
}
