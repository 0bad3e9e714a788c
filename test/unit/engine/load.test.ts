import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DefinitionError, type JsonObject, virtualClock } from '../../../engine/index.ts';
import { createWorld, functionArn, machine, part, problemsOf, task } from './harness.ts';

const end = { Type: 'Succeed' };
const retry = (...retriers: JsonObject[]) => machine({ T: task('f', { Retry: retriers, End: true }) });

describe('A definition is refused', () => {
  it.each<[string, unknown, string]>([
    ['when it is no object', [], 'm: the definition must be an object'],
    [
      'in JSONPath',
      { StartAt: 'S', States: { S: end } },
      "m, state 'S', field 'QueryLanguage': must be 'JSONata' here or on the state machine, but is 'JSONPath'",
    ],
    [
      'with a state in JSONPath',
      machine({ S: { ...end, QueryLanguage: 'JSONPath' } }),
      "m, state 'S', field 'QueryLanguage': must be 'JSONata' here or on the state machine, but is 'JSONPath'",
    ],
    [
      'with an unknown type',
      machine({ S: { Type: 'Sleep' } }),
      "m, state 'S', field 'Type': 'Sleep' is no type of state; the types are Pass, Task, Choice, Wait, Map, Parallel, Succeed, Fail",
    ],
    [
      'with a query language of its own in an ItemProcessor',
      machine({ M: { Type: 'Map', ItemProcessor: machine({ S: end }), End: true } }),
      "m, state 'M', field 'ItemProcessor/QueryLanguage': is not supported here; the fields are Comment, StartAt, States, ProcessorConfig",
    ],
    [
      'with a name that belongs to no document',
      machine({ S: { ...end, Output: '{% $count($states.input[price > 5]) > limit.low %}' } }),
      "m, state 'S', field 'Output': 'limit' has no document; use $states.input.limit",
    ],
    [
      'with a field that the state does not have',
      machine({ S: { ...end, ResultPath: '$' } }),
      "m, state 'S', field 'ResultPath': is not supported here; the fields are Type, Comment, QueryLanguage, Output",
    ],
    [
      'with TimeoutSeconds on a Map or Parallel',
      machine({ P: { Type: 'Parallel', TimeoutSeconds: 1, Branches: [part({ S: end })], End: true } }),
      "m, state 'P', field 'TimeoutSeconds': is not supported here; the fields are Type, Comment, QueryLanguage, Branches, Arguments, Retry, Catch, Assign, Output, Next, End",
    ],
    [
      'with neither Next nor End',
      machine({ P: { Type: 'Pass' } }),
      "m, state 'P', field 'Next': give either 'Next' or 'End: true'",
    ],
    [
      'with a Next that leads nowhere',
      machine({ P: { Type: 'Pass', Next: 'Q' }, S: end }, { StartAt: 'P' }),
      "m, state 'P', field 'Next': there is no state 'Q'",
    ],
    [
      'with a StartAt that leads nowhere',
      machine({ S: end }, { StartAt: 'X' }),
      "m, field 'StartAt': there is no state 'X'",
    ],
    [
      'with a Catch that leads nowhere',
      machine({ T: task('f', { Catch: [{ ErrorEquals: ['E'], Next: 'X' }], End: true }) }),
      "m, state 'T', field 'Catch[0]/Next': there is no state 'X'",
    ],
    ['with a state that nothing leads to', machine({ S: end, X: end }), "m, state 'X': no state leads to it"],
    ['with no end', machine({ A: { Type: 'Pass', Next: 'A' } }), "m, field 'States': there is no state to end in"],
    [
      'with a name used in two machines',
      machine({ P: { Type: 'Parallel', Branches: [part({ S: end }), part({ S: end })], End: true } }),
      "m, state 'S': the name is used twice; names are unique in the whole state machine",
    ],
    [
      'with an expression that cannot be parsed',
      machine({ S: { ...end, Output: { a: ['{% 1 + %}'] } } }),
      "m, state 'S', field 'Output/a[0]': the JSONata expression '1 +' cannot be parsed: Unexpected end of expression",
    ],
    [
      'with $eval',
      machine({ S: { ...end, Output: '{% $eval("1") %}' } }),
      "m, state 'S', field 'Output': $eval does not exist in Step Functions; $parse reads JSON",
    ],
    [
      'with $$',
      machine({ S: { ...end, Output: '{% $$.a %}' } }),
      "m, state 'S', field 'Output': $$ does not exist in Step Functions; use $states.input",
    ],
    [
      'with $states.result before there is one',
      machine({ T: task('f', { Arguments: '{% $states.result %}', End: true }) }),
      "m, state 'T', field 'Arguments': $states.result exists only in Assign and Output of a Task, Map or Parallel state",
    ],
    [
      'with $states.errorOutput outside a Catch',
      machine({ S: { ...end, Output: '{% $states.errorOutput %}' } }),
      "m, state 'S', field 'Output': $states.errorOutput exists only in Assign and Output of a Catch",
    ],
    [
      'with a misspelt $states',
      machine({ S: { ...end, Output: '{% $states.inputs %}' } }),
      "m, state 'S', field 'Output': $states.inputs does not exist",
    ],
    [
      'with States.ALL beside others',
      retry({ ErrorEquals: ['States.ALL', 'E'] }),
      "m, state 'T', field 'Retry[0]/ErrorEquals': States.ALL must stand alone and in the last entry",
    ],
    [
      'with States.ALL not last',
      retry({ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }),
      "m, state 'T', field 'Retry[0]/ErrorEquals': States.ALL must stand alone and in the last entry",
    ],
    [
      'with a reserved error that is none',
      retry({ ErrorEquals: ['States.TimeOut'] }),
      "m, state 'T', field 'Retry[0]/ErrorEquals': 'States.TimeOut' is no error of Step Functions; names beginning with 'States.' are reserved",
    ],
    [
      'with a MaxDelaySeconds below the interval',
      retry({ ErrorEquals: ['E'], IntervalSeconds: 5, MaxDelaySeconds: 5 }),
      "m, state 'T', field 'Retry[0]/MaxDelaySeconds': must be a whole number above IntervalSeconds (5) and up to 31622400",
    ],
    [
      'with a heartbeat as long as the timeout',
      machine({ T: task('f', { HeartbeatSeconds: 5, TimeoutSeconds: 5, End: true }) }),
      "m, state 'T', field 'HeartbeatSeconds': must be smaller than TimeoutSeconds (5)",
    ],
    [
      'with a timeout of nothing',
      machine({ T: task('f', { TimeoutSeconds: 0, End: true }) }),
      "m, state 'T', field 'TimeoutSeconds': must be a whole number of seconds from 1 to 99999999 or a JSONata expression",
    ],
    [
      'with an integration that the engine was not given',
      machine({ T: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true } }),
      "m, state 'T', field 'Resource': 'arn:aws:states:::sns:publish' is not among the integrations given to the engine; add 'sns:publish' to its options",
    ],
    [
      'with a Resource that is no ARN',
      machine({ T: { Type: 'Task', Resource: 'f', End: true } }),
      "m, state 'T', field 'Resource': 'f' is neither a Lambda function's ARN nor an integration's",
    ],
    [
      'with both Seconds and Timestamp',
      machine({ W: { Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z', End: true } }),
      "m, state 'W': give either 'Seconds' or 'Timestamp'",
    ],
    [
      'with no Choices',
      machine({ C: { Type: 'Choice', Choices: [], Default: 'S' }, S: end }),
      "m, state 'C', field 'Choices': must be a non-empty array of rules",
    ],
    [
      'with a variable of a bad name',
      machine({ P: { Type: 'Pass', Assign: { '1a': 1 }, End: true } }),
      "m, state 'P', field 'Assign/1a': is no name for a variable: letters, digits and _, up to 80, not beginning with a digit",
    ],
    [
      'with a reader in an inline Map',
      machine({ M: { Type: 'Map', Label: 'x', ItemProcessor: part({ S: end }), End: true } }),
      "m, state 'M', field 'Label': needs a Map in DISTRIBUTED mode",
    ],
    [
      'with EXPRESS children',
      machine({
        M: {
          Type: 'Map',
          ItemProcessor: { ...part({ S: end }), ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } },
          End: true,
        },
      }),
      "m, state 'M', field 'ItemProcessor/ProcessorConfig/ExecutionType': must be 'STANDARD' (EXPRESS children are not supported)",
    ],
  ])('%s', (_name, definition, problem) => {
    expect(problemsOf(definition)).toEqual([problem]);
  });

  it('with all that is wrong at once', () => {
    const definition = machine(
      { A: { Type: 'Pass', Foo: 1, Next: 'B' }, T: { Type: 'Task', Resource: functionArn('f') } },
      { StartAt: 'A', Bar: 1 },
    );
    expect(problemsOf(definition)).toHaveLength(4);
  });
});

describe('What is no definition', () => {
  const refused = (definition: unknown): void => {
    expect(problemsOf(definition)).not.toEqual([]);
  };

  it('is refused when it is no JSON, or nested or grown beyond measure', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const nested: unknown = JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`);
    refused(machine({ S: { ...end, Output: Object(1n) } }));
    refused({ ...machine({ S: end }), Comment: cycle });
    refused(machine({ S: { ...end, Output: Object(nested) } }));
    refused(machine({ S: { ...end, Comment: 'x'.repeat(1_048_576) } }));
  });

  it('is refused with a DefinitionError, whatever it is', () => {
    fc.assert(fc.property(fc.anything(), (definition) => refused(definition)));
  });

  const skeletons: readonly JsonObject[] = [
    { Type: 'Pass', End: true },
    { Type: 'Wait', Seconds: '{% $states.input %}', End: true },
    { Type: 'Choice', Choices: [{ Condition: '{% $states.input %}', Next: 'B' }] },
    { Type: 'Map', Items: [1, 2], ItemProcessor: part({ M: { Type: 'Pass', End: true } }), End: true },
    { Type: 'Parallel', Branches: [part({ P: { Type: 'Pass', End: true } })], End: true },
    task('f'),
    { Type: 'Fail' },
    end,
  ];
  const fields = [
    'Next',
    'Output',
    'Assign',
    'Arguments',
    'Retry',
    'Catch',
    'Items',
    'ItemSelector',
    'Seconds',
    'Error',
  ];
  const value = fc.oneof(
    fc.json().map((text) => JSON.parse(text) as unknown),
    fc
      .constantFrom('1/0', '$x', '$states', '[1..3]', '$sum', '{"__proto__": 1}', '$uuid()')
      .map((text) => `{% ${text} %}`),
    fc.string().map((text) => `{% ${text} %}`),
    fc.constantFrom<unknown>('B', [{ ErrorEquals: ['States.ALL'], Next: 'B' }], [{ ErrorEquals: ['States.ALL'] }]),
  );
  const state = fc
    .tuple(fc.constantFrom(...skeletons), fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 2 }))
    .map(([skeleton, more]) => ({ ...skeleton, ...more }));
  const near = fc.record({ A: state, B: state }, { requiredKeys: ['A'] });

  it('is refused with a DefinitionError, however near it comes, and runs to an end where it is not', async () => {
    const clock = virtualClock(0);
    await fc.assert(
      fc.asyncProperty(near, async (states) => {
        const { engine } = createWorld({}, { clock });
        const definition = { QueryLanguage: 'JSONata', StartAt: 'A', TimeoutSeconds: 60, States: states };
        try {
          engine.addStateMachine('m', definition, { strict: false });
        } catch (error) {
          expect(error).toBeInstanceOf(DefinitionError);
          return;
        }
        const { executionArn } = engine.startExecution({ stateMachine: 'm', input: {} });
        await clock.run();
        expect(engine.describeExecution(executionArn).status).not.toBe('RUNNING');
      }),
      { numRuns: 500 },
    );
  });
});

describe('A variable', () => {
  const use = { Type: 'Pass', Output: '{% $v %}', End: true };

  it('must be assigned on every path to its use', () => {
    const choose = { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Set' }], Default: 'Use' };
    const states = { C: choose, Set: { Type: 'Pass', Assign: { v: 1 }, Next: 'Use' }, Use: use };
    const unset = "m, state 'Use', field 'Output': $v may be unset: not every path to this state assigns it";
    expect(problemsOf(machine(states))).toEqual([unset]);
    expect(problemsOf(machine(states), { strict: false })).toEqual([]);
    expect(problemsOf(machine({ ...states, C: { ...choose, Assign: { v: 2 } } }))).toEqual([]);
  });

  it('is not assigned on the way through a Catch that does not assign it', () => {
    const definition = (assign: JsonObject) =>
      machine({
        T: task('f', { Assign: { v: 1 }, Next: 'Use', Catch: [{ ErrorEquals: ['E'], Next: 'Use', ...assign }] }),
        Use: use,
      });
    expect(problemsOf(definition({}))).toHaveLength(1);
    expect(problemsOf(definition({ Assign: { v: 0 } }))).toEqual([]);
  });

  it('may be read round a loop that assigns it first', () => {
    const states = {
      A: { Type: 'Pass', Assign: { v: 0 }, Next: 'B' },
      B: { Type: 'Pass', Assign: { v: '{% $v + 1 %}' }, Next: 'C' },
      C: { Type: 'Choice', Choices: [{ Condition: '{% $v > 3 %}', Next: 'Z' }], Default: 'B' },
      Z: end,
    };
    expect(problemsOf(machine(states))).toEqual([]);
  });

  it('of an outer scope cannot be assigned in an inner one', () => {
    const inner = part({ I: { Type: 'Pass', Assign: { v: 2 }, End: true } });
    const states = {
      A: { Type: 'Pass', Assign: { v: 1 }, Next: 'P' },
      P: { Type: 'Parallel', Branches: [inner], End: true },
    };
    expect(problemsOf(machine(states))).toEqual([
      "m, state 'I', field 'Assign': $v belongs to an outer scope, which an inner one cannot write",
    ]);
  });

  it('that an expression defines for itself needs no assignment', () => {
    const output = '{% ($x := 1; $f := function($y) { $y + $x }; $map([1], $f)@$item.$item) %}';
    expect(problemsOf(machine({ S: { ...end, Output: output } }))).toEqual([]);
  });
});

/** Text, not a template of JavaScript. */
const placeholder = (key: string): string => `$\{${key}}`;

describe('Substitutions', () => {
  const definition = machine({
    T: {
      Type: 'Task',
      Resource: placeholder('arn'),
      Arguments: { text: `a ${placeholder('word')} b`, list: [1, { arn: placeholder('arn') }] },
      End: true,
    },
  });

  it('replace placeholders in strings, at any depth', async () => {
    const world = createWorld({ f: (payload) => payload });
    const { output } = await world.run(definition, {}, { substitutions: { arn: functionArn('f'), word: 'x' } });
    expect(output).toEqual({ text: 'a x b', list: [1, { arn: functionArn('f') }] });
  });

  it('must all be given and all be used', () => {
    expect(problemsOf(definition, { substitutions: { arn: functionArn('f'), other: 'x' } })).toEqual([
      `m: there is no substitution for '${placeholder('word')}'`,
      "m: the substitution 'other' is not used",
    ]);
  });
});

describe('A state machine of states in JSONata', () => {
  it('is taken though it does not say so as a whole', async () => {
    const definition = { StartAt: 'S', States: { S: { ...end, QueryLanguage: 'JSONata', Output: '{% 1 + 1 %}' } } };
    expect((await createWorld().run(definition)).output).toBe(2);
  });
});

describe('An expression that is opened or closed wrongly', () => {
  it.each(['{% 1 + 1', '1 + 1 %}', ' {% 1 %}', '{% 1 %} '])('is refused, as AWS does: %j', (text) => {
    const definition = machine({ A: { Type: 'Pass', Output: { value: text }, End: true } });
    expect(problemsOf(definition).join()).toMatch(/Output\/value.*must begin with \{% and end with %\}/);
  });
});
