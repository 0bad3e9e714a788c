import { describe, expect, it } from 'vitest';
import { policy, server } from '../../explore/servers.ts';
import {
  abortHolder,
  forgotten,
  minuteMs,
  rescuers,
  rescues,
  startByHand,
  stopByHand,
  toldByRescue,
} from './rescuing.ts';
import { given } from './story.ts';

const start = '2026-11-21T03:00:00Z';
const stoppedBy = 'ami-lifecycle:stopped-by';
const restartBy = 'ami-lifecycle:restart-by';
const gold = { at: start, policies: [policy('gold')], rescuesUntil: '2026-11-21T09:00:00Z' };
const anotherStack = 'arn:aws:states:eu-west-1:111122223333:execution:other-capture-images/CaptureInstances:theirs';
const noCapture = 'arn:aws:states:eu-west-1:111122223333:execution:nightly-batch:a1';

describe('Tags that are half written', () => {
  const standing = { state: 'stopped' } as const;

  it.each([
    ['without a deadline', { [stoppedBy]: forgotten }],
    ['with a deadline that nobody can read', { [stoppedBy]: forgotten, [restartBy]: 'tomorrow' }],
    ['with a deadline that is over', { [stoppedBy]: forgotten, [restartBy]: '2026-11-21T02:00:00.000Z' }],
    [
      'of another stack, with a deadline that is over',
      { [stoppedBy]: anotherStack, [restartBy]: '2026-11-21T02:00:00.000Z' },
    ],
  ])('%s, are enough to start what they are on', async (_, tags) => {
    const web = server('web', { tags, ...standing });
    // The story begins after the stop, so nobody has seen it.
    const story = await given({ ...gold, servers: [web], mayBreak: [2] });

    await story.rest();

    expect(story.state(web)).toBe('running');
    expect(Object.keys(story.tags(web))).not.toContain(restartBy);
    expect(toldByRescue(story)).toHaveLength(1);
  });

  it.each([
    ['by a deadline alone', { [restartBy]: '2026-11-21T02:00:00.000Z' }],
    ['by a person', { [stoppedBy]: 'Ada', [restartBy]: '2026-11-21T02:00:00.000Z' }],
    ['by an execution that is no capture', { [stoppedBy]: noCapture, [restartBy]: '2026-11-21T02:00:00.000Z' }],
    ['by another stack, without a deadline', { [stoppedBy]: anotherStack }],
  ])('%s, do not say that we stopped it: it stays as it is', async (_, tags) => {
    const web = server('web', { tags, ...standing });
    const story = await given({ ...gold, servers: [web], mayLeave: ['leases'] });

    await story.rest();

    expect(rescues(story).length).toBeGreaterThan(60);
    expect(rescues(story).map(({ status, output }) => ({ status, output }))).toEqual(
      rescues(story).map(() => ({ status: 'SUCCEEDED', output: expect.objectContaining({ unclear: [web.id] }) })),
    );
    expect(story.state(web)).toBe('stopped');
    expect(story.tags(web)).toMatchObject(tags);
    expect(toldByRescue(story)).toEqual([]);
  });

  it.each([
    ['loses its deadline', restartBy],
    ['has its deadline written over', undefined],
  ])('in the middle of a capture, whose lease %s, do no harm', async (_, Key) => {
    const web = server('web');
    const story = await given({ ...gold, servers: [web], mayLeave: ['leases'] });
    story.onceAfter('StopInstances', 5, () => {
      const Resources = [web.id];
      if (Key) story.account.call('ec2', 'DeleteTags', { Resources, Tags: [{ Key }] });
      else story.account.call('ec2', 'CreateTags', { Resources, Tags: [{ Key: restartBy, Value: 'soon' }] });
    });
    story.begin('gold');
    story.clock.after(minuteMs, () => void story.stack.rescue());
    await story.rest();

    expect(rescuers(story)).toEqual([]);
    expect(story.lastRun().status).toBe('SUCCEEDED');
    expect(story.image().snapshots.map(({ instanceWas }) => instanceWas)).toEqual(['stopped']);
  });
});

describe('An owner who stops an instance himself', () => {
  it('after its capture was aborted in the middle of its restart is not overruled, and is told so', async () => {
    const web = server('web');
    const story = await given({ ...gold, servers: [web], mayLeave: ['standing instances'] });
    story.onceAfter('StartInstances', 30, () => {
      abortHolder(story, web);
      story.clock.after(10 * minuteMs, () => stopByHand(story, web));
    });

    await story.capture('gold');

    expect(story.accepted('StartInstances', web)).toHaveLength(1);
    expect(story.state(web)).toBe('stopped');
    expect(story.tags(web)).not.toHaveProperty(stoppedBy);
    expect(toldByRescue(story).map(({ message }) => message)).toEqual([
      expect.stringContaining(`${web.id} stays stopped`),
    ]);
  });

  it('while the rescue waits for its boot is not overruled', async () => {
    const web = server('web');
    const story = await given({ ...gold, servers: [web], mayLeave: ['standing instances'] });
    story.onceAfter('StopInstances', 20, () => abortHolder(story, web));
    story.onceAfter('StartInstances', 40, () => stopByHand(story, web));

    await story.capture('gold');

    expect(story.accepted('StartInstances', web)).toHaveLength(1);
    expect(story.state(web)).toBe('stopped');
    expect(story.tags(web)).not.toHaveProperty(stoppedBy);
  });

  it('after a rescue that was aborted, too, had started it is not overruled by the next', async () => {
    const web = server('web');
    const story = await given({ ...gold, servers: [web], mayLeave: ['standing instances'] });
    story.onceAfter('StopInstances', 20, () => abortHolder(story, web));
    story.onceAfter('StartInstances', 40, () => {
      abortHolder(story, web);
      stopByHand(story, web);
    });

    await story.capture('gold');

    expect(story.accepted('StartInstances', web)).toHaveLength(1);
    expect(story.state(web)).toBe('stopped');
    expect(story.tags(web)).not.toHaveProperty(stoppedBy);
  });

  it.each([
    ['two hours', 'snapshots-started', '2026-11-21T06:01:00Z'],
    ['ten hours', 'image-available', '2026-11-21T13:11:00Z'],
  ])('while nobody may take the lease of %s away is not overruled', async (_, restartWhen, at) => {
    const web = server('web');
    const policies = [policy('gold', { capture: { restartWhen, timeoutHours: 4 } })];
    const faults = [{ fault: 'access-denied', function: 'release-lease' }] as const;
    const rescuesUntil = '2026-11-21T15:00:00Z';
    const mayLeave = ['leases', 'standing instances'] as const;
    const story = await given({ ...gold, policies, servers: [web], faults, rescuesUntil, mayLeave });
    story.begin('gold');
    await story.until(at);
    expect(story.state(web)).toBe('running');
    expect(rescues(story).length).toBeGreaterThan(5);

    stopByHand(story, web);
    await story.rest();

    expect(story.accepted('StartInstances', web)).toHaveLength(1);
    expect(story.state(web)).toBe('stopped');
  });

  it('after a restart that nobody lived to record is not overruled, however long the lease is', async () => {
    const web = server('web');
    const policies = [policy('gold', { capture: { restartWhen: 'image-available', timeoutHours: 4 } })];
    const story = await given({ ...gold, policies, servers: [web], mayLeave: ['standing instances'] });
    story.onceAfter('StartInstances', 30, () => {
      stopByHand(story, web);
      abortHolder(story, web);
    });

    await story.capture('gold');

    expect(story.accepted('StartInstances', web)).toHaveLength(1);
    expect(story.state(web)).toBe('stopped');
    expect(story.tags(web)).not.toHaveProperty(stoppedBy);
  });

  it('without any lease of ours is none of our business', async () => {
    const web = server('web');
    const story = await given({ ...gold, servers: [web, server('other', { tags: { [stoppedBy]: forgotten } })] });

    stopByHand(story, web);
    await story.rest();

    expect(story.state(web)).toBe('stopped');
    expect(story.calls('CreateTags', web)).toEqual([]);
  });
});

describe('A stop of ours that was tried for minutes, and its capture then aborted,', () => {
  const fiveMinutes = [Date.parse(start), Date.parse('2026-11-21T03:05:00Z')] as const;

  it.each(['DescribeInstances', 'CreateTags', 'StopInstances'])(
    "is not taken for its owner's, who restarted the instance meanwhile: it runs again (%s throttled)",
    async (operation) => {
      const web = server('web');
      const throttled = { fault: 'throttled', function: 'stop-instance', operation, between: fiveMinutes } as const;
      // Quick enough that no attempt comes between its stop and its start.
      const behaviour = { stopSeconds: () => 5, startSeconds: () => 5 };
      const story = await given({ ...gold, servers: [web], faults: [throttled], behaviour });
      const begins = Date.parse(start);
      story.clock.after(begins + 2.5 * minuteMs - story.clock.now(), () => stopByHand(story, web));
      story.clock.after(begins + 2.6 * minuteMs - story.clock.now(), () => startByHand(story, web));
      const end = story.account.onCall(({ operation: called, caller, errorCode, atMs }) => {
        if (called !== 'StopInstances' || caller === undefined || errorCode !== undefined) return;
        end();
        story.clock.after(atMs - story.clock.now() + 20_000, () => abortHolder(story, web));
      });

      await story.capture('gold');

      const ours = story.accepted('StopInstances', web).filter(({ caller }) => caller !== undefined);
      expect(ours).toHaveLength(1);
      expect(ours[0]?.atMs).toBeGreaterThan(fiveMinutes[1]);
      expect(story.state(web)).toBe('running');
      expect(story.tags(web)).not.toHaveProperty(stoppedBy);
      expect(toldByRescue(story).map(({ message }) => message)).toEqual([
        expect.stringContaining(`${web.id} runs again`),
      ]);
    },
  );
});
