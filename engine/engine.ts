import type { Machine } from './definition.ts';
import { Aborted, errorNames, FatalFailure, HistoryFull, RequestRefused, StateFailure } from './errors.ts';
import { type Ending, type Execution, type ExecutionStatus, silence, statusOf } from './execution.ts';
import { createExecutionStore } from './execution-store.ts';
import type { Failure } from './failure.ts';
import { openFlow } from './flow.ts';
import { createHistory, type HistoryEvent, historyLimit } from './history.ts';
import { exceedsPayloadLimit, type Json } from './json.ts';
import { loadMachine } from './load.ts';
import type { EngineOptions } from './options.ts';
import { seededRandom } from './random.ts';
import { runFlow } from './run-flow.ts';
import type { Runtime } from './runtime.ts';
import { type StatusChangeEvent, statusChangeEvent } from './status-change.ts';
import { createTaskTokens } from './task-tokens.ts';
import { roleArn } from './visit.ts';

export interface StateMachineOptions {
  /** Values for `${key}` in the definition's strings, as CloudFormation's DefinitionSubstitutions. */
  readonly substitutions?: Readonly<Record<string, string>>;
  /**
   * Default true: refuse also what AWS accepts at creation though it can only fail later (a variable that a path leaves
   * unset, `$eval`, an unused substitution).
   */
  readonly strict?: boolean;
}

export interface ExecutionDescription {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startDate: Date;
  readonly stopDate?: Date;
  readonly input: Json;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
  /** For a child of a distributed Map. */
  readonly mapRunArn?: string;
}

export interface Engine {
  /**
   * Compiles a definition (parsed YAML or JSON), and publishes it as the machine's next version: `<ARN>:1`, `<ARN>:2`, …
   * What has been started goes on by the definition that it began with. Throws DefinitionError. Returns the machine's ARN.
   */
  addStateMachine(name: string, definition: unknown, options?: StateMachineOptions): string;
  /**
   * Starts an execution; its first state is entered in the clock's next turn. `stateMachine` is a name or an ARN, also of a
   * version. The same
   * name with the same input gives the running execution; otherwise a taken name is ExecutionAlreadyExists.
   */
  startExecution(request: { stateMachine: string; name?: string; input: Json }): {
    executionArn: string;
    startDate: Date;
  };
  describeExecution(executionArn: string): ExecutionDescription;
  /** Newest first, the children of Map Runs included. */
  listExecutions(filter?: { stateMachine?: string; status?: ExecutionStatus }): readonly ExecutionDescription[];
  /** Throws HistoryNotKept for a closed execution that option `keepHistory` passes over. */
  getExecutionHistory(executionArn: string): readonly HistoryEvent[];
  /** Aborts a running execution; a closed one stays as it is. */
  stopExecution(executionArn: string, reason?: { error?: string; cause?: string }): { stopDate: Date };
  /**
   * Loses an execution with its history, as AWS promises not to: it stops where it is, tells nobody, and does not exist any
   * more. Of a child of a Map Run, its parent goes on as if it had been aborted.
   */
  loseExecution(executionArn: string): void;
  sendTaskSuccess(taskToken: string, output: Json): void;
  sendTaskFailure(taskToken: string, failure?: { error?: string; cause?: string }): void;
  sendTaskHeartbeat(taskToken: string): void;
  /** Calls `listener` at every start and end of an execution. Returns how to unsubscribe. */
  onStatusChange(listener: (event: StatusChangeEvent) => void): () => void;
  /** Calls `listener` at everything that fails, caught or not. Returns how to unsubscribe. */
  onFailure(listener: (failure: Failure) => void): () => void;
  /**
   * State transitions as AWS bills them: states entered and attempts repeated. Of one execution (with the children of its
   * Map Runs), or of all since the engine began.
   */
  transitions(executionArn?: string): number;
}

const dayMs = 86_400_000;

/** Creates an empty Step Functions of one account and Region. */
export function createEngine(options: EngineOptions): Engine {
  const { clock, region, accountId, keepHistory, keepClosedDays = 90 } = options;
  const random = seededRandom(options.seed ?? 1);
  // Of its own, so that a listener does not change what the executions draw.
  const eventRandom = seededRandom((options.seed ?? 1) + 1);
  const tokens = createTaskTokens();
  /** By their names: as they are now; and each version, with its number. */
  const machines = new Map<string, Machine>();
  const published = new Map<string, number>();
  const store = createExecutionStore(clock, keepClosedDays * dayMs);
  const listeners = new Set<(event: StatusChangeEvent) => void>();
  const failureListeners = new Set<(failure: Failure) => void>();
  let totalTransitions = 0;
  const arn = (type: string, rest: string): string => `arn:aws:states:${region}:${accountId}:${type}:${rest}`;

  const runtime: Runtime = {
    clock,
    random,
    options,
    tokens,
    start: ({ stateMachineArn, name, input }) => start(stateMachineArn, name, input),
    startMapChild({ parent, label, mapRunArn, machine, input }) {
      const name = random.uuid();
      const stateMachineName = `${parent.stateMachineName}/${label}`;
      return open({
        arn: arn('execution', `${stateMachineName}:${name}`),
        name,
        stateMachineName: parent.stateMachineName,
        stateMachineArn: arn('stateMachine', stateMachineName),
        machine,
        input,
        mapRun: { arn: mapRunArn, parent },
      });
    },
    close,
    noteFailure(failure) {
      for (const listener of failureListeners) listener(failure);
    },
  };

  return {
    addStateMachine(name, definition, { substitutions, strict = true } = {}) {
      const world = { nowMs: () => clock.now(), random };
      const integrations = new Set(Object.keys(options.integrations ?? {}));
      const machine = loadMachine(name, definition, { world, integrations, substitutions, strict });
      const version = (published.get(name) ?? 0) + 1;
      published.set(name, version);
      machines.set(name, machine).set(`${name}:${version}`, machine);
      return arn('stateMachine', name);
    },
    startExecution({ stateMachine, name, input }) {
      const execution = start(stateMachine, name, input);
      return { executionArn: execution.arn, startDate: new Date(execution.startMs) };
    },
    describeExecution: (executionArn) => describe(store.get(executionArn)),
    listExecutions({ stateMachine, status } = {}) {
      const isArn = stateMachine === undefined || stateMachine.startsWith('arn:');
      const stateMachineArn = isArn ? stateMachine : arn('stateMachine', stateMachine);
      return store
        .newestFirst()
        .filter((execution) => stateMachineArn === undefined || execution.stateMachineArn === stateMachineArn)
        .filter((execution) => status === undefined || statusOf(execution) === status)
        .map(describe);
    },
    getExecutionHistory(executionArn) {
      const events = store.get(executionArn).history.events();
      if (events) return events;
      throw new RequestRefused(
        'HistoryNotKept',
        `The history of '${executionArn}' was not kept; see option keepHistory.`,
      );
    },
    stopExecution(executionArn, { error, cause } = {}) {
      const execution = store.get(executionArn);
      close(execution, { status: 'ABORTED', error, cause });
      return { stopDate: new Date(execution.stopMs ?? clock.now()) };
    },
    loseExecution(executionArn) {
      const execution = store.get(executionArn);
      close(execution, { status: 'ABORTED' }, () => {});
      store.remove(execution);
    },
    sendTaskSuccess: (token, output) => answer(token, (waiter) => waiter.succeed(output)),
    sendTaskFailure: (token, { error, cause } = {}) => answer(token, (waiter) => waiter.fail(error, cause)),
    sendTaskHeartbeat: (token) => tokens.waiter(token).heartbeat(),
    onStatusChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onFailure(listener) {
      failureListeners.add(listener);
      return () => void failureListeners.delete(listener);
    },
    transitions(executionArn) {
      if (executionArn === undefined) return totalTransitions + store.runningTransitions();
      const { transitions, childTransitions } = store.get(executionArn);
      return transitions + childTransitions;
    },
  };

  function answer(token: string, tell: (waiter: ReturnType<typeof tokens.waiter>) => void): void {
    const waiter = tokens.waiter(token);
    tokens.close(token);
    // At once: an answer that was accepted must not lose against a timeout of the same instant.
    tell(waiter);
  }

  function start(stateMachine: string, name: string | undefined, input: Json): Execution {
    const qualifiedName = stateMachine.replace(/^arn:[^:]*:states:[^:]*:[^:]*:stateMachine:/, '');
    const machine = machines.get(qualifiedName);
    const stateMachineName = qualifiedName.replace(/:\d+$/, '');
    if (!machine)
      throw new RequestRefused('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachine}'`);
    if (name !== undefined && !/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u.test(name)) {
      throw new RequestRefused('InvalidName', `Invalid Name: '${name}'`);
    }
    if (exceedsPayloadLimit(input)) throw new RequestRefused('InvalidExecutionInput', 'The input exceeds 262144 bytes');
    const executionName = name ?? random.uuid();
    const executionArn = arn('execution', `${stateMachineName}:${executionName}`);
    const known = store.find(executionArn);
    if (known) {
      if (!known.ending && JSON.stringify(known.input) === JSON.stringify(input)) return known;
      throw new RequestRefused('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    const stateMachineArn = arn('stateMachine', stateMachineName);
    return open({
      arn: executionArn,
      name: executionName,
      stateMachineName,
      stateMachineArn,
      machine,
      input,
      mapRun: undefined,
    });
  }

  function open(
    given: Pick<Execution, 'arn' | 'name' | 'stateMachineName' | 'stateMachineArn' | 'machine' | 'input' | 'mapRun'>,
  ): Execution {
    const execution: Execution = {
      ...given,
      startMs: clock.now(),
      history: createHistory(keepHistory !== 'none'),
      stopMs: undefined,
      ending: undefined,
      transitions: 0,
      childTransitions: 0,
      flow: undefined,
      timeout: undefined,
      closed: new Set(),
    };
    store.add(execution);
    const { input, machine, stateMachineName, startMs } = execution;
    execution.history.add('ExecutionStarted', 0, startMs, { input, roleArn: roleArn(accountId, stateMachineName) });
    // The first state follows from 0, not from ExecutionStarted: so AWS records it.
    execution.flow = openFlow(runtime, execution, { source: 0, variables: {}, mapItem: undefined });
    if (machine.timeoutSeconds !== undefined) {
      execution.timeout = clock.after(1000 * machine.timeoutSeconds, () => close(execution, { status: 'TIMED_OUT' }));
    }
    announce(execution);
    clock.after(0, () => void run(execution));
    return execution;
  }

  async function run(execution: Execution): Promise<void> {
    const { flow, machine, input } = execution;
    if (!flow) return;
    try {
      close(execution, { status: 'SUCCEEDED', output: await runFlow(flow, machine, input) });
    } catch (thrown) {
      if (thrown instanceof Aborted) return;
      if (thrown instanceof FatalFailure || thrown instanceof HistoryFull) {
        const failure = { error: errorNames.runtime, cause: thrown.message };
        runtime.noteFailure({ executionArn: execution.arn, ...failure });
        close(execution, { status: 'FAILED', ...failure });
      } else if (thrown instanceof StateFailure) {
        close(execution, { status: 'FAILED', error: thrown.error, cause: thrown.cause });
      } else {
        throw thrown;
      }
    }
  }

  function close(execution: Execution, ending: Ending, tell = announce): void {
    if (execution.ending) return;
    const { flow, history } = execution;
    execution.ending = ending;
    execution.stopMs = clock.now();
    execution.timeout?.cancel();
    const isOwnEnd = ending.status === 'SUCCEEDED' || ending.status === 'FAILED';
    const { error, cause, output } = ending;
    const details = ending.status === 'TIMED_OUT' ? { error: errorNames.timeout } : { error, cause, output };
    const previousEventId = isOwnEnd ? (history.count >= historyLimit - 1 ? history.count : (flow?.source ?? 0)) : 0;
    history.add(endingEvents[ending.status], previousEventId, execution.stopMs, details);
    if (flow) silence(flow);
    execution.flow = undefined;
    if (keepHistory === 'failed' && ending.status === 'SUCCEEDED') history.forget();
    totalTransitions += execution.transitions;
    store.closed(execution);
    for (const listener of execution.closed) listener(ending);
    execution.closed.clear();
    tell(execution);
  }

  function announce(execution: Execution): void {
    if (listeners.size === 0) return;
    const event = statusChangeEvent(execution, options, eventRandom);
    for (const listener of listeners) listener(event);
  }
}

const endingEvents: Readonly<Record<Ending['status'], string>> = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
};

function describe(execution: Execution): ExecutionDescription {
  const { ending, stopMs, mapRun } = execution;
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    status: statusOf(execution),
    startDate: new Date(execution.startMs),
    ...(stopMs === undefined ? {} : { stopDate: new Date(stopMs) }),
    input: execution.input,
    ...(ending?.output === undefined ? {} : { output: ending.output }),
    ...(ending?.error === undefined ? {} : { error: ending.error }),
    ...(ending?.cause === undefined ? {} : { cause: ending.cause }),
    ...(mapRun ? { mapRunArn: mapRun.arn } : {}),
  };
}
