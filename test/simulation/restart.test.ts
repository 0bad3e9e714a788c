import { describe, expect, it } from 'vitest';
import { database, policy, server } from '../../explore/servers.ts';
import { given } from './story.ts';

const minuteMs = 60_000;

describe('A server whose Zone has no room when it is to start again', () => {
  it('is tried for forty minutes until it starts, and keeps its lease so long', async () => {
    const web = server('web');
    const from = Date.parse('2026-11-21T03:00:00Z');
    const story = await given({
      at: '2026-11-21T03:00:00Z',
      policies: [policy('gold')],
      servers: [web],
      faults: [{ fault: 'capacity-gone', between: [from, from + 42 * minuteMs] }],
    });

    story.begin('gold');
    await story.until('2026-11-21T03:41:00Z');
    expect(story.state(web)).toBe('stopped');
    expect(Object.keys(story.tags(web))).toContain('ami-lifecycle:stopped-by');
    await story.rest();

    const starts = story.calls('StartInstances', web);
    expect(starts.filter(({ errorCode }) => errorCode === 'InsufficientInstanceCapacity').length).toBeGreaterThan(5);
    expect(starts.at(-1)?.errorCode).toBeUndefined();
    expect(starts.at(-1)?.atMs).toBeLessThan(from + 48 * minuteMs);
    expect(story.state(web)).toBe('running');
    expect(story.image().tags['ami-lifecycle:state']).toBe('complete');
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('is given the time to boot that any other has, however long it was tried', async () => {
    const web = server('web');
    const from = Date.parse('2026-11-21T03:00:00Z');
    const story = await given({
      at: '2026-11-21T03:00:00Z',
      policies: [policy('gold')],
      servers: [web],
      faults: [{ fault: 'capacity-gone', between: [from, from + 3 * 60 * minuteMs] }],
    });

    await story.capture('gold');

    expect(story.state(web)).toBe('running');
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('is given up after hours, loudly, with the lease that tells who must start it', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      faults: [{ fault: 'capacity-gone' }],
      mayLeave: ['standing instances', 'leases'],
    });

    await story.capture('gold');

    const [first] = story.calls('StartInstances', web);
    const last = story.calls('StartInstances', web).at(-1);
    expect((last?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(5 * 60 * minuteMs);
    expect(story.lastRun().status).toBe('FAILED');
    expect(story.lastRun().captures[0]?.outcome).toBe('failed');
    expect(story.account.notifications.at(-1)?.message).toContain(web.id);
    expect(Object.keys(story.tags(web))).toEqual(
      expect.arrayContaining(['ami-lifecycle:stopped-by', 'ami-lifecycle:restart-by']),
    );
  });
});

describe('A start that EC2 accepts and takes back', () => {
  it('is made again', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      faults: [{ fault: 'start-falls-back', nth: 1 }],
    });

    await story.capture('gold');

    expect(story.journey(web)).toEqual(['stopping', 'stopped', 'pending', 'stopped', 'pending', 'running']);
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('is made again as often as it takes', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      faults: [1, 2, 3, 4, 5].map((nth) => ({ fault: 'start-falls-back', nth })),
    });

    await story.capture('gold');

    expect(story.calls('StartInstances', web)).toHaveLength(6);
    expect(story.state(web)).toBe('running');
  });
});

describe('A server that boots slowly', () => {
  it('keeps its lease until its status checks pass, though its image is long available', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      behaviour: { statusCheckSeconds: () => 25 * 60, imageMinutes: () => 3 },
    });

    await story.capture('gold');

    const [start] = story.calls('StartInstances', web);
    const released = story.calls('DeleteTags', web).at(-1);
    expect((released?.atMs ?? 0) - (start?.atMs ?? 0)).toBeGreaterThanOrEqual(25 * minuteMs);
    expect((released?.atMs ?? 0) - (start?.atMs ?? 0)).toBeLessThan(33 * minuteMs);
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('that never passes its checks is running, and people are told to look', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      faults: [{ fault: 'status-checks-fail' }],
      mayLeave: ['leases'],
    });

    await story.capture('gold');

    expect(story.state(web)).toBe('running');
    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'failed', reason: 'RestartFailed' });
    expect(story.account.notifications.at(-1)?.message).toContain('status checks impaired');
  });
});

describe('A server that does not shut down', () => {
  it('is given up, started as soon as it has stopped after all, and has no image', async () => {
    const web = server('web');
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      faults: [{ fault: 'stop-hangs', seconds: 3 * 3600 }],
    });

    await story.capture('gold');

    expect(story.calls('CreateImage')).toEqual([]);
    expect(story.journey(web)).toEqual(['stopping', 'stopped', 'pending', 'running']);
    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'failed', reason: 'StopTimedOut' });
  });
});

describe('An image that EC2 is slow to show', () => {
  it('after it was asked for in vain for minutes is not given up, nor made twice', async () => {
    const web = server('web');
    const from = Date.parse('2026-11-21T03:00:00Z');
    const story = await given({
      // With this seed the last of many tries succeeds, so that the image is new when its time to be shown is over.
      seed: 3,
      at: '2026-11-21T03:00:00Z',
      policies: [policy('gold')],
      servers: [web],
      behaviour: { consistencyLagMs: () => 20_000 },
      faults: [{ fault: 'throttled', operation: 'CreateImage', between: [from, from + 5.5 * minuteMs] }],
    });

    await story.capture('gold');

    expect(story.accepted('CreateImage')).toHaveLength(1);
    expect(story.image().state).toBe('available');
    expect(story.image().tags['ami-lifecycle:state']).toBe('complete');
    expect(story.image().snapshots.map(({ instanceWas }) => instanceWas)).toEqual(['stopped']);
  });
});

describe('An image that fails', () => {
  it('while its instance stands still is made again before the instance starts', async () => {
    const web = database();
    const story = await given({
      policies: [policy('gold', { capture: { restartWhen: 'image-available' } })],
      servers: [web],
      faults: [{ fault: 'image-fails', nth: 1 }],
    });

    await story.capture('gold');

    expect(story.accepted('CreateImage', web)).toHaveLength(2);
    expect(story.journey(web)).toEqual(['stopping', 'stopped', 'pending', 'running']);
    expect(story.image().snapshots.map(({ instanceWas }) => instanceWas)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('hours later is made again, with another stop', async () => {
    const web = database();
    const story = await given({
      policies: [policy('gold')],
      servers: [web],
      behaviour: { imageMinutes: () => 600 },
      faults: [{ fault: 'image-fails', nth: 1 }],
    });

    await story.capture('gold');

    expect(story.journey(web)).toEqual([
      'stopping',
      'stopped',
      'pending',
      'running',
      'stopping',
      'stopped',
      'pending',
      'running',
    ]);
    expect(story.image().tags['ami-lifecycle:consistency']).toBe('stopped');
    expect(story.image().snapshots.map(({ instanceWas }) => instanceWas)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it.each(['snapshots-started', 'image-available'])(
    'twice leaves nothing behind but a run that says so (restart when %s)',
    async (restartWhen) => {
      const web = database();
      const story = await given({
        policies: [policy('gold', { capture: { restartWhen } })],
        servers: [web],
        faults: [{ fault: 'image-fails', message: 'the volume is broken' }],
      });

      await story.capture('gold');

      expect(story.images()).toEqual([]);
      expect([...story.account.region('eu-west-1').snapshots.keys()]).toEqual([]);
      expect(story.state(web)).toBe('running');
      expect(story.lastRun().status).toBe('FAILED');
      expect(story.lastRun().captures[0]).toMatchObject({ reason: 'ImageFailed' });
      expect(story.account.notifications.at(-1)?.message).toContain('the volume is broken');
    },
  );

  it('and keeps its snapshots leaves none behind either', async () => {
    const story = await given({
      policies: [policy('gold')],
      servers: [database()],
      behaviour: { failedImagesForgetSnapshots: false },
      faults: [{ fault: 'image-fails' }],
    });

    await story.capture('gold');

    expect(story.images()).toEqual([]);
    expect([...story.account.region('eu-west-1').snapshots.keys()]).toEqual([]);
  });
});
