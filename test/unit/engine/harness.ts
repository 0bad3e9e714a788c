import {
  createEngine,
  DefinitionError,
  type Engine,
  type EngineOptions,
  type ExecutionDescription,
  type FunctionOutcome,
  functionFailure,
  type HistoryEvent,
  type Json,
  type JsonObject,
  type StateMachineOptions,
  type VirtualClock,
  virtualClock,
} from '../../../engine/index.ts';

export interface Call {
  readonly name: string;
  readonly payload: Json;
  readonly atMs: number;
}

/** A function of the tests: gives its payload, or `[durationMs, payload]` as `after` builds it, or throws. */
type Handler = (payload: Json, call: number) => Json | Late | Promise<Json>;

class Late {
  readonly durationMs: number;
  readonly payload: Json;
  constructor(durationMs: number, payload: Json) {
    this.durationMs = durationMs;
    this.payload = payload;
  }
}

/** A reply that takes its time. */
export function after(durationMs: number, payload: Json = null): Late {
  return new Late(durationMs, payload);
}

export interface World {
  readonly clock: VirtualClock;
  readonly engine: Engine;
  readonly calls: Call[];
  readonly objects: Map<string, string>;
  readonly startedAtMs: number;
  /** Starts `machine`, lets the clock run until nothing is left to do, and describes the execution. */
  run(machine: unknown, input?: Json, options?: StateMachineOptions): Promise<Result>;
  /** Adds `machine` under the name `machine` and starts it, without running the clock. */
  start(machine: unknown, input?: Json, options?: StateMachineOptions): string;
  result(executionArn: string): Result;
}

export interface Result extends ExecutionDescription {
  readonly events: readonly HistoryEvent[];
  readonly types: readonly string[];
}

export function createWorld(
  functions: Readonly<Record<string, Handler>> = {},
  options: Partial<EngineOptions> = {},
): World {
  const clock = virtualClock('2026-01-01T00:00:00Z');
  const calls: Call[] = [];
  const objects = new Map<string, string>();
  const counts = new Map<string, number>();
  const invokeFunction = async (name: string, payload: Json): Promise<FunctionOutcome> => {
    calls.push({ name, payload, atMs: clock.now() });
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    try {
      const handler = functions[name];
      if (!handler) throw new Error(`no function '${name}'`);
      const reply = await handler(payload, count);
      return reply instanceof Late ? reply : { durationMs: 0, payload: reply };
    } catch (error) {
      return functionFailure(error);
    }
  };
  const engine = createEngine({
    clock,
    region: 'eu-central-1',
    accountId: '111122223333',
    invokeFunction,
    objects: {
      get: async (bucket, key) =>
        objects.get(`${bucket}/${key}`) ?? Promise.reject(new Error('The key does not exist.')),
      put: async (bucket, key, body) => void objects.set(`${bucket}/${key}`, body),
    },
    ...options,
  });
  const result = (executionArn: string): Result => {
    const events = engine.getExecutionHistory(executionArn);
    return { ...engine.describeExecution(executionArn), events, types: events.map(({ type }) => type) };
  };
  const start: World['start'] = (machine, input = {}, machineOptions) => {
    engine.addStateMachine('machine', machine, machineOptions);
    return engine.startExecution({ stateMachine: 'machine', input }).executionArn;
  };
  return {
    clock,
    engine,
    calls,
    objects,
    startedAtMs: clock.now(),
    start,
    result,
    async run(machine, input, machineOptions) {
      const arn = start(machine, input, machineOptions);
      await clock.run();
      return result(arn);
    },
  };
}

export function machine(states: JsonObject, more: JsonObject = {}): JsonObject {
  return { QueryLanguage: 'JSONata', ...part(states), ...more };
}

/** A branch of a Parallel, or what a Map does with each item. */
export function part(states: JsonObject, more: JsonObject = {}): JsonObject {
  return { StartAt: Object.keys(states)[0] ?? '', States: states, ...more };
}

/** A Task on the function `name`. */
export function task(name: string, more: JsonObject = { End: true }): JsonObject {
  return { Type: 'Task', Resource: functionArn(name), ...more };
}

export function functionArn(name: string): string {
  return `arn:aws:lambda:eu-central-1:111122223333:function:${name}`;
}

/** An error as a handler throws it. */
export function named(name: string, message = 'it broke'): Error {
  return Object.assign(new Error(message), { name });
}

/** The details of the first event of a type. */
export function details(result: Result, type: string): Json | undefined {
  const event = result.events.find((candidate) => candidate.type === type);
  const entry = Object.entries(event ?? {}).find(([key]) => key.endsWith('EventDetails'));
  return entry?.[1] as Json | undefined;
}

/** What is said against a definition; nothing where it is taken. */
export function problemsOf(
  definition: unknown,
  options: StateMachineOptions = {},
  { engine }: World = createWorld(),
): readonly string[] {
  try {
    engine.addStateMachine('m', definition, options);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.message.split('\n');
  }
}
