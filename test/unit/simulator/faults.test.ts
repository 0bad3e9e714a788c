import {
  CreateImageCommand,
  DescribeImagesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { database, errorOf, instance, web, world } from './world.ts';

const stopCommand = (id: string = web) => new StopInstancesCommand({ InstanceIds: [id] });
const startCommand = () => new StartInstancesCommand({ InstanceIds: [web] });
const createCommand = () => new CreateImageCommand({ InstanceId: web, Name: 'gold/web/1', NoReboot: true });
const two = { instances: [instance(web), instance(database)] };

describe('a fault', () => {
  test('that loses the reply leaves the effect, so the second attempt finds the name taken', async () => {
    const { as, ec2, account } = world({ faults: [{ fault: 'reply-lost', operation: 'CreateImage', nth: 1 }] });
    const error = await errorOf(as('f', () => ec2.send(createCommand())));
    expect(error).toMatchObject({ code: 'InvalidAMIName.Duplicate', $metadata: { attempts: 2 } });
    expect(account.region('us-east-1').images.size).toBe(1);
  });

  test('that lets both attempts time out has no effect, and no HTTP status', async () => {
    const { as, ec2, account } = world({ faults: [{ fault: 'timed-out' }] });
    const error = await errorOf(as('f', () => ec2.send(createCommand())));
    expect(error.name).toBe('TimeoutError');
    expect(error.status).toBeUndefined();
    expect(account.region('us-east-1').images.size).toBe(0);
  });

  test('that denies access answers 403', async () => {
    const { as, ec2 } = world({ faults: [{ fault: 'access-denied', operation: 'StopInstances' }] });
    const error = await errorOf(as('f', () => ec2.send(stopCommand())));
    expect(error).toMatchObject({ code: 'UnauthorizedOperation', status: 403 });
  });

  test('strikes only the function, resource, Region, time and occasion that it names', async () => {
    const { as, ec2, clock, wait } = world({
      contents: two,
      faults: [
        { fault: 'access-denied', function: 'stop-instance', operation: 'StopInstances' },
        { fault: 'internal-error', resource: database, operation: 'StopInstances' },
        { fault: 'access-denied', region: 'eu-west-1' },
        { fault: 'access-denied', operation: 'DescribeInstances', nth: 2 },
      ],
    });
    expect(await errorOf(as('stop-instance', () => ec2.send(stopCommand())))).toMatchObject({ status: 403 });
    await as('other', () => ec2.send(stopCommand()));
    expect(await errorOf(as('other', () => ec2.send(stopCommand(database))))).toMatchObject({ status: 500 });
    const list = () => as('f', () => ec2.send(new DescribeInstancesCommand({})));
    await list();
    expect(await errorOf(list())).toMatchObject({ status: 403 });
    await list();
    expect(clock.now()).toBe(Date.parse('2026-11-21T03:00:00Z'));
    await wait(1);
  });

  test('strikes between two instants, the first included', async () => {
    const fromMs = Date.parse('2026-11-21T03:10:00Z');
    const { as, ec2, wait } = world({
      faults: [{ fault: 'access-denied', between: [fromMs, fromMs + 60_000] }],
    });
    const list = () => as('f', () => ec2.send(new DescribeInstancesCommand({})));
    await list();
    await wait(600);
    expect(await errorOf(list())).toMatchObject({ status: 403 });
    await wait(60);
    await list();
  });

  test('can come and go while the account is at work, and does not touch a user’s own hand', async () => {
    const { as, ec2, account } = world();
    const remove = account.faults.add({ fault: 'access-denied' });
    expect(await errorOf(as('f', () => ec2.send(stopCommand())))).toMatchObject({ status: 403 });
    expect(account.call('ec2', 'DescribeInstances', {}).Reservations).toHaveLength(1);
    remove();
    await as('f', () => ec2.send(stopCommand()));
  });

  test('of a probability strikes about that often, and as often under the same seed', async () => {
    const strikes = (seed: number) => {
      const { account, clock } = world({ seed, faults: [{ fault: 'throttled', probability: 0.2 }] });
      const all = Array.from({ length: 500 }, () => account.faults.strikes('throttled', { atMs: clock.now() }));
      return all.map((fault) => fault !== undefined);
    };
    expect(strikes(1).filter(Boolean).length).toBeGreaterThan(60);
    expect(strikes(1).filter(Boolean).length).toBeLessThan(140);
    expect(strikes(1)).toEqual(strikes(1));
    expect(strikes(1)).not.toEqual(strikes(2));
  });

  test('can strike several times in a row, and tells whoever listens of each occasion', () => {
    const { account, clock } = world({ faults: [{ fault: 'throttled', nth: 2, times: 2 }] });
    const heard: (string | undefined)[] = [];
    const stop = account.faults.onOccasion((name, { operation }, struck) => {
      heard.push(`${name} ${operation} ${struck ? 'struck' : 'spared'}`);
    });
    for (const operation of ['a', 'b', 'c', 'd']) account.faults.strikes('throttled', { operation, atMs: clock.now() });
    stop();
    account.faults.strikes('throttled', { operation: 'e', atMs: clock.now() });
    expect(heard).toEqual(['throttled a spared', 'throttled b struck', 'throttled c struck', 'throttled d spared']);
  });

  test.each([
    ['killed-before-call', 'running'],
    ['killed-after-call', 'stopping'],
  ] as const)('can kill an invocation at a call, and nothing of it happens afterwards: %s', async (fault, state) => {
    const {
      as,
      ec2,
      account,
      instance: now,
    } = world({
      contents: two,
      faults: [{ fault, operation: 'StopInstances', nth: 1 }],
    });
    let isOver = false;
    const work = as('f', async () => {
      try {
        await ec2.send(stopCommand());
      } finally {
        isOver = true;
      }
      await ec2.send(stopCommand(database));
    });
    await expect(work).rejects.toMatchObject({ name: 'InvocationKilled', elapsedMs: 100 });
    expect(isOver).toBe(false);
    expect(now(web).State?.Name).toBe(state);
    expect(now(database).State?.Name).toBe('running');
    await as('f', () => ec2.send(stopCommand(database)));
    expect(account.calls.byOperation['ec2:StopInstances']).toBe(2);
  });

  test('that kills an invocation keeps what it asked at the same time from being asked', async () => {
    const {
      as,
      ec2,
      instance: now,
    } = world({
      contents: two,
      faults: [{ fault: 'killed-before-call', operation: 'StopInstances', nth: 1 }],
    });
    const work = as('f', () => Promise.all([ec2.send(stopCommand()), ec2.send(stopCommand(database))]));
    await expect(work).rejects.toMatchObject({ name: 'InvocationKilled' });
    expect([now(web).State?.Name, now(database).State?.Name]).toEqual(['running', 'running']);
  });

  test('kills invocations of the function it names, for whoever runs them', () => {
    const { account } = world({ faults: [{ fault: 'killed-after', function: 'create-image', nth: 2 }] });
    expect(account.killsInvocation('create-image', 'before')).toBe(false);
    expect(account.killsInvocation('create-image', 'after')).toBe(false);
    expect(account.killsInvocation('stop-instance', 'after')).toBe(false);
    expect(account.killsInvocation('create-image', 'after')).toBe(true);
  });
});

describe('at a start', () => {
  async function stopped(...faults: NonNullable<Parameters<typeof world>[0]>['faults'] & object) {
    const all = world({ faults });
    all.account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await all.wait(60);
    return all;
  }

  test('capacity can be gone', async () => {
    const { as, ec2, instance: now } = await stopped({ fault: 'capacity-gone' });
    const error = await errorOf(as('f', () => ec2.send(startCommand())));
    expect(error).toMatchObject({ code: 'InsufficientInstanceCapacity', status: 500 });
    expect(now(web).State?.Name).toBe('stopped');
  });

  test('the instance can fall back to stopped after a 200', async () => {
    const { as, ec2, instance: now, wait } = await stopped({ fault: 'start-falls-back', nth: 1 });
    await as('f', () => ec2.send(startCommand()));
    expect(now(web).State?.Name).toBe('pending');
    await wait(30);
    expect(now(web)).toMatchObject({ State: { Name: 'stopped' }, StateReason: { Code: 'Client.InternalError' } });
    await as('f', () => ec2.send(startCommand()));
    await wait(30);
    expect(now(web).State?.Name).toBe('running');
  });

  test('the status checks can fail', async () => {
    const { as, ec2, wait } = await stopped({ fault: 'status-checks-fail', seconds: 600 });
    await as('f', () => ec2.send(startCommand()));
    await wait(300);
    const status = async () =>
      (await as('f', () => ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [web] })))).InstanceStatuses?.[0]
        ?.InstanceStatus?.Status;
    expect(await status()).toBe('impaired');
    await wait(400);
    expect(await status()).toBe('ok');
  });
});

describe('at a stop', () => {
  test('the instance can hang in stopping', async () => {
    const { as, ec2, wait, instance: now } = world({ faults: [{ fault: 'stop-hangs', seconds: 7200 }] });
    await as('f', () => ec2.send(stopCommand()));
    await wait(7000);
    expect(now(web).State?.Name).toBe('stopping');
    await wait(300);
    expect(now(web).State?.Name).toBe('stopped');
  });
});

describe('a read', () => {
  const stateSeen = async ({ as, ec2 }: ReturnType<typeof world>) => {
    const answer = await as('f', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [web] })));
    return answer.Reservations?.[0]?.Instances?.[0]?.State?.Name;
  };

  test('lags behind a change by as much as the account says, except for the user', async () => {
    const all = world({ behaviour: { consistencyLagMs: () => 2000 } });
    await all.as('f', () => all.ec2.send(stopCommand()));
    expect(await stateSeen(all)).toBe('running');
    const [reservation] = all.account.call('ec2', 'DescribeInstances', {}).Reservations ?? [];
    expect(reservation?.Instances?.[0]?.State?.Name).toBe('stopping');
    await all.wait(3);
    expect(await stateSeen(all)).toBe('stopping');
  });

  test('does not find at once what was just made', async () => {
    const all = world({ behaviour: { consistencyLagMs: () => 2000 } });
    const { ImageId = '' } = await all.as('f', () => all.ec2.send(createCommand()));
    const describeImage = () => all.as('f', () => all.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] })));
    expect(await errorOf(describeImage())).toMatchObject({ code: 'InvalidAMIID.NotFound' });
    await all.wait(3);
    expect((await describeImage()).Images).toHaveLength(1);
  });

  test('is stale only where the answer is another, and only that counts', async () => {
    const all = world({ faults: [{ fault: 'stale-read', seconds: 20, nth: 1 }] });
    const heard: string[] = [];
    all.account.faults.onStrike(({ fault }) => heard.push(fault));
    expect(await stateSeen(all)).toBe('running');
    await all.as('f', () => all.ec2.send(stopCommand()));
    expect(heard).toEqual([]);
    await all.wait(15);
    expect(await stateSeen(all)).toBe('running');
    expect(heard).toEqual(['stale-read']);
    expect(await stateSeen(all)).toBe('stopping');
  });

  test('can be made stale for longer by a fault', async () => {
    const all = world({ faults: [{ fault: 'stale-read', seconds: 20 }] });
    await all.as('f', () => all.ec2.send(stopCommand()));
    await all.wait(15);
    expect(await stateSeen(all)).toBe('running');
    await all.wait(10);
    expect(await stateSeen(all)).toBe('stopping');
  });
});
