import { describe, expect, it } from 'vitest';
import { type VirtualClock, virtualClock } from '../../../engine/clock.ts';
import { parseSchedule } from '../../../engine/schedule.ts';
import { type SchedulerOptions, startSchedule } from '../../../engine/scheduler.ts';

const start = '2026-11-21T12:00:00Z';
const dayMs = 86_400_000;

interface Invocation {
  scheduledAt: string;
  delayMs: number;
}

/** Runs a schedule for some days and writes down every invocation. */
async function invocationsOf(expression: string, days: number, options: Partial<SchedulerOptions> = {}) {
  const clock = virtualClock(start);
  const invocations: Invocation[] = [];
  startOn(clock, expression, invocations, options);
  await clock.run(clock.now() + days * dayMs);
  return invocations;
}

function startOn(
  clock: VirtualClock,
  expression: string,
  invocations: Invocation[],
  options: Partial<SchedulerOptions>,
) {
  const defaults = { clock, schedule: parseSchedule(expression), timezone: 'UTC', flexibleMinutes: 0, seed: 1 };
  return startSchedule({ ...defaults, ...options }, (scheduledAtMs) => {
    invocations.push({ scheduledAt: new Date(scheduledAtMs).toISOString(), delayMs: clock.now() - scheduledAtMs });
  });
}

describe('a schedule on a clock', () => {
  it('invokes at every run', async () => {
    expect(await invocationsOf('0 3 * * ? *', 2, { timezone: 'Europe/Rome' })).toEqual([
      { scheduledAt: '2026-11-22T02:00:00.000Z', delayMs: 0 },
      { scheduledAt: '2026-11-23T02:00:00.000Z', delayMs: 0 },
    ]);
  });

  it('begins a rate at once', async () => {
    const scheduledAt = (await invocationsOf('rate(12 hours)', 1)).map((invocation) => invocation.scheduledAt);
    expect(scheduledAt).toEqual(['2026-11-21T12:00:00.000Z', '2026-11-22T00:00:00.000Z', '2026-11-22T12:00:00.000Z']);
  });

  it('invokes within the flexible window, and tells the nominal time', async () => {
    const invocations = await invocationsOf('0 * * * ? *', 10, { flexibleMinutes: 15 });
    expect(invocations.length).toBeGreaterThanOrEqual(240);
    expect(invocations.every(({ scheduledAt }) => scheduledAt.endsWith(':00:00.000Z'))).toBe(true);
    const delays = invocations.map(({ delayMs }) => delayMs / 60_000);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(15);
    // Spread over the window, not huddled in a part of it.
    expect(Math.min(...delays)).toBeLessThan(1);
    expect(Math.max(...delays)).toBeGreaterThan(14);
  });

  it('invokes every run even when windows overlap', async () => {
    const invocations = await invocationsOf('0/5 * * * ? *', 1, { flexibleMinutes: 60 });
    const scheduledAt = new Set(invocations.map((invocation) => invocation.scheduledAt));
    expect(scheduledAt.size).toBe(invocations.length);
    expect(invocations.length).toBeGreaterThan(270);
  });

  it('draws the same delays from the same seed and others from another', async () => {
    const first = await invocationsOf('0 * * * ? *', 1, { flexibleMinutes: 15, seed: 'gold/7' });
    const again = await invocationsOf('0 * * * ? *', 1, { flexibleMinutes: 15, seed: 'gold/7' });
    const other = await invocationsOf('0 * * * ? *', 1, { flexibleMinutes: 15, seed: 'gold/8' });
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('ends by itself when its time is over, so that the clock may run until nothing is left', async () => {
    const clock = virtualClock(start);
    const invocations: Invocation[] = [];
    startOn(clock, '0 3 * * ? *', invocations, { untilMs: clock.now() + 3 * dayMs });
    await clock.run();
    expect(invocations).toHaveLength(3);
  });

  it('is silent once stopped, also about a run whose window is open', async () => {
    const clock = virtualClock(start);
    const invocations: Invocation[] = [];
    const running = startOn(clock, '0 * * * ? *', invocations, { flexibleMinutes: 59, seed: 3 });
    clock.after(dayMs + 1, () => running.stop());
    await clock.run(clock.now() + 5 * dayMs);
    const stoppedAtMs = Date.parse(start) + dayMs;
    expect(invocations.length).toBeGreaterThan(20);
    expect(invocations.every(({ scheduledAt, delayMs }) => Date.parse(scheduledAt) + delayMs <= stoppedAtMs)).toBe(
      true,
    );
  });
});
