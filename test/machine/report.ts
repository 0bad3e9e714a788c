import type { Engine, HistoryEvent, Json } from '../../engine/index.ts';
import { nameIn, walk } from './coverage.ts';
import type { Call } from './tasks.ts';

interface Ending {
  readonly status: string;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly output: Json | undefined;
}

export interface Execution extends Ending {
  readonly input: Json;
  readonly calls: readonly Call[];
  /** Names in the order in which they were entered. */
  readonly states: readonly string[];
  readonly historyEvents: number;
  /** With those of the children of its Map. */
  readonly transitions: number;
}

/** The execution that a test started; its calls are those of all. */
export interface Run extends Execution {
  /** Of its Maps, in their order and in that of the items. */
  readonly children: readonly Execution[];
  /** Executions of other machines, in the order of their start. */
  readonly nested: readonly Execution[];
  readonly largestPayloadBytes: number;
}

/** Tells what an execution did, and all that it brought about; what they walked is noted. */
export function reportOf(engine: Engine, executionArn: string, calls: readonly Call[]): Run {
  const descriptions = engine.listExecutions().toReversed();
  const histories = descriptions.map((each) => engine.getExecutionHistory(each.executionArn));
  for (const [index, history] of histories.entries()) {
    walk(machineOf(descriptions[index]?.executionArn ?? ''), history);
  }
  const executionCalled = (description: (typeof descriptions)[number]): Execution => {
    const { status, error, cause, output, input } = description;
    const history = engine.getExecutionHistory(description.executionArn);
    return {
      ...{ status, error, cause, output, input },
      calls: calls.filter((call) => call.executionArn === description.executionArn),
      states: statesIn(history),
      historyEvents: history.length,
      transitions: engine.transitions(description.executionArn),
    };
  };
  const others = descriptions.filter((each) => each.executionArn !== executionArn);
  return {
    ...executionCalled(engine.describeExecution(executionArn)),
    calls,
    children: others.filter(({ mapRunArn }) => mapRunArn !== undefined).map(executionCalled),
    nested: others.filter(({ mapRunArn }) => mapRunArn === undefined).map(executionCalled),
    largestPayloadBytes: Math.max(...histories.flat().map(largestPayloadBytes)),
  };
}

/** The children of a distributed Map carry its label beside the machine's name. */
function machineOf(executionArn: string): string {
  return executionArn.split(':')[6]?.split('/')[0] ?? '';
}

function statesIn(history: readonly HistoryEvent[]): string[] {
  return history
    .filter(({ type }) => type.endsWith('StateEntered'))
    .map((event) => nameIn(event.stateEnteredEventDetails));
}

/** The longest text that an event carries: an input, an output, arguments or a variable. */
function largestPayloadBytes(event: HistoryEvent): number {
  let largest = 0;
  const visit = (value: unknown): void => {
    if (typeof value === 'string') largest = Math.max(largest, Buffer.byteLength(value));
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(event);
  return largest;
}

interface Done {
  readonly calls: readonly Call[];
}

export function callsIn(state: Call['state'], { calls }: Done): readonly Call[] {
  return calls.filter((call) => call.state === state);
}

/** What was called, in this order; looks of the same kind in a row count as one. */
export function orderOf({ calls }: Done): string[] {
  return calls.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
}

/** When a state was called last, in seconds since the run began. */
export function lastSecondOf(state: Call['state'], done: Done): number {
  const call = callsIn(state, done).at(-1);
  if (!call) throw new Error(`${state} was never called.`);
  return call.atSeconds;
}
