import {
  CreateImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  EC2Client,
  EC2ServiceException,
  ImportImageCommand,
  paginateDescribeInstances,
  StopInstancesCommand,
  waitUntilInstanceExists,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { putUnder, runAs } from '../../../simulator/under-clients.ts';
import { errorOf, instance, web, world } from './world.ts';

const twelve = Array.from({ length: 12 }, (_, n) => instance(`i-000000000000000${n + 10}`));

describe('a client over the simulated account', () => {
  test('pages through a listing with the SDK’s own paginator, empty pages included', async () => {
    const { as, ec2 } = world({ contents: { instances: twelve }, behaviour: { emptyPageProbability: 0.5 } });
    const sizes: number[] = [];
    await as('f', async () => {
      for await (const page of paginateDescribeInstances({ client: ec2, pageSize: 5 }, {})) {
        sizes.push(page.Reservations?.length ?? 0);
      }
    });
    expect(sizes.filter((size) => size > 0)).toEqual([5, 5, 2]);
    expect(sizes).toContain(0);
  });

  test('waits with the SDK’s own waiter', async () => {
    const { as, ec2 } = world();
    const waiting = as('f', () => waitUntilInstanceExists({ client: ec2, maxWaitTime: 10 }, { InstanceIds: [web] }));
    expect((await waiting).state).toBe('SUCCESS');
  });

  test('says how long its calls took in simulated time, and how many there were', async () => {
    const { account, ec2 } = world();
    const done = await runAs(account, { functionName: 'f' }, async () => {
      await ec2.send(new DescribeInstancesCommand({ InstanceIds: [web] }));
      await ec2.send(new DescribeInstancesCommand({ InstanceIds: [web] }));
      return 'done';
    });
    expect(done).toEqual({ value: 'done', elapsedMs: 200, calls: 2 });
    expect(account.calls.byCaller).toEqual({ f: { 'ec2:DescribeInstances': 2 } });
  });

  test('throws what the SDK throws: a service exception with code, fault and metadata', async () => {
    const { as, ec2 } = world();
    const error = await errorOf(
      as('f', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-0000000000000ffff'] }))),
    );
    expect(error).toBeInstanceOf(EC2ServiceException);
    expect(error).toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      Code: 'InvalidInstanceID.NotFound',
      $fault: 'client',
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
  });

  test('cannot be used outside of runAs', async () => {
    const { ec2 } = world();
    const error = await errorOf(ec2.send(new DescribeInstancesCommand({})));
    expect(error.message).toContain('wrap the work in runAs(account, { functionName }, work)');
  });

  test('is answered by the account of its own runAs, also when two work at once', async () => {
    const [here, there] = [world(), world({ contents: { instances: twelve } })];
    const count = (all: typeof here) =>
      all.as('f', async () => {
        await Promise.resolve();
        return (await here.ec2.send(new DescribeInstancesCommand({}))).Reservations?.length;
      });
    expect(await Promise.all([count(here), count(there)])).toEqual([1, 12]);
  });

  test('cannot change what it was answered, so nothing that it does there reaches the account', async () => {
    const { as, ec2, instance: now } = world();
    const answer = await as('f', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [web] })));
    const [found] = answer.Reservations?.[0]?.Instances ?? [];
    expect(() => Object.assign(found?.State ?? {}, { Name: 'terminated' })).toThrow(TypeError);
    expect(() => found?.Tags?.push({ Key: 'a', Value: 'b' })).toThrow(TypeError);
    expect(now(web).State?.Name).toBe('running');
    expect(now(web).Tags).toHaveLength(1);
  });
});

describe('a listing', () => {
  const list = (input: DescribeInstancesCommandInput) => {
    const { as, ec2 } = world({ contents: { instances: twelve } });
    return as('f', () => ec2.send(new DescribeInstancesCommand(input)));
  };

  test('cannot be asked for identifiers and a page size at once', async () => {
    const error = await errorOf(list({ InstanceIds: [web], MaxResults: 5 }));
    expect(error).toMatchObject({ code: 'InvalidParameterCombination', status: 400 });
    expect(error.message).toBe('The parameter instancesSet cannot be used with the parameter maxResults');
  });

  test.each<[DescribeInstancesCommandInput, string]>([
    [{ MaxResults: 3 }, 'InvalidParameterValue'],
    [{ MaxResults: 1001 }, 'InvalidParameterValue'],
    [{ NextToken: 'x' }, 'InvalidNextToken'],
    [{ Filters: [{ Name: 'instance-id', Values: [] }] }, 'InvalidParameterValue'],
    [{ Filters: [{ Name: 'instance-id', Values: Array.from({ length: 201 }, String) }] }, 'FilterLimitExceeded'],
  ])('is refused with %j', async (input, code) => {
    expect(await errorOf(list(input))).toMatchObject({ code, status: 400 });
  });

  test.each([
    [[{ Name: 'instance-state-name', Values: ['running', 'stopped'] }], 12],
    [[{ Name: 'instance-state-name', Values: ['stopped'] }], 0],
    [[{ Name: 'tag:Name', Values: ['server 01?'] }], 10],
    [[{ Name: 'tag:Name', Values: ['SERVER*'] }], 0],
    [[{ Name: 'tag:Name', Values: ['server \\*'] }], 0],
    [[{ Name: 'tag-key', Values: ['Na*'] }], 12],
    [
      [
        { Name: 'tag-key', Values: ['Name'] },
        { Name: 'instance-id', Values: ['i-00000000000000010', 'i-0000000000000ffff'] },
      ],
      1,
    ],
    [[{ Name: 'instance-id', Values: ['i-*11'] }], 1],
    [[{ Name: 'tag:Name', Values: ['server.01.'] }], 0],
  ])('with the filters %j finds %i', async (Filters, count) => {
    expect((await list({ Filters })).Reservations ?? []).toHaveLength(count);
  });
});

describe('what is not simulated', () => {
  test.each([
    {
      ask: (ec2: EC2Client) => ec2.send(new ImportImageCommand({})),
      message:
        'the operation ec2:ImportImage is not simulated: add simulator/ec2/import-image.ts and name it in simulator/ec2/operations.ts.',
    },
    {
      ask: (ec2: EC2Client) => ec2.send(new StopInstancesCommand({ InstanceIds: [web], Hibernate: true })),
      message:
        "the parameter 'Hibernate' of StopInstances is not simulated: add it to simulator/ec2/stop-instances.ts.",
    },
    {
      ask: (ec2: EC2Client) =>
        ec2.send(new DescribeImagesCommand({ Filters: [{ Name: 'hypervisor', Values: ['xen'] }] })),
      message: "the filter 'hypervisor' is not simulated: add it to the filters in simulator/ec2/describe-images.ts.",
    },
  ])('says so and names the file to write: $message', async ({ ask, message }) => {
    const { as, ec2 } = world();
    const error = await errorOf(as('f', () => ask(ec2)));
    expect(error).toMatchObject({ name: 'NotSimulated', message });
  });
});

describe('the SDK’s second attempt', () => {
  test('follows a 5xx at once, and is counted', async () => {
    const { as, ec2, account } = world({ faults: [{ fault: 'unavailable', nth: 1 }] });
    const answer = await as('f', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [web] })));
    expect(answer.$metadata.attempts).toBe(2);
    expect(account.calls.byOperation).toEqual({ 'ec2:DescribeInstances': 2 });
  });

  test('does not follow a refusal', async () => {
    const { as, ec2, account } = world();
    await errorOf(as('f', () => ec2.send(new CreateImageCommand({ InstanceId: web, Name: '!' }))));
    expect(account.calls.total).toBe(1);
  });

  test('is the last one that the client allows', async () => {
    const { as, ec2, account } = world({ faults: [{ fault: 'throttled' }] });
    const error = await errorOf(as('f', () => ec2.send(new DescribeInstancesCommand({}))));
    expect(error).toMatchObject({ code: 'RequestLimitExceeded', status: 503, $metadata: { attempts: 2 } });
    expect(account.calls.total).toBe(2);
  });

  test('is not made where the client allows one only', async () => {
    const single = new EC2Client({ region: 'us-east-1', maxAttempts: 1 });
    putUnder(single);
    const { as, account } = world({ faults: [{ fault: 'internal-error' }] });
    expect(await errorOf(as('f', () => single.send(new DescribeInstancesCommand({}))))).toMatchObject({ status: 500 });
    expect(account.calls.total).toBe(1);
  });
});
