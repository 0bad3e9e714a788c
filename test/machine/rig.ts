import { folderOf, substitutionsOf } from '../../cli/simulation/workflows.ts';
import { createEngine, type Json, virtualClock } from '../../engine/index.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { machineCalled } from './definition.ts';
import { type Run, reportOf } from './report.ts';
import { outcomeOf, type Stage } from './stubs.ts';
import { type Call, isTaskState, type Stubs, taskOf } from './tasks.ts';
import { account, gold, home, items, shares, startedAt, type Timing, usualTiming, type World } from './world.ts';

/** What a story may ask for, of whichever machine. */
export interface Given {
  /** Default: `gold()`. */
  readonly policy?: NamedPolicy;
  /** Answers that differ from the happy path. */
  readonly tasks?: Stubs;
  readonly timing?: Partial<Timing>;
  /** In the place of the input that the machine is made for. */
  readonly input?: Json;
  /** As `input`, where no task understands it; what the functions' edge says to that is no fault of the machine. */
  readonly wrongInput?: Json;
  readonly seed?: number;
}

/** How a machine is started. */
interface Start {
  readonly input: Json;
  /** Of its Map; default: none. */
  readonly items?: readonly Json[];
  /** Of the Map that shares; default: none. */
  readonly shares?: readonly Json[];
}

export interface Told {
  /** What was told to people. */
  readonly told: readonly string[];
}

/**
 * Runs a machine as it ships, and those that it starts, on stub tasks and the virtual clock, to its end.
 * @throws Error where a machine hands over, or a stub answers, what the real contract does not allow
 */
export async function runMachine(name: string, start: Start, given: Given = {}): Promise<Run & Told> {
  const { policy = gold(), tasks = {}, timing = {}, seed = 1, wrongInput } = given;
  const clock = virtualClock(startedAt);
  const beganMs = clock.now();
  const objects = new Map([
    [`${items.bucket}/${items.key}`, JSON.stringify(start.items ?? [])],
    [`${shares.bucket}/${shares.key}`, JSON.stringify(start.shares ?? [])],
  ]);
  const told: string[] = [];
  const world: World = {
    policy,
    items: start.items ?? [],
    shares: start.shares ?? [],
    timing: { ...usualTiming, ...timing },
    objects,
    tell: (message) => void told.push(message),
  };
  const calls: Call[] = [];
  const breaches = new Set<string>();
  const stage: Stage = {
    stubs: tasks,
    world,
    isInputWrong: wrongInput !== undefined,
    stop: (executionArn) => void engine.stopExecution(executionArn),
    breach: (sentence) => void breaches.add(sentence),
  };

  const engine = createEngine({
    clock,
    region: home,
    accountId: account,
    seed,
    objects: {
      async get(bucketName, key) {
        const body = objects.get(`${bucketName}/${key}`);
        if (body === undefined) throw new Error('The specified key does not exist.');
        return body;
      },
      async put(bucketName, key, body) {
        objects.set(`${bucketName}/${key}`, body);
      },
    },
    async invokeFunction(folder, payload, { executionArn, state }) {
      if (!isTaskState(state) || taskOf[state].folder !== folder) {
        stage.breach(`State ${state} calls ${folder}; add it to test/machine/tasks.ts, or correct the definition.`);
        return { durationMs: 0, error: 'NotStubbed', cause: folder };
      }
      const number = 1 + calls.filter((call) => call.state === state && call.executionArn === executionArn).length;
      const call: Call = { state, payload, number, atSeconds: (clock.now() - beganMs) / 1000, executionArn };
      calls.push(call);
      return outcomeOf(state, call, stage).catch((error: unknown) => {
        // The machine would take it for a failure of the function, and handle it.
        stage.breach(`The stub of ${state} threw ${String(error)}`);
        return { durationMs: 0, error: 'StubFailed', cause: String(error) };
      });
    },
  });
  add(name);
  const { executionArn } = engine.startExecution({
    stateMachine: name,
    input: wrongInput ?? given.input ?? start.input,
  });
  await clock.run();
  if (breaches.size > 0) throw new Error([...breaches].join('\n'));
  return { ...reportOf(engine, executionArn, calls), told };

  /** Also what it starts. */
  function add(machineName: string): void {
    const machine = machineCalled(machineName);
    engine.addStateMachine(machineName, machine.definition, { substitutions: substitutionsOf(machine, home, account) });
    machine.workflowKeys.map(folderOf).forEach(add);
  }
}
