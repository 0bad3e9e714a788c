import { expect, it } from 'vitest';
import { callsIn, lastSecondOf, orderOf } from '../report.ts';
import { fails, type Output } from '../tasks.ts';
import { gold, imageId, instantOf, startedAt } from '../world.ts';
import { failedImage, toCapture, toStop, web } from './answers.ts';
import { capture } from './run.ts';

const policy = gold();
/** From the first look until it runs again. */
const interruption = [
  'InspectInstance',
  'StopInstance',
  'CheckInstanceStopped',
  'CreateImage',
  'CheckImage',
  'StartInstance',
  'CheckInstanceRunning',
  'ReleaseLease',
];
const other = 'arn:aws:states:eu-west-1:111122223333:execution:capture-images/CaptureInstances:another';

function inspectionSays(answer: Output<'InspectInstance'>) {
  return { tasks: { InspectInstance: () => answer } };
}

/** An instance on its way from running to running: stopped or not, and back. */
export function interruptions(): void {
  it('runs again as soon as its snapshots have started, long before its image is available', async () => {
    const done = await capture();
    const lastLooks = done.calls.filter(({ state }, index) => state !== done.calls[index + 1]?.state);
    expect(lastLooks.map(({ state, atSeconds }) => `${state} ${atSeconds}`)).toEqual([
      'InspectInstance 0',
      'StopInstance 0',
      'CheckInstanceStopped 42',
      'CreateImage 42',
      'CheckImage 45',
      'StartInstance 45',
      'CheckInstanceRunning 255',
      'ReleaseLease 255',
      'CheckImage 708',
      'RecordCapture 708',
    ]);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'captured', downtimeSeconds: 255 } });
  });

  it('is told of to the last step as it was', async () => {
    const done = await capture();
    const [create, start] = [callsIn('CreateImage', done)[0], callsIn('StartInstance', done)[0]];
    expect(create?.payload).toMatchObject({ policy, slot: '20261121T0300Z', consistency: 'stopped', leased: true });
    expect(start?.payload).toMatchObject({
      instanceId: web,
      stoppedAt: instantOf(callsIn('StopInstance', done)[0]),
      since: instantOf(start),
      now: instantOf(start),
    });
    const { executionArn } = done.calls[0] ?? {};
    expect(callsIn('RecordCapture', done).map(({ payload }) => payload)).toEqual([
      {
        executionId: executionArn,
        instanceId: web,
        policyName: 'gold',
        slot: '20261121T0300Z',
        imageId,
        disturbed: false,
        deliveries: [],
        stopRequestedAt: startedAt,
        runningAt: instantOf(callsIn('CheckInstanceRunning', done).at(-1)),
        imageRequestedAt: instantOf(create),
        availableAt: instantOf(callsIn('CheckImage', done).at(-1)),
        now: instantOf(callsIn('RecordCapture', done)[0]),
      },
    ]);
    expect(new Set(done.calls.map((call) => call.executionArn)).size).toBe(1);
  });

  it('stays as its owner left it, who started and stopped it in the meantime, and loses its lease', async () => {
    const done = await capture({ tasks: { StartInstance: [{ action: 'stopped-by-hand', waitSeconds: 15 }] } });
    expect(orderOf(done).slice(-4)).toEqual(['StartInstance', 'ReleaseLease', 'CheckImage', 'RecordCapture']);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'captured', downtimeSeconds: null } });
  });

  it('that its owner started too early is said to be captured as it ran', async () => {
    const looked = { status: 'pending', snapshotsStarted: true, disturbed: true, reason: '', waitSeconds: 15 } as const;
    const done = await capture({ tasks: { CheckImage: [looked] } });
    const [first, second] = callsIn('CheckImage', done).map(({ payload }) => payload);
    expect(first).toMatchObject({ stillSince: { policyName: 'gold', instanceId: web, at: startedAt } });
    expect(second).toMatchObject({ stillSince: null });
    expect(callsIn('RecordCapture', done)[0]?.payload).toMatchObject({ disturbed: true });
    expect(done.output).toMatchObject({ outcome: 'captured', consistency: 'crash' });
  });

  it('is looked at many times while it stops, and noticed within a tenth of the time that the stop took', async () => {
    for (const stopSeconds of [1, 25, 60, 300, 1200]) {
      const done = await capture({ timing: { stopSeconds } });
      const looks = callsIn('CheckInstanceStopped', done);
      expect(looks.at(-1)?.atSeconds).toBeLessThanOrEqual(Math.max(15, stopSeconds * 1.1 + 2));
      expect(looks.length).toBeLessThan(150);
    }
  });

  it('waits for its image where the policy says so, and nobody asks about its snapshots', async () => {
    const waiting = gold({ capture: { restartWhen: 'image-available' } });
    const done = await capture({ policy: waiting });
    expect(orderOf(done)).toEqual([...interruption, 'RecordCapture']);
    expect(lastSecondOf('StartInstance', done)).toBe(lastSecondOf('CheckImage', done));
    expect(lastSecondOf('StartInstance', done)).toBeGreaterThan(lastSecondOf('CreateImage', done) + 600);
    expect(callsIn('CheckImage', done).map(({ payload }) => payload)).toEqual(
      callsIn('CheckImage', done).map(() => expect.objectContaining({ awaits: null })),
    );
    expect(done.output).toMatchObject({
      outcome: 'captured',
      downtimeSeconds: lastSecondOf('CheckInstanceRunning', done),
    });
  });

  it.each(['crash', 'reboot'])('is neither stopped nor started under consistency %s', async (consistency) => {
    const done = await capture({ policy: gold({ capture: { consistency } }) });
    expect(orderOf(done)).toEqual(['InspectInstance', 'CreateImage', 'CheckImage', 'RecordCapture']);
    expect(callsIn('CreateImage', done)[0]?.payload).toMatchObject({
      leased: false,
      consistency: consistency === 'crash' ? 'crash' : 'rebooted',
    });
    expect(done.output).toMatchObject({ outcome: 'captured', downtimeSeconds: null });
  });

  it('stays stopped where it was found so', async () => {
    const done = await capture(inspectionSays(toCapture(policy, 'stopped', 'already-stopped')));
    expect(done.calls.map(({ state }) => state)).not.toContain('StartInstance');
    expect(done.output).toMatchObject({ outcome: 'captured', reason: 'already-stopped', downtimeSeconds: null });
  });

  it('is left alone, with the reason, where inspection says so', async () => {
    const done = await capture(
      inspectionSays({ action: 'skip', holdsLease: false, reason: 'skip-tag', explanation: 'a demo is on' }),
    );
    expect(done.states).toEqual(['AwaitTurn', 'Begin', 'InspectInstance', 'ChooseWay', 'CaptureSkipped']);
    expect(done.output).toMatchObject({ outcome: 'skipped', reason: 'skip-tag' });
  });

  it('is started again when another execution stopped it under our lease', async () => {
    const ours = { ...toCapture(policy, 'stopped', 'stopped-by-us'), holdsLease: true };
    const done = await capture({
      tasks: { StopInstance: [{ action: 'yielded', waitSeconds: 15 }], InspectInstance: [toStop(policy), ours] },
    });
    expect(orderOf(done)).toContain('StartInstance');
    expect(done.status).toBe('SUCCEEDED');
  });

  it('is left as it is when its owner stopped it after its restart, and the lease is taken away', async () => {
    const done = await capture({
      tasks: { CheckInstanceRunning: [{ status: 'stopped-by-hand', reason: '', waitSeconds: 15 }] },
    });
    expect(callsIn('StartInstance', done)).toHaveLength(1);
    expect(orderOf(done)).toContain('ReleaseLease');
    expect(done.output).toMatchObject({ outcome: 'captured', downtimeSeconds: null });
  });

  it("waits for another's lease and then goes on, in the place of a lease that was abandoned", async () => {
    const wait: Output<'InspectInstance'> = {
      action: 'wait',
      holdsLease: false,
      reason: 'leased-by-another',
      waitSeconds: 900,
    };
    const done = await capture({
      tasks: { InspectInstance: [wait, wait, { ...toStop(policy), abandonedLease: other }] },
    });
    expect(orderOf(done)).toEqual([...interruption, 'CheckImage', 'RecordCapture']);
    expect(lastSecondOf('StopInstance', done)).toBe(1800);
    expect(callsIn('InspectInstance', done).map(({ payload }) => payload)).toEqual(
      ['03:00', '03:15', '03:30'].map((time) =>
        expect.objectContaining({ since: '2026-11-21T03:00:00.000Z', now: `2026-11-21T${time}:00.000Z` }),
      ),
    );
    expect(callsIn('StopInstance', done)[0]?.payload).toMatchObject({ abandonedLease: other });
    expect(done.status).toBe('SUCCEEDED');
  });

  it.each(['yielded', 'changed'] as const)('is inspected again when its stop finds it %s', async (action) => {
    const done = await capture({
      tasks: {
        StopInstance: [{ action, waitSeconds: 15 }],
        InspectInstance: [toStop(policy), toCapture(policy, 'crash', 'lease-of-another')],
      },
    });
    expect(orderOf(done)).toEqual([
      'InspectInstance',
      'StopInstance',
      'InspectInstance',
      'CreateImage',
      'CheckImage',
      'RecordCapture',
    ]);
    expect(lastSecondOf('InspectInstance', done)).toBe(15);
    expect(callsIn('CreateImage', done)[0]?.payload).toMatchObject({ leased: false });
    expect(callsIn('StartInstance', done)).toEqual([]);
    expect(done.output).toMatchObject({ outcome: 'captured', downtimeSeconds: null });
  });

  it('is started again when its stop takes too long, and the capture fails for the stop', async () => {
    const done = await capture({
      timing: { stopSeconds: 7200 },
      tasks: { CheckInstanceStopped: (_, { atSeconds }) => (atSeconds > 1800 ? fails('StopTimedOut') : undefined) },
    });
    expect(orderOf(done)).toEqual(interruption.filter((state) => !state.endsWith('Image')));
    expect(done).toMatchObject({ status: 'FAILED', error: 'StopTimedOut' });
  });

  it('is tried to start until its state allows it', async () => {
    const done = await capture({ tasks: { StartInstance: [{ action: 'waiting', waitSeconds: 20 }] } });
    const [first, second] = callsIn('StartInstance', done);
    expect(second?.atSeconds).toBe((first?.atSeconds ?? 0) + 20);
    expect(first?.payload).toMatchObject({ since: instantOf(first), now: instantOf(first) });
    expect(second?.payload).toMatchObject({ since: instantOf(first), now: instantOf(second) });
    expect(done.status).toBe('SUCCEEDED');
  });

  it('is started once more when it falls back to stopped', async () => {
    const done = await capture({
      tasks: { CheckInstanceRunning: [{ status: 'fell-back', reason: 'Server.InternalError', waitSeconds: 15 }] },
    });
    const [first, second] = callsIn('StartInstance', done);
    expect(second?.payload).toMatchObject({ since: instantOf(first), now: instantOf(second) });
    expect(callsIn('CheckInstanceRunning', done).at(-1)?.payload).toMatchObject({ since: instantOf(second) });
    expect(done.output).toMatchObject({ downtimeSeconds: lastSecondOf('CheckInstanceRunning', done) });
  });

  it('is not awaited when it is terminated before its start', async () => {
    const done = await capture({ tasks: { StartInstance: [{ action: 'gone', waitSeconds: 15 }] } });
    expect(callsIn('CheckInstanceRunning', done)).toEqual([]);
    expect(done.output).toMatchObject({ outcome: 'captured', downtimeSeconds: null });
  });

  it('is not awaited when it is terminated while it starts, and its image is kept', async () => {
    const done = await capture({ tasks: { CheckInstanceRunning: [{ status: 'gone', reason: '', waitSeconds: 15 }] } });
    expect(callsIn('ReleaseLease', done)).toEqual([]);
    expect(done.output).toMatchObject({ outcome: 'captured', downtimeSeconds: null });
  });

  it('is left to another execution that holds it by then', async () => {
    const done = await capture({ tasks: { StartInstance: [{ action: 'not-ours', waitSeconds: 15 }] } });
    expect(callsIn('StartInstance', done)).toHaveLength(1);
    expect(callsIn('ReleaseLease', done)).toEqual([]);
    expect(done.output).toMatchObject({ outcome: 'captured', downtimeSeconds: null });
  });

  it('runs again though AWS has no capacity for 40 minutes', async () => {
    const done = await capture({
      tasks: { StartInstance: (_, { atSeconds }) => (atSeconds < 2400 ? fails('CapacityUnavailable') : undefined) },
    });
    const starts = callsIn('StartInstance', done);
    expect(starts.length).toBeGreaterThan(8);
    // The wait between two attempts is five minutes at most.
    expect(starts.at(-1)?.atSeconds).toBeLessThan(2400 + 300);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'captured' } });
  });

  it('fails the capture when it cannot be made to run, but not before its image is complete', async () => {
    const done = await capture({ tasks: { CheckInstanceRunning: () => fails('RestartFailed') } });
    expect(orderOf(done)).toEqual([...interruption.slice(0, -1), 'CheckImage', 'RecordCapture']);
    expect(callsIn('CheckInstanceRunning', done)).toHaveLength(1);
    expect(done).toMatchObject({ status: 'FAILED', error: 'RestartFailed' });
  });

  it('is started again when it is to be left alone all of a sudden, and counts as skipped', async () => {
    const done = await capture({
      tasks: {
        CheckImage: [failedImage()],
        InspectInstance: [toStop(policy), { action: 'skip', holdsLease: true, reason: 'skip-tag', explanation: '' }],
      },
    });
    expect(orderOf(done).slice(-5)).toEqual([
      'DiscardImage',
      'InspectInstance',
      'StartInstance',
      'CheckInstanceRunning',
      'ReleaseLease',
    ]);
    expect(done.output).toMatchObject({ outcome: 'skipped', reason: 'skip-tag' });
  });
}
