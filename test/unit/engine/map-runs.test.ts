import { describe, expect, it } from 'vitest';
import { createEngine, type JsonObject, virtualClock } from '../../../engine/index.ts';
import { after, createWorld, details, machine, named, part, task } from './harness.ts';

const processor = part({ T: task('f') }, { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } });

function map(fields: JsonObject, name = 'M', more: JsonObject = { End: true }): JsonObject {
  return { [name]: { Type: 'Map', ItemProcessor: processor, ...fields, ...more } };
}

const reader = {
  Resource: 'arn:aws:states:::s3:getObject',
  ReaderConfig: { InputType: 'JSON' },
  Arguments: { Bucket: 'b', Key: 'k' },
};

describe('A Map Run', () => {
  it('is labelled by the letters of its state, and its children belong to a state machine of that label', async () => {
    const world = createWorld({ f: () => 1 });
    const result = await world.run(machine(map({ Items: [1] }, 'Do it!')));
    expect(details(result, 'MapRunStarted')).toMatchObject({ mapRunArn: expect.stringContaining(':machine/Doit:') });
    const [child] = world.engine.listExecutions().filter(({ mapRunArn }) => mapRunArn !== undefined);
    expect(child?.stateMachineArn).toBe('arn:aws:states:eu-central-1:111122223333:stateMachine:machine/Doit');
    expect(world.engine.listExecutions({ stateMachine: 'machine' })).toHaveLength(1);
    expect(world.engine.listExecutions()).toHaveLength(2);
  });

  it('begins no more children once a greater part has failed than is tolerated', async () => {
    const world = createWorld({ f: () => Promise.reject(named('Bad')) });
    const fields = { Items: '{% [1..10] %}', MaxConcurrency: 1, ToleratedFailurePercentage: 10 };
    expect((await world.run(machine(map(fields)))).error).toBe('States.ExceedToleratedFailureThreshold');
    expect(world.calls).toHaveLength(2);
  });

  it('runs as many children at once as MaxConcurrency says, and the next when one has ended', async () => {
    const world = createWorld({ f: () => after(1000) });
    await world.run(machine(map({ Items: [1, 2, 3, 4, 5], MaxConcurrency: 2 })));
    expect(world.calls.map(({ atMs }) => atMs - world.startedAtMs)).toEqual([0, 10, 1000, 1010, 2000]);
  });

  it('ends with its last child', async () => {
    const world = createWorld({ f: () => 1 });
    const { stopDate } = await world.run(machine(map({ Items: [1, 2] })));
    expect((stopDate?.getTime() ?? 0) - world.startedAtMs).toBe(10);
  });

  it('gives a batch no field that nobody asked for', async () => {
    const world = createWorld({ f: () => 1 });
    await world.run(machine(map({ Items: [1], ItemBatcher: { MaxItemsPerBatch: 2 } })));
    const [child] = world.engine.listExecutions().filter(({ mapRunArn }) => mapRunArn !== undefined);
    expect(child?.input).toStrictEqual({ Items: [1] });
  });

  it('is waited for once, though its last children end together: what comes then can be stopped', async () => {
    const world = createWorld({ f: (payload) => after(Number(payload)) });
    const states = {
      ...map({ Items: [1010, 1000] }, 'M', { Next: 'W' }),
      W: { Type: 'Wait', Seconds: 3600, End: true },
    };
    const arn = world.start(machine(states));
    await world.clock.run(world.startedAtMs + 5000);
    expect(world.result(arn).types.at(-1)).toBe('WaitStateEntered');
    world.engine.stopExecution(arn);
    await world.clock.run();
    expect(world.clock.now() - world.startedAtMs).toBe(5000);
  });

  it('fails to read its items where the engine was given no objects', async () => {
    const clock = virtualClock('2026-01-01T00:00:00Z');
    const invokeFunction = async () => ({ durationMs: 0, payload: null });
    const engine = createEngine({ clock, region: 'eu-central-1', accountId: '111122223333', invokeFunction });
    engine.addStateMachine('m', machine(map({ ItemReader: reader })));
    const { executionArn } = engine.startExecution({ stateMachine: 'm', input: {} });
    await clock.run();
    expect(engine.describeExecution(executionArn)).toMatchObject({
      error: 'States.ItemReaderFailed',
      cause: 'The engine was given no object store (option `objects`)',
    });
  });

  it('writes its results right into the bucket where it has no Prefix', async () => {
    const world = createWorld({ f: () => 1 });
    const ResultWriter = { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'b' } };
    const result = await world.run(machine(map({ Items: [1], ResultWriter })));
    expect(result.output).toMatchObject({
      ResultWriterDetails: { Bucket: 'b', Key: expect.stringMatching(/^[0-9a-f-]{36}\/manifest\.json$/) },
    });
  });
});
