import { describe, expect, it } from 'vitest';
import { policy, type ServerOptions, server } from '../../explore/servers.ts';
import { given } from './story.ts';

const unstoppable: [what: string, reason: string, options: ServerOptions][] = [
  ['a member of an Auto Scaling group', 'member-of-auto-scaling-group', { group: 'web' }],
  ['a one-time spot instance', 'one-time-spot-request', { changes: { InstanceLifecycle: 'spot' } }],
  ['an instance with stop protection', 'stop-protection', { extras: { stopProtected: true } }],
  ['an instance with data on an instance store', 'instance-store-data', { changes: { InstanceType: 'm5d.large' } }],
  ['an instance of a type that EC2 does not list', 'instance-store-data', { changes: { InstanceType: undefined } }],
];

describe.each(unstoppable)('%s', (_, reason, options) => {
  it('is captured while it runs, and never stopped', async () => {
    const web = server('web', options);
    const story = await given({ policies: [policy('gold')], servers: [web] });

    await story.capture('gold');

    expect(story.image().tags['ami-lifecycle:consistency']).toBe('crash');
    expect(story.image().snapshots.map(({ instanceWas }) => instanceWas)).toEqual(['running']);
    expect(story.calls('CreateImage', web)[0]?.input).toMatchObject({ NoReboot: true });
    expect(story.calls('StopInstances')).toEqual([]);
    expect(story.journey(web)).toEqual([]);
    expect(story.lastRun().captures[0]?.reason).toBe(`crash (${reason})`);
  });

  it('is left alone where the policy wants a stop or nothing', async () => {
    const web = server('web', options);
    const story = await given({ policies: [policy('gold', { capture: { ifUnstoppable: 'skip' } })], servers: [web] });

    await story.capture('gold');

    expect(story.images()).toEqual([]);
    expect(story.journey(web)).toEqual([]);
    expect(story.calls('StopInstances')).toEqual([]);
    expect(story.lastRun().status).toBe('SUCCEEDED');
    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'skipped', reason });
  });
});

describe('An Auto Scaling group', () => {
  it('replaces none of its members because of us', async () => {
    const members = ['web 1', 'web 2', 'web 3'].map((name) => server(name, { group: 'web' }));
    const story = await given({ policies: [policy('gold')], servers: members });

    await story.capture('gold');

    expect(story.images()).toHaveLength(3);
    expect([...story.account.region('eu-west-1').instances.keys()]).toEqual(members.map(({ id }) => id));
    expect(members.map(story.state)).toEqual(['running', 'running', 'running']);
  });

  it('keeps a member that only the group itself names, for want of a tag', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      groups: [
        {
          AutoScalingGroupName: 'web',
          MinSize: 1,
          MaxSize: 1,
          DesiredCapacity: 1,
          DefaultCooldown: 300,
          AvailabilityZones: ['eu-west-1a'],
          HealthCheckType: 'EC2',
          CreatedTime: new Date('2026-01-01T00:00:00Z'),
          Instances: [
            {
              InstanceId: web.id,
              AvailabilityZone: 'eu-west-1a',
              LifecycleState: 'InService',
              HealthStatus: 'Healthy',
              ProtectedFromScaleIn: false,
            },
          ],
        },
      ],
    });

    await story.capture('gold');

    expect(story.image().tags['ami-lifecycle:consistency']).toBe('crash');
    expect(story.journey(web)).toEqual([]);
  });
});

describe('A persistent spot instance', () => {
  it('is stopped for its image like any other', async () => {
    const web = server('web', {
      changes: { InstanceLifecycle: 'spot' },
      extras: { spotRequestType: 'persistent' },
    });
    const story = await given({ policies: [policy('gold')], servers: [web] });

    await story.capture('gold');

    expect(story.image().snapshots.map(({ instanceWas }) => instanceWas)).toEqual(['stopped']);
    expect(story.state(web)).toBe('running');
  });
});

describe('An instance whose root device is an instance store', () => {
  it('is left alone, as EC2 can make no image of it', async () => {
    const web = server('web', { devices: [], changes: { RootDeviceType: 'instance-store' } });
    const story = await given({ policies: [policy('gold')], servers: [web] });

    await story.capture('gold');

    expect(story.calls('CreateImage')).toEqual([]);
    expect(story.journey(web)).toEqual([]);
    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'skipped', reason: 'instance-store-root' });
  });
});

describe('An instance that is stopped already', () => {
  it('is captured consistent, and stays stopped', async () => {
    const archive = server('archive', { state: 'stopped' });
    const story = await given({ policies: [policy('gold')], servers: [archive] });

    await story.capture('gold');

    expect(story.image().tags['ami-lifecycle:consistency']).toBe('stopped');
    expect(story.image().snapshots.map(({ instanceWas }) => instanceWas)).toEqual(['stopped']);
    expect(story.calls('StartInstances')).toEqual([]);
    expect(story.state(archive)).toBe('stopped');
    expect(Object.keys(story.tags(archive))).toEqual(['Name', 'ami-lifecycle:policy']);
  });

  it('is given one try more when its image fails, and stays stopped', async () => {
    const archive = server('archive', { state: 'stopped' });
    const story = await given({
      policies: [policy('gold')],
      servers: [archive],
      faults: [{ fault: 'image-fails', nth: 1 }],
    });

    await story.capture('gold');

    expect(story.image().state).toBe('available');
    expect(story.journey(archive)).toEqual([]);
  });
});

describe('An instance that its owner marked to be skipped', () => {
  it('is left alone for the reason given', async () => {
    const web = server('web', { tags: { 'ami-lifecycle:skip': 'under repair' } });
    const story = await given({ policies: [policy('gold')], servers: [web] });

    await story.capture('gold');

    expect(story.images()).toEqual([]);
    expect(story.journey(web)).toEqual([]);
    expect(story.lastRun().status).toBe('SUCCEEDED');
    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'skipped', reason: 'skip-tag' });
  });
});

describe('An instance that somebody terminates', () => {
  const terminatedAfter = async (operation: string, seconds: number) => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      behaviour: { stopSeconds: () => 40, snapshotStartSeconds: () => 20, imageMinutes: () => 30 },
    });
    story.onceAfter(operation, seconds, () =>
      story.account.call('ec2', 'TerminateInstances', { InstanceIds: [web.id] }),
    );
    await story.capture('gold');
    return { story, web };
  };

  it('while it stops has no image, and the run says so', async () => {
    const { story } = await terminatedAfter('StopInstances', 10);

    expect(story.images()).toEqual([]);
    expect(story.calls('CreateImage')).toEqual([]);
    expect(story.lastRun().status).toBe('FAILED');
    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'failed', reason: 'InstanceGone' });
  });

  it('before its snapshots start has no image, and nothing is left of one', async () => {
    const { story } = await terminatedAfter('CreateImage', 5);

    expect(story.images()).toEqual([]);
    expect([...story.account.region('eu-west-1').snapshots.keys()]).toEqual([]);
    expect(story.calls('StartInstances')).toEqual([]);
    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'failed', reason: 'InstanceGone' });
  });

  it('after its snapshots have started has its last image all the same', async () => {
    const { story } = await terminatedAfter('StartInstances', 60);

    expect(story.image()).toMatchObject({ state: 'available' });
    expect(story.image().tags['ami-lifecycle:state']).toBe('complete');
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('before anything was done to it is passed over', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web, server('other')],
      behaviour: { consistencyLagMs: () => 0 },
    });
    story.onceAfter('PutObject', 0, () => story.account.call('ec2', 'TerminateInstances', { InstanceIds: [web.id] }));

    await story.capture('gold');

    expect(story.images()).toHaveLength(1);
    expect(story.calls('StopInstances', web)).toEqual([]);
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });
});
