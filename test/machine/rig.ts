import * as z from 'zod';
import { functionNameOf } from '../../cli/simulation/workflows.ts';
import {
  createEngine,
  type Engine,
  type FunctionOutcome,
  type HistoryEvent,
  type Json,
  virtualClock,
} from '../../engine/index.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import {
  bucket,
  gold,
  home,
  itemsKey,
  startedAt,
  type Timing,
  usualAnswers,
  usualTiming,
  type World,
  web,
} from './answers.ts';
import { nameIn, walk } from './coverage.ts';
import { captureImages } from './definition.ts';
import {
  type Call,
  contractOf,
  functionOf,
  isMishap,
  isTaskState,
  type Mishap,
  type Output,
  type Stubs,
  type TaskState,
} from './tasks.ts';

export interface Given {
  /** Default: `gold()`. */
  readonly policy?: NamedPolicy;
  /** Default: one. */
  readonly instanceIds?: readonly string[];
  /** Answers that differ from the happy path. */
  readonly tasks?: Stubs;
  readonly timing?: Partial<Timing>;
  /** Default: the policy's schedule. */
  readonly input?: Json;
  readonly seed?: number;
}

export interface Ending {
  readonly status: string;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly output: Json | undefined;
}

/** A capture: the child execution of one instance. */
export interface Capture extends Ending {
  readonly instanceId: string;
  readonly calls: readonly Call[];
  /** Names in the order in which they were entered. */
  readonly states: readonly string[];
  readonly historyEvents: number;
}

export interface Run extends Ending {
  /** In the order of the items. */
  readonly captures: readonly Capture[];
  readonly calls: readonly Call[];
  readonly states: readonly string[];
  /** With those of the captures. */
  readonly transitions: number;
  /** What SummariseRun told people. */
  readonly told: readonly string[];
  readonly largestPayloadBytes: number;
}

/** Longer than any task's timeout. */
const hangMs = 24 * 3_600_000;

/**
 * Runs capture-images as it ships on stub tasks and the virtual clock, to its end.
 * @throws Error where the machine hands over, or a stub answers, what the real contract does not allow
 */
export async function run(given: Given = {}): Promise<Run> {
  const { policy = gold(), instanceIds = [web], tasks = {}, timing = {}, seed = 1 } = given;
  const clock = virtualClock(startedAt);
  const beganMs = clock.now();
  const items = instanceIds.map((instanceId) => ({ policy: policy.name, instanceId }));
  const objects = new Map([[`${bucket}/${itemsKey}`, JSON.stringify(items)]]);
  const told: string[] = [];
  const world: World = {
    policy,
    instanceIds,
    timing: { ...usualTiming, ...timing },
    objects,
    tell: (message) => void told.push(message),
  };
  const calls: Call[] = [];
  const breaches: string[] = [];

  const engine = createEngine({
    clock,
    region: home,
    accountId: '111122223333',
    seed,
    objects: {
      async get(name, key) {
        const body = objects.get(`${name}/${key}`);
        if (body === undefined) throw new Error('The specified key does not exist.');
        return body;
      },
      async put(name, key, body) {
        objects.set(`${name}/${key}`, body);
      },
    },
    async invokeFunction(name, payload, { executionArn, state }) {
      if (!isTaskState(state) || functionOf[state] !== name) {
        breaches.push(`State ${state} calls ${name}; add it to test/machine/tasks.ts, or correct the definition.`);
        return { durationMs: 0, error: 'NotStubbed', cause: name };
      }
      const number = 1 + calls.filter((call) => call.state === state && call.executionArn === executionArn).length;
      const call: Call = { state, payload, number, atSeconds: (clock.now() - beganMs) / 1000, executionArn };
      calls.push(call);
      return outcomeOf(state, call, tasks, world, breaches).catch((error: unknown) => {
        // The machine would take it for a failure of the function, and handle it.
        breaches.push(`The stub of ${state} threw ${String(error)}`);
        return { durationMs: 0, error: 'StubFailed', cause: String(error) };
      });
    },
  });
  engine.addStateMachine(captureImages.name, captureImages.definition, {
    substitutions: Object.fromEntries(
      captureImages.functionKeys.map((key) => [
        key,
        `arn:aws:lambda:${home}:111122223333:function:${functionNameOf(key)}`,
      ]),
    ),
  });
  const input = given.input ?? { policy: policy.name, scheduledAt: startedAt };
  const { executionArn } = engine.startExecution({ stateMachine: captureImages.name, input });
  await clock.run();
  if (breaches.length > 0) throw new Error([...new Set(breaches)].join('\n'));
  return { ...reportOf(engine, executionArn, calls), told };
}

/** A run of one instance: its capture. */
export async function capture(given: Omit<Given, 'instanceIds'> = {}): Promise<Capture> {
  const { captures } = await run(given);
  const [only] = captures;
  if (!only) throw new Error('The run ended before it came to the instance.');
  return only;
}

export function callsIn(state: TaskState, { calls }: { readonly calls: readonly Call[] }): readonly Call[] {
  return calls.filter((call) => call.state === state);
}

async function outcomeOf<State extends TaskState>(
  state: State,
  call: Call,
  stubs: Stubs,
  world: World,
  breaches: string[],
): Promise<FunctionOutcome> {
  const contract = contractOf[state];
  const input = contract.input.safeParse(call.payload);
  if (!input.success) {
    breaches.push(`${state} is handed what its contract refuses: ${z.prettifyError(input.error)}`);
    return { durationMs: 0, error: 'InputInvalid', cause: '' };
  }
  const stub = stubs[state];
  const given = typeof stub === 'function' ? stub(input.data, call) : stub?.[call.number - 1];
  const answer: Output<State> | Mishap = given ?? (await usualAnswers[state](input.data, world, call));
  if (isMishap(answer)) {
    if (answer.mishap === 'hangs') return { durationMs: hangMs, payload: null };
    if (answer.mishap === 'breaks') return { durationMs: 0, payload: answer.answer };
    return { durationMs: 0, error: answer.error, cause: answer.cause };
  }
  const output = contract.output.safeParse(answer);
  if (!output.success) breaches.push(`The stub of ${state} breaks the contract: ${z.prettifyError(output.error)}`);
  const payload: Json = JSON.parse(JSON.stringify(answer));
  return { durationMs: 0, payload };
}

function reportOf(engine: Engine, executionArn: string, calls: readonly Call[]): Omit<Run, 'told'> {
  const children = engine
    .listExecutions()
    .filter(({ mapRunArn }) => mapRunArn !== undefined)
    .reverse();
  const captures = children.map((child): Capture => {
    const history = engine.getExecutionHistory(child.executionArn);
    return {
      ...endingOf(child),
      instanceId: z.object({ instanceId: z.string() }).parse(child.input).instanceId,
      calls: calls.filter((call) => call.executionArn === child.executionArn),
      states: statesIn(history),
      historyEvents: history.length,
    };
  });
  const histories = [executionArn, ...children.map((child) => child.executionArn)].map((arn) =>
    engine.getExecutionHistory(arn),
  );
  for (const history of histories) walk(history);
  return {
    ...endingOf(engine.describeExecution(executionArn)),
    captures,
    calls,
    states: statesIn(engine.getExecutionHistory(executionArn)),
    transitions: engine.transitions(executionArn),
    largestPayloadBytes: Math.max(...histories.flat().map(largestPayloadBytes)),
  };
}

function endingOf({ status, error, cause, output }: ReturnType<Engine['describeExecution']>): Ending {
  return { status, error, cause, output };
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

/** What was called, in this order; looks of the same kind in a row count as one. */
export function orderOf({ calls }: { readonly calls: readonly Call[] }): string[] {
  return calls.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
}

/** When a state was called last, in seconds since the run began. */
export function lastSecondOf(state: TaskState, done: { readonly calls: readonly Call[] }): number {
  const call = callsIn(state, done).at(-1);
  if (!call) throw new Error(`${state} was never called.`);
  return call.atSeconds;
}
