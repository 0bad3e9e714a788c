import {
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeSpotInstanceRequestsCommand,
  ModifyInstanceAttributeCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { database, errorOf, instance, web, world } from './world.ts';

const stop = (id: string) => new StopInstancesCommand({ InstanceIds: [id] });
const start = (id: string) => new StartInstancesCommand({ InstanceIds: [id] });

describe('a stop', () => {
  test('goes through stopping to stopped, and says who asked for it', async () => {
    const { as, ec2, wait, instance: now } = world();
    const answer = await as('stop-instance', () => ec2.send(stop(web)));
    expect(answer.StoppingInstances).toEqual([
      {
        InstanceId: web,
        PreviousState: { Code: 16, Name: 'running' },
        CurrentState: { Code: 64, Name: 'stopping' },
      },
    ]);
    expect(now(web).StateTransitionReason).toBe('User initiated (2026-11-21 03:00:00 GMT)');
    expect(now(web).StateReason?.Code).toBe('Client.UserInitiatedShutdown');
    await wait(29);
    expect(now(web).State?.Name).toBe('stopping');
    await wait(2);
    expect(now(web).State).toEqual({ Code: 80, Name: 'stopped' });
  });

  test('of a stopped instance answers and changes nothing', async () => {
    const { as, ec2, wait } = world();
    await as('f', () => ec2.send(stop(web)));
    await wait(60);
    const answer = await as('f', () => ec2.send(stop(web)));
    expect(answer.StoppingInstances?.[0]?.PreviousState).toEqual(answer.StoppingInstances?.[0]?.CurrentState);
  });

  test.each([
    {
      name: 'an instance-store root',
      contents: { instances: [instance(web, { RootDeviceType: 'instance-store' })] },
      code: 'UnsupportedOperation',
    },
    {
      name: 'a one-time spot instance',
      contents: { instances: [instance(web, { InstanceLifecycle: 'spot' })] },
      code: 'UnsupportedOperation',
    },
    {
      name: 'stop protection',
      contents: { instances: [instance(web)], instanceExtras: { [web]: { stopProtected: true } } },
      code: 'OperationNotPermitted',
    },
    {
      name: 'a terminated instance',
      contents: { instances: [instance(web, { State: { Code: 48, Name: 'terminated' } })] },
      code: 'IncorrectInstanceState',
    },
  ])('is refused for $name', async ({ contents, code }) => {
    const { as, ec2, instance: now } = world({ contents });
    const before = now(web).State?.Name;
    expect(await errorOf(as('f', () => ec2.send(stop(web))))).toMatchObject({ code, status: 400 });
    expect(now(web).State?.Name).toBe(before);
  });

  test('of a persistent spot instance is allowed', async () => {
    const {
      as,
      ec2,
      instance: now,
    } = world({
      contents: {
        instances: [instance(web, { InstanceLifecycle: 'spot' })],
        instanceExtras: { [web]: { spotRequestType: 'persistent' } },
      },
    });
    await as('f', () => ec2.send(stop(web)));
    expect(now(web).State?.Name).toBe('stopping');
    const filter = { Filters: [{ Name: 'instance-id', Values: [web] }] };
    const requests = await as('f', () => ec2.send(new DescribeSpotInstanceRequestsCommand(filter)));
    expect(requests.SpotInstanceRequests?.[0]?.Type).toBe('persistent');
  });

  test('of several fails as a whole if one of them is unknown', async () => {
    const { as, ec2, instance: now } = world();
    const both = new StopInstancesCommand({ InstanceIds: [web, database] });
    const error = await errorOf(as('f', () => ec2.send(both)));
    expect(error).toMatchObject({ code: 'InvalidInstanceID.NotFound', status: 400 });
    expect(error.message).toBe(`The instance ID '${database}' does not exist`);
    expect(now(web).State?.Name).toBe('running');
  });

  test('without identifiers is told which parameter is missing, because empty lists vanish on the wire', async () => {
    const { as, ec2 } = world();
    const error = await errorOf(as('f', () => ec2.send(new StopInstancesCommand({ InstanceIds: [] }))));
    expect(error).toMatchObject({ code: 'MissingParameter', status: 400 });
    expect(error.message).toBe('The request must contain the parameter InstanceId');
  });

  test('with an identifier that could never be is Malformed', async () => {
    const { as, ec2 } = world();
    const error = await errorOf(as('f', () => ec2.send(stop('i-x'))));
    expect(error).toMatchObject({ code: 'InvalidInstanceID.Malformed', status: 400 });
  });

  test('takes the automatic public address, and a start gives another', async () => {
    const association = { IpOwnerId: 'amazon', PublicIp: '54.1.2.3' };
    const {
      as,
      ec2,
      wait,
      instance: now,
    } = world({
      contents: {
        instances: [instance(web, { PublicIpAddress: '54.1.2.3', NetworkInterfaces: [{ Association: association }] })],
      },
    });
    await as('f', () => ec2.send(stop(web)));
    await wait(40);
    expect(now(web).PublicIpAddress).toBeUndefined();
    await as('f', () => ec2.send(start(web)));
    await wait(20);
    expect(now(web).PublicIpAddress).toMatch(/^54\./);
    expect(now(web).PublicIpAddress).not.toBe('54.1.2.3');
  });

  test('leaves an Elastic IP where it is', async () => {
    const association = { IpOwnerId: '111122223333', PublicIp: '3.3.3.3' };
    const {
      as,
      ec2,
      wait,
      instance: now,
      account,
    } = world({
      contents: {
        instances: [instance(web, { PublicIpAddress: '3.3.3.3', NetworkInterfaces: [{ Association: association }] })],
      },
    });
    await as('f', () => ec2.send(stop(web)));
    await wait(40);
    expect(now(web).PublicIpAddress).toBe('3.3.3.3');
    expect(account.call('ec2', 'DescribeAddresses', {}).Addresses?.[0]?.InstanceId).toBe(web);
  });
});

describe('a start', () => {
  test('goes through pending to running, renews the launch time, and its checks pass later', async () => {
    const { as, ec2, wait, instance: now, clock } = world();
    await as('f', () => ec2.send(stop(web)));
    await wait(60);
    await as('f', () => ec2.send(start(web)));
    expect(now(web).State?.Name).toBe('pending');
    expect(now(web).LaunchTime?.getTime()).toBe(clock.now() + 100);
    await wait(11);
    expect(now(web).State?.Name).toBe('running');
    const status = async () => {
      const { InstanceStatuses } = await as('f', () =>
        ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [web] })),
      );
      const [first] = InstanceStatuses ?? [];
      return [first?.InstanceStatus?.Status, first?.SystemStatus?.Status, first?.AttachedEbsStatus?.Status];
    };
    expect(await status()).toEqual(['initializing', 'initializing', 'initializing']);
    await wait(90);
    expect(await status()).toEqual(['ok', 'ok', 'ok']);
  });

  test('is refused while the instance is still stopping', async () => {
    const { as, ec2 } = world();
    await as('f', () => ec2.send(stop(web)));
    const error = await errorOf(as('f', () => ec2.send(start(web))));
    expect(error).toMatchObject({ code: 'IncorrectInstanceState', status: 400 });
  });

  test('of a running instance answers and changes nothing', async () => {
    const { as, ec2, events, wait } = world();
    await as('f', () => ec2.send(start(web)));
    await wait(60);
    expect(events).toEqual([]);
  });
});

describe('a status', () => {
  test('of an instance that does not run is only shown when all are asked for', async () => {
    const { as, ec2, wait } = world();
    await as('f', () => ec2.send(stop(web)));
    await wait(60);
    const running = await as('f', () => ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [web] })));
    expect(running.InstanceStatuses).toEqual([]);
    const all = new DescribeInstanceStatusCommand({ InstanceIds: [web], IncludeAllInstances: true });
    const [status] = (await as('f', () => ec2.send(all))).InstanceStatuses ?? [];
    expect(status?.InstanceState?.Name).toBe('stopped');
    expect(status?.InstanceStatus?.Status).toBe('not-applicable');
  });
});

describe('protection against a stop', () => {
  test('can be set and seen', async () => {
    const { as, ec2 } = world();
    const set = new ModifyInstanceAttributeCommand({ InstanceId: web, DisableApiStop: { Value: true } });
    await as('f', () => ec2.send(set));
    const asked = new DescribeInstanceAttributeCommand({ InstanceId: web, Attribute: 'disableApiStop' });
    expect((await as('f', () => ec2.send(asked))).DisableApiStop?.Value).toBe(true);
    expect(await errorOf(as('f', () => ec2.send(stop(web))))).toMatchObject({ code: 'OperationNotPermitted' });
    const terminate = new TerminateInstancesCommand({ InstanceIds: [web] });
    expect(await errorOf(as('f', () => ec2.send(terminate)))).toMatchObject({ code: 'OperationNotPermitted' });
  });
});

describe('a termination', () => {
  test('takes the volumes that go with the instance, and the instance stays visible for an hour', async () => {
    const {
      as,
      ec2,
      wait,
      instance: now,
      account,
    } = world({
      contents: {
        instances: [
          instance(web, {
            BlockDeviceMappings: [
              { DeviceName: '/dev/xvda', Ebs: { VolumeId: 'vol-00000000000000001', DeleteOnTermination: true } },
              { DeviceName: '/dev/xvdb', Ebs: { VolumeId: 'vol-00000000000000002', DeleteOnTermination: false } },
            ],
          }),
        ],
      },
    });
    await as('f', () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [web] })));
    await wait(30);
    expect(now(web).State?.Name).toBe('terminated');
    expect([...account.region('us-east-1').volumes.keys()]).toEqual(['vol-00000000000000002']);
    await wait(3500);
    expect(now(web).State?.Name).toBe('terminated');
    await wait(120);
    const error = await errorOf(as('f', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [web] }))));
    expect(error).toMatchObject({ code: 'InvalidInstanceID.NotFound' });
  });
});

describe('a launch', () => {
  test('gives a new instance that cannot be stopped before it ran, and the same one for the same token', async () => {
    const { as, ec2, wait, account } = world();
    const { ImageId } = account.call('ec2', 'CreateImage', { InstanceId: web, Name: 'image', NoReboot: true });
    await wait(700);
    const launch = () => new RunInstancesCommand({ ImageId, MinCount: 1, MaxCount: 1, ClientToken: 'token' });
    const first = await as('f', () => ec2.send(launch()));
    const id = first.Instances?.[0]?.InstanceId ?? '';
    expect(first.Instances?.[0]?.State?.Name).toBe('pending');
    const error = await errorOf(as('f', () => ec2.send(stop(id))));
    expect(error.message).toBe(`Instance '${id}' cannot be stopped as it has never reached the 'running' state.`);
    const again = await as('f', () => ec2.send(launch()));
    expect(again.Instances?.[0]?.InstanceId).toBe(id);
    await wait(20);
    await as('f', () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
    await wait(60);
    expect(await errorOf(as('f', () => ec2.send(launch())))).toMatchObject({ code: 'IdempotentInstanceTerminated' });
  });
});

describe('a reboot', () => {
  test('keeps the instance running without an event', async () => {
    const { as, ec2, events, wait, instance: now } = world();
    await as('f', () => ec2.send(new RebootInstancesCommand({ InstanceIds: [web] })));
    await wait(10);
    expect(now(web).State?.Name).toBe('running');
    expect(events).toEqual([]);
  });
});

describe('an instance type', () => {
  test.each([
    ['m5.large', false],
    ['m5d.large', true],
    ['c6gd.medium', true],
    ['i3.large', true],
    ['i4i.xlarge', true],
    ['r5.2xlarge', false],
    ['t3.micro', false],
    ['g4dn.xlarge', true],
    ['u-6tb1.metal', false],
    ['m1.small', true],
    ['d3en.xlarge', true],
    ['hpc7g.4xlarge', false],
    ['m6gd.medium', true],
    ['m6g.medium', false],
  ])('%s has instance storage: %s', async (InstanceType, expected) => {
    const { as, ec2 } = world();
    const command = new DescribeInstanceTypesCommand({ Filters: [{ Name: 'instance-type', Values: [InstanceType] }] });
    const answer = await as('f', () => ec2.send(command));
    expect(answer.InstanceTypes?.[0]?.InstanceStorageSupported).toBe(expected);
  });
});
