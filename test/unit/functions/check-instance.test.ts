import { describe, expect, it } from 'vitest';
import { contract, makeCheckInstance } from '../../../functions/check-instance/task.ts';
import { type Health, type InstanceState, leaseTags } from '../../../shared/domain/instance.ts';
import { pollSeconds } from '../../../shared/domain/polling.ts';
import { after, anInstance, anotherExecution, beginning, executionId, instanceId } from '../domain/examples.ts';
import { fakeInstances, fakeMeter, within } from './fakes.ts';

interface Case {
  until: 'stopped' | 'running';
  state: InstanceState | 'unknown';
  /** As the listing of status checks shows it, where that is something else. */
  shown?: InstanceState | 'unknown';
  health?: Health;
  waitedSeconds?: number;
}

async function look({ until, state, shown = state, health = 'ok', waitedSeconds = 0 }: Case, meter = fakeMeter()) {
  const instances = {
    ...fakeInstances(...(state === 'unknown' ? [] : [anInstance({ state, stateReason: 'because' })])),
    status: async () => (shown === 'unknown' ? undefined : { state: shown, health }),
  };
  const checkInstance = within(contract, makeCheckInstance({ instances, meter }));
  return checkInstance({ executionId, instanceId, until, since: beginning, now: after(waitedSeconds) });
}

const gone = ['terminated', 'shutting-down', 'unknown'] as const;

describe('an instance that is being stopped', () => {
  const until = 'stopped';

  it('is watched closely', async () => {
    expect(await look({ until, state: 'stopping', waitedSeconds: 600 })).toEqual({
      status: 'waiting',
      reason: 'stopping',
      waitSeconds: pollSeconds('stop', beginning, after(600)),
    });
  });

  it('has stopped', async () => {
    expect(await look({ until, state: 'stopped' })).toMatchObject({ status: 'reached' });
  });

  it('has stopped, however long it took', async () => {
    expect(await look({ until, state: 'stopped', waitedSeconds: 9999 })).toMatchObject({ status: 'reached' });
  });

  it.each(gone)('is lost when it is %s', async (state) => {
    await expect(look({ until, state })).rejects.toMatchObject({ name: 'InstanceGone', details: { instanceId } });
  });

  it.each(gone)('is not lost because one listing shows it as %s', async (shown) => {
    expect(await look({ until, state: 'stopping', shown })).toMatchObject({ status: 'waiting', reason: 'stopping' });
    expect(await look({ until, state: 'stopped', shown })).toMatchObject({ status: 'reached' });
  });

  it.each([
    ['pending', 5, 'started-by-hand'],
    ['running', 5, 'started-by-hand'],
    ['running', -5, 'waiting'],
  ] as const)(
    'is its owner’s where it is %s, launched %i seconds after its stop was asked for',
    async (state, seconds, status) => {
      const instances = {
        ...fakeInstances(anInstance({ state, launchedAt: after(seconds) })),
        status: async () => ({ state, health: 'initializing' as const }),
      };
      const checkInstance = within(contract, makeCheckInstance({ instances, meter: fakeMeter() }));
      const input = { executionId, instanceId, until, since: beginning, now: after(60) } as const;
      expect(await checkInstance(input)).toMatchObject({ status });
    },
  );

  it('is its owner’s where it was launched after what the lease says that we stopped, in the seconds of our call too', async () => {
    const launched = (launchedAt: string, holder: string) => {
      const tags = leaseTags({ executionId: holder, restartBy: after(7200), launchedAt: after(-600) });
      const instances = {
        ...fakeInstances(anInstance({ state: 'running', launchedAt, tags })),
        status: async () => ({ state: 'running' as const, health: 'initializing' as const }),
      };
      const checkInstance = within(contract, makeCheckInstance({ instances, meter: fakeMeter() }));
      return checkInstance({ executionId, instanceId, until, since: beginning, now: after(60) });
    };
    expect(await launched(after(-5), executionId)).toMatchObject({ status: 'started-by-hand' });
    expect(await launched(after(-600), executionId)).toMatchObject({ status: 'waiting' });
    expect(await launched(after(-5), anotherExecution)).toMatchObject({ status: 'waiting' });
  });

  it.each(['stopping', 'running'] as const)('has half an hour to do so: it is still %s', async (state) => {
    expect(await look({ until, state, waitedSeconds: 1800 })).toMatchObject({ status: 'waiting' });
    await expect(look({ until, state, waitedSeconds: 1801 })).rejects.toMatchObject({
      name: 'StopTimedOut',
      details: { instanceId, state },
    });
  });
});

describe('an instance that is being started', () => {
  const until = 'running';

  it.each(['pending', 'stopping'] as const)('is waited for while it is %s', async (state) => {
    expect(await look({ until, state, waitedSeconds: 120 })).toEqual({
      status: 'waiting',
      reason: state,
      waitSeconds: pollSeconds('start', beginning, after(120)),
    });
  });

  it.each(['initializing', 'impaired'] as const)('is waited for while its checks are %s', async (health) => {
    expect(await look({ until, state: 'running', health })).toMatchObject({ status: 'waiting', reason: health });
  });

  it('runs once its checks have passed', async () => {
    expect(await look({ until, state: 'running' })).toMatchObject({ status: 'reached' });
  });

  it('is reported when it falls back, with the reason of EC2, and people hear of it at once', async () => {
    const meter = fakeMeter();
    expect(await look({ until, state: 'stopped' }, meter)).toMatchObject({ status: 'fell-back', reason: 'because' });
    expect(meter.measured).toEqual(['RestartDelayed=1']);
  });

  it('is no delay to tell people of while it is on its way, runs, or is gone', async () => {
    const meter = fakeMeter();
    for (const state of ['pending', 'running', 'terminated'] as const) await look({ until, state }, meter);
    await look({ until: 'stopped', state: 'stopped' }, meter);
    expect(meter.measured).toEqual([]);
  });

  it.each(gone)('leaves nothing to do when it is %s', async (state) => {
    expect(await look({ until, state })).toMatchObject({ status: 'gone' });
  });

  it.each([...gone, 'stopped'] as const)('is not given up because one listing shows it as %s', async (shown) => {
    const meter = fakeMeter();
    const answer = await look({ until, state: 'running', shown }, meter);
    expect(answer).toMatchObject({ status: 'waiting', reason: 'initializing' });
    expect(meter.measured).toEqual([]);
  });

  it('is looked at again soon where it fell back: it stands still', async () => {
    expect(await look({ until, state: 'stopped', waitedSeconds: 30 })).toMatchObject({
      waitSeconds: pollSeconds('image', beginning, after(30)),
    });
  });

  it('has an hour to become healthy', async () => {
    const ill = { until, state: 'running', health: 'impaired' } as const;
    expect(await look({ ...ill, waitedSeconds: 3600 })).toMatchObject({ status: 'waiting' });
    await expect(look({ ...ill, waitedSeconds: 3601 })).rejects.toMatchObject({
      name: 'RestartFailed',
      message: expect.stringContaining('impaired'),
    });
  });

  it('falls back for a new start even after that hour', async () => {
    expect(await look({ until, state: 'stopped', waitedSeconds: 9999 })).toMatchObject({ status: 'fell-back' });
  });
});

it('an instance that is on its way is looked at in one call, as hundreds may be at once', async () => {
  const asked: string[] = [];
  for (const [until, state] of [
    ['stopped', 'stopping'],
    ['stopped', 'stopped'],
    ['running', 'pending'],
    ['running', 'running'],
  ] as const) {
    const instances = {
      ...fakeInstances(anInstance({ state })),
      async describe() {
        asked.push(`${state}, until ${until}`);
        return undefined;
      },
    };
    const input = { executionId, instanceId, until, since: beginning, now: after(60) };
    await within(contract, makeCheckInstance({ instances, meter: fakeMeter() }))(input);
  }
  expect(asked).toEqual([]);
});

describe('an instance that is stopped again after its start', () => {
  const lookAt = (stoppedByHandAt: string, meter = fakeMeter()) => {
    const instances = fakeInstances(anInstance({ state: 'stopped', stoppedByHandAt }));
    const input = { executionId, instanceId, until: 'running', since: beginning, now: after(60) } as const;
    return within(contract, makeCheckInstance({ instances, meter }))(input);
  };

  it('fell back, as long as EC2 tells of no stop but ours before the start', async () => {
    expect(await lookAt(after(-120))).toMatchObject({ status: 'fell-back' });
    expect(await lookAt('')).toMatchObject({ status: 'fell-back' });
  });

  it('was stopped by its owner, who is not to be overruled, where EC2 tells of a later stop', async () => {
    const meter = fakeMeter();
    expect(await lookAt(after(30), meter)).toMatchObject({ status: 'stopped-by-hand' });
    expect(meter.measured).toEqual([]);
  });

  it.each([
    [
      'was stopped by its owner, in the second of its start too',
      { launchedAt: after(-1), stoppedByHandAt: after(1) },
      'stopped-by-hand',
    ],
    [
      'was stopped by its owner, whatever our clock says',
      { launchedAt: after(-90), stoppedByHandAt: after(-60) },
      'stopped-by-hand',
    ],
    [
      'fell back, where the only stop by hand is of the launch that we stopped',
      { launchedAt: after(-600), stoppedByHandAt: after(30) },
      'fell-back',
    ],
    ['fell back, where EC2 tells of no stop by hand', { launchedAt: after(-1), stoppedByHandAt: '' }, 'fell-back'],
  ] as const)('%s, where the lease names the launch that we stopped', async (_says, times, status) => {
    const tags = leaseTags({ executionId, restartBy: after(7200), launchedAt: after(-600) });
    const instances = fakeInstances(anInstance({ state: 'stopped', tags, ...times }));
    const input = { executionId, instanceId, until: 'running', since: beginning, now: after(60) } as const;
    const checkInstance = within(contract, makeCheckInstance({ instances, meter: fakeMeter() }));
    expect(await checkInstance(input)).toMatchObject({ status });
  });
});
