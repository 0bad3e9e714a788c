import { describe, expect, it } from 'vitest';
import { RequestRefused, type StatusChangeEvent } from '../../../engine/index.ts';
import { after, createWorld, details, machine, named, part, task } from './harness.ts';

const wait = machine({ W: { Type: 'Wait', Seconds: 60, End: true } });
const dayMs = 86_400_000;

describe('The name of an execution', () => {
  it('gives the running execution again for the same input, and is refused otherwise', async () => {
    const { engine, clock } = createWorld();
    engine.addStateMachine('m', wait);
    const start = (input: number) => engine.startExecution({ stateMachine: 'm', name: 'n', input });
    const first = start(1);
    await clock.run(clock.now() + 10_000);
    expect(start(1)).toEqual(first);
    expect(() => start(2)).toThrow(expect.objectContaining({ name: 'ExecutionAlreadyExists' }));
    await clock.run();
    expect(() => start(1)).toThrow(expect.objectContaining({ name: 'ExecutionAlreadyExists' }));
    await clock.run(clock.now() + 91 * dayMs);
    expect(start(1).startDate).not.toEqual(first.startDate);
  });

  it.each(['', 'a b', 'a/b', 'x'.repeat(81)])("must not be '%s'", (name) => {
    const { engine } = createWorld();
    engine.addStateMachine('m', wait);
    expect(() => engine.startExecution({ stateMachine: 'm', name, input: {} })).toThrow(
      expect.objectContaining({ name: 'InvalidName' }),
    );
  });
});

describe('An execution', () => {
  it('is described, listed by state machine and status, and forgotten after its time', async () => {
    const { engine, clock } = createWorld({}, { keepClosedDays: 2 });
    engine.addStateMachine('a', wait);
    engine.addStateMachine('b', wait);
    const { executionArn } = engine.startExecution({ stateMachine: 'a', name: 'n', input: 1 });
    engine.startExecution({ stateMachine: 'arn:aws:states:eu-central-1:111122223333:stateMachine:b', input: 2 });
    expect(engine.listExecutions({ stateMachine: 'a', status: 'RUNNING' })).toHaveLength(1);
    await clock.run();
    expect(engine.describeExecution(executionArn)).toEqual({
      executionArn: 'arn:aws:states:eu-central-1:111122223333:execution:a:n',
      stateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:a',
      name: 'n',
      status: 'SUCCEEDED',
      startDate: new Date('2026-01-01T00:00:00Z'),
      stopDate: new Date('2026-01-01T00:01:00Z'),
      input: 1,
      output: 1,
    });
    expect(engine.listExecutions({ status: 'RUNNING' })).toEqual([]);
    await clock.run(clock.now() + 2 * dayMs + 1);
    expect(() => engine.describeExecution(executionArn)).toThrow(RequestRefused);
    expect(() => engine.startExecution({ stateMachine: 'none', input: 1 })).toThrow(
      /State Machine Does Not Exist: 'none'/,
    );
  });

  it('stops when it is told, in the midst of a task, and nothing of it goes on', async () => {
    const world = createWorld({ f: () => after(10_000) });
    const arn = world.start(machine({ T: task('f', { Next: 'U' }), U: task('f') }));
    await world.clock.run(world.startedAtMs + 5000);
    expect(world.engine.stopExecution(arn, { error: 'Stop', cause: 'told so' })).toEqual({
      stopDate: new Date(world.startedAtMs + 5000),
    });
    await world.clock.run();
    const result = world.result(arn);
    expect(result).toMatchObject({ status: 'ABORTED', error: 'Stop', cause: 'told so' });
    expect(result.events.at(-1)).toMatchObject({ type: 'ExecutionAborted', previousEventId: 0 });
    expect(world.calls).toHaveLength(1);
    expect(world.engine.stopExecution(arn)).toEqual({ stopDate: new Date(world.startedAtMs + 5000) });
    expect(world.engine.describeExecution(arn).error).toBe('Stop');
  });

  it('leaves no timer behind', async () => {
    const world = createWorld({ f: () => 1 });
    const limits = { TimeoutSeconds: 1000, HeartbeatSeconds: 500, End: true };
    await world.run({ ...machine({ T: task('f', limits) }), TimeoutSeconds: 5000 });
    expect(world.clock.now()).toBe(world.startedAtMs);
  });

  it('times out as a whole, without error and cause', async () => {
    const result = await createWorld().run({ ...wait, TimeoutSeconds: 3 });
    expect(result).toMatchObject({ status: 'TIMED_OUT', stopDate: new Date('2026-01-01T00:00:03Z') });
    expect('error' in result).toBe(false);
    expect(result.events.at(-1)).toMatchObject({
      type: 'ExecutionTimedOut',
      previousEventId: 0,
      executionTimedOutEventDetails: { error: 'States.Timeout' },
    });
  });
});

describe('A nested execution', () => {
  const nested = (suffix: string, more = {}) =>
    machine({
      N: {
        Type: 'Task',
        Resource: `arn:aws:states:::states:startExecution${suffix}`,
        Arguments: {
          StateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:child',
          Name: 'kid',
          Input: { n: 1 },
        },
        End: true,
        ...more,
      },
    });
  const world = (child = machine({ W: { Type: 'Wait', Seconds: 5, Output: { m: 2 }, End: true } })) => {
    const made = createWorld();
    made.engine.addStateMachine('child', child);
    return made;
  };
  const childArn = 'arn:aws:states:eu-central-1:111122223333:execution:child:kid';

  it('is not waited for without .sync', async () => {
    const w = world();
    const result = await w.run(nested(''));
    expect(result.output).toMatchObject({ ExecutionArn: childArn });
    expect(result.stopDate?.getTime()).toBe(w.startedAtMs);
    expect(w.engine.describeExecution(childArn)).toMatchObject({ status: 'SUCCEEDED', input: { n: 1 } });
  });

  it('is not started where the machine may not, and the Task fails with the reason', async () => {
    const made = createWorld({}, { refusesStart: (by, started) => `${by} may not start ${started}` });
    made.engine.addStateMachine('child', machine({ S: { Type: 'Succeed' } }));
    const result = await made.run(nested('.sync:2'));
    expect(result).toMatchObject({
      error: 'StepFunctions.AccessDeniedException',
      cause: 'machine may not start arn:aws:states:eu-central-1:111122223333:stateMachine:child',
    });
    expect(made.engine.listExecutions({ stateMachine: 'child' })).toEqual([]);
  });

  it('gives its output as JSON text with .sync and parsed with .sync:2', async () => {
    expect((await world().run(nested('.sync'))).output).toMatchObject({
      Output: '{"m":2}',
      Input: '{"n":1}',
      Status: 'SUCCEEDED',
    });
    const result = await world().run(nested('.sync:2', { Output: '{% $states.result.Output.m %}' }));
    expect(result.output).toBe(2);
    expect(result.types.slice(2, 7)).toEqual([
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
    ]);
    expect(details(result, 'TaskSubmitted')).toMatchObject({
      resource: 'startExecution.sync:2',
      resourceType: 'states',
    });
  });

  it('fails its parent with States.TaskFailed', async () => {
    const result = await world(machine({ F: { Type: 'Fail', Error: 'E', Cause: 'c' } })).run(nested('.sync:2'));
    expect(result.error).toBe('States.TaskFailed');
    expect(JSON.parse(result.cause ?? '')).toMatchObject({
      Error: 'E',
      Cause: 'c',
      Status: 'FAILED',
      ExecutionArn: childArn,
    });
  });

  it('is stopped with its parent, or when its parent has waited long enough', async () => {
    const stopped = world();
    const arn = stopped.start(nested('.sync:2'));
    await stopped.clock.run(stopped.startedAtMs + 1000);
    stopped.engine.stopExecution(arn);
    expect(stopped.engine.describeExecution(childArn).status).toBe('ABORTED');
    const late = world();
    await late.run(nested('.sync:2', { TimeoutSeconds: 2 }));
    expect(late.engine.describeExecution(childArn)).toMatchObject({
      status: 'ABORTED',
      stopDate: new Date(late.startedAtMs + 2000),
    });
  });

  it('fails its parent when the name is taken', async () => {
    const w = world();
    w.engine.startExecution({ stateMachine: 'child', name: 'kid', input: 'other' });
    expect(await w.run(nested(''))).toMatchObject({
      error: 'StepFunctions.ExecutionAlreadyExistsException',
      cause: `Execution Already Exists: '${childArn}'`,
    });
  });
});

describe('An execution that is lost', () => {
  it('stops where it is, tells nobody, and does not exist any more', async () => {
    const world = createWorld();
    const events: StatusChangeEvent[] = [];
    const arn = world.engine.addStateMachine('m', wait);
    const { executionArn } = world.engine.startExecution({ stateMachine: arn, name: 'a', input: {} });
    world.engine.onStatusChange((event) => void events.push(event));
    world.engine.loseExecution(executionArn);
    await world.clock.run();
    expect(events).toEqual([]);
    expect(world.engine.listExecutions()).toEqual([]);
    expect(() => world.engine.describeExecution(executionArn)).toThrow('Execution Does Not Exist');
    expect(() => world.engine.loseExecution(executionArn)).toThrow('Execution Does Not Exist');
  });

  it('leaves the parent of its Map to go on, as if it had been aborted', async () => {
    const world = createWorld();
    const map = machine({
      M: {
        Type: 'Map',
        Label: 'M',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...part({ W: { Type: 'Wait', Seconds: 60, End: true } }),
        },
        ToleratedFailurePercentage: 100,
        End: true,
      },
    });
    const arn = world.engine.addStateMachine('m', map);
    const { executionArn } = world.engine.startExecution({ stateMachine: arn, input: [1, 2] });
    await world.clock.run(world.startedAtMs + 1000);
    const [child] = world.engine.listExecutions({ status: 'RUNNING' });
    world.engine.loseExecution(child?.executionArn ?? '');
    await world.clock.run();
    expect(world.engine.describeExecution(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: [1] });
  });
});

describe('A listener to changes of status', () => {
  it('gets events with ids of their own, by the seed', async () => {
    const idsOf = async (seed: number): Promise<readonly string[]> => {
      const world = createWorld({}, { seed });
      const ids: string[] = [];
      world.engine.onStatusChange(({ id }) => void ids.push(id));
      await world.run(wait);
      return ids;
    };
    const [first, again, other] = [await idsOf(5), await idsOf(5), await idsOf(6)];
    expect(again).toEqual(first);
    expect(new Set([...first, ...other]).size).toBe(4);
  });

  it("gets EventBridge's events for the start and the end, until it unsubscribes", async () => {
    const world = createWorld();
    const events: StatusChangeEvent[] = [];
    const unsubscribe = world.engine.onStatusChange((event) => void events.push(event));
    const { executionArn } = await world.run(wait, { a: 1 });
    unsubscribe();
    await world.run(wait);
    expect(events.map(({ detail }) => detail.status)).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(events[1]).toMatchObject({
      'detail-type': 'Step Functions Execution Status Change',
      source: 'aws.states',
      account: '111122223333',
      region: 'eu-central-1',
      time: '2026-01-01T00:01:00Z',
      resources: [executionArn],
      detail: {
        executionArn,
        startDate: world.startedAtMs,
        stopDate: world.startedAtMs + 60_000,
        input: '{"a":1}',
        output: '{"a":1}',
        inputDetails: { included: true },
        outputDetails: { included: true },
        error: null,
        cause: null,
      },
    });
    expect(events[0]).toMatchObject({ detail: { stopDate: null, output: null, outputDetails: null } });
  });

  it('gets no payloads that are too large for an event', async () => {
    const world = createWorld();
    const events: StatusChangeEvent[] = [];
    world.engine.onStatusChange((event) => void events.push(event));
    await world.run(machine({ S: { Type: 'Succeed' } }), 'x'.repeat(200_000));
    expect(events[0]?.detail).toMatchObject({ inputDetails: { included: true } });
    expect(events[1]?.detail).toMatchObject({
      input: null,
      output: null,
      inputDetails: { included: false },
      outputDetails: { included: false },
    });
  });
});

describe('Histories', () => {
  const busy = machine({
    P: {
      Type: 'Parallel',
      Branches: [
        part({
          T: task('flaky', {
            Retry: [{ ErrorEquals: ['E'], JitterStrategy: 'FULL', MaxAttempts: 9 }],
            Output: '{% $uuid() %}',
            End: true,
          }),
        }),
        part({ M: { Type: 'Map', Items: '{% [1..5] %}', ItemProcessor: part({ U: task('echo') }), End: true } }),
      ],
      End: true,
    },
  });
  const history = async (seed: number): Promise<string> => {
    const world = createWorld(
      {
        flaky: (_payload, call) => (call < 4 ? Promise.reject(named('E')) : 'ok'),
        echo: (payload) => after(Number(payload) * 100, payload),
      },
      { seed },
    );
    return JSON.stringify((await world.run(busy)).events).replaceAll(/"trace[^\]]*\]/g, '');
  };

  it('are the same byte for byte for the same seed, and others for another', async () => {
    const first = await history(5);
    expect(await history(5)).toBe(first);
    expect(await history(6)).not.toBe(first);
  });

  it('are kept as the engine was told', async () => {
    const kept = async (keepHistory: 'failed' | 'none', state: object): Promise<boolean> => {
      const { engine, clock } = createWorld({}, { keepHistory });
      engine.addStateMachine('m', machine({ S: { ...state } }));
      const { executionArn } = engine.startExecution({ stateMachine: 'm', input: {} });
      await clock.run();
      try {
        return engine.getExecutionHistory(executionArn).length > 0;
      } catch (error) {
        expect(error).toMatchObject({ name: 'HistoryNotKept' });
        return false;
      }
    };
    expect(await kept('failed', { Type: 'Fail' })).toBe(true);
    expect(await kept('failed', { Type: 'Succeed' })).toBe(false);
    expect(await kept('none', { Type: 'Fail' })).toBe(false);
  });

  it('follow from one event to the next within each branch', async () => {
    const world = createWorld();
    const branch = (name: string) => part({ [name]: { Type: 'Wait', Seconds: 1, End: true } });
    const { events } = await world.run(
      machine({ P: { Type: 'Parallel', Branches: [branch('A'), branch('B')], End: true } }),
    );
    expect(events.map(({ type, previousEventId }) => [type, previousEventId])).toEqual([
      ['ExecutionStarted', 0],
      ['ParallelStateEntered', 0],
      ['ParallelStateStarted', 2],
      ['WaitStateEntered', 3],
      ['WaitStateEntered', 3],
      ['WaitStateExited', 4],
      ['WaitStateExited', 5],
      ['ParallelStateSucceeded', 7],
      ['ParallelStateExited', 7],
      ['ExecutionSucceeded', 9],
    ]);
  });
});

describe('Calls of functions', () => {
  it('are made one after the other, however many executions want them at the same instant', async () => {
    let running = 0;
    const world = createWorld({
      f: async () => {
        expect(++running).toBe(1);
        await new Promise<void>((resolve) => setImmediate(resolve));
        running--;
        return null;
      },
    });
    world.engine.addStateMachine('m', machine({ T: task('f') }));
    for (let count = 0; count < 20; count++) world.engine.startExecution({ stateMachine: 'm', input: {} });
    await world.clock.run();
    expect(world.calls).toHaveLength(20);
    expect(world.engine.listExecutions({ status: 'SUCCEEDED' })).toHaveLength(20);
  });
});
