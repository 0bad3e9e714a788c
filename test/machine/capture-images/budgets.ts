import { expect, it } from 'vitest';
import { callsIn } from '../report.ts';
import { fails } from '../tasks.ts';
import { gold, home } from '../world.ts';
import { toStop } from './answers.ts';
import { run } from './run.ts';

const twoCopies = gold({ copies: [{ region: 'eu-central-1' }, { region: 'us-east-1' }] });
const hourSeconds = 3600;
/** Step Functions ends an execution with more. */
const historyLimit = 25_000;
/** Of every input, output, argument and variable. */
const payloadLimitBytes = 256 * 1024;
/** The largest parameter that SSM keeps, and so the largest policy. */
const parameterLimitBytes = 8 * 1024;

/** What a capture may cost; see the design's budgets. */
export function budgets(): void {
  it.each([
    { hours: 1, budget: 300 },
    { hours: 20, budget: 900 },
  ])('takes at most $budget state transitions when image and copies take $hours hours', async ({ hours, budget }) => {
    const seconds = hours * hourSeconds;
    const done = await run({ policy: twoCopies, timing: { imageSeconds: seconds, copySeconds: seconds } });
    expect(done.status).toBe('SUCCEEDED');
    expect(done.transitions).toBeLessThanOrEqual(budget);
  });

  it('has room in its history for two images of 36 hours, their copies, and a start that takes half a day', async () => {
    const seconds = 35 * hourSeconds;
    const done = await run({
      policy: gold({ copies: twoCopies.copies, capture: { timeoutHours: 36 } }),
      timing: { imageSeconds: seconds, copySeconds: seconds, stopSeconds: 1700 },
      tasks: {
        StartInstance: (_, { number }) => (number < 140 ? fails('CapacityUnavailable') : undefined),
        CheckImage: ({ since, now }) =>
          Date.parse(now) - Date.parse(since) > 34 * hourSeconds * 1000 &&
          Date.parse(now) < Date.parse('2026-11-22T20:00Z')
            ? { status: 'failed', reason: '', snapshotsStarted: false, disturbed: null, waitSeconds: 15 }
            : undefined,
      },
    });
    expect(callsIn('CreateImage', done)).toHaveLength(2);
    expect(done.status).toBe('SUCCEEDED');
    expect(done.captures[0]?.historyEvents).toBeLessThan(historyLimit / 3);
  });

  it('hands a policy as large as SSM keeps it through every step', async () => {
    const regions = Array.from({ length: 20 }, (_, index) => `${index < 10 ? 'ap' : 'us'}-west-${index % 10}`);
    const withAccounts = (count: number) =>
      gold({
        copies: regions.map((region) => ({ region })),
        share: { accounts: Array.from({ length: count }, (_, index) => `${index}`.padStart(12, '0')) },
      });
    const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
    const perAccountBytes = bytes(withAccounts(2)) - bytes(withAccounts(1));
    const policy = withAccounts(Math.floor((parameterLimitBytes - bytes(withAccounts(1))) / perAccountBytes) + 1);
    expect(bytes(policy)).toBeGreaterThan(parameterLimitBytes - 20);
    expect(toStop(policy).targets.map(({ region }) => region)).toEqual([home, ...regions]);

    const done = await run({ policy });
    expect(done.status).toBe('SUCCEEDED');
    expect(callsIn('ShareImage', done)).toHaveLength(21);
    expect(done.largestPayloadBytes).toBeGreaterThan(parameterLimitBytes);
    expect(done.largestPayloadBytes).toBeLessThan(payloadLimitBytes);
  });
}
