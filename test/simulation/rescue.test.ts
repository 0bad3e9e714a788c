import { describe, expect, it } from 'vitest';
import { database, policy, server } from '../../explore/servers.ts';
import { abortHolder, loseHolder, minuteMs, rescuers, rescues, toldByRescue } from './rescuing.ts';
import { given } from './story.ts';

const start = '2026-11-21T03:00:00Z';
const gold = { at: start, policies: [policy('gold')], rescuesUntil: '2026-11-21T09:00:00Z' };

describe('A capture that somebody aborts while its instance stands still', () => {
  it.each([1, 2, 3, 4, 5])(
    'leaves an instance that runs again within minutes, and one message (seed %i)',
    async (seed) => {
      const web = database();
      const story = await given({ ...gold, seed, servers: [web], behaviour: { stopSeconds: () => 110 } });
      story.onceAfter('StopInstances', 20 * seed, () => abortHolder(story, web));

      await story.capture('gold');

      const [stop] = story.accepted('StopInstances', web);
      const [begin, ...others] = story.accepted('StartInstances', web);
      expect((begin?.atMs ?? 0) - (stop?.atMs ?? 0)).toBeLessThan(4 * minuteMs);
      expect(others).toEqual([]);
      expect(story.state(web)).toBe('running');
      expect(toldByRescue(story).map(({ subject }) => subject)).toEqual(['Rescue: 1 instances run again, 0 do not']);
      expect(toldByRescue(story)[0]?.message).toContain(`${web.id} runs again`);
      expect(story.lastRun()).toMatchObject({ status: 'FAILED', error: 'CapturesFailed' });
    },
  );

  it('with the whole run leaves none behind', async () => {
    const servers = [database(), server('web'), server('queue')];
    const story = await given({ ...gold, servers });
    story.onceAfter('StopInstances', 15, () => {
      const [run] = story.stack.engine.listExecutions({ stateMachine: 'capture-images', status: 'RUNNING' });
      story.account.call('states', 'StopExecution', { executionArn: run?.executionArn });
    });

    await story.capture('gold');

    expect(servers.map(story.state)).toEqual(['running', 'running', 'running']);
    expect(story.lastRun().status).toBe('ABORTED');
  });

  it('is noticed by the next look where the event of it is lost', async () => {
    const web = server('web');
    const lost = { fault: 'lost-event', operation: 'Step Functions Execution Status Change' } as const;
    const story = await given({ ...gold, servers: [web], faults: [lost] });
    story.onceAfter('StopInstances', 20, () => abortHolder(story, web));

    await story.capture('gold');

    expect(story.accepted('StartInstances', web)[0]?.atMs).toBeLessThan(Date.parse(start) + 11 * minuteMs);
    expect(toldByRescue(story)).toHaveLength(1);
  });

  it('and was being started leaves it to its deadline, as it runs', async () => {
    const web = server('web');
    const story = await given({ ...gold, servers: [web] });
    story.onceAfter('StartInstances', 30, () => abortHolder(story, web));

    await story.capture('gold');

    expect(story.accepted('StartInstances', web)).toHaveLength(1);
    const [released] = story.accepted('DeleteTags', web);
    expect(released?.atMs).toBeGreaterThan(Date.parse(start) + 2 * 60 * minuteMs);
    expect(toldByRescue(story)).toEqual([]);
  });
});

describe('An execution that Step Functions has lost', () => {
  it('is not waited for: its instance runs again minutes later', async () => {
    const web = server('web');
    const story = await given({ ...gold, servers: [web] });
    story.onceAfter('StopInstances', 20, () => loseHolder(story, web));

    await story.capture('gold');

    expect(rescuers(story)).toHaveLength(1);
    expect(story.accepted('StartInstances', web)[0]?.atMs).toBeLessThan(Date.parse(start) + 12 * minuteMs);
    expect(toldByRescue(story)[0]?.message).toContain('is not known any more');
  });

  it.each(['stop-instance', 'check-instance', 'create-image', 'check-image', 'start-instance', 'release-lease'])(
    'is lost just after it called %s, and leaves no instance behind',
    async (name) => {
      const web = server('web');
      const story = await given({
        ...gold,
        servers: [web],
        faults: [{ fault: 'execution-lost', function: name, nth: 1 }],
      });

      await story.capture('gold');

      expect(story.state(web)).toBe('running');
    },
  );

  it('is asked about in vain where the right is missing: then the deadline decides', async () => {
    const web = server('web');
    const story = await given({
      ...gold,
      servers: [web],
      faults: [{ fault: 'access-denied', operation: 'DescribeExecution' }],
    });
    story.onceAfter('StopInstances', 20, () => loseHolder(story, web));

    await story.capture('gold');

    const [begin] = story.accepted('StartInstances', web);
    expect(begin?.atMs).toBeGreaterThan(Date.parse(start) + 2 * 60 * minuteMs);
    expect(begin?.atMs).toBeLessThan(Date.parse(start) + 2.2 * 60 * minuteMs);
  });
});

describe('A capture that goes well', () => {
  it.each([1, 2, 3, 4, 5])('is not touched, however often somebody looks meanwhile (seed %i)', async (seed) => {
    const servers = [database(), server('web')];
    const story = await given({ ...gold, seed, servers });

    story.begin('gold');
    for (let second = 0; second < 1200; second += 10) {
      story.clock.after(second * 1000, () => void story.stack.rescue());
    }
    await story.rest();

    expect(rescues(story).length).toBeGreaterThan(100);
    expect(rescuers(story)).toEqual([]);
    expect(story.calls('StartInstances').map(({ caller }) => caller)).toEqual(['start-instance', 'start-instance']);
    expect(story.accepted('CreateTags', servers[0]).map(({ caller }) => caller)).toEqual(['stop-instance']);
    expect(story.lastRun().status).toBe('SUCCEEDED');
    expect(toldByRescue(story)).toEqual([]);
  });

  it('is over its deadline before it has started its instance: it yields to the rescue, and keeps its image', async () => {
    const web = server('web');
    const from = Date.parse(start);
    const story = await given({
      ...gold,
      servers: [web],
      faults: [{ fault: 'capacity-gone', between: [from, from + 150 * minuteMs] }],
    });

    await story.capture('gold');

    expect(story.state(web)).toBe('running');
    expect(story.image().tags['ami-lifecycle:state']).toBe('complete');
    expect(story.accepted('StartInstances', web)).toHaveLength(1);
    expect(toldByRescue(story)).toHaveLength(1);
  });
});

describe('Two rescues at the same moment', () => {
  it.each([1, 2, 3, 4, 5, 6])('start an instance once, and tell of it once (seed %i)', async (seed) => {
    const servers = [server('web'), server('queue')];
    const story = await given({ ...gold, seed, servers, behaviour: { stopSeconds: () => 110 } });
    story.onceAfter('StopInstances', 60, () => {
      for (const each of servers) loseHolder(story, each);
    });
    story.clock.after(8 * minuteMs, () => {
      story.stack.rescue();
      story.stack.rescue();
    });

    await story.capture('gold');

    for (const each of servers) {
      expect(story.accepted('StartInstances', each)).toHaveLength(1);
      expect(story.state(each)).toBe('running');
    }
    // Each of the two may have come first to one of them.
    const lines = toldByRescue(story).flatMap(({ message }) => message.split('\n').slice(1));
    expect(lines).toHaveLength(servers.length);
    expect(new Set(lines.map((line) => line.split(' ')[0]))).toEqual(new Set(servers.map(({ id }) => id)));
    expect(rescues(story).map(({ status }) => status)).toEqual(rescues(story).map(() => 'SUCCEEDED'));
  });

  it('and any number afterwards change nothing more', async () => {
    const web = server('web');
    const story = await given({ ...gold, servers: [web] });
    story.onceAfter('StopInstances', 20, () => abortHolder(story, web));
    await story.capture('gold');
    const changes = () =>
      ['CreateTags', 'DeleteTags', 'StartInstances', 'Publish'].map((name) => story.calls(name).length);
    const before = changes();

    for (let times = 0; times < 3; times++) story.stack.rescue();
    await story.rest();

    expect(changes()).toEqual(before);
  });
});
