import { describe, expect, it } from 'vitest';
import type { Json } from '../../../engine/index.ts';
import { after, createWorld, details, machine, named, part, type Result, task } from './harness.ts';

/** Each event as what it follows from, its type and its details. */
function chronicle(result: Result): readonly (readonly [number, string, ...unknown[]])[] {
  return result.events.map(({ previousEventId, type, ...rest }) => {
    const found = Object.entries(rest).find(([key]) => key.endsWith('EventDetails'));
    return found ? [previousEventId, type, found[1]] : [previousEventId, type];
  });
}

const whole = { truncated: false };

describe('The history of', () => {
  it('a state says what went in and what came out', async () => {
    const result = await createWorld().run(machine({ P: { Type: 'Pass', Output: 2, End: true } }), { n: 1 });
    expect(chronicle(result)).toEqual([
      [0, 'ExecutionStarted', expect.objectContaining({ input: '{"n":1}' })],
      [0, 'PassStateEntered', { name: 'P', input: '{"n":1}', inputDetails: whole }],
      [2, 'PassStateExited', { name: 'P', output: '2', outputDetails: whole }],
      [3, 'ExecutionSucceeded', { output: '2', outputDetails: whole }],
    ]);
  });

  it('a state that assigns nothing says nothing of variables', async () => {
    const result = await createWorld().run(machine({ P: { Type: 'Pass', Assign: {}, End: true } }));
    expect(details(result, 'PassStateExited')).toEqual({ name: 'P', output: '{}', outputDetails: whole });
  });

  it('a task says who began it, where that is an integration', async () => {
    const result = await createWorld({ f: () => 1 }).run(machine({ T: task('f') }));
    expect(details(result, 'LambdaFunctionStarted')).toBeUndefined();
    const invoke = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: 'f' } };
    const invoked = await createWorld({ f: () => 1 }).run(machine({ T: { ...invoke, End: true } }));
    expect(details(invoked, 'TaskStarted')).toEqual({ resource: 'invoke', resourceType: 'lambda' });
  });

  it('an inline Map begins an iteration where the last one of its lane ended', async () => {
    const world = createWorld({ f: (seconds) => after(1000 * Number(seconds)) });
    const processor = part({ T: task('f', { Output: '{% $states.input %}', End: true }) });
    const map = { Type: 'Map', Items: [3, 1, 1], MaxConcurrency: 2, ItemProcessor: processor, End: true };
    const result = await world.run(machine({ M: map }));
    const ofMap = chronicle(result).flatMap((event, index) =>
      event[1].startsWith('Map') ? [[index + 1, ...event]] : [],
    );
    expect(ofMap).toEqual([
      [2, 0, 'MapStateEntered', expect.objectContaining({ name: 'M' })],
      [3, 2, 'MapStateStarted', { length: 3 }],
      [4, 3, 'MapIterationStarted', { index: 0, name: 'M' }],
      [5, 3, 'MapIterationStarted', { index: 1, name: 'M' }],
      [14, 13, 'MapIterationSucceeded', { index: 1, name: 'M' }],
      [15, 13, 'MapIterationStarted', { index: 2, name: 'M' }],
      [21, 20, 'MapIterationSucceeded', { index: 2, name: 'M' }],
      [24, 23, 'MapIterationSucceeded', { index: 0, name: 'M' }],
      [25, 24, 'MapStateSucceeded'],
      [26, 24, 'MapStateExited', expect.objectContaining({ output: '[3,1,1]' })],
    ]);
  });

  it('an inline Map that fails follows from the iteration that failed, not from those that it aborted', async () => {
    const world = createWorld({ f: (payload) => (payload === 1 ? Promise.reject(named('Bad')) : after(60_000)) });
    const map = { Type: 'Map', Items: [0, 1], ItemProcessor: part({ T: task('f') }), End: true };
    const result = await world.run(machine({ M: map }));
    expect(chronicle(result).slice(-6)).toEqual([
      [11, 'LambdaFunctionFailed', expect.objectContaining({ error: 'Bad' })],
      [12, 'MapIterationFailed', { index: 1, name: 'M' }],
      [9, 'TaskStateAborted'],
      [9, 'MapIterationAborted', { index: 0, name: 'M' }],
      [12, 'MapStateFailed'],
      [16, 'ExecutionFailed', expect.objectContaining({ error: 'Bad' })],
    ]);
  });

  it('a Parallel in a Parallel that fails tells of all that it was torn from, and time stops there', async () => {
    const wait = (name: string, seconds: number, next: Json) =>
      part({ [name]: { Type: 'Wait', Seconds: seconds, Next: `After${name}` }, [`After${name}`]: next });
    const inner = part({
      Inner: { Type: 'Parallel', Branches: [wait('A', 100, task('f')), wait('B', 50, task('f'))], End: true },
    });
    const branches = [inner, wait('C', 10, { Type: 'Fail', Error: 'Boom' })];
    const world = createWorld({ f: () => 1 });
    const result = await world.run(machine({ P: { Type: 'Parallel', Branches: branches, End: true } }));
    expect(chronicle(result).slice(-6)).toEqual([
      [9, 'FailStateEntered', expect.objectContaining({ name: 'AfterC' })],
      [6, 'WaitStateAborted'],
      [7, 'WaitStateAborted'],
      [5, 'ParallelStateAborted'],
      [10, 'ParallelStateFailed'],
      [14, 'ExecutionFailed', { error: 'Boom' }],
    ]);
    expect(world.clock.now() - world.startedAtMs).toBe(10_000);
    expect(world.calls).toEqual([]);
  });
});

describe('A history that is full', () => {
  it('ends an execution whose task was only just submitted', async () => {
    const waiting = {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'f', Payload: '{% $states.context.Task.Token %}' },
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }],
      Next: 'Z',
    };
    const iteration = part({ I: { Type: 'Pass', End: true } });
    const states = {
      // ExecutionStarted, 5 events of First, 4 of Many and 4 of each of its items, 2 of Second, 3 of Waiting: 24,999.
      First: task('f', { Next: 'Many' }),
      Second: { Type: 'Pass', Next: 'Waiting' },
      Many: { Type: 'Map', Items: '{% [1..6246] %}', Output: null, ItemProcessor: iteration, Next: 'Second' },
      Waiting: waiting,
      Z: { Type: 'Succeed' },
    };
    const result = await createWorld({ f: () => 1 }).run(machine(states));
    expect(result.types.slice(-4)).toEqual(['TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'ExecutionFailed']);
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(result.events).toHaveLength(25_000);
  });
});
