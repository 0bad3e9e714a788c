import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parts } from '../../../shared/domain/contract.ts';
import { type Pace, pollSeconds, secondsBetween } from '../../../shared/domain/polling.ts';
import { after, beginning } from './examples.ts';

const waitAfter = (pace: Pace, waitedSeconds: number): number => pollSeconds(pace, beginning, after(waitedSeconds));
const paces = fc.constantFrom<Pace>('stop', 'start', 'snapshots', 'image');
const waits = fc.integer({ min: 0, max: 7 * 24 * 3600 });

/** How often one looks until something that takes so long is seen to be done, and how late that is. */
function watch(pace: Pace, takesSeconds: number): { looks: number; lateSeconds: number } {
  let looks = 0;
  let waitedSeconds = 0;
  while (waitedSeconds < takesSeconds) {
    waitedSeconds += waitAfter(pace, waitedSeconds);
    looks += 1;
  }
  return { looks, lateSeconds: waitedSeconds - takesSeconds };
}

describe('the next look', () => {
  it.each<[Pace, waited: number, wait: number]>([
    ['stop', 0, 3],
    ['stop', 100, 4],
    ['stop', 86_400, 60],
    ['start', 0, 30],
    ['start', 30, 60],
    ['start', 86_400, 60],
    ['snapshots', 0, 1],
    ['snapshots', 100, 10],
    ['snapshots', 86_400, 60],
    ['image', 0, 15],
    ['image', 60, 15],
    ['image', 3600, 900],
    ['image', 86_400, 1200],
  ])('at %s after %i seconds is %i seconds away', (pace, waited, wait) => {
    expect(waitAfter(pace, waited)).toBe(wait);
  });

  it('is a wait that Step Functions and our contracts take', () => {
    fc.assert(
      fc.property(paces, waits, (pace, waited) => {
        expect(parts.waitSeconds.safeParse(waitAfter(pace, waited)).success).toBe(true);
      }),
    );
  });

  it('never comes sooner the longer one has waited', () => {
    fc.assert(
      fc.property(paces, waits, waits, (pace, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(waitAfter(pace, less)).toBeLessThanOrEqual(waitAfter(pace, more));
      }),
    );
  });

  it('comes at once when clocks disagree and the beginning seems to lie ahead', () => {
    expect(waitAfter('image', -600)).toBe(15);
    expect(secondsBetween(after(10), beginning)).toBe(0);
  });
});

describe('what is watched', () => {
  it('is seen at most a quarter late, once it takes more than four minutes', () => {
    fc.assert(
      fc.property(paces, fc.integer({ min: 240, max: 36 * 3600 }), (pace, takes) => {
        expect(watch(pace, takes).lateSeconds).toBeLessThanOrEqual(takes / 4 + 0.5);
      }),
    );
  });

  it('is seen within ten seconds while an instance stands still for less than ninety', () => {
    const standstills = fc.constantFrom<Pace>('stop', 'snapshots');
    fc.assert(
      fc.property(standstills, fc.integer({ min: 0, max: 90 }), (pace, takes) => {
        expect(watch(pace, takes).lateSeconds).toBeLessThanOrEqual(10);
      }),
    );
  });

  it('is seen within a minute where it takes less than four', () => {
    fc.assert(
      fc.property(paces, fc.integer({ min: 0, max: 240 }), (pace, takes) => {
        expect(watch(pace, takes).lateSeconds).toBeLessThanOrEqual(60);
      }),
    );
  });

  it('is never seen more than twenty minutes late', () => {
    fc.assert(
      fc.property(paces, waits, (pace, takes) => {
        expect(watch(pace, takes).lateSeconds).toBeLessThanOrEqual(1200);
      }),
    );
  });

  it.each<[Pace, takes: number, looks: number]>([
    ['image', 20 * 3600, 80],
    ['image', 3600, 25],
    ['start', 3600, 61],
    ['stop', 1800, 120],
    ['snapshots', 1800, 80],
  ])('at the pace of %s for %i seconds costs at most %i looks', (pace, takes, looks) => {
    expect(watch(pace, takes).looks).toBeLessThanOrEqual(looks);
  });
});
