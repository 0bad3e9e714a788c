import type { ChoiceState, FailState, PassState, SucceedState, WaitState } from './definition.ts';
import { EvaluationFailure, FatalFailure, StateFailure } from './errors.ts';
import { sleep } from './flow.ts';
import { evaluateBoolean, evaluateInteger, evaluateString } from './templates.ts';
import { parseTimestamp } from './timestamps.ts';
import { causeAt, exit, type StateOutcome, scopeOf, type Visit } from './visit.ts';

export function runPass(visit: Visit, state: PassState | SucceedState): Promise<StateOutcome> {
  return exit(visit, state, scopeOf(visit), visit.input);
}

export async function runChoice(visit: Visit, state: ChoiceState): Promise<StateOutcome> {
  const scope = scopeOf(visit);
  for (const rule of state.rules) {
    const isChosen = rule.condition.constant ?? (await evaluateBoolean(rule.condition, scope));
    if (isChosen === true) return exit(visit, rule, scope, visit.input);
  }
  if (state.next !== undefined) return exit(visit, state, scope, visit.input);
  // AWS documents States.NoChoiceMatched and answers this.
  const message = 'Failed to transition out of the state. The state does not point to a next state.';
  throw new FatalFailure(causeAt(visit, message));
}

export async function runWait(visit: Visit, state: WaitState): Promise<StateOutcome> {
  await sleep(visit.flow, await waitMs(visit, state));
  visit.decidedBy = visit.flow.source;
  return exit(visit, state, scopeOf(visit), visit.input);
}

async function waitMs(visit: Visit, state: WaitState): Promise<number> {
  const scope = scopeOf(visit);
  if (state.seconds) return 1000 * (await evaluateInteger(state.seconds, scope, { minimum: 0, maximum: 99_999_999 }));
  if (!state.timestamp) return 0;
  const text = await evaluateString(state.timestamp, scope);
  const untilMs = parseTimestamp(text);
  if (untilMs !== undefined) return Math.max(0, untilMs - visit.flow.runtime.clock.now());
  // The expression was fine, so the failure follows from the state's own event.
  visit.decidedBy = visit.enteredId;
  throw new EvaluationFailure(
    `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
    'Timestamp',
  );
}

export async function runFail(visit: Visit, state: FailState): Promise<never> {
  const scope = scopeOf(visit);
  const error = state.error && (await evaluateString(state.error, scope));
  const cause = state.cause && (await evaluateString(state.cause, scope));
  visit.flow.active = undefined;
  throw new StateFailure(error, cause);
}
