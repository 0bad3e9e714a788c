import type { Clock, Timer } from './clock.ts';
import { nextRun, type Schedule } from './schedule.ts';

export interface SchedulerOptions {
  clock: Clock;
  schedule: Schedule;
  timezone: string;
  /** The flexible time window: each invocation comes at a time drawn from the seed within it; 0 is off. */
  flexibleMinutes: number;
  seed: string | number;
  /** No run is scheduled after this instant. On a virtual clock that runs until idle, give it, or the clock never ends. */
  untilMs?: number;
}

/**
 * Runs a schedule on a clock, from the clock's present on; a rate's first run is at once, as with a new schedule on AWS.
 * `invoke` is given the nominal time of the run, however late within the window it comes.
 */
export function startSchedule(options: SchedulerOptions, invoke: (scheduledAtMs: number) => void): { stop(): void } {
  const { clock, schedule, timezone, untilMs = Number.POSITIVE_INFINITY } = options;
  const startMs = clock.now();
  const windowMs = options.flexibleMinutes * 60_000;
  const invocations = new Set<Timer>();
  let upcoming: Timer | undefined;
  waitForRunAfter(startMs - 1);

  return {
    stop() {
      upcoming?.cancel();
      for (const invocation of invocations) invocation.cancel();
    },
  };

  function waitForRunAfter(afterMs: number): void {
    const runMs = nextRun(schedule, { afterMs, timezone, startMs });
    if (runMs === undefined || runMs > untilMs) return;
    upcoming = clock.after(runMs - clock.now(), () => {
      const delayMs = Math.floor(windowMs * fraction(`${options.seed}/${runMs}`));
      const invocation = clock.after(delayMs, () => {
        invocations.delete(invocation);
        invoke(runMs);
      });
      invocations.add(invocation);
      waitForRunAfter(runMs);
    });
  }
}

/** A number in [0, 1) that depends on the text alone, so that runs do not shift one another's draws (FNV-1a, mixed). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
