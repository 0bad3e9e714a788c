import { describe, expect, it } from 'vitest';
import { home, policy, server } from '../../explore/servers.ts';
import { tagsOf } from '../../explore/witness.ts';
import { given, type Story } from './story.ts';

describe('What its owner does to an instance in the middle of a run', () => {
  it('is not undone: stopped by hand while it boots again, it stays stopped, without a lease, and has its image', async () => {
    const web = server('web');
    const story = await given({ policies: [policy('gold')], servers: [web], mayLeave: ['standing instances'] });
    story.onceAfter('StartInstances', 40, () => story.account.call('ec2', 'StopInstances', { InstanceIds: [web.id] }));

    await story.capture('gold');

    expect(story.state(web)).toBe('stopped');
    expect(story.accepted('StartInstances', web)).toHaveLength(1);
    expect(story.tags(web)).not.toHaveProperty('ami-lifecycle:stopped-by');
    expect(story.image().tags['ami-lifecycle:state']).toBe('complete');
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('is not undone: started and stopped again while it stands still for us, it stays stopped, without a lease', async () => {
    const web = server('web');
    const patient = policy('gold', { capture: { restartWhen: 'image-available' } });
    const story = await given({ policies: [patient], servers: [web], mayLeave: ['standing instances'] });
    const act = (operation: 'StartInstances' | 'StopInstances') => () =>
      story.account.call('ec2', operation, { InstanceIds: [web.id] });
    story.onceAfter('CreateImage', 60, act('StartInstances'));
    story.onceAfter('CreateImage', 100, act('StopInstances'));

    await story.capture('gold');

    expect(story.state(web)).toBe('stopped');
    expect(story.accepted('StartInstances', web).filter(({ caller }) => caller !== undefined)).toEqual([]);
    expect(story.tags(web)).not.toHaveProperty('ami-lifecycle:stopped-by');
    expect(story.image().tags).toMatchObject({
      'ami-lifecycle:state': 'complete',
      'ami-lifecycle:consistency': 'stopped',
    });
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it.each([[[]], [[{ fault: 'killed-after-call', operation: 'StopInstances', nth: 1 } as const]]])(
    'strands nothing: restarted just before our stop, which both looks missed, it runs again (faults: %j)',
    async (faults) => {
      const web = server('web');
      const gold = policy('gold');
      const story = await given({ policies: [gold], servers: [web], faults, rescuesUntil: '2026-11-21T02:00:00Z' });
      const record = story.account.region(home).instances.get(web.id);
      const stop = story.account.beforeCall(({ operation }) => {
        if (operation !== 'StopInstances' || !record) return;
        stop();
        const LaunchTime = new Date(story.clock.now() - 1000);
        record.description = { ...record.description, LaunchTime };
      });

      await story.capture('gold');

      expect(story.state(web)).toBe('running');
      expect(story.accepted('StartInstances', web)).toHaveLength(1);
      expect(story.tags(web)).not.toHaveProperty('ami-lifecycle:stopped-by');
      expect(story.image().tags['ami-lifecycle:consistency']).toBe('stopped');
      expect(story.lastRun().status).toBe('SUCCEEDED');
    },
  );

  it('is told: without the tags of our lease nobody may start it again, and people hear that they must', async () => {
    const web = server('web');
    const gold = policy('gold', { notify: { topicArn: `arn:aws:sns:${home}:111122223333:people` } });
    const story = await given({
      policies: [gold],
      servers: [web],
      rescuesUntil: '2026-11-21T02:00:00Z',
      mayLeave: ['standing instances'],
    });
    const Tags = [{ Key: 'ami-lifecycle:stopped-by' }, { Key: 'ami-lifecycle:restart-by' }];
    story.onceAfter('StopInstances', 20, () => story.account.call('ec2', 'DeleteTags', { Resources: [web.id], Tags }));

    await story.capture('gold');

    expect(story.lastRun().status).toBe('FAILED');
    const told = story.account.notifications.map(({ message }) => message).join('\n');
    expect(told).toContain(`${web.id} was stopped by us`);
    expect(told).toContain('start it by hand');
  });

  it.each(['snapshots-started', 'image-available'] as const)(
    'is not hidden: started before its snapshots had, its image is complete, and said to be of no stopped instance (%s)',
    async (restartWhen) => {
      const web = server('web');
      const copies = [{ region: 'eu-central-1' }];
      const gold = policy('gold', { capture: { restartWhen }, copies });
      // The watch sees the snapshots as they start, before anybody can say what became of them.
      const story = await given({ policies: [gold], servers: [web], mayBreak: [15] });
      story.onceAfter('CreateImage', 0, () => story.account.call('ec2', 'StartInstances', { InstanceIds: [web.id] }));

      await story.capture('gold');

      expect(story.state(web)).toBe('running');
      expect(story.image().snapshots.map(({ instanceWas }) => instanceWas)).toContain('pending');
      const disks = { 'ami-lifecycle:consistency': 'crash' };
      for (const region of [home, 'eu-central-1']) {
        expect(story.image(region).tags).toMatchObject({ ...disks, 'ami-lifecycle:state': 'complete' });
        for (const { tags } of snapshotsIn(story, region)) expect(tags).toMatchObject(disks);
      }
    },
  );

  it('is waited for: started just before its image is made, it is captured as it runs', async () => {
    const web = server('web');
    const story = await given({ policies: [policy('gold')], servers: [web] });
    const stop = story.account.faults.onOccasion((_name, occasion) => {
      if (occasion.function !== 'create-image') return;
      stop();
      story.account.call('ec2', 'StartInstances', { InstanceIds: [web.id] });
    });

    await story.capture('gold');

    expectCapturedRunning(story, web);
  });

  it('is noticed at once: started when it had just stopped for us, it is captured as it runs', async () => {
    const web = server('web');
    // Else our look would still show it as stopped.
    const behaviour = { consistencyLagMs: () => 0 };
    const story = await given({ policies: [policy('gold')], servers: [web], behaviour });
    const stop = story.account.faults.onOccasion((_name, occasion) => {
      if (occasion.function !== 'check-instance' || story.state(web) !== 'stopped') return;
      stop();
      story.account.call('ec2', 'StartInstances', { InstanceIds: [web.id] });
    });

    await story.capture('gold');

    expectCapturedRunning(story, web);
    expect(story.tags(web)).not.toHaveProperty('ami-lifecycle:stopped-by');
    expect(story.accepted('StartInstances', web).filter(({ caller }) => caller !== undefined)).toEqual([]);
  });

  it('is not hidden: of one that stood still before, too', async () => {
    const web = server('web', { state: 'stopped' });
    const story = await given({ policies: [policy('gold')], servers: [web], mayBreak: [15] });
    story.onceAfter('CreateImage', 0, () => story.account.call('ec2', 'StartInstances', { InstanceIds: [web.id] }));

    await story.capture('gold');

    expect(story.image().tags['ami-lifecycle:consistency']).toBe('crash');
  });

  it('is seen: taken out of its policy while it waits in the queue, it is left alone', async () => {
    const servers = [server('first'), server('second')];
    const [, second = server('none')] = servers;
    const story = await given({ policies: [policy('gold', { capture: { concurrency: 1 } })], servers });
    story.onceAfter('StopInstances', 1, () =>
      story.account.call('ec2', 'DeleteTags', { Resources: [second.id], Tags: [{ Key: 'ami-lifecycle:policy' }] }),
    );

    await story.capture('gold');

    expect(story.journey(second)).toEqual([]);
    expect(story.lastRun().captures.map(({ reason }) => reason)).toEqual(['stopped', 'not-selected']);
  });

  it('is seen: marked to be skipped while its stop is being retried, it is not stopped', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      faults: [
        { fault: 'throttled', operation: 'DescribeInstances', function: 'stop-instance', nth: 1 },
        { fault: 'throttled', operation: 'DescribeInstances', function: 'stop-instance', nth: 2 },
      ],
    });
    story.onceAfter('DescribeInstanceTypes', 1, () =>
      story.account.call('ec2', 'CreateTags', {
        Resources: [web.id],
        Tags: [{ Key: 'ami-lifecycle:skip', Value: 'demo' }],
      }),
    );

    await story.capture('gold');

    expect(story.journey(web)).toEqual([]);
    expect(story.lastRun().captures).toMatchObject([{ outcome: 'skipped', reason: 'skip-tag' }]);
  });
});

function snapshotsIn({ account }: Story, region: string) {
  return [...account.region(region).snapshots.values()].map(({ description }) => ({ tags: tagsOf(description.Tags) }));
}

/** It was captured as it ran, said so, and runs still. */
function expectCapturedRunning(story: Story, web: Parameters<Story['state']>[0]): void {
  expect(story.lastRun().status).toBe('SUCCEEDED');
  expect(story.image().tags).toMatchObject({
    'ami-lifecycle:state': 'complete',
    'ami-lifecycle:consistency': 'crash',
  });
  expect(story.state(web)).toBe('running');
}
