import { describe, expect, it } from 'vitest';
import { database, policy, server } from '../../explore/servers.ts';
import { given, type Story } from './story.ts';

describe('A database with three volumes', () => {
  it('is captured with its volumes consistent, and runs again long before its image is available', async () => {
    const server = database();
    const story = await given({
      policies: [policy('gold')],
      servers: [server],
      behaviour: { imageMinutes: () => 60 },
    });

    await story.capture('gold');

    const { state, tags, snapshots, availableAtMs = 0 } = story.image();
    expect(state).toBe('available');
    expect(tags['ami-lifecycle:consistency']).toBe('stopped');
    expect(tags['ami-lifecycle:state']).toBe('complete');
    expect(snapshots.map(({ instanceWas }) => instanceWas)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(new Set(snapshots.map(({ volumeId }) => volumeId)).size).toBe(3);
    expect(story.journey(server)).toEqual(['stopping', 'stopped', 'pending', 'running']);
    expect(backUpAtMs(story)).toBeLessThan(availableAtMs - 50 * 60_000);
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('stands still no longer than its snapshots need to start', async () => {
    const server = database();
    const story = await given({
      policies: [policy('gold')],
      servers: [server],
      behaviour: { stopSeconds: () => 30, snapshotStartSeconds: () => 3, consistencyLagMs: () => 0 },
    });

    await story.capture('gold');

    const [stop] = story.calls('StopInstances', server);
    const [start] = story.calls('StartInstances', server);
    expect((start?.atMs ?? 0) - (stop?.atMs ?? 0)).toBeLessThanOrEqual((30 + 10) * 1000);
  });

  it('waits for its image where the policy says so', async () => {
    const server = database();
    const story = await given({
      policies: [policy('gold', { capture: { restartWhen: 'image-available' } })],
      servers: [server],
      behaviour: { imageMinutes: () => 60 },
    });

    await story.capture('gold');

    const [start] = story.calls('StartInstances', server);
    expect(start?.atMs).toBeGreaterThanOrEqual(story.image().availableAtMs ?? Number.POSITIVE_INFINITY);
    expect(story.state(server)).toBe('running');
  });

  it('is captured without the devices that the policy leaves out, whether it has them or not', async () => {
    const server = database();
    const story = await given({
      policies: [policy('gold', { capture: { excludeDevices: ['/dev/sdg', '/dev/sdz'] } })],
      servers: [server],
    });

    await story.capture('gold');

    expect(story.image().snapshots.map(({ volumeId }) => volumeId)).toEqual(
      server.volumes.slice(0, 2).map(({ VolumeId }) => VolumeId),
    );
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('is left alone where the policy leaves its root device out', async () => {
    const server = database();
    const story = await given({
      policies: [policy('gold', { capture: { excludeDevices: ['/dev/xvda'] } })],
      servers: [server],
    });

    await story.capture('gold');

    expect(story.images()).toEqual([]);
    expect(story.journey(server)).toEqual([]);
    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'skipped', reason: 'root-device-excluded' });
  });
});

describe('An image of twenty hours', () => {
  it('costs little to wait for, is noticed soon, and keeps nobody waiting', async () => {
    const server = database();
    const story = await given({
      policies: [policy('gold')],
      servers: [server],
      behaviour: { imageMinutes: () => 20 * 60 },
    });

    await story.capture('gold');

    const { availableAtMs = 0, tags } = story.image();
    const recordedAtMs = story.calls('CreateTags').findLast(({ caller }) => caller === 'record-capture')?.atMs ?? 0;
    expect(tags['ami-lifecycle:state']).toBe('complete');
    expect(recordedAtMs - availableAtMs).toBeLessThanOrEqual(21 * 60_000);
    expect(story.stack.engine.transitions()).toBeLessThanOrEqual(320);
    expect(backUpAtMs(story)).toBeLessThan(availableAtMs - 19.8 * 3_600_000);
  });

  it('is noticed at most a quarter late, however long it takes', async () => {
    for (const minutes of [3, 10, 45, 120]) {
      const story = await given({
        policies: [policy('gold')],
        servers: [database()],
        behaviour: { imageMinutes: () => minutes },
      });

      await story.capture('gold');

      const requestedAtMs = story.calls('CreateImage')[0]?.atMs ?? 0;
      const { availableAtMs = 0 } = story.image();
      const recordedAtMs = story.calls('CreateTags').findLast(({ caller }) => caller === 'record-capture')?.atMs ?? 0;
      const lateMs = recordedAtMs - availableAtMs;
      expect(lateMs).toBeLessThanOrEqual((availableAtMs - requestedAtMs) / 4 + 20_000);
    }
  });
});

describe('A server that must not be stopped', () => {
  it('is rebooted for its image where the policy says so, and never stopped', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold', { capture: { consistency: 'reboot' } })],
      servers: [web],
    });

    await story.capture('gold');

    expect(story.calls('CreateImage', web)[0]?.input).toMatchObject({ NoReboot: false });
    expect(story.image().tags['ami-lifecycle:consistency']).toBe('rebooted');
    expect(story.calls('StopInstances')).toEqual([]);
    expect(story.journey(web)).toEqual([]);
  });

  it('is captured as it runs where the policy says crash, and nothing is interrupted', async () => {
    const web = server('web');
    const story = await given({ policies: [policy('gold', { capture: { consistency: 'crash' } })], servers: [web] });

    await story.capture('gold');

    expect(story.calls('CreateImage', web)[0]?.input).toMatchObject({ NoReboot: true });
    expect(story.image().tags['ami-lifecycle:consistency']).toBe('crash');
    expect(story.image().snapshots.map(({ instanceWas }) => instanceWas)).toEqual(['running']);
    expect(story.calls('StopInstances')).toEqual([]);
    expect(story.journey(web)).toEqual([]);
  });

  it('is captured as it runs, and said to be, when somebody starts it as soon as it has stopped', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      behaviour: { eventDelayMs: () => 0, consistencyLagMs: () => 0 },
    });
    const stop = story.account.onEvent(({ detail }) => {
      if (detail.state !== 'stopped') return;
      stop();
      story.account.call('ec2', 'StartInstances', { InstanceIds: [web.id] });
    });

    await story.capture('gold');

    expect(story.image().tags['ami-lifecycle:consistency']).toBe('crash');
    expect(story.image().snapshots.map(({ instanceWas }) => instanceWas)).toEqual(['running']);
    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'captured' });
    expect(story.journey(web)).toEqual(['stopping', 'stopped', 'pending', 'running']);
  });
});

/** When the last instance was back. */
function backUpAtMs(story: Story): number {
  return Math.max(
    ...story.witness.events.flatMap(({ detail, time }) => (detail.state === 'running' ? [Date.parse(time)] : [])),
  );
}
