import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock, virtualClock } from '../../../engine/clock.ts';

const start = '2026-11-21T03:00:00Z';
const startMs = Date.parse(start);
const yearMs = 365 * 86_400_000;

describe('the virtual clock', () => {
  it('fires timers in order of time, and in order of insertion where times are equal', async () => {
    const clock = virtualClock(start);
    const fired: string[] = [];
    clock.after(2000, () => fired.push('late'));
    clock.after(1000, () => fired.push('first of two'));
    clock.after(1000, () => fired.push('second of two'));
    clock.after(0, () => fired.push('at once'));
    await clock.run();
    expect(fired).toEqual(['at once', 'first of two', 'second of two', 'late']);
  });

  it('jumps forward, and fires late, in its order, what was due in between', async () => {
    const clock = virtualClock(start);
    const fired: [string, number][] = [];
    const fire = (name: string) => () => void fired.push([name, clock.now() - startMs]);
    clock.after(3000, fire('third'));
    clock.after(2000, fire('second'));
    clock.after(9000, fire('last'));
    clock.after(1000, () => {
      clock.jump(5000);
      clock.after(500, fire('begun after the jump'));
    });
    await clock.run();
    expect(fired).toEqual([
      ['second', 6000],
      ['third', 6000],
      ['begun after the jump', 6500],
      ['last', 9000],
    ]);
    expect(() => clock.jump(-1)).toThrow('time cannot jump by -1 ms');
    expect(() => clock.jump(Number.NaN)).toThrow(RangeError);
  });

  it('lets what is punctual happen at its own instant while it jumps, what that brings about included', async () => {
    const clock = virtualClock(start);
    const fired: [string, number][] = [];
    const fire = (name: string) => () => void fired.push([name, clock.now() - startMs]);
    clock.after(2000, fire('late'));
    clock.after(
      3000,
      () => {
        fire('punctual')();
        clock.after(1000, fire('punctual, too'), 'punctual');
        clock.after(1000, fire('late, too'));
        clock.after(9000, fire('after the jump'), 'punctual');
      },
      'punctual',
    );
    clock.after(2500, () => expect.unreachable(), 'punctual').cancel();
    clock.after(1000, () => {
      clock.jump(5000);
      fire('jumped')();
    });
    await clock.run();
    expect(fired).toEqual([
      ['punctual', 3000],
      ['punctual, too', 4000],
      ['jumped', 6000],
      ['late', 6000],
      ['late, too', 6000],
      ['after the jump', 12_000],
    ]);
  });

  it('lets what is punctual happen at the very end of a jump also', () => {
    const clock = virtualClock(start);
    const fired: string[] = [];
    clock.after(5000, () => fired.push('at the end'), 'punctual');
    clock.after(5001, () => fired.push('too late'), 'punctual');
    clock.jump(5000);
    expect(fired).toEqual(['at the end']);
  });

  it('keeps the order of a thousand timers set in disorder', async () => {
    const clock = virtualClock(start);
    const fired: number[] = [];
    for (let index = 0; index < 1000; index++) {
      const delayMs = (index * 7919) % 1000;
      clock.after(delayMs, () => fired.push(delayMs));
    }
    await clock.run();
    expect(fired).toEqual([...fired].sort((left, right) => left - right));
    expect(fired).toHaveLength(1000);
  });

  it('stands at the time of each timer while it fires', async () => {
    const clock = virtualClock(start);
    const seen: number[] = [];
    clock.after(yearMs, () => {
      seen.push(clock.now());
      clock.after(5, () => seen.push(clock.now()));
    });
    await clock.run();
    expect(seen).toEqual([startMs + yearMs, startMs + yearMs + 5]);
  });

  it('does not fire a timer inside the call that sets it, even without delay', async () => {
    const clock = virtualClock(start);
    let fired = false;
    clock.after(0, () => {
      fired = true;
    });
    expect(fired).toBe(false);
    await clock.run();
    expect(fired).toBe(true);
  });

  it('forgets a timer that was cancelled', async () => {
    const clock = virtualClock(start);
    const fired: string[] = [];
    const doomed = clock.after(1000, () => fired.push('cancelled'));
    clock.after(500, () => doomed.cancel());
    clock.after(2000, () => fired.push('kept'));
    await clock.run();
    expect(fired).toEqual(['kept']);
  });

  it('stops at the time it was told, and goes on from there', async () => {
    const clock = virtualClock(start);
    const fired: number[] = [];
    clock.after(1000, () => fired.push(1000));
    clock.after(3000, () => fired.push(3000));
    await clock.run(startMs + 2000);
    expect(fired).toEqual([1000]);
    expect(clock.now()).toBe(startMs + 2000);
    await clock.run();
    expect(fired).toEqual([1000, 3000]);
  });

  it('stands still while work is running', async () => {
    const clock = virtualClock(start);
    const seen: [string, number][] = [];
    clock.after(1000, () => {
      void clock.busy(turnsOfTheEventLoop(5)).then(() => seen.push(['work ends', clock.now() - startMs]));
    });
    clock.after(1001, () => seen.push(['next timer', clock.now() - startMs]));
    await clock.run();
    expect(seen).toEqual([
      ['work ends', 1000],
      ['next timer', 1001],
    ]);
  });

  it('goes on after work that failed', async () => {
    const clock = virtualClock(start);
    const failed = clock.busy(Promise.reject(new Error('no such instance')));
    await expect(failed).rejects.toThrow('no such instance');
    let fired = false;
    clock.after(1, () => {
      fired = true;
    });
    await clock.run();
    expect(fired).toBe(true);
  });

  it('starts at an instant in milliseconds also, and a jump by nothing changes nothing', () => {
    const clock = virtualClock(startMs);
    clock.jump(0);
    expect(clock.now()).toBe(startMs);
  });

  it('refuses to start at what is no instant', () => {
    expect(() => virtualClock('yesterday')).toThrow("'yesterday' is no instant");
  });
});

describe('the system clock over a year', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('fires to the millisecond, in parts that setTimeout takes', () => {
    vi.useFakeTimers();
    let fired = 0;
    systemClock().after(yearMs, () => fired++);
    vi.advanceTimersByTime(yearMs - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    vi.advanceTimersByTime(yearMs);
    expect(fired).toBe(1);
  });

  it('never fires what was cancelled on the way', () => {
    vi.useFakeTimers();
    let fired = 0;
    const timer = systemClock().after(yearMs, () => fired++);
    vi.advanceTimersByTime(yearMs / 2);
    timer.cancel();
    vi.advanceTimersByTime(yearMs);
    expect(fired).toBe(0);
  });
});

describe('the system clock', () => {
  it('tells the real time', () => {
    const hostMs = performance.timeOrigin + performance.now();
    expect(Math.abs(systemClock().now() - hostMs)).toBeLessThan(3_600_000);
  });

  it('fires after the call that sets the timer, and not once cancelled', async () => {
    const clock = systemClock();
    const fired: string[] = [];
    const doomed = clock.after(0, () => fired.push('cancelled'));
    doomed.cancel();
    await new Promise<void>((resolve) => {
      clock.after(0, () => {
        fired.push('kept');
        resolve();
      });
      expect(fired).toEqual([]);
    });
    expect(fired).toEqual(['kept']);
  });

  it('waits for a year without firing at once, which setTimeout alone would do', async () => {
    const clock = systemClock();
    let fired = false;
    const timer = clock.after(yearMs, () => {
      fired = true;
    });
    await new Promise<void>((resolve) => {
      clock.after(20, resolve);
    });
    timer.cancel();
    expect(fired).toBe(false);
  });

  it('hands work through', async () => {
    expect(await systemClock().busy(Promise.resolve('done'))).toBe('done');
  });
});

async function turnsOfTheEventLoop(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
