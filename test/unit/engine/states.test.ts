import { describe, expect, it } from 'vitest';
import { after, createWorld, details, machine, part, task } from './harness.ts';

describe('A Pass state', () => {
  it('hands its input on, or its Output', async () => {
    const states = {
      A: { Type: 'Pass', Next: 'B' },
      B: { Type: 'Pass', Output: { n: '{% $states.input.n + 1 %}' }, End: true },
    };
    expect((await createWorld().run(machine(states), { n: 1 })).output).toEqual({ n: 2 });
  });
});

describe('An Output', () => {
  it('may hold expressions at any depth of its lists and objects', async () => {
    const output = ['{% 1 + 1 %}', 'text', { list: [null, '{% $states.input.n %}'] }];
    const states = { P: { Type: 'Pass', Output: output, End: true } };
    expect((await createWorld().run(machine(states), { n: 3 })).output).toEqual([2, 'text', { list: [null, 3] }]);
  });
});

describe('Assign', () => {
  it('evaluates everything before anything takes effect, Output included', async () => {
    const states = {
      A: { Type: 'Pass', Assign: { a: 1, b: 2 }, Next: 'B' },
      B: { Type: 'Pass', Assign: { a: '{% $b %}', b: '{% $a %}' }, Output: '{% [$a, $b] %}', Next: 'C' },
      C: { Type: 'Pass', Output: { before: '{% $states.input %}', after: '{% [$a, $b] %}' }, End: true },
    };
    expect((await createWorld().run(machine(states))).output).toEqual({ before: [1, 2], after: [2, 1] });
  });

  it('is in the history as JSON texts', async () => {
    const result = await createWorld().run(machine({ A: { Type: 'Pass', Assign: { a: { b: 'x' } }, End: true } }));
    expect(details(result, 'PassStateExited')).toMatchObject({
      assignedVariables: { a: '{"b":"x"}' },
      assignedVariablesDetails: { truncated: false },
    });
  });

  it('reaches an inner scope, and what an inner scope assigns stays there', async () => {
    const inner = {
      StartAt: 'I',
      States: {
        I: { Type: 'Pass', Assign: { inner: '{% $outer & "!" %}' }, Next: 'J' },
        J: { Type: 'Pass', Output: '{% $inner %}', End: true },
      },
    };
    const states = {
      A: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'P' },
      P: { Type: 'Parallel', Branches: [inner], Next: 'Z' },
      Z: { Type: 'Pass', Output: { result: '{% $states.input %}', leaked: '{% $exists($inner) %}' }, End: true },
    };
    const result = await createWorld().run(machine(states), {}, { strict: false });
    expect(result.output).toEqual({ result: ['o!'], leaked: false });
  });
});

describe('A Choice state', () => {
  const states = (condition: string | boolean, more = {}) => ({
    C: { Type: 'Choice', Choices: [{ Condition: condition, Next: 'Yes' }], ...more },
    Yes: { Type: 'Succeed', Output: 'yes' },
  });

  it('takes the first rule that is true, otherwise Default with its own Output and Assign', async () => {
    const world = createWorld();
    const definition = {
      ...states('{% $states.input.n > 1 %}', { Default: 'No', Output: 'by default', Assign: { v: 1 } }),
      No: { Type: 'Pass', Output: '{% $states.input & $string($v) %}', End: true },
    };
    expect((await world.run(machine(definition), { n: 2 })).output).toBe('yes');
    expect((await createWorld().run(machine(definition), { n: 1 })).output).toBe('by default1');
  });

  it('fails when its Condition is no boolean', async () => {
    const result = await createWorld().run(machine(states('{% "true" %}')));
    expect(result.error).toBe('States.QueryEvaluationError');
    expect(result.cause).toBe(
      "An error occurred while executing the state 'C' (entered at the event id #2). The JSONata expression '\"true\"' " +
        "specified for the field 'Choices[0]/Condition' returned an unexpected result type. " +
        "Expected 'boolean', but was 'string' for value: \"true\"",
    );
  });

  it('fails with States.Runtime when no rule fits and there is no Default', async () => {
    const result = await createWorld().run(machine(states('{% false %}')));
    expect([result.error, result.cause]).toEqual([
      'States.Runtime',
      "An error occurred while executing the state 'C' (entered at the event id #2). " +
        'Failed to transition out of the state. The state does not point to a next state.',
    ]);
  });
});

describe('A Wait state', () => {
  it.each([
    ['seconds', { Seconds: 90 }, 90],
    ['seconds from an expression', { Seconds: '{% 2 * 30 %}' }, 60],
    ['until an instant', { Timestamp: '2026-01-01T00:02:00Z' }, 120],
    ['until an instant of another zone', { Timestamp: '2026-01-01T01:00:30+01:00' }, 30],
    ['not at all for an instant gone by', { Timestamp: '2020-01-01T00:00:00Z' }, 0],
  ])('waits %s', async (_name, fields, waitedSeconds) => {
    const world = createWorld();
    const result = await world.run(machine({ W: { Type: 'Wait', ...fields, End: true } }));
    expect((result.stopDate?.getTime() ?? 0) - world.startedAtMs).toBe(1000 * waitedSeconds);
    expect(result.types).toEqual(['ExecutionStarted', 'WaitStateEntered', 'WaitStateExited', 'ExecutionSucceeded']);
  });

  it.each(['2016-02-30T00:00:00Z', '2016-01-01', 'soon'])('fails on %s', async (timestamp) => {
    const states = { W: { Type: 'Wait', Timestamp: '{% $states.input %}', End: true } };
    const result = await createWorld().run(machine(states), timestamp);
    expect(result.cause).toContain(
      `cannot be parsed as an ISO-8601 extended offset date-time format string: ${timestamp}`,
    );
    expect(details(result, 'EvaluationFailed')).toMatchObject({ location: 'Timestamp' });
  });

  it.each(['-1', '1.5', '100000000'])('fails on %s seconds', async (seconds) => {
    const result = await createWorld().run(machine({ W: { Type: 'Wait', Seconds: `{% ${seconds} %}`, End: true } }));
    expect(result.error).toBe('States.QueryEvaluationError');
    expect(result.cause).toMatch(
      new RegExp(`The Seconds field must be an integer between 0 and 99999999 but was: ${seconds}$`),
    );
    expect(details(result, 'EvaluationFailed')).toMatchObject({ location: 'Seconds', state: 'W' });
  });

  it('may wait for three years', async () => {
    const result = await createWorld().run(machine({ W: { Type: 'Wait', Seconds: '{% 99999999 %}', End: true } }));
    expect(result.status).toBe('SUCCEEDED');
  });

  it.each([
    ['null', 'null', 'null'],
    ['"1"', 'string', '"1"'],
    ['[1, 2]', 'array', '[1,2]'],
    ['{}', 'object', '{}'],
    ['true', 'boolean', 'true'],
  ])('fails where its seconds are %s', async (expression, type, value) => {
    const result = await createWorld().run(machine({ W: { Type: 'Wait', Seconds: `{% ${expression} %}`, End: true } }));
    expect(result.cause).toContain(`Expected 'number', but was '${type}' for value: ${value}`);
  });
});

describe('Succeed and Fail', () => {
  it('end the execution with an output, or with an error and cause', async () => {
    expect((await createWorld().run(machine({ S: { Type: 'Succeed', Output: [1] } }))).output).toEqual([1]);
    const failed = await createWorld().run(machine({ F: { Type: 'Fail', Error: 'E', Cause: '{% "c" & "!" %}' } }));
    expect([failed.status, failed.error, failed.cause]).toEqual(['FAILED', 'E', 'c!']);
    expect(failed.types).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
  });

  it('fail without error and cause when none is given', async () => {
    const failed = await createWorld().run(machine({ F: { Type: 'Fail' } }));
    expect(details(failed, 'ExecutionFailed')).toEqual({});
    expect('error' in failed).toBe(false);
  });
});

describe('A Parallel state', () => {
  const branch = (states: object) => part({ ...states });
  const wait = (name: string, seconds: number) => ({
    [name]: { Type: 'Wait', Seconds: seconds, Output: name, End: true },
  });

  it('runs its branches at the same time and gives their outputs in order', async () => {
    const world = createWorld();
    const result = await world.run(
      machine({ P: { Type: 'Parallel', Branches: [wait('A', 20), wait('B', 10)].map(branch), End: true } }),
    );
    expect(result.output).toEqual(['A', 'B']);
    expect((result.stopDate?.getTime() ?? 0) - world.startedAtMs).toBe(20_000);
    expect(result.types.slice(1, 3)).toEqual(['ParallelStateEntered', 'ParallelStateStarted']);
    expect(result.types.slice(-3)).toEqual(['ParallelStateSucceeded', 'ParallelStateExited', 'ExecutionSucceeded']);
  });

  it('hands its Arguments to the branches', async () => {
    const states = {
      P: {
        Type: 'Parallel',
        Arguments: { n: '{% $states.input.n * 2 %}' },
        Branches: [branch({ A: { Type: 'Pass', End: true } })],
        End: true,
      },
    };
    expect((await createWorld().run(machine(states), { n: 4 })).output).toEqual([{ n: 8 }]);
  });

  it('aborts the other branches when one fails, and may catch that', async () => {
    const states = {
      P: {
        Type: 'Parallel',
        Branches: [branch(wait('Slow', 100)), branch({ Boom: { Type: 'Fail', Error: 'Boom', Cause: 'why' } })],
        Catch: [{ ErrorEquals: ['Boom'], Output: '{% $states.errorOutput %}', Next: 'Z' }],
        End: true,
      },
      Z: { Type: 'Succeed' },
    };
    const world = createWorld();
    const result = await world.run(machine(states));
    expect(result.output).toEqual({ Error: 'Boom', Cause: 'why' });
    expect(result.stopDate?.getTime()).toBe(world.startedAtMs);
    expect(result.types).toEqual([
      'ExecutionStarted',
      'ParallelStateEntered',
      'ParallelStateStarted',
      'WaitStateEntered',
      'FailStateEntered',
      'WaitStateAborted',
      'ParallelStateFailed',
      'ParallelStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('says nothing of an aborted state that takes no time', async () => {
    const slow = branch({ Slow: { Type: 'Pass', Output: '{% $map([1..99], function($n) { $n }) %}', End: true } });
    const { types } = await createWorld().run(
      machine({ P: { Type: 'Parallel', Branches: [slow, branch({ Boom: { Type: 'Fail' } })], End: true } }),
    );
    expect(types.slice(-4)).toEqual(['PassStateEntered', 'FailStateEntered', 'ParallelStateFailed', 'ExecutionFailed']);
  });

  it('does not call a function of a branch that was aborted before its turn', async () => {
    const world = createWorld({ late: () => after(1000) });
    const branches = [
      branch({ Boom: { Type: 'Fail' } }),
      branch({ W: { Type: 'Wait', Seconds: 1, Next: 'T' }, T: task('late') }),
    ];
    await world.run(machine({ P: { Type: 'Parallel', Branches: branches, End: true } }));
    expect(world.calls).toEqual([]);
  });
});
