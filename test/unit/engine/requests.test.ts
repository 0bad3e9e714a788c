import { describe, expect, it } from 'vitest';
import { after, createWorld, details, machine, named, part, task } from './harness.ts';

const pass = (output: number) => machine({ P: { Type: 'Pass', Output: output, End: true } });
const slow = machine({ W: { Type: 'Wait', Seconds: 10, End: true } });

describe('A state machine that was changed', () => {
  it('runs as it is now, or as the version that is asked for, by name or ARN', async () => {
    const world = createWorld();
    const { engine } = world;
    const arns = Array.from({ length: 12 }, (_, index) => engine.addStateMachine('m', pass(index + 1)));
    expect(new Set(arns)).toEqual(new Set(['arn:aws:states:eu-central-1:111122223333:stateMachine:m']));
    const run = async (stateMachine: string) => {
      const { executionArn } = engine.startExecution({ stateMachine, input: {} });
      await world.clock.run();
      expect(executionArn).toContain(':execution:m:');
      return engine.describeExecution(executionArn).output;
    };
    const arn = arns[0] ?? '';
    expect([await run('m'), await run('m:1'), await run('m:12'), await run(`${arn}:2`)]).toEqual([12, 1, 12, 2]);
    expect(() => engine.startExecution({ stateMachine: 'm:13', input: {} })).toThrow(
      expect.objectContaining({ name: 'StateMachineDoesNotExist', message: "State Machine Does Not Exist: 'm:13'" }),
    );
    expect(engine.listExecutions({ stateMachine: 'm' })).toHaveLength(4);
    expect(engine.listExecutions({ stateMachine: arn })).toHaveLength(4);
    expect(engine.listExecutions({ stateMachine: 'other' })).toEqual([]);
  });
});

describe('A request that is refused says why', () => {
  it.each([
    ['a name that AWS takes not', { name: 'a b', input: {} }, "Invalid Name: 'a b'"],
    ['an input that is too large', { input: 'x'.repeat(262_144) }, 'The input exceeds 262144 bytes'],
  ])('%s', (_says, request, message) => {
    const { engine } = createWorld();
    engine.addStateMachine('m', slow);
    expect(() => engine.startExecution({ stateMachine: 'm', ...request })).toThrow(
      expect.objectContaining({ message }),
    );
  });

  it('a history that was not kept', async () => {
    const world = createWorld({}, { keepHistory: 'none' });
    const arn = world.start(slow);
    expect(() => world.engine.getExecutionHistory(arn)).toThrow(
      expect.objectContaining({
        name: 'HistoryNotKept',
        message: `The history of '${arn}' was not kept; see option keepHistory.`,
      }),
    );
  });
});

describe('An execution', () => {
  it('that runs has no end yet', () => {
    const world = createWorld();
    expect(world.engine.describeExecution(world.start(slow))).not.toHaveProperty('stopDate');
  });

  it('that was stopped says in its history why', async () => {
    const world = createWorld();
    const arn = world.start(slow);
    world.engine.stopExecution(arn, { error: 'Stop', cause: 'told so' });
    await world.clock.run();
    expect(details(world.result(arn), 'ExecutionAborted')).toEqual({ error: 'Stop', cause: 'told so' });
    expect(world.result(arn).types).toEqual(['ExecutionStarted', 'ExecutionAborted']);
  });

  it('that was stopped long ago keeps its time', async () => {
    const world = createWorld();
    const result = await world.run(pass(1));
    await world.clock.run(world.startedAtMs + 5000);
    expect(world.engine.stopExecution(result.executionArn)).toEqual({ stopDate: new Date(world.startedAtMs) });
  });

  it('is billed while it runs', async () => {
    const world = createWorld();
    const arn = world.start(machine({ P: { Type: 'Pass', Next: 'W' }, W: { Type: 'Wait', Seconds: 10, End: true } }));
    await world.clock.run(world.startedAtMs + 1000);
    expect([world.engine.transitions(arn), world.engine.transitions()]).toEqual([2, 2]);
    await world.run(pass(1));
    expect(world.engine.transitions()).toBe(3);
  });

  it('that fails beyond every Catch follows from the state that failed it', async () => {
    const broken = part({
      C: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'D' }] },
      D: { Type: 'Succeed' },
    });
    const waiting = part({ W: { Type: 'Wait', Seconds: 10, End: true } });
    const result = await createWorld().run(
      machine({ P: { Type: 'Parallel', Branches: [broken, waiting], End: true } }),
    );
    const choice = result.events.find(({ type }) => type === 'ChoiceStateEntered');
    expect(result.types.slice(-2)).toEqual(['WaitStateEntered', 'ExecutionFailed']);
    expect(result.events.at(-1)?.previousEventId).toBe(choice?.id);
  });
});

describe('The token of a task', () => {
  const waiting = machine({
    T: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'f', Payload: { token: '{% $states.context.Task.Token %}' } },
      End: true,
    },
  });

  it('takes one answer alone, even while the call that handed it out is under way', async () => {
    const refused: unknown[] = [];
    const world = createWorld({
      f: (payload) => {
        const token = String(Object(payload).token);
        world.engine.sendTaskSuccess(token, 'first');
        try {
          world.engine.sendTaskSuccess(token, 'second');
        } catch (error) {
          refused.push(error);
        }
        return after(5000);
      },
    });
    expect((await world.run(waiting)).output).toBe('first');
    expect(refused).toEqual([expect.objectContaining({ name: 'TaskTimedOut' })]);
  });

  it('is gone with the call that failed', async () => {
    let token = '';
    const world = createWorld({
      f: (payload) => {
        token = String(Object(payload).token);
        return Promise.reject(named('Bad'));
      },
    });
    expect(await world.run(waiting)).toMatchObject({ status: 'FAILED', error: 'Bad' });
    expect(() => world.engine.sendTaskSuccess(token, 1)).toThrow(expect.objectContaining({ name: 'TaskTimedOut' }));
  });

  it('is no part of a task that has none', async () => {
    const states = { T: task('f', { Arguments: '{% $keys($states.context) %}', End: true }) };
    const result = await createWorld({ f: (payload) => payload }).run(machine(states));
    expect(result.output).toEqual(['Execution', 'StateMachine', 'State']);
  });
});

describe('A nested execution that is lost', () => {
  it('was aborted, as far as its parent knows', async () => {
    const world = createWorld();
    world.engine.addStateMachine('child', machine({ W: { Type: 'Wait', Seconds: 60, End: true } }));
    const nested = {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:child' },
      End: true,
    };
    const arn = world.start(machine({ N: nested }));
    await world.clock.run(world.startedAtMs + 1000);
    const [child] = world.engine.listExecutions({ stateMachine: 'child' });
    world.engine.loseExecution(child?.executionArn ?? '');
    await world.clock.run();
    expect(world.result(arn)).toMatchObject({
      error: 'States.TaskFailed',
      cause: expect.stringContaining('"Status":"ABORTED"'),
    });
  });
});
