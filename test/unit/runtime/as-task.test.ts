import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import type { Contract } from '../../../shared/domain/contract.ts';
import { errorCatalogue, LifecycleError } from '../../../shared/domain/errors.ts';
import { asTask } from '../../../shared/runtime/as-task.ts';
import { lambdaContext } from '../../lambda-context.ts';

const contract = {
  input: z.strictObject({
    executionId: z.string().min(1),
    instanceId: z.string().regex(/^i-/, 'is no instance id'),
    devices: z.array(z.strictObject({ name: z.string(), size: z.int() })).default([]),
    kind: z.enum(['a', 'b']).default('a'),
  }),
  output: z.strictObject({ count: z.int().min(0) }),
  errors: ['NameTaken'],
} satisfies Contract<unknown, unknown>;
type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

const fine = { executionId: 'run-1', instanceId: 'i-1' };

/** Calls a task as Lambda does. */
async function call(task: (input: Input) => Promise<Output>, event: unknown = fine): Promise<Output> {
  return asTask(contract, task)(event, lambdaContext);
}

/** What a call throws. */
async function errorOf(task: (input: Input) => Promise<Output>, event: unknown = fine): Promise<unknown> {
  try {
    await call(task, event);
  } catch (error) {
    return error;
  }
  throw new Error('The call was to fail.');
}

const answer = (count: number) => async (): Promise<Output> => ({ count });
const fail = (error: unknown) => async (): Promise<Output> => {
  throw error;
};

// The logger returns to the level of its environment at every call, so it must be there before the logger is made.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'INFO';
});

let lines: Record<string, unknown>[] = [];

beforeEach(() => {
  lines = [];
  const note = (chunk: unknown): boolean => {
    const parsed = z.record(z.string(), z.unknown()).parse(JSON.parse(String(chunk)));
    lines.push(parsed);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(note);
  vi.spyOn(process.stderr, 'write').mockImplementation(note);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a task that is called', () => {
  it('gets its input with what the contract fills in, and its answer comes back', async () => {
    const seen: Input[] = [];
    const task = async (input: Input): Promise<Output> => {
      seen.push(input);
      return { count: 7 };
    };
    expect(await call(task)).toEqual({ count: 7 });
    expect(seen).toEqual([{ ...fine, devices: [], kind: 'a' }]);
  });

  it('leaves one line in the log, found by its keys, with what came out', async () => {
    await call(answer(7));
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'INFO',
        message: 'done',
        service: 'ami-lifecycle',
        function_name: 'count-things',
        function_request_id: 'request-1',
        executionId: 'run-1',
        instanceId: 'i-1',
        outcome: { count: 7 },
      }),
    ]);
  });

  it('puts only its keys into the log, not all of its input', async () => {
    await call(answer(7), { ...fine, kind: 'b', devices: [{ name: 'hush-hush', size: 1 }] });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toHaveProperty('kind');
    expect(JSON.stringify(lines)).not.toContain('hush-hush');
  });

  it('leaves nothing in the log of the next call', async () => {
    const other = { ...contract, input: z.strictObject({ executionId: z.string() }) };
    await call(answer(1));
    await asTask(other, answer(2))({ executionId: 'run-2' }, lambdaContext);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ executionId: 'run-2' });
    expect(lines[1]).not.toHaveProperty('instanceId');
  });
});

describe('what a line in the log is found by', () => {
  it.each<[says: string, event: object]>([
    ['the input names', { policyName: 'gold', imageId: 'ami-1' }],
    ['the trigger names', { event: { policy: 'gold', imageId: 'ami-1' } }],
    ['a whole policy and an item name', { policy: { name: 'gold', retain: { last: 3 } }, item: { imageId: 'ami-1' } }],
  ])('is the policy and the image that %s', async (_says, event) => {
    const open = { ...contract, input: z.looseObject({}) };
    await asTask(open, async () => ({ count: 1 }))(event, lambdaContext);
    expect(lines).toEqual([expect.objectContaining({ policy: 'gold', imageId: 'ami-1' })]);
  });

  it.each([['executionId'], ['instanceId'], ['imageId'], ['slot'], ['region'], ['policy']])(
    'may be %s',
    async (key) => {
      const open = { ...contract, input: z.looseObject({}) };
      await asTask(open, answer(1))({ [key]: 'this one' }, lambdaContext);
      expect(lines).toEqual([expect.objectContaining({ [key]: 'this one' })]);
    },
  );

  it.each<[says: string, event: unknown]>([
    ['a number', { imageId: 7 }],
    ['an item that is none', { item: null, event: 'x', policy: null }],
    ['a text alone', 'imageId'],
    ['nothing', null],
  ])('is nothing at all where the input holds %s', async (_says, event) => {
    await asTask({ ...contract, input: z.unknown() }, answer(1))(event, lambdaContext);
    expect(lines).toHaveLength(1);
    for (const key of ['imageId', 'policy', '0']) expect(lines[0]).not.toHaveProperty(key);
  });
});

describe('what the log says of an answer', () => {
  const outcomeOf = async (output: object): Promise<unknown> => {
    const open = { ...contract, output: z.looseObject({}) };
    await asTask(open, async () => output)(fine, lambdaContext);
    return lines[0]?.outcome;
  };

  it.each<[says: string, output: object, outcome: object]>([
    ['names its policy alone', { count: 1, policy: { name: 'gold', tags: { a: 'b' } } }, { count: 1, policy: 'gold' }],
    ['keeps the name of a policy', { policy: 'gold' }, { policy: 'gold' }],
    ['names its policies alone', { policies: { gold: { tags: {} }, dev: {} } }, { policies: ['gold', 'dev'] }],
    ['is all of it otherwise', { count: 1, list: ['a'] }, { count: 1, list: ['a'] }],
  ])('%s', async (_says, output, outcome) => {
    expect(await outcomeOf(output)).toStrictEqual(outcome);
  });
});

describe('an answer that is a text', () => {
  it('is not taken to pieces in the log', async () => {
    await asTask({ ...contract, output: z.string() }, async () => 'hello')(fine, lambdaContext);
    expect(lines[0]?.outcome).toStrictEqual({});
  });
});

describe('an input that does not fit', () => {
  it('never reaches the task', async () => {
    const task = vi.fn(answer(1));
    expect(await errorOf(task, {})).toMatchObject({ name: 'InputInvalid' });
    expect(task).not.toHaveBeenCalled();
  });

  it.each<[says: string, event: unknown, message: string | RegExp]>([
    [
      'a field that does not fit',
      { ...fine, instanceId: 'x' },
      'The input does not fit: instanceId: is no instance id',
    ],
    [
      'a field far down',
      {
        ...fine,
        devices: [
          { name: 'a', size: 1 },
          { name: 'b', size: 'x' },
        ],
      },
      /devices\[1\]\.size: /,
    ],
    ['a field that is missing', { instanceId: 'i-1' }, /executionId: /],
    ['several fields', { instanceId: 'x', kind: 7 }, /executionId: .*; instanceId: .*; kind: /],
    ['a key too many', { ...fine, surplus: 1 }, /input: Unrecognized key: "surplus"/],
    ['no object at all', 'hello', /input: /],
    ['nothing', null, /input: /],
  ])('is refused with the path: %s', async (_says, event, message) => {
    const error = await errorOf(answer(1), event);
    expect(error).toMatchObject({ name: 'InputInvalid', message: expect.stringMatching(message) });
  });

  it('is told of five problems without a word of more', async () => {
    const devices = Array.from({ length: 5 }, () => ({ name: 7, size: 1 }));
    const error = await errorOf(answer(1), { ...fine, devices });
    expect(String(error)).toMatch(/devices\[4\]\.name: [^;]*$/);
  });

  it('of several kinds is told what is wrong with the one that it comes closest to', async () => {
    const far = z.strictObject({ kind: z.literal('far'), one: z.string(), two: z.string() });
    const near = z.strictObject({ kind: z.literal('near'), size: z.int('is no size') });
    const either = { ...contract, input: z.strictObject({ items: z.array(z.union([far, near])) }) };
    const event = { items: [{ kind: 'near', size: 'x' }] };
    await expect(asTask(either, answer(1))(event, lambdaContext)).rejects.toMatchObject({
      message: 'The input does not fit: items[0].size: is no size',
    });
    const none = { ...contract, input: z.discriminatedUnion('kind', [far, near], { error: 'is of no kind' }) };
    await expect(asTask(none, answer(1))({ kind: 'other' }, lambdaContext)).rejects.toMatchObject({
      message: 'The input does not fit: kind: is of no kind',
    });
  });

  it('is refused with at most five problems, as there may be thousands', async () => {
    const devices = Array.from({ length: 50 }, () => ({ name: 7, size: 1 }));
    const error = await errorOf(answer(1), { ...fine, devices });
    expect(error).toMatchObject({ message: expect.stringMatching(/; and 45 more$/) });
    expect(String(error).match(/devices/g)).toHaveLength(5);
  });

  it('is refused without a word of its values, which do not belong into a log', async () => {
    const secret = fc.stringMatching(/^[XYZ0-9]{6,20}$/);
    const wrong = fc.record({
      executionId: fc.constant(7),
      instanceId: secret,
      kind: secret,
      devices: fc.array(fc.record({ name: fc.constant(1), size: secret }), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(wrong, async (event) => {
        const error = await errorOf(answer(1), event);
        expect(error).toMatchObject({ name: 'InputInvalid' });
        const told = `${String(error)} ${JSON.stringify(error)} ${JSON.stringify(lines)}`;
        for (const value of [event.instanceId, event.kind, ...event.devices.map(({ size }) => size)]) {
          expect(told).not.toContain(value);
        }
      }),
    );
  });
});

describe('a task that fails', () => {
  const taken = new LifecycleError('NameTaken', 'The name is taken.', { imageId: 'ami-1' });

  it.each<[says: string, thrown: unknown]>([
    ['an error of the catalogue', taken],
    ['an error of ours', new TypeError('undefined is not a function')],
    ['what is no error', 'boom'],
  ])('throws on %s unchanged, so that its name reaches the workflow', async (_says, thrown) => {
    expect(await errorOf(fail(thrown))).toBe(thrown);
  });

  it('is counted where AWS throttles it, and nowhere else', async () => {
    const heard: string[] = [];
    globalThis.amiLifecycleMetricListener = (name) => heard.push(name);
    await errorOf(fail(taken));
    await errorOf(fail(new LifecycleError('AwsThrottled', 'too many requests', {})));
    globalThis.amiLifecycleMetricListener = undefined;
    expect(heard).toEqual(['Throttled']);
  });

  it('leaves one line in the log even where what it throws is no error', async () => {
    await errorOf(fail('boom'));
    expect(lines).toEqual([expect.objectContaining({ level: 'ERROR', message: 'failed', error: 'boom' })]);
  });

  it('leaves one line in the log, found by its keys, with the details of the error', async () => {
    await errorOf(fail(taken));
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        message: 'The name is taken.',
        executionId: 'run-1',
        instanceId: 'i-1',
        details: { imageId: 'ami-1' },
        error: expect.objectContaining({ name: 'NameTaken' }),
      }),
    ]);
  });
});

describe('an answer that breaks the contract of its task', () => {
  it.each([
    ['of the wrong kind', answer(-1), /count: /],
    ['with a key too many', async () => ({ count: 1, surplus: 'x' }), /Unrecognized key: "surplus"/],
  ])('is a bug of ours, which no Retry or Catch knows by name: %s', async (_says, task, problem) => {
    const error = await errorOf(task);
    expect(error).toMatchObject({ message: expect.stringMatching(problem) });
    expect(error).toBeInstanceOf(Error);
    expect(error).toHaveProperty('cause', expect.any(z.ZodError));
    expect(Object.keys(errorCatalogue)).not.toContain(error instanceof Error ? error.name : '');
    expect(lines.map(({ level }) => level)).toEqual(['ERROR']);
  });
});
