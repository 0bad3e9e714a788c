import { expect, it } from 'vitest';
import { callsIn, lastSecondOf, orderOf } from '../report.ts';
import { fails, hangs, type Output } from '../tasks.ts';
import { instantOf } from '../world.ts';
import { capture, itemOf, run, web } from './run.ts';

const hourSeconds = 3600;
const claim = (action: Output<'ClaimInstance'>['action']): Output<'ClaimInstance'> => ({ action, waitSeconds: 5 });
const look = (status: Output<'CheckInstanceRunning'>['status']): Output<'CheckInstanceRunning'> => ({
  status,
  reason: '',
  waitSeconds: 15,
});

/** An instance that a capture has left standing, on its way back to running. */
export function instances(): void {
  it('is claimed, started, watched until it is healthy, and rid of its lease', async () => {
    const done = await run();
    expect(orderOf(done).slice(1, -1)).toEqual([
      'ClaimInstance',
      'StartInstance',
      'CheckInstanceRunning',
      'ReleaseLease',
    ]);
    const [rescuer] = done.children;
    const { executionArn } = callsIn('StartInstance', done)[0] ?? {};
    const begun = instantOf(callsIn('ClaimInstance', done)[0]);
    expect(callsIn('ClaimInstance', done).map(({ payload }) => payload)).toMatchObject([
      { executionId: executionArn, item: itemOf(), since: begun, now: begun },
      { executionId: executionArn, item: itemOf(), since: begun },
    ]);
    // The claim stands in its tags by then, and what starts and releases it goes by it.
    expect(callsIn('StartInstance', done)[0]?.payload).toMatchObject({ executionId: executionArn, instanceId: web });
    expect(callsIn('ReleaseLease', done)[0]?.payload).toEqual({ executionId: executionArn, instanceId: web });
    expect(callsIn('CheckInstanceRunning', done)[0]?.payload).toMatchObject({
      until: 'running',
      since: instantOf(callsIn('StartInstance', done)[0]),
    });
    expect(rescuer).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'running', instanceId: web } });
  });

  it.each(['yielded', 'gone'] as const)('is left alone where the claim says %s', async (action) => {
    const done = await run({ tasks: { ClaimInstance: [claim(action)] } });
    expect(done.children[0]?.states).toEqual(['Begin', 'ClaimInstance', 'IsClaimed', 'RescueDone']);
    expect(done.children[0]?.output).toMatchObject({ outcome: 'left' });
    expect(done).toMatchObject({ status: 'SUCCEEDED', told: [], output: { rescued: 0, left: 1 } });
  });

  it('is not started where its owner stopped it, but loses the lease that it was found with', async () => {
    const done = await run({ tasks: { ClaimInstance: [claim('stopped-by-owner')] } });
    expect(callsIn('StartInstance', done)).toEqual([]);
    expect(callsIn('ReleaseLease', done).map(({ payload }) => payload)).toEqual([
      { executionId: capture, instanceId: web },
    ]);
    expect(done.told).toEqual([expect.stringContaining('its owner stopped it')]);
  });

  it('is left as its owner stopped it between the claim and the start, without the claim', async () => {
    const done = await run({ tasks: { StartInstance: [{ action: 'stopped-by-hand', waitSeconds: 15 }] } });
    const { executionArn } = callsIn('StartInstance', done)[0] ?? {};
    expect(callsIn('StartInstance', done)[0]?.payload).toMatchObject({ stoppedAt: itemOf().overdueSince });
    expect(callsIn('ReleaseLease', done)[0]?.payload).toEqual({ executionId: executionArn, instanceId: web });
    expect(done.told).toEqual([expect.stringContaining('its owner stopped it')]);
  });

  it.each(['not-ours', 'gone'] as const)('is left alone where the start says %s', async (action) => {
    const done = await run({ tasks: { StartInstance: [{ action, waitSeconds: 15 }] } });
    expect(orderOf(done).slice(-2)).toEqual(['StartInstance', 'SummariseRescue']);
    expect(done).toMatchObject({ status: 'SUCCEEDED', told: [] });
  });

  it('that is still stopping is started as soon as it can be', async () => {
    const waiting: Output<'StartInstance'> = { action: 'waiting', waitSeconds: 30 };
    const done = await run({ tasks: { StartInstance: [waiting, waiting] } });
    const starts = callsIn('StartInstance', done);
    expect(starts).toHaveLength(3);
    expect(new Set(starts.map(({ payload }) => JSON.stringify({ ...Object(payload), now: '' }))).size).toBe(1);
    expect(done.output).toMatchObject({ rescued: 1 });
  });

  it('is started again where the start was taken back', async () => {
    const done = await run({ tasks: { CheckInstanceRunning: [look('fell-back'), look('waiting')] } });
    expect(callsIn('StartInstance', done)).toHaveLength(2);
    expect(done.output).toMatchObject({ rescued: 1 });
  });

  it('that its owner stops in the middle stays stopped, without a lease', async () => {
    const done = await run({ tasks: { CheckInstanceRunning: [look('stopped-by-hand')] } });
    expect(callsIn('StartInstance', done)).toHaveLength(1);
    expect(callsIn('ReleaseLease', done)).toHaveLength(1);
    expect(done.children[0]?.output).toMatchObject({ outcome: 'stopped-by-owner' });
  });

  it('that is terminated in the middle is left', async () => {
    const done = await run({ tasks: { CheckInstanceRunning: [look('gone')] } });
    expect(callsIn('ReleaseLease', done)).toEqual([]);
    expect(done).toMatchObject({ status: 'SUCCEEDED', told: [] });
  });

  it('for which there is no room is tried for about an hour, and then left to the next run', async () => {
    const done = await run({ tasks: { StartInstance: () => fails('CapacityUnavailable') } });
    expect(lastSecondOf('StartInstance', done)).toBeGreaterThan(0.6 * hourSeconds);
    expect(lastSecondOf('StartInstance', done)).toBeLessThan(2.5 * hourSeconds);
    expect(callsIn('ReleaseLease', done)).toEqual([]);
    expect(done).toMatchObject({ status: 'FAILED', error: 'RescueFailed' });
  });

  it('is told of where the cause is missing, too', async () => {
    const done = await run({ tasks: { ReleaseLease: () => hangs } });
    expect(done.children).toMatchObject([{ status: 'FAILED', error: 'States.Timeout', cause: '' }]);
    expect(done.told).toEqual([expect.stringContaining(`${web} States.Timeout`)]);
  });
}
