import { expect, it } from 'vitest';
import { callsIn, orderOf } from '../report.ts';
import { fails } from '../tasks.ts';
import { bucket, home, imageId, shares } from '../world.ts';
import { planOf } from './answers.ts';
import { everything, policy, run, shared } from './run.ts';

const thirty = Array.from({ length: 30 }, (_, index) => ({ ...shared, imageId: `ami-000000000000000${index + 10}` }));

/** What is shared otherwise than the policy says. */
export function sharing(): void {
  it('comes before anything else, and is told with the rest', async () => {
    const done = await run({ items: [everything], shares: [shared] });
    expect(orderOf(done).slice(0, 3)).toEqual(['PlanRetirement', 'ShareImage', 'StoreImage']);
    expect(done.children.map(({ output }) => output)).toEqual([
      { outcomes: [{ outcome: 'shared', reasons: [] }] },
      { outcomes: ['archived', 'deregistered'].map((outcome) => ({ outcome, reasons: [] })), kept: [] },
    ]);
    expect(done).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcomes: { archived: 1, deregistered: 1, shared: 1 }, failed: 0, failure: null },
    });
  });

  it.each([[['snap-1 is of others']], [['snap-1 is of others', 'snap-2 is of others']]])(
    'says what could not be shared: %s',
    async (left) => {
      const tasks = { ShareImage: () => ({ added: 1, removed: 0, left }) };
      const done = await run({ items: [], shares: [shared], tasks });
      expect(done.children.map(({ output }) => output)).toEqual([{ outcomes: [{ outcome: 'shared', reasons: left }] }]);
      expect(done).toMatchObject({ status: 'SUCCEEDED', output: { outcomes: { shared: 1 } } });
    },
  );

  it('is by the policy in force, which the function reads by its name', async () => {
    const done = await run({ items: [], shares: [shared] });
    expect(callsIn('ShareImage', done).map(({ payload }) => payload)).toEqual([
      {
        executionId: expect.stringContaining('ShareImages'),
        region: home,
        imageId,
        policyName: 'gold',
        mayBeGone: true,
      },
    ]);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { outcomes: { shared: 1 } } });
  });

  it('is of twenty images at a time, however long the archives of others take', async () => {
    const done = await run({
      shares: thirty,
      items: thirty.map(({ imageId: id }) => ({ ...everything, imageId: id })),
      timing: { storeSeconds: 86_400 },
      tasks: { ShareImage: ({ imageId: id }) => (id === thirty[0]?.imageId ? fails('AwsUnavailable') : undefined) },
    });
    const calls = callsIn('ShareImage', done);
    const begun = calls.filter(({ number }) => number === 1);
    // A hundred a second begin at the most.
    expect(begun.map(({ atSeconds }) => Math.round(100 * atSeconds))).toEqual(thirty.map((_, index) => index));
    const lastOfSharing = Math.max(...calls.map(({ atSeconds }) => atSeconds));
    const firstOfArchives = Math.min(...callsIn('StoreImage', done).map(({ atSeconds }) => atSeconds));
    expect(firstOfArchives).toBeGreaterThanOrEqual(lastOfSharing);
    expect(lastOfSharing).toBeLessThan(3600);
  });

  it.each(['ShareRefused', 'AccessDenied'])(
    'of others goes on where one ends in %s, and so does the rest; in the end the run fails',
    async (error) => {
      const [, unlucky] = thirty;
      const done = await run({
        items: [everything],
        shares: thirty,
        tasks: { ShareImage: (input) => (input.imageId === unlucky?.imageId ? fails(error, 'No.') : undefined) },
      });
      expect(done.children.map(({ status }) => status)).toEqual(
        [...thirty, everything].map((item) => (item === unlucky ? 'FAILED' : 'SUCCEEDED')),
      );
      expect(orderOf(done).slice(-3)).toEqual(['RetireImage', 'DeleteSnapshots', 'SummariseRetirement']);
      expect(done.told).toEqual([expect.stringContaining(`${unlucky?.imageId} in ${home} ${error}: No.`)]);
      expect(done).toMatchObject({ status: 'FAILED', error: 'RetirementFailed' });
      expect(done.cause).toContain('1 failed');
    },
  );

  it('is told of first where the step of the image fails, too', async () => {
    const done = await run({
      items: [everything],
      shares: [shared],
      tasks: { ShareImage: () => fails('AccessDenied', 'No.'), StoreImage: () => fails('ArchiveFailed', 'Too large.') },
    });
    expect(done).toMatchObject({ status: 'FAILED', error: 'RetirementFailed' });
    expect(done.cause).toContain(`2 failed, the first: ${imageId} in ${home} AccessDenied: No.`);
    expect(done.told.join()).toContain('ArchiveFailed: Too large.');
  });

  it('that cannot be read stops nothing else, and fails the run', async () => {
    const lost = { bucket, key: 'runs/test/lost.json' };
    const done = await run({
      items: [everything],
      tasks: { PlanRetirement: [{ ...planOf(policy, 1, 1), shares: lost }] },
    });
    expect(shares).not.toEqual(lost);
    expect(callsIn('RetireImage', done)).toHaveLength(1);
    expect(callsIn('SummariseRetirement', done)[0]?.payload).toMatchObject({
      shareResults: null,
      results: { bucket },
      failure: { Error: 'States.ItemReaderFailed' },
    });
    expect(done).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
  });

  it('costs at most 3 state transitions for an image', async () => {
    const base = await run({ items: [], shares: [] });
    const done = await run({ items: [], shares: thirty });
    expect(done.transitions - base.transitions).toBeLessThanOrEqual(3 * thirty.length + 1);
  });
}
