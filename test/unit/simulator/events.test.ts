import { CreateTagsCommand, DeleteTagsCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { errorOf, web, world } from './world.ts';

const image = { InstanceId: web, Name: 'gold/web/1', NoReboot: true };

describe('an event', () => {
  test('tells every change of an instance’s state', async () => {
    const { account, events, wait } = world();
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(60);
    account.call('ec2', 'StartInstances', { InstanceIds: [web] });
    await wait(60);
    account.call('ec2', 'TerminateInstances', { InstanceIds: [web] });
    await wait(60);
    expect(events.map(({ detail }) => detail.state)).toEqual([
      'stopping',
      'stopped',
      'pending',
      'running',
      'shutting-down',
      'terminated',
    ]);
    expect(events[0]).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
      'detail-type': 'EC2 Instance State-change Notification',
      source: 'aws.ec2',
      account: '111122223333',
      time: '2026-11-21T03:00:00Z',
      region: 'us-east-1',
      resources: [`arn:aws:ec2:us-east-1:111122223333:instance/${web}`],
      detail: { 'instance-id': web, state: 'stopping' },
    });
  });

  test('tells when an image is available, with no word about pending', async () => {
    const { account, events, wait } = world();
    const { ImageId } = account.call('ec2', 'CreateImage', image);
    await wait(700);
    const told = events.filter((event) => event['detail-type'] === 'EC2 AMI State Change');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      source: 'aws.ec2',
      resources: [`arn:aws:ec2:us-east-1::image/${ImageId}`],
      detail: { RequestId: expect.any(String), ImageId, State: 'available', ErrorMessage: '' },
    });
    account.call('ec2', 'DeregisterImage', { ImageId });
    await wait(1);
    expect(events.at(-1)?.detail).toMatchObject({ ImageId, State: 'deregistered' });
  });

  test('tells when a snapshot is done, in the odd shape that EBS gives it', async () => {
    const { account, events, wait, snapshotsOf } = world();
    const { ImageId } = account.call('ec2', 'CreateImage', image);
    await wait(700);
    const id = snapshotsOf(ImageId)[0]?.SnapshotId;
    const told = events.find((event) => event['detail-type'] === 'EBS Snapshot Notification');
    expect(told?.detail).toMatchObject({
      event: 'createSnapshot',
      result: 'succeeded',
      cause: '',
      'request-id': '',
      snapshot_id: `arn:aws:ec2::us-east-1:snapshot/${id}`,
      source: 'arn:aws:ec2::us-east-1:volume/vol-00000000000000001',
      startTime: '2026-11-21T03:00:02.000Z',
    });
  });

  test('tells which tags changed and what all are now, and counts the changes of a resource', async () => {
    const { as, ec2, events, wait } = world();
    const Resources = [web];
    const Tags = [{ Key: 'ami-lifecycle:policy', Value: 'gold' }];
    await as('f', () => ec2.send(new CreateTagsCommand({ Resources, Tags })));
    await as('f', () => ec2.send(new CreateTagsCommand({ Resources, Tags })));
    await as('f', () => ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: 'Name' }] })));
    await wait(1);
    expect(events.map(({ detail }) => detail)).toEqual([
      {
        'changed-tag-keys': ['ami-lifecycle:policy'],
        service: 'ec2',
        'resource-type': 'instance',
        version: 1,
        tags: { Name: 'server 001', 'ami-lifecycle:policy': 'gold' },
      },
      {
        'changed-tag-keys': ['Name'],
        service: 'ec2',
        'resource-type': 'instance',
        version: 2,
        tags: { 'ami-lifecycle:policy': 'gold' },
      },
    ]);
    expect(events[0]).toMatchObject({ source: 'aws.tag', 'detail-type': 'Tag Change on Resource' });
  });

  test('can be lost, or come twice with the same id', async () => {
    const { account, events, wait } = world({
      faults: [
        { fault: 'lost-event', operation: 'EC2 Instance State-change Notification', nth: 1 },
        { fault: 'duplicate-event', operation: 'EC2 Instance State-change Notification' },
      ],
    });
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(60);
    expect(events.map(({ detail }) => detail.state)).toEqual(['stopped', 'stopped']);
    expect(events[0]?.id).toBe(events[1]?.id);
  });

  test('can come late, as long after its change as a fault says', async () => {
    const operation = 'EC2 Instance State-change Notification';
    const { account, events, wait } = world({
      faults: [
        { fault: 'late-event', operation, nth: 1, seconds: 120 },
        { fault: 'late-event', operation, nth: 2 },
      ],
    });
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(119);
    expect(events).toEqual([]);
    await wait(3600);
    expect(events.map(({ detail, time }) => [detail.state, time])).toEqual([
      ['stopping', '2026-11-21T03:00:00Z'],
      ['stopped', '2026-11-21T03:00:30Z'],
    ]);
  });

  test('comes a little after its change', async () => {
    const { account, events, wait } = world({ behaviour: { eventDelayMs: () => 1500 } });
    account.call('ec2', 'StopInstances', { InstanceIds: [web] });
    await wait(1);
    expect(events).toEqual([]);
    await wait(1);
    expect(events).toHaveLength(1);
  });
});

describe('tags', () => {
  test('that are written, changed or removed later are what listings find by', async () => {
    const { account, wait, snapshotsOf } = world();
    const { ImageId = '' } = account.call('ec2', 'CreateImage', image);
    await wait(5);
    const Resources = [ImageId, snapshotsOf(ImageId)[0]?.SnapshotId ?? ''];
    const found = (value: string) => {
      const Filters = [{ Name: 'tag:state', Values: [value] }];
      return [
        account.call('ec2', 'DescribeImages', { Filters }).Images?.length,
        account.call('ec2', 'DescribeSnapshots', { Filters }).Snapshots?.length,
      ];
    };
    account.call('ec2', 'CreateTags', { Resources, Tags: [{ Key: 'state', Value: 'capturing' }] });
    expect(found('capturing')).toEqual([1, 1]);
    account.call('ec2', 'CreateTags', { Resources, Tags: [{ Key: 'state', Value: 'complete' }] });
    expect([found('capturing'), found('complete')]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    account.call('ec2', 'DeleteTags', { Resources, Tags: [{ Key: 'state' }] });
    expect(found('complete')).toEqual([0, 0]);
  });

  test('given with a value are only removed if they have that value', async () => {
    const { account, instance: now } = world();
    const Resources = [web];
    account.call('ec2', 'DeleteTags', { Resources, Tags: [{ Key: 'Name', Value: 'other' }] });
    expect(now(web).Tags).toEqual([{ Key: 'Name', Value: 'server 001' }]);
    account.call('ec2', 'DeleteTags', { Resources, Tags: [{ Key: 'Name', Value: 'server 001' }] });
    expect(now(web).Tags).toEqual([]);
  });

  test.each([
    [[web, 'i-0000000000000ffff'], [{ Key: 'a', Value: 'b' }], 'InvalidInstanceID.NotFound'],
    [[web, 'snap-0000000000000ffff'], [{ Key: 'a', Value: 'b' }], 'InvalidSnapshot.NotFound'],
    [[web], [{ Key: 'aws:a', Value: 'b' }], 'InvalidParameterValue'],
    [[web], [{ Key: 'a', Value: 'b'.repeat(257) }], 'InvalidParameterValue'],
    [[web], Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: '' })), 'TagLimitExceeded'],
    [[], [{ Key: 'a', Value: 'b' }], 'MissingParameter'],
  ])('on %j are refused, and none is written', async (Resources, Tags, code) => {
    const { as, ec2, instance: now } = world();
    const error = await errorOf(as('f', () => ec2.send(new CreateTagsCommand({ Resources, Tags }))));
    expect(error).toMatchObject({ code, status: 400 });
    expect(now(web).Tags).toEqual([{ Key: 'Name', Value: 'server 001' }]);
  });
});

describe('the rate limits of EC2', () => {
  test('answer 503 once a bucket is empty, and it fills again with time', async () => {
    const { as, ec2, wait } = world({ behaviour: { latencyMs: () => 0 } });
    const list = () => as('f', () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [web] })));
    for (let n = 0; n < 100; n++) await list();
    // The second attempt comes half a second later, when ten tokens are there again; so ask for many at once.
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, list));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ reason: { name: 'RequestLimitExceeded', $metadata: { httpStatusCode: 503 } } });
    await wait(10);
    await list();
  });

  test('can be turned off', async () => {
    const { as, ec2 } = world({ behaviour: { latencyMs: () => 0, throttling: false } });
    for (let n = 0; n < 300; n++) await as('f', () => ec2.send(new DescribeInstancesCommand({})));
  });

  test('give less to listings that ask for everything at once', async () => {
    const { as, ec2, account } = world({ behaviour: { latencyMs: () => 0 } });
    for (let n = 0; n < 50; n++) await as('f', () => ec2.send(new DescribeInstancesCommand({})));
    expect(account.calls.total).toBe(50);
    await as('f', () => ec2.send(new DescribeInstancesCommand({})));
    expect(account.calls.total).toBe(52);
  });
});
