import { describe, expect, it } from 'vitest';
import { RequestRefused } from '../../../engine/index.ts';
import { after, createWorld, details, functionArn, machine, named, part, task } from './harness.ts';

const invoke = 'arn:aws:states:::lambda:invoke';

describe('A Task on a function', () => {
  it('gives the payload and Lambda events', async () => {
    const world = createWorld({ f: (payload) => ({ got: payload }) });
    const result = await world.run(
      machine({ T: task('f', { Arguments: { n: '{% $states.input.n %}' }, TimeoutSeconds: 9, End: true }) }),
      { n: 1 },
    );
    expect(result.output).toEqual({ got: { n: 1 } });
    expect(result.types).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(details(result, 'LambdaFunctionScheduled')).toEqual({
      input: '{"n":1}',
      inputDetails: { truncated: false },
      resource: functionArn('f'),
      timeoutInSeconds: 9,
    });
  });

  it('takes its input where it has no Arguments, and gives the handler a copy of it', async () => {
    const world = createWorld({
      f: (payload) => {
        Reflect.set(Object(payload), 'spoilt', true);
        return 'ok';
      },
    });
    const result = await world.run(machine({ T: task('f', { Output: '{% $states.input %}', End: true }) }), { a: 1 });
    expect(result.output).toEqual({ a: 1 });
  });

  it('takes a reply as Lambda serialises it, whatever the handler does to it afterwards', async () => {
    const reply = { kept: 1, dropped: undefined, at: new Date(0), toString: () => 'not JSON' };
    const world = createWorld(
      { f: () => JSON.parse('null') as null },
      {
        invokeFunction: async () => ({ durationMs: 1000, payload: reply as never }),
      },
    );
    const arn = world.start(machine({ T: task('f', { Next: 'W' }), W: { Type: 'Wait', Seconds: 10, End: true } }));
    await world.clock.run(world.startedAtMs + 5000);
    reply.kept = 2;
    await world.clock.run();
    expect(world.result(arn).output).toStrictEqual({ kept: 1, at: '1970-01-01T00:00:00.000Z' });
  });

  it.each([
    [3_600_000, '2026-01-01T01:00:01.000Z'],
    [60_000, '2026-01-01T00:01:01.000Z'],
  ])('is not called once its time is over, after %i ms, but again, with Arguments of then', async (jumpMs, at) => {
    const jump = (): null => {
      world.clock.jump(jumpMs);
      return null;
    };
    const world = createWorld({ f: () => null, g: jump });
    const again = { TimeoutSeconds: 60, Retry: [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1 }] };
    const dated = task('f', { ...again, Arguments: { at: '{% $now() %}' }, End: true });
    const both = { Type: 'Parallel', Branches: [part({ G: task('g') }), part({ F: dated })], End: true };
    await world.run(machine({ Both: both }));
    const [late, ...others] = world.calls.filter(({ name }) => name === 'f');
    expect(late).toMatchObject({ atMs: Date.parse(at), payload: { at } });
    expect(others).toEqual([]);
  });

  it('fails with the name of what the handler threw', async () => {
    const world = createWorld({ f: () => Promise.reject(named('ImageFailed', 'no image')) });
    const result = await world.run(machine({ T: task('f') }));
    expect(result.error).toBe('ImageFailed');
    expect(JSON.parse(result.cause ?? '')).toMatchObject({ errorType: 'ImageFailed', errorMessage: 'no image' });
    expect(result.types.slice(-2)).toEqual(['LambdaFunctionFailed', 'ExecutionFailed']);
  });

  it('fails when the reply is no JSON', async () => {
    const world = createWorld({}, { invokeFunction: async () => ({ durationMs: 1, payload: Object(1n) }) });
    expect(await world.run(machine({ T: task('f') }))).toMatchObject({ status: 'FAILED', error: 'TypeError' });
  });

  it('takes as long as the function says', async () => {
    const world = createWorld({ f: () => after(1500, 1) });
    const result = await world.run(machine({ T: task('f') }));
    expect((result.stopDate?.getTime() ?? 0) - world.startedAtMs).toBe(1500);
  });

  it('has no heartbeat to miss, as nobody could send one', async () => {
    const world = createWorld({ f: () => after(5000, 1) });
    const result = await world.run(machine({ T: task('f', { HeartbeatSeconds: 1, End: true }) }));
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: 1 });
  });

  it('times out before a reply that takes too long, though the work was done', async () => {
    const world = createWorld({ f: () => after(5000, 1) });
    const result = await world.run(machine({ T: task('f', { TimeoutSeconds: '{% 1 + 1 %}', End: true }) }));
    expect(world.calls).toHaveLength(1);
    expect([result.error, result.stopDate?.getTime()]).toEqual(['States.Timeout', world.startedAtMs + 2000]);
    expect(result.types.at(-2)).toBe('LambdaFunctionTimedOut');
  });
});

describe('A Task on lambda:invoke', () => {
  const states = (more = {}) => ({
    T: {
      Type: 'Task',
      Resource: invoke,
      Arguments: { FunctionName: `${functionArn('f')}:$LATEST`, Payload: { a: 1 } },
      End: true,
      ...more,
    },
  });

  it('gives the payload in the envelope of Lambda', async () => {
    const world = createWorld({ f: () => ({ b: 2 }) });
    const result = await world.run(machine(states()));
    expect(world.calls).toEqual([{ name: 'f', payload: { a: 1 }, atMs: world.startedAtMs }]);
    expect(result.output).toMatchObject({
      ExecutedVersion: '$LATEST',
      Payload: { b: 2 },
      StatusCode: 200,
      SdkHttpMetadata: { HttpStatusCode: 200 },
    });
    expect(Object.keys(Object(result.output)).sort()).toEqual([
      'ExecutedVersion',
      'Payload',
      'SdkHttpMetadata',
      'SdkResponseMetadata',
      'StatusCode',
    ]);
    expect(result.types.slice(2, 6)).toEqual(['TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited']);
    expect(details(result, 'TaskScheduled')).toMatchObject({
      resource: 'invoke',
      resourceType: 'lambda',
      region: 'eu-central-1',
    });
  });

  it('fails with TaskFailed and times out with TaskTimedOut', async () => {
    const failed = await createWorld({ f: () => Promise.reject(named('Bad')) }).run(machine(states()));
    expect(details(failed, 'TaskFailed')).toMatchObject({ error: 'Bad', resource: 'invoke', resourceType: 'lambda' });
    const timedOut = await createWorld({ f: () => after(9000) }).run(machine(states({ TimeoutSeconds: 1 })));
    expect(details(timedOut, 'TaskTimedOut')).toEqual({
      error: 'States.Timeout',
      resource: 'invoke',
      resourceType: 'lambda',
    });
  });
});

describe('A Task that waits for its token', () => {
  const waiting = (more = {}) =>
    machine({
      T: {
        Type: 'Task',
        Resource: `${invoke}.waitForTaskToken`,
        Arguments: { FunctionName: 'f', Payload: { token: '{% $states.context.Task.Token %}' } },
        End: true,
        ...more,
      },
    });

  function world() {
    const tokens: string[] = [];
    const made = createWorld({
      f: (payload) => {
        tokens.push(String(Object(payload).token));
        return 'called';
      },
    });
    return { ...made, tokens, token: () => tokens.at(-1) ?? '' };
  }

  it('goes on with what comes back, and refuses a second answer', async () => {
    const w = world();
    const arn = w.start(waiting());
    await w.clock.run();
    expect(w.engine.describeExecution(arn).status).toBe('RUNNING');
    w.engine.sendTaskSuccess(w.token(), { done: true });
    await w.clock.run();
    const result = w.result(arn);
    expect(result.output).toEqual({ done: true });
    expect(result.types.slice(2, 7)).toEqual([
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
    ]);
    expect(details(result, 'TaskSubmitted')).toMatchObject({
      resource: 'invoke.waitForTaskToken',
      resourceType: 'lambda',
    });
    expect(() => w.engine.sendTaskSuccess(w.token(), 1)).toThrow(expect.objectContaining({ name: 'TaskTimedOut' }));
    expect(() => w.engine.sendTaskSuccess('nonsense', 1)).toThrow(expect.objectContaining({ name: 'InvalidToken' }));
    expect(() => w.engine.sendTaskHeartbeat('nonsense')).toThrow(RequestRefused);
  });

  it('fails with what is sent', async () => {
    const w = world();
    const arn = w.start(waiting());
    await w.clock.run();
    w.engine.sendTaskFailure(w.token(), { error: 'Denied', cause: 'by a person' });
    await w.clock.run();
    expect([w.result(arn).error, w.result(arn).cause]).toEqual(['Denied', 'by a person']);
  });

  it('accepts an answer that comes before the call has returned', async () => {
    const made = createWorld({
      f: (payload) => {
        made.engine.sendTaskSuccess(String(Object(payload).token), 'early');
        return after(5000, 'called');
      },
    });
    const result = await made.run(waiting());
    expect(result.output).toBe('early');
    expect(result.types).toContain('TaskSubmitted');
  });

  it('lets heartbeats put off the heartbeat timeout, but not the timeout', async () => {
    const w = world();
    const arn = w.start(waiting({ HeartbeatSeconds: 10, TimeoutSeconds: 25 }));
    await w.clock.run(w.startedAtMs + 8000);
    w.engine.sendTaskHeartbeat(w.token());
    await w.clock.run(w.startedAtMs + 16_000);
    w.engine.sendTaskHeartbeat(w.token());
    await w.clock.run(w.startedAtMs + 24_000);
    w.engine.sendTaskHeartbeat(w.token());
    await w.clock.run();
    const result = w.result(arn);
    expect([result.error, result.stopDate?.getTime()]).toEqual(['States.Timeout', w.startedAtMs + 25_000]);
  });

  it('may get heartbeats that it does not ask for', async () => {
    const w = world();
    const arn = w.start(waiting());
    await w.clock.run();
    w.engine.sendTaskHeartbeat(w.token());
    w.engine.sendTaskSuccess(w.token(), 'done');
    await w.clock.run();
    expect(w.result(arn)).toMatchObject({ status: 'SUCCEEDED', output: 'done' });
  });

  it('misses its heartbeat', async () => {
    const w = world();
    const result = await w.run(waiting({ HeartbeatSeconds: 10, TimeoutSeconds: 60 }));
    expect([result.error, result.stopDate?.getTime()]).toEqual(['States.HeartbeatTimeout', w.startedAtMs + 10_000]);
    expect(details(result, 'TaskScheduled')).toMatchObject({ heartbeatInSeconds: 10, timeoutInSeconds: 60 });
  });

  it('is done by an answer that came in the very instant of its timeout', async () => {
    const w = world();
    w.clock.after(5000, () => w.engine.sendTaskSuccess(w.token(), 'in time'));
    const result = await w.run(waiting({ TimeoutSeconds: 5 }));
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: 'in time' });
  });

  it('gets a new token for every attempt', async () => {
    const w = world();
    const arn = w.start(waiting({ TimeoutSeconds: 5, Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1 }] }));
    await w.clock.run(w.startedAtMs + 7000);
    const [first = '', second = ''] = w.tokens;
    expect(first).not.toBe(second);
    expect(() => w.engine.sendTaskSuccess(first, 1)).toThrow(expect.objectContaining({ name: 'TaskTimedOut' }));
    w.engine.sendTaskSuccess(second, 'second');
    await w.clock.run();
    expect(w.result(arn).output).toBe('second');
  });
});

describe('A Task on an integration that the engine was given', () => {
  const publish = (more = {}) =>
    machine({
      T: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', Arguments: { Message: 'm' }, End: true, ...more },
    });

  it('calls it and gives its output', async () => {
    const world = createWorld(
      {},
      { integrations: { 'sns:publish': async (argument) => ({ output: { MessageId: '1', argument } }) } },
    );
    const result = await world.run(publish());
    expect(result.output).toEqual({ MessageId: '1', argument: { Message: 'm' } });
    expect(details(result, 'TaskSucceeded')).toMatchObject({ resource: 'publish', resourceType: 'sns' });
  });

  it('fails with what it throws before it has made a promise', async () => {
    const integrations = {
      'sns:publish': () => {
        throw named('Broken');
      },
    };
    const result = await createWorld({}, { integrations }).run(publish());
    expect(result).toMatchObject({ status: 'FAILED', error: 'Broken' });
  });

  it('fails with its error, thrown or returned', async () => {
    const thrown = createWorld(
      {},
      { integrations: { 'sns:publish': () => Promise.reject(named('SNS.NotFoundException', 'gone')) } },
    );
    expect(await thrown.run(publish())).toMatchObject({ error: 'SNS.NotFoundException', cause: 'gone' });
    const returned = createWorld({}, { integrations: { 'sns:publish': async () => ({ error: 'SNS.X', cause: 'y' }) } });
    expect(await returned.run(publish())).toMatchObject({ error: 'SNS.X', cause: 'y' });
  });
});
