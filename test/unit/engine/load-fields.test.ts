import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../engine/index.ts';
import { createWorld, functionArn, machine, part, problemsOf, task } from './harness.ts';

/** What is wrong with a definition, each problem from its field on. */
function fieldProblemsOf(definition: unknown): readonly string[] {
  const world = createWorld({}, { integrations: { 'sns:publish': async () => ({ output: null }) } });
  return problemsOf(definition, {}, world).map((line) => line.replace(/^m(, state 'X')?,? ?(field |: )/, ''));
}

const end = { Type: 'Succeed' };
const alone = (state: JsonObject): JsonObject => machine({ X: state });
const inner = part({ I: { Type: 'Pass', End: true } });
const ofTask = (more: JsonObject): JsonObject => alone(task('f', { End: true, ...more }));
const onResource = (resource: string): JsonObject => alone({ Type: 'Task', Resource: resource, End: true });
const retry = (more: JsonObject): JsonObject => ofTask({ Retry: [{ ErrorEquals: ['E'], ...more }] });
const wait = (more: JsonObject): JsonObject => alone({ Type: 'Wait', End: true, ...more });
const ofMap = (more: JsonObject): JsonObject => alone({ Type: 'Map', ItemProcessor: inner, End: true, ...more });
const distributed = { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };
const ofMapRun = (more: JsonObject): JsonObject => ofMap({ ItemProcessor: distributed, ...more });
const catcher = { ErrorEquals: ['E'], Next: 'Z', Assign: { a: 1 }, Output: 1, Comment: 'c' };
const retrier = {
  ErrorEquals: ['E'],
  IntervalSeconds: 1,
  MaxAttempts: 0,
  BackoffRate: 1,
  MaxDelaySeconds: 2,
  JitterStrategy: 'FULL',
  Comment: 'c',
};
const reader = {
  Resource: 'arn:aws:states:::s3:getObject',
  ReaderConfig: { InputType: 'JSON', MaxItems: 1 },
  Arguments: { Bucket: 'b', Key: 'k' },
};
const writer = { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'b', Prefix: 'p' } };
const attempts = { Retry: [retrier], Catch: [catcher] };
const catching = (...caught: string[][]): JsonObject =>
  machine({ X: task('f', { Catch: caught.map((ErrorEquals) => ({ ErrorEquals, Next: 'Z' })), Next: 'Z' }), Z: end });
const exit = { Comment: 'c', QueryLanguage: 'JSONata', Assign: { a: 1 }, Output: 1 };

describe('A definition may have every field that AWS has', () => {
  const tolerance = { MaxConcurrency: 0, ToleratedFailureCount: 0, ToleratedFailurePercentage: 100 };
  const states: Readonly<Record<string, JsonObject>> = {
    'a Pass': { Type: 'Pass', ...exit, Next: 'Z' },
    'a Task': {
      ...task('f'),
      ...exit,
      ...attempts,
      Arguments: {},
      TimeoutSeconds: 2,
      HeartbeatSeconds: 1,
      End: false,
      Next: 'Z',
    },
    'a Choice': {
      Type: 'Choice',
      ...exit,
      Choices: [{ Condition: true, Next: 'Z', Assign: { a: 1 }, Output: 1, Comment: 'c' }],
      Default: 'Z',
    },
    'a Wait': { Type: 'Wait', ...exit, Seconds: 0, Next: 'Z' },
    'a Wait until an instant': { Type: 'Wait', ...exit, Timestamp: '2026-01-31T23:59:00Z', Next: 'Z' },
    'a Parallel': {
      Type: 'Parallel',
      ...exit,
      ...attempts,
      Arguments: {},
      Branches: [{ ...inner, Comment: 'c' }],
      Next: 'Z',
    },
    'an inline Map': {
      ...{ Type: 'Map', ...exit, ...attempts, ...tolerance, Items: [1], ItemSelector: {} },
      ...{ ItemProcessor: { ...inner, Comment: 'c', ProcessorConfig: { Mode: 'INLINE' } }, Next: 'Z' },
    },
    'a distributed Map': {
      ...{
        Type: 'Map',
        ...exit,
        ...attempts,
        ...tolerance,
        ItemReader: reader,
        ItemSelector: {},
        Label: 'x'.repeat(40),
      },
      ...{
        ItemBatcher: { MaxItemsPerBatch: 1, BatchInput: {} },
        ItemProcessor: distributed,
        ResultWriter: writer,
        Next: 'Z',
      },
    },
  };

  it.each(Object.entries(states))('%s', (_name, state) => {
    const more = { Comment: 'c', Version: '1.0', TimeoutSeconds: 1 };
    expect(fieldProblemsOf(machine({ X: state, Z: { ...end, Comment: 'c', Output: 1 } }, more))).toEqual([]);
  });

  it('a Fail', () => {
    expect(fieldProblemsOf(alone({ Type: 'Fail', Comment: 'c', Error: 'E', Cause: 'c' }))).toEqual([]);
  });

  it.each<[says: string, definition: JsonObject]>([
    ['attempts', retry({ MaxAttempts: 99_999_999, JitterStrategy: 'NONE', MaxDelaySeconds: 31_622_400 })],
    ['seconds to wait', wait({ Seconds: 99_999_999 })],
    ['seconds for a task', ofTask({ TimeoutSeconds: 99_999_999, HeartbeatSeconds: 99_999_998 })],
    ['a heartbeat from an expression', ofTask({ TimeoutSeconds: 5, HeartbeatSeconds: '{% 9 %}' })],
    ['no tolerance', ofMap({ ToleratedFailurePercentage: 0 })],
    ['the name of a state', machine({ ['x'.repeat(80)]: end })],
    ['the name of a variable', alone({ Type: 'Pass', Assign: { [`_${'ä'.repeat(78)}1`]: 1 }, End: true })],
    ['States.ALL, last of several', ofTask({ Retry: [{ ErrorEquals: ['E'] }, { ErrorEquals: ['States.ALL'] }] })],
    [
      'a state called by a long name',
      machine({ [`${'x'.repeat(50)} y`]: { Type: 'Map', ItemProcessor: distributed, End: true } }),
    ],
  ])('up to the limit: %s', (_says, definition) => {
    expect(fieldProblemsOf(definition)).toEqual([]);
  });

  it.each([
    'arn:aws:states:::lambda:invoke',
    'arn:aws:states:::lambda:invoke.waitForTaskToken',
    'arn:aws:states:::sns:publish',
    'arn:aws:states:::sns:publish.waitForTaskToken',
    'arn:aws:states:::states:startExecution',
    'arn:aws:states:::states:startExecution.sync',
    'arn:aws:states:::states:startExecution.sync:2',
    `${functionArn('f')}:$LATEST`,
  ])('a Task on %s', (resource) => {
    expect(fieldProblemsOf(onResource(resource))).toEqual([]);
  });
});

describe('A definition is refused', () => {
  const seconds = 'must be a whole number of seconds from 1 to 99999999 or a JSONata expression';
  const label = 'must have 1 to 40 characters and none of whitespace ? * < > { } [ ] : ; , \\ | ^ ~ $ # % & ` " /';
  const names = 'must be a non-empty array of error names';
  it.each<[definition: JsonObject, problem: string]>([
    [retry({ IntervalSeconds: 0 }), "'Retry[0]/IntervalSeconds': must be a positive whole number"],
    [retry({ MaxAttempts: -1 }), "'Retry[0]/MaxAttempts': must be a whole number"],
    [retry({ MaxAttempts: 100_000_000 }), "'Retry[0]/MaxAttempts': must be a whole number"],
    [retry({ BackoffRate: 0.9 }), "'Retry[0]/BackoffRate': must be a number of at least 1"],
    [
      retry({ MaxDelaySeconds: 31_622_401 }),
      "'Retry[0]/MaxDelaySeconds': must be a whole number above IntervalSeconds (1) and up to 31622400",
    ],
    [retry({ JitterStrategy: 'HALF' }), "'Retry[0]/JitterStrategy': must be 'FULL' or 'NONE'"],
    ...[null, [], 'E', ['E', 1]].map((wrong): [JsonObject, string] => [
      retry({ ErrorEquals: wrong }),
      `'Retry[0]/ErrorEquals': ${names}`,
    ]),
    [alone({ Type: 'Pass', Assign: { states: 1 }, End: true }), "'Assign/states': $states is reserved"],
    [catching(['States.ALL'], ['E']), "'Catch[0]/ErrorEquals': States.ALL must stand alone and in the last entry"],
    ...['a b', 'a-', `a${'b'.repeat(80)}`].map((name): [JsonObject, string] => [
      alone({ Type: 'Pass', Assign: { [name]: 1 }, End: true }),
      `'Assign/${name}': is no name for a variable: letters, digits and _, up to 80, not beginning with a digit`,
    ]),
    [ofTask({ TimeoutSeconds: 100_000_000 }), `'TimeoutSeconds': ${seconds}`],
    [ofTask({ TimeoutSeconds: '5' }), `'TimeoutSeconds': ${seconds}`],
    [ofTask({ HeartbeatSeconds: 1.5 }), `'HeartbeatSeconds': ${seconds}`],
    [wait({ Seconds: 100_000_000 }), "'Seconds': must be a whole number from 0 to 99999999 or a JSONata expression"],
    [wait({ Seconds: '1' }), "'Seconds': must be a whole number from 0 to 99999999 or a JSONata expression"],
    [
      wait({ Timestamp: 'soon' }),
      "'Timestamp': must be an ISO 8601 instant such as 2026-01-31T23:59:00Z or a JSONata expression",
    ],
    [
      wait({ Timestamp: 1 }),
      "'Timestamp': must be an ISO 8601 instant such as 2026-01-31T23:59:00Z or a JSONata expression",
    ],
    [wait({}), "give either 'Seconds' or 'Timestamp'"],
    [alone({ Type: 'Fail', Error: 1 }), "'Error': must be a string or a JSONata expression"],
    [alone({ Type: 'Fail', Cause: {} }), "'Cause': must be a string or a JSONata expression"],
    [machine({ X: { Type: 'Pass', End: 'yes', Next: 'Z' }, Z: end }), "'End': must be true or false"],
    [alone({ Type: 'Parallel', Branches: [], End: true }), "'Branches': must be a non-empty array of machines"],
    [alone({ Type: 'Parallel', Branches: [inner, 1], End: true }), "'Branches[1]': must be an object"],
    [machine({ X: { Type: 'Choice', Choices: [{ Next: 'Z' }] }, Z: end }), "'Choices[0]/Condition': is missing"],
    [
      machine({ X: { Type: 'Choice', Choices: [{ Condition: 1, Next: 'Z' }] }, Z: end }),
      "'Choices[0]/Condition': must be true, false or a JSONata expression",
    ],
    [
      machine({ X: { Type: 'Choice', Choices: [{ Condition: true, Next: 'Q' }], Default: 'Z' }, Z: end }),
      "'Choices[0]/Next': there is no state 'Q'",
    ],
    [
      machine({ X: { Type: 'Choice', Choices: [{ Condition: true, Next: 'Z' }], Default: 'Q' }, Z: end }),
      "'Default': there is no state 'Q'",
    ],
    [
      machine({ X: { Type: 'Choice', Choices: [{ Condition: true, Next: 'X' }] } }),
      "'States': there is no state to end in",
    ],
    [machine({ X: 1 as Json }), "'States/X': must be an object"],
    [alone({}), "'Type': is missing"],
    [alone({ Type: 'Task', End: true }), "'Resource': is missing"],
    [machine({ X: end }, { TimeoutSeconds: 0 }), "'TimeoutSeconds': must be a positive whole number of seconds"],
    [
      onResource('arn:aws:states:::sns:publish.sync'),
      "'Resource': 'arn:aws:states:::sns:publish.sync' is not among the integrations given to the engine; add 'sns:publish' to its options",
    ],
    [
      onResource('arn:aws:states:::lambda:invoke.sync:2'),
      "'Resource': 'arn:aws:states:::lambda:invoke.sync:2' is not among the integrations given to the engine; add 'lambda:invoke' to its options",
    ],
    [ofMap({ Items: 1 }), "'Items': must be an array or a JSONata expression"],
    [ofMap({ ItemSelector: 1 }), "'ItemSelector': must be an object or a JSONata expression"],
    [ofMap({ MaxConcurrency: -1 }), "'MaxConcurrency': must be a whole number or a JSONata expression"],
    [ofMap({ ToleratedFailureCount: -1 }), "'ToleratedFailureCount': must be a whole number or a JSONata expression"],
    ...[-1, 101, '5'].map((wrong): [JsonObject, string] => [
      ofMap({ ToleratedFailurePercentage: wrong }),
      "'ToleratedFailurePercentage': must be a number from 0 to 100 or a JSONata expression",
    ]),
    [
      ofMap({ ItemProcessor: { ...inner, ProcessorConfig: { Mode: 'FAR' } } }),
      "'ItemProcessor/ProcessorConfig/Mode': must be 'INLINE' or 'DISTRIBUTED'",
    ],
    ...['ItemReader', 'ItemBatcher', 'ResultWriter'].map((name): [JsonObject, string] => [
      ofMap({ [name]: {} }),
      `'${name}': needs a Map in DISTRIBUTED mode`,
    ]),
    [ofMapRun({ Items: [], ItemReader: reader }), "'Items': cannot stand beside ItemReader"],
    ...['', 'a b', 'x'.repeat(41)].map((wrong): [JsonObject, string] => [
      ofMapRun({ Label: wrong }),
      `'Label': ${label}`,
    ]),
    [
      ofMapRun({ ItemReader: { ...reader, Resource: writer.Resource } }),
      "'ItemReader/Resource': must be 'arn:aws:states:::s3:getObject'",
    ],
    [
      ofMapRun({ ItemReader: { ...reader, ReaderConfig: { InputType: 'CSV' } } }),
      "'ItemReader/ReaderConfig/InputType': must be 'JSON' (an object that holds an array)",
    ],
    [
      ofMapRun({ ItemReader: { Resource: reader.Resource, Arguments: {} } }),
      "'ItemReader/ReaderConfig/InputType': must be 'JSON' (an object that holds an array)",
    ],
    [
      ofMapRun({ ItemReader: { ...reader, ReaderConfig: { InputType: 'JSON', MaxItems: -1 } } }),
      "'ItemReader/ReaderConfig/MaxItems': must be a whole number or a JSONata expression",
    ],
    [
      ofMapRun({ ItemReader: { ...reader, Arguments: 1 } }),
      "'ItemReader/Arguments': must be an object or a JSONata expression",
    ],
    [ofMapRun({ ItemBatcher: {} }), "'ItemBatcher/MaxItemsPerBatch': is missing"],
    [
      ofMapRun({ ItemBatcher: { MaxItemsPerBatch: 0 } }),
      "'ItemBatcher/MaxItemsPerBatch': must be a positive whole number or a JSONata expression",
    ],
    [ofMapRun({ ResultWriter: { Resource: writer.Resource } }), "'ResultWriter/Arguments': is missing"],
    [
      ofMapRun({ ResultWriter: { ...writer, Resource: reader.Resource } }),
      "'ResultWriter/Resource': must be 'arn:aws:states:::s3:putObject'",
    ],
  ])('%j', (definition, problem) => {
    expect(fieldProblemsOf(definition)).toEqual([problem]);
  });

  it.each(['', 'x'.repeat(81)])("for a state of the name '%s'", (name) => {
    expect(fieldProblemsOf(machine({ [name]: end }, { StartAt: name })).join()).toContain(
      'a name of a state has 1 to 80 characters',
    );
  });

  it('without a state', () => {
    for (const states of [{}, undefined]) {
      const definition = { QueryLanguage: 'JSONata', StartAt: 'X', States: states };
      expect(fieldProblemsOf(definition)).toContain("'States': must be an object with states");
    }
  });

  it('without an ItemProcessor', () => {
    expect(fieldProblemsOf(alone({ Type: 'Map', Items: [], End: true }))).toContain("'ItemProcessor': is missing");
  });
});
