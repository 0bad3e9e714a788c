import type { State } from './definition.ts';
import { EvaluationFailure, errorNames, StateFailure } from './errors.ts';
import type { Scope } from './expressions.ts';
import { type Flow, record, recordAside } from './flow.ts';
import { exceedsPayloadLimit, isJsonObject, type Json, type JsonObject } from './json.ts';
import type { Template } from './templates.ts';

/** One stay of a flow in a state. */
export interface Visit {
  readonly flow: Flow;
  readonly state: State;
  readonly input: Json;
  readonly enteredId: number;
  readonly enteredMs: number;
  /**
   * The event that made Step Functions decide on this state: what it says of a failing expression follows from that one,
   * not from the StateEntered event that the same decision has written.
   */
  decidedBy: number;
  retryCount: number;
  taskToken: string | undefined;
}

export interface StateOutcome {
  readonly output: Json;
  readonly next: string | undefined;
}

export function enter(flow: Flow, state: State, input: Json): Visit {
  const decidedBy = flow.source;
  flow.active = state;
  const enteredId = record(flow, `${state.type}StateEntered`, { name: state.name, input });
  const enteredMs = flow.runtime.clock.now();
  return { flow, state, input, enteredId, enteredMs, decidedBy, retryCount: 0, taskToken: undefined };
}

export function scopeOf(
  visit: Visit,
  more?: Partial<Pick<Scope, 'result' | 'errorOutput'>> & { mapItem?: MapItem },
): Scope {
  const { flow, input } = visit;
  return {
    variables: flow.variables,
    input,
    result: more?.result,
    errorOutput: more?.errorOutput,
    context: () => contextOf(visit, more?.mapItem ?? flow.mapItem),
  };
}

export type MapItem = { readonly index: number; readonly value: Json };

function contextOf(visit: Visit, mapItem: MapItem | undefined): JsonObject {
  const { execution, runtime } = visit.flow;
  const { options } = runtime;
  return {
    Execution: {
      Id: execution.arn,
      Input: execution.input,
      Name: execution.name,
      RoleArn: roleArn(options.accountId, execution.stateMachineName),
      StartTime: new Date(execution.startMs).toISOString(),
      RedriveCount: 0,
    },
    StateMachine: { Id: execution.stateMachineArn, Name: execution.stateMachineName },
    State: {
      Name: visit.state.name,
      EnteredTime: new Date(visit.enteredMs).toISOString(),
      RetryCount: visit.retryCount,
    },
    ...(mapItem ? { Map: { Item: { Index: mapItem.index, Value: mapItem.value } } } : {}),
    ...(visit.taskToken === undefined ? {} : { Task: { Token: visit.taskToken } }),
  };
}

/** The engine has no roles; expressions and histories still see an ARN of the right shape. */
export function roleArn(accountId: string, stateMachineName: string): string {
  return `arn:aws:iam::${accountId}:role/${stateMachineName}`;
}

/** AWS's beginning of every cause that the interpreter itself gives. */
export function causeAt(visit: Visit, message: string): string {
  return `An error occurred while executing the state '${visit.state.name}' (entered at the event id #${visit.enteredId}). ${message}`;
}

/** Turns what a state threw into a StateFailure, noting a failed evaluation in the history; rethrows what no Catch may see. */
export function toFailure(visit: Visit, thrown: unknown): StateFailure {
  if (thrown instanceof StateFailure) return thrown;
  if (!(thrown instanceof EvaluationFailure)) throw thrown;
  const { flow, state } = visit;
  const error = errorNames.queryEvaluation;
  const cause = causeAt(visit, thrown.message);
  const details = { cause, error, location: thrown.location, state: state.name };
  flow.source = recordAside(flow, 'EvaluationFailed', visit.decidedBy, details);
  return new StateFailure(error, cause);
}

/** Assign and Output as a state, a rule or a Catch has them. Both see the variables as they were before. */
export interface Exit {
  readonly assign: Template | undefined;
  readonly output: Template | undefined;
  readonly next: string | undefined;
}

/** Leaves a state: evaluates Assign and Output, checks the size, writes StateExited, and only then assigns. */
export async function exit(visit: Visit, exit: Exit, scope: Scope, fallback: Json): Promise<StateOutcome> {
  const { flow, state } = visit;
  const assigned = exit.assign && (exit.assign.constant ?? (await exit.assign.evaluate(scope)));
  const output = exit.output ? (exit.output.constant ?? (await exit.output.evaluate(scope))) : fallback;
  if (exceedsPayloadLimit(output)) throw tooLarge(state.name);
  const variables = isJsonObject(assigned) && Object.keys(assigned).length > 0 ? assigned : undefined;
  if (variables && exceedsPayloadLimit(variables)) throw tooLarge(state.name);
  const details = variables ? { name: state.name, output, assignedVariables: variables } : { name: state.name, output };
  record(flow, `${state.type}StateExited`, details);
  if (variables) flow.variables = { ...flow.variables, ...variables };
  flow.active = undefined;
  return { output, next: exit.next };
}

export function tooLarge(subject: string, what: 'returned a result' | 'provided parameters' = 'returned a result') {
  return new StateFailure(
    errorNames.dataLimitExceeded,
    `The state/task '${subject}' ${what} with a size exceeding the maximum number of bytes service limit.`,
  );
}
