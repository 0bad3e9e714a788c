import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../engine/index.ts';
import { after, createWorld, details, machine, named, part, type Result, task, type World } from './harness.ts';

const pass = part({ I: { Type: 'Pass', End: true } });

function map(fields: JsonObject, processor: JsonObject = pass): JsonObject {
  return machine({ M: { Type: 'Map', ItemProcessor: processor, End: true, ...fields } });
}

describe('An inline Map', () => {
  it('gives the outputs in the order of the items, with the item in the context', async () => {
    const processor = part({ I: { Type: 'Pass', Output: '{% $states.context.Map.Item %}', End: true } });
    const result = await createWorld().run(map({ Items: '{% $states.input.names %}' }, processor), {
      names: ['a', 'b'],
    });
    expect(result.output).toEqual([
      { Index: 0, Value: 'a' },
      { Index: 1, Value: 'b' },
    ]);
  });

  it('runs at most MaxConcurrency items at once, and 40 when it says 0', async () => {
    const mostAtOnce = async (maxConcurrency: number): Promise<number> => {
      let [running, most] = [0, 0];
      const world = createWorld({
        f: () => {
          most = Math.max(most, ++running);
          world.clock.after(1000, () => void running--);
          return after(1000);
        },
      });
      await world.run(map({ Items: '{% [1..50] %}', MaxConcurrency: maxConcurrency }, part({ T: task('f') })));
      expect(world.calls).toHaveLength(50);
      return most;
    };
    expect(await mostAtOnce(3)).toBe(3);
    expect(await mostAtOnce(0)).toBe(40);
  });

  it('fails on what is no list', async () => {
    const result = await createWorld().run(map({}), { a: 1 });
    expect(result.error).toBe('States.QueryEvaluationError');
    expect(result.cause).toContain('Map state input must be an array but was: {"a":1}');
    const chosen = await createWorld().run(map({ Items: '{% "a" %}' }));
    expect(chosen.cause).toContain("Expected 'array', but was 'string'");
  });

  it('lets its ItemSelector see the item', async () => {
    const fields = { Items: ['a', 'b'], ItemSelector: { '0': '{% $states.context.Map.Item.Value %}' } };
    expect((await createWorld().run(map(fields))).output).toEqual([{ '0': 'a' }, { '0': 'b' }]);
  });

  it('fails with the error of an item, aborting the others, and never begins the rest', async () => {
    const world = createWorld({ f: (payload) => (payload === 1 ? Promise.reject(named('Bad')) : after(60_000)) });
    const result = await world.run(map({ Items: [0, 1, 2], MaxConcurrency: 2 }, part({ T: task('f') })));
    expect(result.error).toBe('Bad');
    expect(world.calls.map(({ payload }) => payload)).toEqual([0, 1]);
    expect(result.types.slice(-6)).toEqual([
      'LambdaFunctionFailed',
      'MapIterationFailed',
      'TaskStateAborted',
      'MapIterationAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });

  it('starts over when it is retried', async () => {
    const world = createWorld({ f: (_payload, call) => (call === 2 ? Promise.reject(named('Once')) : call) });
    const result = await world.run(
      map({ Items: [1, 2], MaxConcurrency: 1, Retry: [{ ErrorEquals: ['Once'] }] }, part({ T: task('f') })),
    );
    expect(result.output).toEqual([3, 4]);
    expect(result.types.filter((type) => type === 'MapStateStarted')).toHaveLength(2);
    expect(result.types).not.toContain('MapStateFailed');
  });

  it('fails after its end when its Output does, following from its last iteration', async () => {
    const result = await createWorld().run(map({ Items: [1], Output: '{% $states.result.x %}' }));
    expect(result.events.slice(-5).map(({ previousEventId, type }) => [previousEventId, type])).toEqual([
      [6, 'MapIterationSucceeded'],
      [7, 'MapStateSucceeded'],
      [7, 'EvaluationFailed'],
      [9, 'MapStateFailed'],
      [10, 'ExecutionFailed'],
    ]);
  });

  it('names the field of an ItemSelector that fails', async () => {
    const result = await createWorld().run(map({ Items: [1], ItemSelector: { a: '{% $states.input.none %}' } }));
    expect(details(result, 'EvaluationFailed')).toMatchObject({ location: 'ItemSelector/a', state: 'M' });
    expect(result.types.slice(-4)).toEqual([
      'EvaluationFailed',
      'MapIterationFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });
});

describe('A distributed Map', () => {
  const distributed = (states: JsonObject): JsonObject => ({
    ...states,
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  });
  const processor = distributed({ StartAt: 'T', States: { T: task('f') } });
  const children = (world: World): Result[] =>
    world.engine
      .listExecutions()
      .filter(({ mapRunArn }) => mapRunArn !== undefined)
      .map(({ executionArn }) => world.result(executionArn))
      .reverse();

  it('runs every item in an execution of its own, with its own history', async () => {
    const world = createWorld({ f: (payload) => ({ did: payload }) });
    const result = await world.run(map({ Items: [1, 2], Label: 'each' }, processor));
    expect(result.output).toEqual([{ did: 1 }, { did: 2 }]);
    expect(result.types).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
    const { mapRunArn } = Object(details(result, 'MapRunStarted')) as { mapRunArn: string };
    expect(mapRunArn).toMatch(/^arn:aws:states:eu-central-1:111122223333:mapRun:machine\/each:[0-9a-f-]{36}$/);
    const [first, second] = children(world);
    expect(first?.executionArn).toMatch(
      /^arn:aws:states:eu-central-1:111122223333:execution:machine\/each:[0-9a-f-]{36}$/,
    );
    expect([first?.mapRunArn, first?.input, second?.input]).toEqual([mapRunArn, 1, 2]);
    expect(first?.types).toHaveLength(7);
    expect(world.engine.transitions(first?.executionArn)).toBe(1);
    expect(world.engine.transitions(result.executionArn)).toBe(3);
    expect(world.engine.transitions()).toBe(3);
  });

  it('does not let outer variables in: they are handed over with ItemSelector', async () => {
    const inner = (output: string): JsonObject =>
      distributed({ StartAt: 'I', States: { I: { Type: 'Pass', Output: output, End: true } } });
    const definition = (itemProcessor: JsonObject): JsonObject =>
      machine({
        A: { Type: 'Pass', Assign: { v: 'outer' }, Next: 'M' },
        M: {
          Type: 'Map',
          Items: [1],
          ItemSelector: { v: '{% $v %}', n: '{% $states.context.Map.Item.Value %}' },
          ItemProcessor: itemProcessor,
          End: true,
        },
      });
    const { output } = await createWorld().run(
      definition(inner('{% [$exists($v), $states.input] %}')),
      {},
      { strict: false },
    );
    expect(output).toEqual([[false, { v: 'outer', n: 1 }]]);
    expect(() => createWorld().start(definition(inner('{% $v %}')))).toThrow(
      /state 'I', field 'Output': \$v may be unset/,
    );
  });

  it('begins a hundred children a second at the most, however many may run at once', async () => {
    const world = createWorld({ f: () => after(60_000) });
    const items: Json = Array.from({ length: 250 }, (_, index) => index);
    await world.run(map({ Items: items }, processor));
    const begun = world.engine
      .listExecutions()
      .filter(({ mapRunArn }) => mapRunArn !== undefined)
      .map(({ startDate }) => startDate.getTime() - world.startedAtMs);
    expect(begun.toReversed()).toEqual(items.map((_, index) => 10 * index));
  });

  it('begins no more children once too many have failed', async () => {
    const world = createWorld({ f: () => Promise.reject(named('Bad')) });
    const result = await world.run(map({ Items: [1, 2, 3] }, processor));
    expect(result.error).toBe('States.ExceedToleratedFailureThreshold');
    expect(children(world)).toHaveLength(1);
  });

  it('tolerates no failure unless told', async () => {
    const world = createWorld({
      f: (payload) => (payload === 2 ? Promise.reject(named('Bad')) : after(1000, payload)),
    });
    const result = await world.run(map({ Items: [1, 2, 3, 4], MaxConcurrency: 2 }, processor));
    expect([result.error, result.cause]).toEqual([
      'States.ExceedToleratedFailureThreshold',
      'The specified tolerated failure threshold was exceeded',
    ]);
    expect(result.types.slice(-3)).toEqual(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
    expect(children(world).map(({ status }) => status)).toEqual(['ABORTED', 'FAILED']);
  });

  it.each<[JsonObject, string]>([
    [{ ToleratedFailureCount: 2 }, 'SUCCEEDED'],
    [{ ToleratedFailureCount: 1 }, 'FAILED'],
    [{ ToleratedFailurePercentage: 50 }, 'SUCCEEDED'],
    [{ ToleratedFailurePercentage: '{% 49 %}' }, 'FAILED'],
    [{ ToleratedFailurePercentage: 100, ToleratedFailureCount: 1 }, 'FAILED'],
  ])('with two of four failing and %j ends %s', async (tolerance, status) => {
    const world = createWorld({ f: (payload) => (Number(payload) % 2 === 0 ? Promise.reject(named('Bad')) : payload) });
    const result = await world.run(map({ Items: [1, 2, 3, 4], ...tolerance }, processor));
    expect(result.status).toBe(status);
    if (status === 'SUCCEEDED') expect(result.output).toEqual([1, 3]);
  });

  it('reads its items from S3 and leaves its results there', async () => {
    const world = createWorld({ f: (payload) => (payload === 2 ? Promise.reject(named('Bad', 'no')) : payload) });
    world.objects.set('bucket/in/items.json', '[1,2,3]');
    const result = await world.run(
      map(
        {
          ItemReader: {
            Resource: 'arn:aws:states:::s3:getObject',
            ReaderConfig: { InputType: 'JSON' },
            Arguments: { Bucket: 'bucket', Key: '{% $states.input.key %}' },
          },
          ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'bucket', Prefix: 'out' } },
          ToleratedFailureCount: 1,
        },
        processor,
      ),
      { key: 'in/items.json' },
    );
    const { MapRunArn, ResultWriterDetails } = result.output as {
      MapRunArn: string;
      ResultWriterDetails: { Bucket: string; Key: string };
    };
    const folder = `out/${MapRunArn.split(':').at(-1)}`;
    expect(ResultWriterDetails).toEqual({ Bucket: 'bucket', Key: `${folder}/manifest.json` });
    const read = (key: string): unknown => JSON.parse(world.objects.get(`bucket/${key}`) ?? '');
    const size = (key: string): number => Buffer.byteLength(world.objects.get(`bucket/${key}`) ?? '');
    expect(read(ResultWriterDetails.Key)).toEqual({
      DestinationBucket: 'bucket',
      MapRunArn,
      ResultFiles: {
        FAILED: [{ Key: `${folder}/FAILED_0.json`, Size: size(`${folder}/FAILED_0.json`) }],
        PENDING: [],
        SUCCEEDED: [{ Key: `${folder}/SUCCEEDED_0.json`, Size: size(`${folder}/SUCCEEDED_0.json`) }],
      },
    });
    expect(read(`${folder}/SUCCEEDED_0.json`)).toMatchObject([
      { Input: '1', Output: '1', Status: 'SUCCEEDED' },
      { Input: '3', Output: '3' },
    ]);
    expect(read(`${folder}/FAILED_0.json`)).toMatchObject([
      { Input: '2', Error: 'Bad', Status: 'FAILED', InputDetails: { Included: true } },
    ]);
  });

  const readerOf = (location: JsonObject, more: JsonObject = {}): JsonObject => ({
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSON', ...more },
    Arguments: location,
  });

  it.each([
    [2, [1, 2]],
    [0, [1, 2, 3]],
  ])('reads at most MaxItems: %i', async (most, output) => {
    const world = createWorld({ f: (payload) => payload });
    world.objects.set('b/k', '[1,2,3]');
    const ItemReader = readerOf({ Bucket: 'b', Key: 'k' }, { MaxItems: most });
    expect((await world.run(map({ ItemReader }, processor))).output).toEqual(output);
  });

  it.each<[field: string, fields: JsonObject, message: string]>([
    [
      'ItemReader/Arguments',
      { ItemReader: readerOf({ Bucket: 'b', Key: '{% 1 %}' }) },
      'must give Bucket and Key as strings',
    ],
    [
      'ItemReader/Arguments',
      { ItemReader: readerOf({ Bucket: '{% 1 %}', Key: 'k' }) },
      'must give Bucket and Key as strings',
    ],
    [
      'ResultWriter/Arguments',
      {
        Items: [1],
        ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'b', Prefix: '{% 1 %}' } },
      },
      'must give Bucket and Prefix as strings',
    ],
  ])('fails where %s give no names', async (field, fields, message) => {
    const result = await createWorld({ f: () => 1 }).run(map(fields, processor));
    expect(result.error).toBe('States.QueryEvaluationError');
    expect(result.cause).toContain(`The field '${field}' ${message}`);
    expect(details(result, 'EvaluationFailed')).toMatchObject({ location: field });
    expect(details(result, 'MapRunFailed')).toEqual({ error: result.error, cause: result.cause });
  });

  it.each([
    ['is not there', undefined, 'The key does not exist.'],
    ['holds no array', '{}', 'holds no JSON array'],
    ['is no JSON', '[', 'JSON'],
  ])('fails with States.ItemReaderFailed when the object %s', async (_name, body, cause) => {
    const world = createWorld();
    if (body !== undefined) world.objects.set('b/k', body);
    const result = await world.run(map({ ItemReader: readerOf({ Bucket: 'b', Key: 'k' }) }, processor));
    expect(result.error).toBe('States.ItemReaderFailed');
    expect(result.cause).toContain(cause);
    expect(result.types).toContain('MapRunFailed');
  });

  it('hands items over in batches', async () => {
    const world = createWorld({ f: (payload) => payload });
    const result = await world.run(
      map(
        { Items: [1, 2, 3], ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { k: '{% $states.input.k %}' } } },
        processor,
      ),
      { k: 'v' },
    );
    expect(result.output).toEqual([
      { BatchInput: { k: 'v' }, Items: [1, 2] },
      { BatchInput: { k: 'v' }, Items: [3] },
    ]);
  });

  it('leaves no batch empty, and adds nothing to a batch unasked', async () => {
    const world = createWorld({ f: (payload) => payload });
    const result = await world.run(map({ Items: [1, 2, 3, 4], ItemBatcher: { MaxItemsPerBatch: 2 } }, processor));
    expect(result.output).toStrictEqual([{ Items: [1, 2] }, { Items: [3, 4] }]);
  });

  it.each<[percentage: number, status: string]>([
    [50, 'SUCCEEDED'],
    [49, 'FAILED'],
  ])('counts items, not batches, for a percentage: %i', async (percentage, status) => {
    const world = createWorld({
      f: (payload) => (JSON.stringify(payload).includes('4') ? payload : Promise.reject(named('Bad'))),
    });
    const fields = {
      Items: [1, 2, 3, 4],
      ItemBatcher: { MaxItemsPerBatch: 2 },
      ToleratedFailurePercentage: percentage,
    };
    expect((await world.run(map(fields, processor))).status).toBe(status);
  });

  it('counts every item of a batch that fails', async () => {
    const world = createWorld({ f: () => Promise.reject(named('Bad')) });
    const definition = (count: number): JsonObject =>
      map(
        { Items: [1, 2, 3], ItemBatcher: { MaxItemsPerBatch: 3 }, ToleratedFailureCount: count },
        distributed(part({ T: task('f') })),
      );
    expect((await world.run(definition(3))).status).toBe('SUCCEEDED');
    expect(await world.run(definition(2))).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
  });

  it('fails its Map Run when an expression in it fails', async () => {
    const fields = { Items: [1], ItemSelector: { x: '{% $states.input.x %}' } };
    const { types, error } = await createWorld().run(map(fields, processor));
    expect(error).toBe('States.QueryEvaluationError');
    expect(types.slice(-4)).toEqual(['EvaluationFailed', 'MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
  });

  it('does nothing for no items', async () => {
    expect((await createWorld().run(map({ Items: [] }, processor))).output).toEqual([]);
  });

  it('takes its children along when it is stopped', async () => {
    const world = createWorld({ f: () => after(60_000) });
    const arn = world.start(map({ Items: [1, 2] }, processor));
    await world.clock.run(world.startedAtMs + 1000);
    world.engine.stopExecution(arn);
    await world.clock.run();
    expect(children(world).map(({ status }) => status)).toEqual(['ABORTED', 'ABORTED']);
  });

  it('gives each child its own 25,000 events', async () => {
    const items: Json = Array.from({ length: 4000 }, (_, index) => index);
    const world = createWorld({ f: () => 1 });
    const result = await world.run(map({ Items: items }, processor));
    expect(result.status).toBe('SUCCEEDED');
    expect(result.events).toHaveLength(8);
  });
});
