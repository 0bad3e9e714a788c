import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { database, policy, server } from '../../explore/servers.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Beginning, given } from './story.ts';

const everythingGoesWrong: readonly Fault[] = [
  { fault: 'throttled', probability: 0.1 },
  { fault: 'unavailable', probability: 0.05 },
  { fault: 'reply-lost', probability: 0.03 },
  { fault: 'stale-read', probability: 0.1 },
  { fault: 'killed-before', probability: 0.02 },
  { fault: 'killed-after', probability: 0.02 },
  { fault: 'image-fails', probability: 0.1 },
  { fault: 'copy-fails', probability: 0.1 },
  { fault: 'capacity-gone', probability: 0.3 },
  { fault: 'start-falls-back', probability: 0.2 },
  { fault: 'duplicate-event', probability: 0.2 },
  { fault: 'lost-event', probability: 0.2 },
];

const world: Beginning = {
  policies: [
    policy('gold', { copies: [{ region: 'eu-west-3' }] }),
    policy('silver', { schedule: { cron: 'rate(6 hours)', timezone: 'UTC', flexibleMinutes: 30 } }),
  ],
  servers: [database({ under: 'gold silver' }), server('web'), server('queue', { under: 'silver', state: 'stopped' })],
};

/** Every event of every execution, every event of the account and every call, as one hash. */
async function historyOf(beginning: Beginning): Promise<{ hash: string; runs: number; calls: number }> {
  const story = await given(beginning);
  const hash = createHash('sha256');
  const { engine } = story.stack;
  engine.onStatusChange(({ detail }) => {
    if (detail.status === 'RUNNING') return;
    hash.update(JSON.stringify(engine.getExecutionHistory(detail.executionArn)));
  });
  if (beginning.schedulesUntil === undefined) {
    story.begin('gold');
    story.begin('silver');
  }
  await story.rest();
  hash.update(JSON.stringify(story.witness.events));
  const { calls } = story.witness;
  // What S3 answers is a stream, which is the SDK's own.
  hash.update(JSON.stringify(calls.map((call) => (call.service === 's3' ? { ...call, output: undefined } : call))));
  return { hash: hash.digest('hex'), runs: story.runs.length, calls: calls.length };
}

describe('A simulation', () => {
  it('repeats itself byte for byte with the same seed, and differs with another', async () => {
    const first = await historyOf({ ...world, seed: 1 });
    const again = await historyOf({ ...world, seed: 1 });
    const other = await historyOf({ ...world, seed: 2 });

    expect(first.calls).toBeGreaterThan(50);
    expect(again).toEqual(first);
    expect(other.hash).not.toBe(first.hash);
  });

  it('repeats itself over ten days in which everything goes wrong', async () => {
    const tenDays: Beginning = {
      ...world,
      faults: everythingGoesWrong,
      schedulesUntil: '2026-12-01T00:00:00Z',
      mayLeave: ['leases'],
    };

    const first = await historyOf({ ...tenDays, seed: 10 });
    const again = await historyOf({ ...tenDays, seed: 10 });
    const other = await historyOf({ ...tenDays, seed: 11 });

    // Fifty are due; a fifth of what fires is lost, and as much comes twice.
    expect(first.runs).toBeGreaterThanOrEqual(40);
    expect(again).toEqual(first);
    expect(other.hash).not.toBe(first.hash);
  });
});
