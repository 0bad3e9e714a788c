import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../engine/index.ts';
import { seededRandom } from '../../../engine/random.ts';
import { countRetries, matchesError } from '../../../engine/retry.ts';
import { after, createWorld, details, machine, named, part, task } from './harness.ts';

function fails(name: string): () => Promise<Json> {
  return () => Promise.reject(named(name));
}

async function attemptsAt(retry: JsonObject, until = 99): Promise<readonly number[]> {
  const world = createWorld({ f: (_payload, call) => (call <= until ? fails('E')() : 'ok') });
  await world.run(machine({ T: task('f', { Retry: [{ ErrorEquals: ['E'], ...retry }], End: true }) }));
  return world.calls.map(({ atMs }) => (atMs - world.startedAtMs) / 1000);
}

describe('A retrier', () => {
  it('tries three times more, after 1, 2 and 4 seconds, unless told otherwise', async () => {
    expect(await attemptsAt({})).toEqual([0, 1, 3, 7]);
  });

  it('keeps to its interval, rate, limit and number', async () => {
    expect(await attemptsAt({ IntervalSeconds: 3, BackoffRate: 1.5, MaxAttempts: 3 })).toEqual([0, 3, 7.5, 14.25]);
    expect(await attemptsAt({ IntervalSeconds: 2, BackoffRate: 10, MaxDelaySeconds: 5, MaxAttempts: 3 })).toEqual([
      0, 2, 7, 12,
    ]);
    expect(await attemptsAt({ MaxAttempts: 0 })).toEqual([0]);
  });

  it('spreads its delays between 0 and the whole with full jitter, by the seed', () => {
    const retrier = {
      errorEquals: ['E'],
      intervalSeconds: 10,
      maxAttempts: 100,
      backoffRate: 1,
      maxDelaySeconds: undefined,
      fullJitter: true,
    };
    const delays = (seed: number): readonly (number | undefined)[] => {
      const counts = countRetries([retrier], seededRandom(seed));
      return Array.from({ length: 100 }, () => counts.nextDelayMs('E'));
    };
    expect(delays(1)).toEqual(delays(1));
    expect(delays(1)).not.toEqual(delays(2));
    expect(Math.min(...delays(1).map(Number))).toBeLessThan(1000);
    expect(Math.max(...delays(1).map(Number))).toBeGreaterThan(9000);
    expect(Math.max(...delays(1).map(Number))).toBeLessThan(10_000);
  });

  it('spreads them where its definition says so, and only there', async () => {
    const steady = { IntervalSeconds: 10, BackoffRate: 1, MaxAttempts: 2 };
    expect(await attemptsAt({ ...steady, JitterStrategy: 'NONE' })).toEqual([0, 10, 20]);
    const [, first = 0, second = 0] = await attemptsAt({ ...steady, JitterStrategy: 'FULL' });
    for (const delay of [first, second - first]) {
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThan(10);
    }
  });

  it('counts for itself, whatever the other retriers do', async () => {
    const world = createWorld({ f: (_payload, call) => fails(call % 2 === 1 ? 'A' : 'B')() });
    const retry = ['A', 'B'].map((name) => ({
      ErrorEquals: [name],
      IntervalSeconds: 1,
      BackoffRate: 1,
      MaxAttempts: 2,
    }));
    const result = await world.run(machine({ T: task('f', { Retry: retry, End: true }) }));
    expect(world.calls).toHaveLength(5);
    expect(result.error).toBe('A');
  });

  it('starts afresh when the state is entered again', async () => {
    const world = createWorld({ f: fails('E') });
    const retry = [{ ErrorEquals: ['E'], MaxAttempts: 2 }];
    const states = {
      T: task('f', {
        Retry: retry,
        Catch: [{ ErrorEquals: ['E'], Next: 'Again', Output: '{% $states.input %}' }],
        Next: 'Z',
      }),
      Again: { Type: 'Choice', Choices: [{ Condition: '{% $states.input = 2 %}', Next: 'Z' }], Default: 'Inc' },
      Inc: { Type: 'Pass', Output: '{% $states.input + 1 %}', Next: 'T' },
      Z: { Type: 'Succeed' },
    };
    await world.run(machine(states), 1);
    expect(world.calls).toHaveLength(6);
  });

  it('tells the state how often it was tried, and is billed as a transition', async () => {
    const world = createWorld({ f: (payload, call) => (call < 3 ? fails('E')() : payload) });
    const states = {
      T: task('f', { Arguments: '{% $states.context.State.RetryCount %}', Retry: [{ ErrorEquals: ['E'] }], End: true }),
    };
    const result = await world.run(machine(states));
    expect(result.output).toBe(2);
    expect(world.engine.transitions(result.executionArn)).toBe(3);
    expect(world.engine.transitions()).toBe(3);
  });
});

describe('A catcher', () => {
  it('goes on with the error as its output, or with its own Output and Assign', async () => {
    const run = async (catcher: JsonObject): Promise<Json | undefined> => {
      const states = {
        T: task('f', {
          Catch: [{ ErrorEquals: ['E'], Next: 'Z', ...catcher }],
          Output: 'not this',
          Assign: { v: 0 },
          Next: 'Z',
        }),
        Z: { Type: 'Pass', Output: { got: '{% $states.input %}', v: '{% $exists($v) ? $v : null %}' }, End: true },
      };
      return (await createWorld({ f: fails('E') }).run(machine(states), {}, { strict: false })).output;
    };
    expect(await run({})).toMatchObject({
      got: { Error: 'E', Cause: expect.stringContaining('"errorType":"E"') as string },
      v: null,
    });
    expect(await run({ Output: '{% $states.errorOutput.Error %}', Assign: { v: 1 } })).toEqual({ got: 'E', v: 1 });
  });

  it('catches an evaluation that fails in the arguments or in the output of the task', async () => {
    for (const broken of [{ Arguments: '{% $x %}' }, { Output: '{% $x %}' }]) {
      const states = {
        T: task('f', { ...broken, Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Z' }], Next: 'Z' }),
        Z: { Type: 'Succeed' },
      };
      const result = await createWorld({ f: () => 1 }).run(machine(states), {}, { strict: false });
      expect(result.output).toMatchObject({ Error: 'States.QueryEvaluationError' });
      expect(result.types).toContain('EvaluationFailed');
    }
  });

  it('of a failure without a name and a cause gets empty texts', async () => {
    const states = {
      P: {
        Type: 'Parallel',
        Branches: [part({ F: { Type: 'Fail' } })],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }],
        Next: 'Z',
      },
      Z: { Type: 'Succeed' },
    };
    expect((await createWorld().run(machine(states))).output).toEqual({ Error: '', Cause: '' });
  });

  it('cannot be caught itself when it fails', async () => {
    const catchers = [
      { ErrorEquals: ['E'], Output: '{% $x %}', Next: 'Z' },
      { ErrorEquals: ['States.ALL'], Next: 'Z' },
    ];
    const states = { T: task('f', { Catch: catchers, Next: 'Z' }), Z: { Type: 'Succeed' } };
    const result = await createWorld({ f: fails('E') }).run(machine(states), {}, { strict: false });
    expect(result.error).toBe('States.QueryEvaluationError');
    expect(details(result, 'EvaluationFailed')).toMatchObject({ location: 'Catch[0]/Output' });
  });
});

describe('States.Runtime', () => {
  const broken = part({
    C: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'D' }] },
    D: { Type: 'Succeed' },
  });

  it.each<[string, JsonObject]>([
    ['a Parallel', { Type: 'Parallel', Branches: [broken] }],
    ['a Map', { Type: 'Map', Items: [1], ItemProcessor: broken }],
  ])('ends the execution from inside %s at once, past every Catch', async (_name, state) => {
    const handlers = { Retry: [{ ErrorEquals: ['States.ALL'] }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }] };
    const result = await createWorld().run(
      machine({ P: { ...state, ...handlers, Next: 'Z' }, Z: { Type: 'Succeed' } }),
    );
    expect(result.error).toBe('States.Runtime');
    expect(result.types.slice(-2)).toEqual(['ChoiceStateEntered', 'ExecutionFailed']);
  });

  it('is what a call without its required argument gives', async () => {
    const states = { T: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: {}, End: true } };
    const result = await createWorld().run(machine(states));
    expect(result.types).toEqual(['ExecutionStarted', 'TaskStateEntered', 'ExecutionFailed']);
    expect(result.cause).toContain("The field 'FunctionName' is required but was missing");
  });
});

describe('ErrorEquals', () => {
  const others = fc.string({ minLength: 1 }).filter((name) => !name.startsWith('States.'));

  it('States.ALL covers every error but States.Runtime and States.DataLimitExceeded', () => {
    fc.assert(
      fc.property(others, (name) => matchesError(['States.ALL'], name)),
      { seed: 3 },
    );
    expect(matchesError(['States.ALL'], 'States.Timeout')).toBe(true);
    expect(matchesError(['States.ALL'], undefined)).toBe(true);
    expect(matchesError(['States.ALL'], 'States.Runtime')).toBe(false);
    expect(matchesError(['States.ALL'], 'States.DataLimitExceeded')).toBe(false);
  });

  it('States.DataLimitExceeded can be named, States.Runtime cannot be caught at all', () => {
    expect(matchesError(['States.DataLimitExceeded'], 'States.DataLimitExceeded')).toBe(true);
    expect(matchesError(['States.Runtime'], 'States.Runtime')).toBe(false);
  });

  it('States.TaskFailed covers every error but timeouts, and States.Timeout a missed heartbeat too', () => {
    fc.assert(
      fc.property(others, (name) => matchesError(['States.TaskFailed'], name)),
      { seed: 3 },
    );
    expect(matchesError(['States.TaskFailed'], 'States.Timeout')).toBe(false);
    expect(matchesError(['States.TaskFailed'], 'States.HeartbeatTimeout')).toBe(false);
    expect(matchesError(['States.Timeout'], 'States.HeartbeatTimeout')).toBe(true);
    expect(matchesError(['States.HeartbeatTimeout'], 'States.Timeout')).toBe(false);
  });

  it('takes names as they are, not as patterns', () => {
    expect(matchesError(['E', 'F'], 'F')).toBe(true);
    expect(matchesError(['Lambda.*'], 'Lambda.ServiceException')).toBe(false);
  });
});

describe('The payload limit of 256 KiB', () => {
  const big = 'x'.repeat(262_144);

  it('fails a task whose result is larger, past States.ALL', async () => {
    const states = (name: string) => ({
      T: task('f', { Catch: [{ ErrorEquals: [name], Next: 'Z' }], Next: 'Z' }),
      Z: { Type: 'Succeed' },
    });
    const world = () => createWorld({ f: () => big });
    const failed = await world().run(machine(states('States.ALL')));
    expect(failed).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause: expect.stringMatching(/'arn:.*:f' returned a result with a size exceeding the maximum number of bytes/),
    });
    expect(failed.types.at(-2)).toBe('LambdaFunctionFailed');
    expect((await world().run(machine(states('States.DataLimitExceeded')))).status).toBe('SUCCEEDED');
  });

  it('counts bytes, not characters, quotes included', async () => {
    const run = async (text: string): Promise<string> =>
      (await createWorld({ f: () => text }).run(machine({ T: task('f') }))).status;
    expect(await run('x'.repeat(262_142))).toBe('SUCCEEDED');
    expect(await run('x'.repeat(262_143))).toBe('FAILED');
    expect(await run('ü'.repeat(131_071))).toBe('SUCCEEDED');
    expect(await run('ü'.repeat(131_072))).toBe('FAILED');
  });

  it('holds for the arguments of a task, which AWS says were provided', async () => {
    const result = await createWorld({ f: () => 1 }).run(machine({ T: task('f', { Arguments: big, End: true }) }));
    expect(result).toMatchObject({
      error: 'States.DataLimitExceeded',
      cause: "The state/task 'T' provided parameters with a size exceeding the maximum number of bytes service limit.",
    });
    expect(result.types).not.toContain('LambdaFunctionScheduled');
  });

  it('holds for what a state puts out or assigns, and for the input of an execution', async () => {
    const half = big.slice(0, 140_000);
    for (const fields of [{ Output: big }, { Assign: { v: big } }, { Assign: { v: half, w: half } }]) {
      const result = await createWorld().run(machine({ P: { Type: 'Pass', ...fields, End: true } }));
      expect(result).toMatchObject({
        error: 'States.DataLimitExceeded',
        cause: "The state/task 'P' returned a result with a size exceeding the maximum number of bytes service limit.",
      });
    }
    const world = createWorld();
    expect(() => world.start(machine({ S: { Type: 'Succeed' } }), big)).toThrow(
      expect.objectContaining({ name: 'InvalidExecutionInput' }),
    );
  });
});

describe('A value that is nested too deep', () => {
  const nested = (depth: number): Json => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as Json;

  it('is too large for an execution', () => {
    expect(() => createWorld().start(machine({ S: { Type: 'Succeed' } }), nested(20_000))).toThrow(
      expect.objectContaining({ name: 'InvalidExecutionInput' }),
    );
  });

  it.each([2000, 50_000])('fails the task that returns it, at a depth of %i', async (depth) => {
    const result = await createWorld({ f: () => nested(depth) }).run(machine({ T: task('f') }));
    expect(result.status).toBe('FAILED');
  });
});

describe('The limit of 25,000 events', () => {
  it('ends an execution that would go beyond it, whatever it catches', async () => {
    const loop = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'Z' }], Default: 'A' },
        Z: { Type: 'Succeed' },
      },
    };
    const states = {
      P: { Type: 'Parallel', Branches: [loop], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Y' }], Next: 'Y' },
      Y: { Type: 'Succeed' },
    };
    const result = await createWorld().run(machine(states));
    expect(result).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    });
    expect(result.events).toHaveLength(25_000);
    expect(result.events.at(-1)).toMatchObject({ id: 25_000, previousEventId: 24_999, type: 'ExecutionFailed' });
  });

  it('stops the branches that are at work', async () => {
    const loop = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'Z' }], Default: 'A' },
        Z: { Type: 'Succeed' },
      },
    };
    const late = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, Next: 'T' }, T: task('f') } };
    const world = createWorld({ f: () => after(1) });
    await world.run(machine({ P: { Type: 'Parallel', Branches: [late, loop], End: true } }));
    expect(world.calls).toEqual([]);
  });
});
