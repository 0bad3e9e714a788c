import { describe, expect, it } from 'vitest';
import { policy, server } from '../../explore/servers.ts';
import { given } from './story.ts';

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
