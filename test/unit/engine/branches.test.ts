import { describe, expect, it } from 'vitest';
import { createWorld, machine, named, part, task } from './harness.ts';

describe('What fails in a Parallel or a Map', () => {
  const slow = part({ Slow: { Type: 'Wait', Seconds: 100, End: true } });
  const parallel = (...branches: ReturnType<typeof part>[]) => ({ Type: 'Parallel', Branches: branches, End: true });

  it('does not abort an iteration that has ended', async () => {
    const world = createWorld({ f: (payload) => (payload === 1 ? Promise.reject(named('Bad')) : null) });
    const map = { Type: 'Map', Items: [0, 1], MaxConcurrency: 1, ItemProcessor: part({ T: task('f') }), End: true };
    const { types } = await world.run(machine({ M: map }));
    expect(types).toContain('MapIterationFailed');
    expect(types).not.toContain('MapIterationAborted');
  });

  it('does not abort a branch of the attempt before', async () => {
    const world = createWorld({ f: () => Promise.reject(named('Bad')) });
    const retried = { ...parallel(part({ T: task('f') })), Retry: [{ ErrorEquals: ['Bad'], MaxAttempts: 1 }] };
    const { types } = await world.run(machine({ P: retried }));
    expect(world.calls).toHaveLength(2);
    expect(types).not.toContain('TaskStateAborted');
  });

  it('says nothing of a branch that fails in the same instant', async () => {
    const fail = (name: string) => part({ [name]: { Type: 'Fail', Error: name } });
    const result = await createWorld().run(machine({ P: parallel(fail('A'), fail('B')) }));
    expect(result.error).toBe('A');
    expect(result.types.slice(3)).toEqual([
      'FailStateEntered',
      'FailStateEntered',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
  });

  it('with States.Runtime ends all without a word of the others', async () => {
    const choice = part({
      C: { Type: 'Choice', Choices: [{ Condition: false, Next: 'Z' }] },
      Z: { Type: 'Succeed' },
    });
    const result = await createWorld().run(machine({ P: parallel(slow, choice) }));
    expect(result.error).toBe('States.Runtime');
    expect(result.types.slice(-3)).toEqual(['WaitStateEntered', 'ChoiceStateEntered', 'ExecutionFailed']);
  });

  it('is not followed by what an aborted branch was about', async () => {
    const busy = part({ Busy: { Type: 'Pass', Output: '{% $map([1..99], function($n) { $n }) %}', End: true } });
    const caught = {
      ...parallel(busy, part({ Boom: { Type: 'Fail', Error: 'Boom' } })),
      Catch: [{ ErrorEquals: ['Boom'], Next: 'W' }],
    };
    const result = await createWorld().run(machine({ P: caught, W: { Type: 'Wait', Seconds: 1, End: true } }));
    const afterwards = result.events.slice(result.types.indexOf('ParallelStateFailed') + 1);
    expect(afterwards.map(({ type }) => type)).toEqual([
      'ParallelStateExited',
      'WaitStateEntered',
      'WaitStateExited',
      'ExecutionSucceeded',
    ]);
    for (const { id, previousEventId } of afterwards) expect(previousEventId).toBe(id - 1);
  });

  it('for want of room in the history follows from the last event that had some', async () => {
    const loop = (name: string) =>
      part({
        [`Wait${name}`]: { Type: 'Wait', Seconds: 1, Next: `Choose${name}` },
        [`Choose${name}`]: {
          Type: 'Choice',
          Choices: [{ Condition: false, Next: `End${name}` }],
          Default: `Wait${name}`,
        },
        [`End${name}`]: { Type: 'Succeed' },
      });
    // 1 event of the execution, 2 of First, 2 of P, and 4 in every turn of each branch: the last belongs to B, and A has no room.
    const states = { First: { Type: 'Pass', Next: 'P' }, P: parallel(loop('A'), loop('B')) };
    const result = await createWorld().run(machine(states));
    expect(result.events.at(-2)).toMatchObject({ id: 24_999, stateEnteredEventDetails: { name: 'WaitB' } });
    expect(result.events.at(-1)).toMatchObject({ id: 25_000, type: 'ExecutionFailed', previousEventId: 24_999 });
  });
});
