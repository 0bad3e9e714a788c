import { expect, it } from 'vitest';
import type { Failure, Json } from '../../../engine/index.ts';
import { createWorld, machine, named, task, type World } from './harness.ts';

/** A listener to failures: what it hears, without ARNs and causes. */
function listened({ engine }: World) {
  const failures: Failure[] = [];
  const stop = engine.onFailure((failure) => void failures.push(failure));
  return {
    stop,
    heard: () => failures.map(({ functionName, state, error }) => [functionName, state, error].join(' ').trim()),
  };
}

const falls = (_: Json, call: number): Json => {
  if (call === 1) throw named('TypeError');
  return call;
};
const retried = machine({
  A: task('a', { Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }], End: true }),
});

it('A listener hears of a failure that is retried, of its function and of its state, until it unsubscribes', async () => {
  const world = createWorld({ a: falls });
  const { heard, stop } = listened(world);
  expect(await world.run(retried)).toMatchObject({ status: 'SUCCEEDED' });
  stop();
  await world.run(machine({ A: task('unknown') }));

  expect(heard()).toEqual(['a A TypeError', 'A TypeError']);
});

it('A listener hears of a function whose answer is no JSON', async () => {
  const endless: { [key: string]: Json } = {};
  endless.itself = endless;
  const world = createWorld({ a: () => endless });
  const { heard } = listened(world);
  await world.run(machine({ A: task('a') }));

  expect(heard()).toEqual(['a A TypeError', 'A TypeError']);
});

it('A listener hears of an expression that failed and was caught', async () => {
  const world = createWorld({ a: () => 1 });
  const { heard } = listened(world);
  const { status } = await world.run(
    machine({
      A: task('a', {
        Output: '{% $states.result.b %}',
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }],
        End: true,
      }),
      B: { Type: 'Succeed' },
    }),
  );

  expect([status, heard()]).toEqual(['SUCCEEDED', ['A States.QueryEvaluationError']]);
});

it('A listener hears of States.Runtime, which no state sees', async () => {
  const world = createWorld();
  const { heard } = listened(world);
  const invoke = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: {}, End: true };
  const { error } = await world.run(machine({ A: invoke }));

  expect([error, heard()]).toEqual(['States.Runtime', ['States.Runtime']]);
});

it('A listener hears of an invocation that nobody waits for any more', async () => {
  const world = createWorld({
    a: () => {
      world.engine.stopExecution(executionArn);
      throw named('TypeError');
    },
  });
  const { heard } = listened(world);
  const executionArn = world.start(machine({ A: task('a') }));
  await world.clock.run();

  expect([world.result(executionArn).status, heard()]).toEqual(['ABORTED', ['a A TypeError']]);
});

it('A listener hears of a state that fails without saying why', async () => {
  const world = createWorld();
  const failures: Failure[] = [];
  world.engine.onFailure((failure) => void failures.push(failure));
  await world.run(machine({ A: { Type: 'Fail' } }));

  expect(failures).toMatchObject([{ state: 'A', error: '', cause: '' }]);
});
