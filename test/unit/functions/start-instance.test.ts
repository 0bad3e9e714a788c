import { describe, expect, it } from 'vitest';
import { contract, makeStartInstance } from '../../../functions/start-instance/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import { type Instance, leaseTags } from '../../../shared/domain/instance.ts';
import { pollSeconds } from '../../../shared/domain/polling.ts';
import {
  after,
  anInstance,
  anotherExecution,
  beginning,
  executionId,
  instanceId,
  leasedTo,
} from '../domain/examples.ts';
import { fakeInstances, fakeMeter, within } from './fakes.ts';

const twelveHours = 12 * 60 * 60;
const ours = { state: 'stopped', tags: leasedTo(executionId) } as const;

function starting(instance: Partial<Instance> | 'unknown', start?: () => Promise<'started' | 'already' | 'refused'>) {
  const instances = fakeInstances(...(instance === 'unknown' ? [] : [anInstance(instance)]));
  const meter = fakeMeter();
  const task = makeStartInstance({ instances: { ...instances, ...(start ? { start } : {}) }, meter });
  return {
    meter,
    calls: instances.calls,
    call: (waitedSeconds = 0, stoppedAt: string | null = null) =>
      within(contract, task)({ executionId, instanceId, stoppedAt, since: beginning, now: after(waitedSeconds) }),
  };
}

describe('an instance', () => {
  it('that this execution stopped is started', async () => {
    const { call, calls } = starting(ours);
    expect(await call()).toEqual({ action: 'started', waitSeconds: pollSeconds('start', beginning, beginning) });
    expect(calls).toEqual(['start']);
  });

  it.each([
    ['that EC2 shows as started', starting({ ...ours, state: 'pending' })],
    ['that EC2 shows as stopped yet', starting(ours, async () => 'already')],
  ])('%s, and that somebody else has started before us, is not taken for our start', async (_, { call }) => {
    expect(await call()).toMatchObject({ action: 'already' });
  });

  it('without a lease is looked at again for a minute, as reads lag, and then left to whoever stopped it', async () => {
    const { call, calls } = starting({ state: 'stopped' });
    expect(await call()).toMatchObject({ action: 'waiting' });
    expect(await call(61)).toMatchObject({ action: 'not-ours' });
    expect(calls).toEqual([]);
  });

  it('that we stopped, and whose lease somebody took away, is no good end: nobody may start it but people', async () => {
    const { call, calls } = starting({ state: 'stopped' });
    expect(await call(59, after(-60))).toMatchObject({ action: 'waiting' });
    await expect(call(60, after(-60))).rejects.toMatchObject({
      name: 'RestartFailed',
      message: expect.stringContaining('start it by hand'),
    });
    expect(calls).toEqual([]);
  });

  it.each(['stopped', 'stopping'] as const)(
    'that its owner started after our stop, and that is %s by hand again, is left so',
    async (state) => {
      const again = { launchedAt: after(-50), stoppedByHandAt: after(-20), state };
      for (const tags of [ours.tags, {}]) {
        const { call, calls } = starting({ ...again, tags });
        expect(await call(61, after(-60))).toMatchObject({ action: 'stopped-by-hand' });
        expect(calls).toEqual([]);
      }
    },
  );

  it('is judged by the launch that its lease names, whatever is known of the time of our stop', async () => {
    const leased = (launchedAt: string) => leaseTags({ executionId, restartBy: after(7200), launchedAt });
    const restarted = { state: 'stopped', launchedAt: after(-50), stoppedByHandAt: after(-20) } as const;
    for (const stoppedAt of [null, after(-10), after(-60)]) {
      const itsOwners = starting({ ...restarted, tags: leased(after(-600)) });
      expect(await itsOwners.call(0, stoppedAt)).toMatchObject({ action: 'stopped-by-hand' });
      expect(await starting({ ...restarted, tags: leased(after(-50)) }).call(0, stoppedAt)).toMatchObject({
        action: 'started',
      });
    }
  });

  it.each([
    ['it was launched before our stop', { launchedAt: after(-61), stoppedByHandAt: after(-60) }, after(-60)],
    ['EC2 stopped it since', { launchedAt: after(-50), stoppedByHandAt: '' }, after(-60)],
    ['nothing says when we stopped it', { launchedAt: after(-50), stoppedByHandAt: after(-20) }, null],
  ])('that bears our lease is started where %s', async (_says, times, stoppedAt) => {
    expect(await starting({ ...ours, ...times }).call(0, stoppedAt)).toMatchObject({ action: 'started' });
  });

  it.each(['running', 'pending'] as const)('that is %s already is not started again', async (state) => {
    const { call, calls } = starting({ ...ours, state });
    expect(await call()).toMatchObject({ action: 'already' });
    expect(calls).toEqual([]);
  });

  it('that another execution holds is left to that', async () => {
    const { call, calls } = starting({ state: 'stopped', tags: leasedTo(anotherExecution) });
    expect(await call()).toMatchObject({ action: 'not-ours' });
    expect(calls).toEqual([]);
  });

  it.each(['terminated', 'shutting-down', 'unknown'] as const)('that is %s is not started', async (state) => {
    const { call, calls } = starting(state === 'unknown' ? state : { ...ours, state });
    expect(await call()).toMatchObject({ action: 'gone' });
    expect(calls).toEqual([]);
  });

  it('that EC2 cannot start yet is tried again later', async () => {
    const { call } = starting({ ...ours, state: 'stopping' }, async () => 'refused');
    expect(await call(600)).toEqual({ action: 'waiting', waitSeconds: pollSeconds('image', beginning, after(600)) });
  });

  it('is tried for twelve hours and not longer', async () => {
    const { call, calls } = starting({ ...ours, stateReason: 'Server.InternalError' });
    await expect(call(twelveHours + 1)).rejects.toMatchObject({
      name: 'RestartFailed',
      details: { instanceId, reason: 'Server.InternalError' },
    });
    expect(calls).toEqual([]);
    expect(await call(twelveHours)).toMatchObject({ action: 'started' });
  });

  it('that runs after all is no failure, however late', async () => {
    const { call } = starting({ ...ours, state: 'running' });
    expect(await call(twelveHours * 2)).toMatchObject({ action: 'already' });
  });
});

describe('a start that fails', () => {
  const failing = (error: Error) =>
    starting(ours, async () => {
      throw error;
    });

  it('for want of capacity is counted at once, so that people hear of it, and tried again', async () => {
    const noRoom = new LifecycleError('CapacityUnavailable', 'InsufficientInstanceCapacity');
    const { call, meter } = failing(noRoom);
    await expect(call()).rejects.toBe(noRoom);
    expect(meter.measured).toEqual(['RestartDelayed=1']);
  });

  it('for another reason is not counted as that', async () => {
    const denied = new LifecycleError('AccessDenied', 'StartInstances');
    const { call, meter } = failing(denied);
    await expect(call()).rejects.toBe(denied);
    expect(meter.measured).toEqual([]);
  });
});
