import { describe, expect, it } from 'vitest';
import { folderOf, readWorkflow } from '../../cli/simulation/workflows.ts';
import { database, policy, server } from '../../explore/servers.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Beginning, given, type Story } from './story.ts';

const paris = 'eu-west-3';

/** A capture in which every function has something to do: the first image fails, and the second is copied and shared. */
const everything = async (faults: readonly Fault[], more: Partial<Beginning> = {}): Promise<Story> =>
  given({
    policies: [policy('gold', { copies: [{ region: paris }], share: { accounts: ['123456789012'] } })],
    servers: [database()],
    faults: [{ fault: 'image-fails', nth: 1 }, ...faults],
    ...more,
  });

function expectCaptured(story: Story): void {
  expect(story.lastRun().status).toBe('SUCCEEDED');
  expect(story.state(database())).toBe('running');
  for (const region of ['eu-west-1', paris]) {
    const { state, tags, snapshots, sharedWith } = story.image(region);
    expect(state).toBe('available');
    expect(tags).toMatchObject({ 'ami-lifecycle:state': 'complete', 'ami-lifecycle:consistency': 'stopped' });
    expect(snapshots).toHaveLength(3);
    expect(sharedWith).toEqual(['123456789012']);
  }
}

const functions = readWorkflow('capture-images').functionKeys.map(folderOf);

describe.each(functions)('A Lambda that is killed, %s,', (name) => {
  it.each(['killed-before', 'killed-after'] as const)(
    'is called again and nothing is lost (%s its work)',
    async (fault) => {
      const story = await everything([{ fault, function: name, nth: 1 }]);

      await story.capture('gold');

      expectCaptured(story);
      expect(story.accepted('CreateImage').map(({ region }) => region)).toHaveLength(2);
    },
  );

  it('each time after its work makes the run fail, and leaves no instance behind', async () => {
    const story = await everything([{ fault: 'killed-after', function: name }], {
      mayLeave: ['leases', 'failed images', 'snapshots without an image'],
    });

    await story.capture('gold');

    expect(story.lastRun().status).toBe('FAILED');
    expect(story.state(database())).toBe('running');
  });
});

const changes = [
  'CreateTags',
  'StopInstances',
  'CreateImage',
  'StartInstances',
  'DeleteTags',
  'DeregisterImage',
  'DeleteSnapshot',
  'CopyImage',
  'ModifyImageAttribute',
  'ModifySnapshotAttribute',
  'PutObject',
  'Publish',
];

describe.each(changes)('A reply to %s that is lost', (operation) => {
  it.each([1, 2, 4])('%i times does no harm: what was done is found and built on', async (times) => {
    const lost = Array.from(
      { length: times },
      (_, index): Fault => ({ fault: 'reply-lost', operation, nth: index + 1 }),
    );
    const story = await everything(lost, { behaviour: { failedImagesForgetSnapshots: false } });

    await story.capture('gold');

    expectCaptured(story);
    expect(story.accepted('CopyImage').map(({ output }) => output)).toEqual(
      story.accepted('CopyImage').map(() => story.accepted('CopyImage')[0]?.output),
    );
  });
});

describe('A create whose reply is lost', () => {
  it('is adopted, not made a second time', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      faults: [{ fault: 'reply-lost', operation: 'CreateImage', nth: 1 }],
    });

    await story.capture('gold');

    expect(story.accepted('CreateImage', web)).toHaveLength(1);
    expect(story.calls('CreateImage', web).map(({ errorCode }) => errorCode)).toContain('InvalidAMIName.Duplicate');
    expect(story.image().tags['ami-lifecycle:state']).toBe('complete');
    expect(story.image().snapshots.map(({ instanceWas }) => instanceWas)).toEqual(['stopped']);
  });

  it('is not adopted when the name belongs to an image of somebody else', async () => {
    const web = server('web');
    const story = await given({ policies: [policy('gold')], servers: [web] });
    const { ImageId: theirs } = story.account.call('ec2', 'CreateImage', {
      InstanceId: web.id,
      Name: `gold/${web.id}/20261121T0000Z`,
      NoReboot: true,
    });

    await story.capture('gold');

    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'failed', reason: 'NameTaken' });
    expect([...story.account.region('eu-west-1').images.keys()]).toEqual([theirs]);
    expect(story.state(web)).toBe('running');
  });
});

const troubles: [what: string, faults: Fault[]][] = [
  ['throttling', [{ fault: 'throttled', probability: 0.3 }]],
  ['an overloaded API', [{ fault: 'unavailable', probability: 0.3 }]],
  ['internal errors of AWS', [{ fault: 'internal-error', probability: 0.3 }]],
  ['calls that time out', [{ fault: 'timed-out', probability: 0.15 }]],
  ['replies that are lost', [{ fault: 'reply-lost', probability: 0.15 }]],
  ['reads that are half a minute old', [{ fault: 'stale-read', seconds: 30 }]],
  ['reads that are now new, now old', [{ fault: 'stale-read', seconds: 30, probability: 0.5 }]],
  [
    'Lambdas that are killed',
    [
      { fault: 'killed-after', probability: 0.1 },
      { fault: 'killed-before', probability: 0.1 },
    ],
  ],
  [
    'all of this at once',
    [
      { fault: 'throttled', probability: 0.1 },
      { fault: 'unavailable', probability: 0.1 },
      { fault: 'timed-out', probability: 0.03 },
      { fault: 'reply-lost', probability: 0.03 },
      { fault: 'stale-read', probability: 0.3 },
      { fault: 'killed-after', probability: 0.05 },
    ],
  ],
];

describe.each(troubles)('Throughout %s', (_, faults) => {
  it.each([1, 2, 3, 4])('every capture is made, and every instance runs again (seed %i)', async (seed) => {
    const servers = [
      database(),
      server('web'),
      server('queue', { state: 'stopped' }),
      server('farm', { group: 'farm' }),
    ];
    const story = await given({
      seed,
      policies: [policy('gold', { copies: [{ region: paris }] })],
      servers,
      faults: [{ fault: 'image-fails', nth: 2 }, ...faults],
    });

    await story.capture('gold');

    expect(story.lastRun().status).toBe('SUCCEEDED');
    expect(servers.map(story.state)).toEqual(['running', 'running', 'stopped', 'running']);
    for (const region of ['eu-west-1', paris]) {
      expect(story.images(region).map(({ state, tags }) => [state, tags['ami-lifecycle:state']])).toEqual(
        servers.map(() => ['available', 'complete']),
      );
    }
  });
});

describe('An EC2 that is out of order for two hours', () => {
  it('in the middle of a capture costs the image, but not the instance', async () => {
    const web = server('web');
    const story = await given({ policies: [policy('gold')], servers: [web], mayLeave: ['leases'] });
    story.onceAfter('StopInstances', 1, () => {
      const mend = story.account.faults.add({ fault: 'unavailable', service: 'ec2' });
      story.clock.after(2 * 3_600_000, mend);
    });

    await story.capture('gold');

    expect(story.state(web)).toBe('running');
    expect(story.images()).toEqual([]);
    expect(story.lastRun()).toMatchObject({ status: 'FAILED', error: 'CapturesFailed' });
    expect(story.lastRun().captures[0]?.reason).toBe('AwsUnavailable');
  });
});
