import { expect, it } from 'vitest';
import { secondsBetween } from '../../../shared/domain/polling.ts';
import { callsIn, lastSecondOf, orderOf } from '../report.ts';
import { fails, type Stub } from '../tasks.ts';
import { gold, imageId, startedAt } from '../world.ts';
import { failedImage, toCapture, toStop } from './answers.ts';
import { capture } from './run.ts';

const policy = gold();

/** The first image of a run does, not the second. */
const failsAfterAnHour: Stub<'CheckImage'> = ({ since, now }) =>
  secondsBetween(startedAt, since) < 3600 && secondsBetween(since, now) > 3600 ? failedImage() : undefined;

/** Images that EC2 fails to make. */
export function images(): void {
  it('is discarded and tried once more when it fails, and the instance goes on standing still', async () => {
    const done = await capture({
      tasks: {
        CheckImage: [failedImage()],
        InspectInstance: [toStop(policy), toCapture(policy, 'stopped', 'stopped-by-us')],
      },
    });
    expect(orderOf(done)).toEqual([
      'InspectInstance',
      'StopInstance',
      'CheckInstanceStopped',
      'CreateImage',
      'CheckImage',
      'DiscardImage',
      'InspectInstance',
      'CreateImage',
      'CheckImage',
      'StartInstance',
      'CheckInstanceRunning',
      'ReleaseLease',
      'CheckImage',
      'RecordCapture',
    ]);
    const second = callsIn('InspectInstance', done)[1];
    expect(second?.payload).toMatchObject({ attempt: 2, since: expect.stringMatching(/^2026-11-21T03:00:4/) });
    expect(callsIn('DiscardImage', done)[0]?.payload).toMatchObject({ attempt: 1, reason: 'Client.InternalError' });
    expect(callsIn('CreateImage', done)[1]?.payload).toMatchObject({ leased: true, consistency: 'stopped' });
    expect(done.output).toMatchObject({ outcome: 'captured', downtimeSeconds: lastSecondOf('ReleaseLease', done) });
  });

  it('stops the instance a second time when it fails hours after the restart', async () => {
    const done = await capture({
      timing: { imageSeconds: 7200 },
      tasks: {
        CheckImage: failsAfterAnHour,
      },
    });
    expect(done.calls.map(({ state }) => state).filter((state) => !state.startsWith('Check'))).toEqual([
      'InspectInstance',
      'StopInstance',
      'CreateImage',
      'StartInstance',
      'ReleaseLease',
      'DiscardImage',
      'InspectInstance',
      'StopInstance',
      'CreateImage',
      'StartInstance',
      'ReleaseLease',
      'RecordCapture',
    ]);
    expect(done.output).toMatchObject({
      downtimeSeconds: lastSecondOf('ReleaseLease', done) - lastSecondOf('StopInstance', done),
    });
  });

  it('is not said to have cost downtime when the instance is terminated in its second stop', async () => {
    const done = await capture({
      timing: { imageSeconds: 7200 },
      tasks: {
        CheckImage: failsAfterAnHour,
        StartInstance: (_, { number }) => (number === 2 ? { action: 'gone', waitSeconds: 15 } : undefined),
      },
    });
    expect(done.output).toMatchObject({ outcome: 'captured', downtimeSeconds: null });
  });

  it('is kept when it turns out to be available just as it is to be discarded', async () => {
    const done = await capture({
      tasks: { CheckImage: [failedImage('too late')], DiscardImage: [{ discarded: false, nextAttempt: 1 }] },
    });
    expect(callsIn('InspectInstance', done)).toHaveLength(1);
    expect(callsIn('CreateImage', done)).toHaveLength(1);
    expect(done.output).toMatchObject({ outcome: 'captured', imageId });
  });

  it('fails the capture when it fails twice, after the instance has been started', async () => {
    const done = await capture({
      tasks: {
        CheckImage: () => failedImage('Client.InvalidKey'),
        InspectInstance: [toStop(policy), toCapture(policy, 'stopped', 'stopped-by-us')],
      },
    });
    expect(callsIn('CreateImage', done)).toHaveLength(2);
    expect(callsIn('DiscardImage', done).map(({ payload }) => payload)).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
    expect(orderOf(done).slice(-4)).toEqual(['DiscardImage', 'StartInstance', 'CheckInstanceRunning', 'ReleaseLease']);
    expect(done).toMatchObject({ status: 'FAILED', error: 'ImageFailed' });
    expect(done.cause).toContain('Client.InvalidKey');
  });

  it('is discarded, and not made again, when it fails for an instance that could not be restarted', async () => {
    const done = await capture({
      timing: { imageSeconds: 7200 },
      tasks: { CheckInstanceRunning: () => fails('RestartFailed'), CheckImage: failsAfterAnHour },
    });
    expect(callsIn('CreateImage', done)).toHaveLength(1);
    expect(orderOf(done).at(-1)).toBe('DiscardImage');
    expect(done).toMatchObject({ status: 'FAILED', error: 'RestartFailed' });
  });
}
