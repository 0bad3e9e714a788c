import { describe, expect, it } from 'vitest';
import { secondsBetween } from '../../../shared/domain/polling.ts';
import { attemptsOf } from '../definition.ts';
import { errorsOf, mishapCalled } from '../mishaps.ts';
import { callsIn } from '../report.ts';
import { fails, type Mishap, type TaskState } from '../tasks.ts';
import { gold, instantOf, startedAt } from '../world.ts';
import { failedImage, toCapture, toStop } from './answers.ts';
import { type Given, run } from './run.ts';

/**
 * What becomes of the instance: `untouched` was never stopped, `restarted` is started because of the failure, `running` was
 * started before it, `starting` is being started.
 */
type Instance = 'untouched' | 'restarted' | 'running' | 'starting';

interface Place {
  readonly state: TaskState;
  readonly when: string;
  readonly instance: Instance;
  /** A run in which every call at this place ends in the mishap, where there is one. */
  readonly given: (mishap: () => Mishap | undefined) => Given;
}

const policy = gold();
const untouched = gold({
  capture: { consistency: 'crash' },
  copies: [{ region: 'us-east-1' }],
  share: { public: true },
});
const delivered = gold({ copies: [{ region: 'us-east-1' }], share: { public: true } });
const secondAttempt = [toStop(policy), toCapture(policy, 'stopped', 'stopped-by-us')];

const places: readonly Place[] = [
  {
    state: 'InspectInstance',
    when: 'at first',
    instance: 'untouched',
    given: (mishap) => ({ tasks: { InspectInstance: mishap } }),
  },
  {
    state: 'InspectInstance',
    when: 'for the second image of an instance that stands still',
    instance: 'restarted',
    given: (mishap) => ({
      tasks: {
        InspectInstance: ({ attempt }) => (attempt === 2 ? mishap() : undefined),
        CheckImage: [failedImage()],
      },
    }),
  },
  {
    state: 'InspectInstance',
    when: 'for the second image of an instance that runs again',
    instance: 'running',
    given: (mishap) => ({
      tasks: {
        InspectInstance: ({ attempt }) => (attempt === 2 ? mishap() : undefined),
        CheckImage: ({ awaits, since }) =>
          awaits === null && secondsBetween(startedAt, since) < 60 ? failedImage() : undefined,
      },
    }),
  },
  {
    state: 'StopInstance',
    when: 'at first',
    instance: 'restarted',
    given: (mishap) => ({ tasks: { StopInstance: mishap } }),
  },
  {
    state: 'CheckInstanceStopped',
    when: 'at first',
    instance: 'restarted',
    given: (mishap) => ({ tasks: { CheckInstanceStopped: mishap } }),
  },
  {
    state: 'CreateImage',
    when: 'of an instance that stands still',
    instance: 'restarted',
    given: (mishap) => ({ tasks: { CreateImage: mishap } }),
  },
  {
    state: 'CreateImage',
    when: 'of an instance that nobody stopped',
    instance: 'untouched',
    given: (mishap) => ({ policy: untouched, tasks: { CreateImage: mishap } }),
  },
  {
    state: 'CheckImage',
    when: 'of an instance that stands still',
    instance: 'restarted',
    given: (mishap) => ({ tasks: { CheckImage: mishap } }),
  },
  {
    state: 'CheckImage',
    when: 'of an instance that runs again',
    instance: 'running',
    given: (mishap) => ({
      tasks: { CheckImage: ({ awaits }) => (awaits ? undefined : mishap()) },
    }),
  },
  {
    state: 'CheckImage',
    when: 'of an instance that nobody stopped',
    instance: 'untouched',
    given: (mishap) => ({ policy: untouched, tasks: { CheckImage: mishap } }),
  },
  {
    state: 'DiscardImage',
    when: 'of an instance that stands still',
    instance: 'restarted',
    given: (mishap) => ({
      tasks: { InspectInstance: secondAttempt, CheckImage: [failedImage()], DiscardImage: mishap },
    }),
  },
  {
    state: 'DiscardImage',
    when: 'of an instance that nobody stopped',
    instance: 'untouched',
    given: (mishap) => ({ policy: untouched, tasks: { CheckImage: [failedImage()], DiscardImage: mishap } }),
  },
  {
    state: 'StartInstance',
    when: 'at first',
    instance: 'starting',
    given: (mishap) => ({ tasks: { StartInstance: mishap } }),
  },
  {
    state: 'CheckInstanceRunning',
    when: 'at first',
    instance: 'running',
    given: (mishap) => ({ tasks: { CheckInstanceRunning: mishap } }),
  },
  {
    state: 'ReleaseLease',
    when: 'at first',
    instance: 'running',
    given: (mishap) => ({ tasks: { ReleaseLease: mishap } }),
  },
  {
    state: 'CopyImage',
    when: 'of an instance that runs again',
    instance: 'running',
    given: (mishap) => ({ policy: delivered, tasks: { CopyImage: mishap } }),
  },
  {
    state: 'CheckImageCopied',
    when: 'of an instance that nobody stopped',
    instance: 'untouched',
    given: (mishap) => ({ policy: untouched, tasks: { CheckImageCopied: mishap } }),
  },
  {
    state: 'DiscardImageCopied',
    when: 'of an instance that runs again',
    instance: 'running',
    given: (mishap) => ({
      policy: delivered,
      tasks: { CheckImageCopied: [failedImage()], DiscardImageCopied: mishap },
    }),
  },
  {
    state: 'ShareImage',
    when: 'of an instance that runs again',
    instance: 'running',
    given: (mishap) => ({
      policy: delivered,
      tasks: { ShareImage: ({ region }) => (region === 'us-east-1' ? mishap() : undefined) },
    }),
  },
  {
    state: 'RecordCapture',
    when: 'of an instance that runs again',
    instance: 'running',
    given: (mishap) => ({ tasks: { RecordCapture: mishap } }),
  },
  {
    state: 'RecordCapture',
    when: 'of an instance that nobody stopped',
    instance: 'untouched',
    given: (mishap) => ({ policy: untouched, tasks: { RecordCapture: mishap } }),
  },
];

/** Whatever fails, wherever it fails. */
export function failures(): void {
  describe.each(places)('of $state $when', ({ state, instance, given }) => {
    it.each(errorsOf(state))(`with %s fails the capture, its instance ${instance}`, async (error) => {
      let failed = 0;
      const done = await run(
        given(() => {
          failed++;
          return mishapCalled(error);
        }),
      );
      const [capture] = done.captures;
      expect(capture).toMatchObject({ status: 'FAILED', error });
      expect(done).toMatchObject({ status: 'FAILED', error: 'CapturesFailed' });
      expect(failed).toBe(attemptsOf('capture-images', state, error));

      const visited = capture?.states ?? [];
      const starts = visited.filter((name) => name === 'StartInstance').length;
      expect(starts).toBe(instance === 'untouched' ? 0 : 1);
      if (instance === 'restarted')
        expect(visited.indexOf('StartInstance')).toBeGreaterThan(visited.lastIndexOf(state));
      if (instance === 'running') expect(visited.indexOf('StartInstance')).toBeLessThan(visited.lastIndexOf(state));
    });

    const retried = errorsOf(state).filter((error) => attemptsOf('capture-images', state, error) > 1);
    it.each(retried)('with %s is forgotten when the last of the attempts passes', async (error) => {
      let left = attemptsOf('capture-images', state, error) - 1;
      const done = await run(given(() => (left-- > 0 ? mishapCalled(error) : undefined)));
      expect(left).toBeLessThan(0);
      expect(done).toMatchObject({ status: 'SUCCEEDED', output: { captured: 1 } });
    });
  });

  it.each(errorsOf('CreateImage'))(
    'of CreateImage with %s keeps no instance down for more than 11 minutes',
    async (error) => {
      const { captures } = await run({ tasks: { CreateImage: () => mishapCalled(error) } });
      const seconds = (captures[0]?.calls ?? [])
        .filter(({ state }) => state === 'CreateImage' || state === 'StartInstance')
        .map(({ atSeconds }) => atSeconds);
      expect(Math.max(...seconds) - Math.min(...seconds)).toBeLessThan(11 * 60);
    },
  );

  it('that passes by itself is not counted as time that AWS took', async () => {
    const throttled = [fails('AwsThrottled'), fails('AwsThrottled'), fails('AwsThrottled')];
    const done = await run({
      policy: delivered,
      tasks: { StopInstance: throttled, CreateImage: throttled, StartInstance: throttled, CopyImage: throttled },
    });
    const pairs = [
      ['StopInstance', 'CheckInstanceStopped'],
      ['CreateImage', 'CheckImage'],
      ['StartInstance', 'CheckInstanceRunning'],
      ['CopyImage', 'CheckImageCopied'],
    ] as const;
    for (const [asked, looked] of pairs) {
      expect(callsIn(asked, done)).toHaveLength(4);
      expect(callsIn(looked, done)[0]?.payload).toMatchObject({ since: instantOf(callsIn(asked, done)[3]) });
    }
  });

  it.each(errorsOf('SelectInstances'))(
    'of SelectInstances with %s fails the run, and people are told',
    async (error) => {
      const done = await run({ tasks: { SelectInstances: () => mishapCalled(error) } });
      expect(callsIn('SelectInstances', done)).toHaveLength(attemptsOf('capture-images', 'SelectInstances', error));
      expect(done.told).toEqual([expect.stringContaining(error)]);
      expect(done).toMatchObject({ status: 'FAILED', error, captures: [] });
    },
  );

  it.each(errorsOf('SummariseRun'))('of SummariseRun with %s fails the run', async (error) => {
    const done = await run({ tasks: { SummariseRun: () => mishapCalled(error) } });
    expect(callsIn('SummariseRun', done)).toHaveLength(attemptsOf('capture-images', 'SummariseRun', error));
    expect(done).toMatchObject({ status: 'FAILED', error, captures: [{ status: 'SUCCEEDED' }] });
  });
}
