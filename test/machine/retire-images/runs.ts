import { expect, it } from 'vitest';
import { attemptsOf } from '../definition.ts';
import { errorsOf, mishapCalled } from '../mishaps.ts';
import { callsIn } from '../report.ts';
import { fails } from '../tasks.ts';
import { bucket, home, startedAt } from '../world.ts';
import { planOf } from './answers.ts';
import { everything, itemOf, policy, run, shared } from './run.ts';

const thirty = Array.from({ length: 30 }, (_, index) =>
  itemOf({ imageId: `ami-000000000000000${index + 10}`, step: 'disable' }),
);

/** The run around the images. */
export function runs(): void {
  it('plans at the time it is started for', async () => {
    const done = await run({ input: { policy: 'gold', scheduledAt: startedAt, mode: 'report' } });
    expect(callsIn('PlanRetirement', done).map(({ payload }) => payload)).toMatchObject([
      { event: { policy: 'gold', scheduledAt: startedAt, mode: 'report' }, now: startedAt },
    ]);
  });

  it('goes through no Map where nothing is planned, and says nothing', async () => {
    const done = await run({ items: [] });
    expect(done.states).toEqual([
      'PlanRetirement',
      'AnyShared',
      'AnyPlanned',
      'SummariseRetirement',
      'IsRunGood',
      'RunSucceeded',
    ]);
    expect(done.told).toEqual([]);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { images: 40, failed: 0 } });
  });

  it.each(errorsOf('PlanRetirement'))('fails when the plan fails with %s, and people are told', async (error) => {
    const done = await run({ tasks: { PlanRetirement: () => mishapCalled(error) } });
    expect(callsIn('PlanRetirement', done)).toHaveLength(attemptsOf('retire-images', 'PlanRetirement', error));
    expect(callsIn('SummariseRetirement', done)[0]?.payload).toMatchObject({ policyName: 'gold', plan: null });
    expect(done.told).toEqual([expect.stringContaining(error)]);
    expect(done).toMatchObject({ status: 'FAILED', error, children: [] });
  });

  it('does all that it can when one of thirty fails, and then fails', async () => {
    const [, unlucky] = thirty;
    const done = await run({
      items: thirty,
      tasks: {
        RetireImage: ({ imageId }) => (imageId === unlucky?.imageId ? fails('AccessDenied', 'No.') : undefined),
      },
    });
    expect(done.children.map(({ status }) => status)).toEqual(
      thirty.map((item) => (item === unlucky ? 'FAILED' : 'SUCCEEDED')),
    );
    expect(done.told).toEqual([expect.stringContaining(`${unlucky?.imageId} in ${home} AccessDenied: No.`)]);
    expect(done).toMatchObject({ status: 'FAILED', error: 'RetirementFailed' });
    expect(callsIn('SummariseRetirement', done)).toHaveLength(1);
  });

  it('handles ten images at a time, and begins with one every two seconds', async () => {
    const done = await run({
      items: thirty.map((item) => ({ ...item, archive: true })),
      timing: { storeSeconds: 3600 },
    });
    const begun = callsIn('StoreImage', done).map(({ atSeconds }) => atSeconds);
    const seconds = begun[10] ?? 0;
    expect(seconds).toBeGreaterThan(3600);
    const places = Array.from({ length: 10 }, (_, place) => 2 * place);
    expect(begun).toEqual([0, 1, 2].flatMap((round) => places.map((later) => round * seconds + later)));
    expect(done.status).toBe('SUCCEEDED');
  });

  it('is called incomplete where a Region was not known in full, though the others were done', async () => {
    const incomplete = [{ region: 'us-east-1', reason: 'ssm:GetParameters was denied.' }];
    const done = await run({ tasks: { PlanRetirement: [{ ...planOf(policy, 1), incomplete }] } });
    expect(done.children).toMatchObject([{ status: 'SUCCEEDED' }]);
    expect(done).toMatchObject({ status: 'FAILED', error: 'EvidenceIncomplete' });
    expect(done.cause).toContain('us-east-1');
    expect(done.told).toEqual([expect.stringContaining('ssm:GetParameters was denied.')]);
  });

  it('is called excessive where more would go than the policy allows, though access was taken back', async () => {
    const excess = '60 images would take a step, and 50 may: that needs a maxPerRun of 60';
    const done = await run({
      items: [],
      shares: [shared],
      tasks: { PlanRetirement: [{ ...planOf(policy, 0, 1), excess }] },
    });
    expect(callsIn('ShareImage', done)).toHaveLength(1);
    expect(done).toMatchObject({ status: 'FAILED', error: 'BlastRadiusExceeded' });
    expect(done.cause).toContain(excess);
  });

  it('tells of items that cannot be read, and fails for them', async () => {
    const items = { bucket, key: 'runs/test/lost.json' };
    const done = await run({ tasks: { PlanRetirement: [{ ...planOf(policy, 1), items }] } });
    expect(callsIn('SummariseRetirement', done)[0]?.payload).toMatchObject({ plan: { planned: 1 }, results: null });
    expect(done.told.join()).toContain('States.ItemReaderFailed');
    expect(done).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
  });

  it.each(errorsOf('SummariseRetirement'))('fails when its summary fails with %s', async (error) => {
    const done = await run({ tasks: { SummariseRetirement: () => mishapCalled(error) } });
    const attempts = attemptsOf('retire-images', 'SummariseRetirement', error);
    expect(callsIn('SummariseRetirement', done)).toHaveLength(attempts);
    expect(done.children).toMatchObject([{ status: 'SUCCEEDED' }]);
    expect(done).toMatchObject({ status: 'FAILED', error });
  });

  it('fails for its plan, not for the summary that failed after it', async () => {
    const done = await run({
      tasks: { PlanRetirement: () => fails('PolicyNotFound'), SummariseRetirement: () => fails('AccessDenied') },
    });
    expect(done).toMatchObject({ status: 'FAILED', error: 'PolicyNotFound' });
  });

  it('is refused, in words that people understand, where its input is wrong', async () => {
    for (const [wrongInput, sentence] of [
      [{}, 'event.policy: Invalid input'],
      [{ policy: 7, scheduledAt: startedAt }, 'event.policy: Invalid input'],
      [{ policy: 'gold', scheduledAt: startedAt, mode: 'raport' }, 'event.mode: Invalid option'],
      ['gold', 'event: Invalid input'],
    ] as const) {
      const done = await run({ wrongInput });
      expect(done).toMatchObject({ status: 'FAILED', error: 'InputInvalid', children: [] });
      expect(JSON.parse(done.cause ?? '').errorMessage).toContain(sentence);
      expect(done.told).toEqual([expect.stringContaining(sentence)]);
    }
  });

  it('costs at most 20 state transitions for an image, beside those of its archive', async () => {
    const done = await run({ items: [everything] });
    expect(done.transitions).toBeLessThanOrEqual(20);
  });
}
