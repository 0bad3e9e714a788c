import { expect, it } from 'vitest';
import { callsIn, lastSecondOf } from '../report.ts';
import { fails } from '../tasks.ts';
import { bucket, gold } from '../world.ts';
import { selectionOf } from './answers.ts';
import { run } from './run.ts';

const policy = gold();
const fleet = Array.from({ length: 5 }, (_, index) => `i-0000000000000000${index}`);

/** The run around the captures. */
export function runs(): void {
  it('captures every instance in an execution of its own, and says so once', async () => {
    const done = await run({ instanceIds: fleet });
    expect(done.captures.map(({ instanceId, status }) => [instanceId, status])).toEqual(
      fleet.map((instanceId) => [instanceId, 'SUCCEEDED']),
    );
    expect(done.told).toEqual(['gold: 5 captured, 0 skipped, 0 failed of 5']);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { captured: 5, failed: 0, failure: null } });
  });

  it('captures no more instances at a time than the policy allows', async () => {
    const done = await run({ instanceIds: fleet, policy: gold({ capture: { concurrency: 2 } }) });
    const begun = callsIn('InspectInstance', done).map(({ atSeconds }) => atSeconds);
    const seconds = Math.floor(lastSecondOf('RecordCapture', done) / 3);
    expect(begun.map(Math.floor)).toEqual([0, 0, seconds, seconds, 2 * seconds]);
  });

  it('hands on the event of a tagging as it came', async () => {
    const input = {
      'detail-type': 'Tag Change on Resource',
      time: '2026-11-21T12:00:00Z',
      resources: ['arn:aws:ec2:eu-west-1:111122223333:instance/i-00000000000000001'],
      detail: { tags: { 'ami-lifecycle:policy': 'gold' }, service: 'ec2' },
    };
    const done = await run({ input });
    expect(callsIn('SelectInstances', done)[0]?.payload).toMatchObject({ event: input });
    expect(done.status).toBe('SUCCEEDED');
  });

  it('succeeds when nothing is selected, and the summary still counts it', async () => {
    const done = await run({ instanceIds: [] });
    expect(done.states).toEqual(['SelectInstances', 'AnySelected', 'SummariseRun', 'IsRunGood', 'RunSucceeded']);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { selected: 0 } });
  });

  it('tells of a policy that does not exist, and fails for it', async () => {
    const done = await run({ tasks: { SelectInstances: () => fails('PolicyNotFound', 'No policy is called gold.') } });
    expect(done.captures).toEqual([]);
    expect(callsIn('SelectInstances', done)).toHaveLength(1);
    expect(callsIn('SummariseRun', done)[0]?.payload).toMatchObject({
      policies: {},
      results: null,
      failure: { Error: 'PolicyNotFound' },
    });
    expect(done.told.join()).toContain('No policy is called gold.');
    expect(done).toMatchObject({ status: 'FAILED', error: 'PolicyNotFound' });
  });

  it('captures what can be captured of a tag that also names a policy that does not exist, and fails', async () => {
    const unusable = [{ policy: 'god', Error: 'PolicyNotFound', Cause: 'No policy is called god.' }];
    const done = await run({ tasks: { SelectInstances: [{ ...selectionOf(policy, 1), unusable }] } });
    expect(done.captures.map(({ status }) => status)).toEqual(['SUCCEEDED']);
    expect(done).toMatchObject({ status: 'FAILED', error: 'PolicyNotFound' });
  });

  it('fails when instances failed, but only after all the others have ended', async () => {
    const [first = '', , third = ''] = fleet;
    const done = await run({
      instanceIds: fleet,
      tasks: {
        CreateImage: ({ instanceId }) =>
          instanceId === first
            ? fails('AccessDenied', 'Not allowed.')
            : instanceId === third
              ? fails('NameTaken')
              : undefined,
      },
    });
    expect(done.captures.map(({ status }) => status)).toEqual([
      'FAILED',
      'SUCCEEDED',
      'FAILED',
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
    expect(lastSecondOf('SummariseRun', done)).toBe(lastSecondOf('RecordCapture', done));
    expect(callsIn('RecordCapture', done)).toHaveLength(3);
    expect(done.told).toEqual([expect.stringContaining(`${first} AccessDenied: Not allowed.`)]);
    expect(done).toMatchObject({ status: 'FAILED', error: 'CapturesFailed' });
    expect(done.cause).toContain('3 captured, 0 skipped, 2 failed of 5');
  });

  it('tells of items that cannot be read, and fails for them', async () => {
    const items = { bucket, key: 'runs/test/lost.json' };
    const done = await run({ tasks: { SelectInstances: [{ ...selectionOf(policy, 1), items }] } });
    expect(callsIn('SummariseRun', done)[0]?.payload).toMatchObject({ selected: 1, results: null });
    expect(done.told.join()).toContain('States.ItemReaderFailed');
    expect(done).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
  });

  it('fails when it cannot be summarised, though every instance was captured', async () => {
    const done = await run({ tasks: { SummariseRun: () => fails('AccessDenied', 'SNS said no.') } });
    expect(done.captures.map(({ status }) => status)).toEqual(['SUCCEEDED']);
    expect(done.states.at(-1)).toBe('RunFailed');
    expect(done).toMatchObject({ status: 'FAILED', error: 'AccessDenied' });
  });
}
