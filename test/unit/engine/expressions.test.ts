import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../engine/index.ts';
import { createWorld, details, machine, named, type Result, task } from './harness.ts';

async function evaluate(expression: string, input: Json = {}, pass: JsonObject = {}): Promise<Result> {
  const states = { P: { Type: 'Pass', Output: `{% ${expression} %}`, End: true, ...pass } };
  return createWorld().run(machine(states), input, { strict: false });
}

describe('The functions that Step Functions adds to JSONata', () => {
  it.each<[string, Json]>([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$range(0, 6, 2)', [0, 2, 4, 6]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
    ['$hash("input", "SHA-1")', '140f86aae51ab9e1cda9b4254fe98a74eb54c1a1'],
    ['$hash("input", "MD5")', 'a43c1b0aa53a0c908810c06ab1ff3967'],
    ['$parse(\'{"a":[1]}\').a', [1]],
    ['$random(42)', 0.7275636800328681],
    ['$now()', '2026-01-01T00:00:00.000Z'],
    ['$now("[Y]")', '2026'],
    ['$millis()', 1_767_225_600_000],
    ['$fromMillis($toMillis("12:30", "[H]:[m]"))', '2026-01-01T12:30:00.000Z'],
  ])('%s', async (expression, expected) => {
    expect((await evaluate(expression)).output).toEqual(expected);
  });

  it('draws chance from the seed alone', async () => {
    const draw = async (seed: number): Promise<Json | undefined> => {
      const states = { P: { Type: 'Pass', Output: '{% [$random(), $uuid(), $shuffle([1..9])] %}', End: true } };
      return (await createWorld({}, { seed }).run(machine(states))).output;
    };
    expect(await draw(7)).toEqual(await draw(7));
    expect(await draw(7)).not.toEqual(await draw(8));
    expect(JSON.stringify(await draw(7))).toMatch(
      /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/,
    );
  });
});

function parseError(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

describe('A failing expression', () => {
  const prefix = "An error occurred while executing the state 'P' (entered at the event id #2). ";

  it.each<[string, string, string]>([
    [
      'that throws',
      '$abs("x")',
      'threw an error during evaluation. T0410: Argument 1 of function "abs" does not match function signature',
    ],
    ['that calls $error', '$error("no")', 'threw an error during evaluation. D3137: no'],
    ['that uses $eval', '$eval("1")', 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
    [
      'that calls $error without a word',
      '$error()',
      'threw an error during evaluation. D3137: $error() function evaluated',
    ],
    [
      'that fails without a code of JSONata',
      '$partition([1], 0)',
      'threw an error during evaluation: $partition: the size must be a positive integer',
    ],
    [
      'that fails without a code of JSONata, in words that look like one',
      '$parse("D3137: x")',
      `threw an error during evaluation: ${parseError('D3137: x')}`,
    ],
    ['that gives nothing', '$states.input.a', 'returned nothing (undefined).'],
    ['that gives nothing, and is no path', '$lookup({"a": 1}, "b")', 'returned nothing (undefined).'],
    ['that gives a function', '$sum', 'returned an unsupported result type.'],
    ['that hides a function in an object', '{"f": function(){1}}', 'returned an unsupported result type.'],
  ])('%s', async (_name, expression, message) => {
    const result = await evaluate(expression);
    expect(result.status).toBe('FAILED');
    expect(result.error).toBe('States.QueryEvaluationError');
    expect(result.cause).toBe(
      `${prefix}The JSONata expression '${expression}' specified for the field 'Output' ${message}`,
    );
    expect(result.types).toEqual(['ExecutionStarted', 'PassStateEntered', 'EvaluationFailed', 'ExecutionFailed']);
    expect(details(result, 'EvaluationFailed')).toMatchObject({ location: 'Output', state: 'P' });
  });

  it.each<[JsonObject, string]>([
    [{ Output: { a: { b: [[1, '{% $x %}']] } } }, 'Output/a/b[0][1]'],
    [{ Assign: { x: { y: '{% $x %}' } }, Output: 1 }, 'Assign/x/y'],
  ])('in %j names the field %s', async (pass, location) => {
    expect(details(await evaluate('1', {}, pass), 'EvaluationFailed')).toMatchObject({ location });
  });

  it('in a Choice names the rule', async () => {
    const locationOf = async (rules: Json): Promise<Json | undefined> => {
      const states = { C: { Type: 'Choice', Choices: rules, Default: 'S' }, S: { Type: 'Succeed' } };
      return details(await createWorld().run(machine(states), {}, { strict: false }), 'EvaluationFailed');
    };
    const no = { Condition: '{% false %}', Next: 'S' };
    expect(await locationOf([no, { Condition: '{% $x %}', Next: 'S' }])).toMatchObject({
      location: 'Choices[1]/Condition',
    });
    expect(await locationOf([{ Condition: '{% true %}', Next: 'S', Output: { v: '{% $x %}' } }])).toMatchObject({
      location: 'Choices[0]/Output/v',
    });
  });
});

describe('An expression', () => {
  it('makes a text of a number that JSON does not have', async () => {
    expect((await evaluate('[1/0, {"k": -1/0}]')).output).toEqual(['Infinity', { k: '-Infinity' }]);
  });

  it('fails when it calls itself without end', async () => {
    const result = await evaluate('($f := function($n) { 1 + $f($n + 1) }; $f(1))');
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(result.cause).toContain('Check for non-terminating recursive function');
  });

  it('fails when it parses what is nested beyond all measure', async () => {
    const result = await evaluate('$parse($states.input)', `${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });
});

describe('A key called __proto__', () => {
  it('is a key like any other', async () => {
    const key = '__proto__';
    const result = await evaluate('', {}, { Output: { [key]: '{% 1 %}', b: '{% 2 %}' } });
    expect(JSON.stringify(result.output)).toBe('{"__proto__":1,"b":2}');
  });
});

describe('A value that JSONata has marked', () => {
  it('reads later as the plain array that it is', async () => {
    const states = {
      A: {
        Type: 'Pass',
        Assign: { one: '{% [$states.input.items.n] %}', all: '{% $states.input.items.n %}' },
        Next: 'B',
      },
      B: {
        Type: 'Pass',
        Output: { one: '{% $count($one) & $type($one) %}', all: '{% $all[0] + $all[1] %}' },
        End: true,
      },
    };
    const { output } = await createWorld().run(machine(states), { items: [{ n: 1 }, { n: 2 }] });
    expect(output).toEqual({ one: '2array', all: 3 });
  });

  it('keeps an array of one that is written as an array', async () => {
    expect((await evaluate('[$states.input.a]', { a: 1 })).output).toEqual([1]);
    expect((await evaluate('$states.input.a[]', { a: 1 })).output).toEqual([1]);
  });
});

describe('A variable', () => {
  it('may have the name of a function of JSONata, and hides it', async () => {
    const states = {
      A: { Type: 'Pass', Assign: { count: 3, sum: { of: 4 } }, Next: 'B' },
      B: { Type: 'Pass', Output: '{% [$count, $sum.of, $count + 1, $max([1, 2])] %}', End: true },
    };
    expect((await createWorld().run(machine(states))).output).toEqual([3, 4, 4, 2]);
  });
});

describe('The context object', () => {
  it('tells of the execution, the state machine and the state', async () => {
    const states = {
      W: { Type: 'Wait', Seconds: 5, Next: 'P' },
      P: { Type: 'Pass', Output: '{% $states.context %}', End: true },
    };
    const world = createWorld();
    world.engine.addStateMachine('m', machine(states));
    const { executionArn } = world.engine.startExecution({ stateMachine: 'm', name: 'e', input: { a: 1 } });
    await world.clock.run();
    expect(world.result(executionArn).output).toEqual({
      Execution: {
        Id: 'arn:aws:states:eu-central-1:111122223333:execution:m:e',
        Input: { a: 1 },
        Name: 'e',
        RedriveCount: 0,
        RoleArn: 'arn:aws:iam::111122223333:role/m',
        StartTime: '2026-01-01T00:00:00.000Z',
      },
      State: { EnteredTime: '2026-01-01T00:00:05.000Z', Name: 'P', RetryCount: 0 },
      StateMachine: { Id: 'arn:aws:states:eu-central-1:111122223333:stateMachine:m', Name: 'm' },
    });
  });
});

describe('$states, where an expression is more than a path', () => {
  const keys = '{% $keys($states) %}';

  it('has the context, and the result or the error where there is one', async () => {
    const run = async (f: () => Json): Promise<Json | undefined> => {
      const states = {
        P: { Type: 'Pass', Output: [keys], Next: 'T' },
        T: task('f', {
          Output: ['{% $states.input %}', keys],
          Catch: [{ ErrorEquals: ['E'], Output: ['{% $states.input %}', keys], Next: 'Z' }],
          Next: 'Z',
        }),
        Z: { Type: 'Succeed' },
      };
      return (await createWorld({ f }).run(machine(states))).output;
    };
    const before = [['input', 'context']];
    expect(await run(() => 1)).toEqual([before, ['input', 'result', 'context']]);
    const fail = (): Json => {
      throw named('E');
    };
    expect(await run(fail)).toEqual([before, ['input', 'errorOutput', 'context']]);
  });

  it('is all of it by itself', async () => {
    const states = { P: { Type: 'Pass', Output: '{% $states %}', End: true } };
    const { output } = await createWorld().run(machine(states), { i: 1 });
    expect(output).toMatchObject({ input: { i: 1 }, context: { State: { Name: 'P' } } });
  });

  it('is the same as in a path', async () => {
    const states = {
      P: { Type: 'Pass', Assign: { v: { w: 'variable' } }, Next: 'T' },
      T: task('f', {
        Output: '{% $join([$states.context.State.Name, $states.result.r, $states.input.i, $v.w], " ") %}',
        End: true,
      }),
    };
    const result = await createWorld({ f: () => ({ r: 'result' }) }).run(machine(states), { i: 'input' });
    expect(result.output).toBe('T result input variable');
  });
});
