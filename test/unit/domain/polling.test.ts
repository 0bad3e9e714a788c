import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parts } from '../../../shared/domain/contract.ts';
import { type Pace, pollSeconds, secondsBetween } from '../../../shared/domain/polling.ts';
import { after, beginning } from './examples.ts';

const waitAfter = (pace: Pace, waitedSeconds: number): number => pollSeconds(pace, beginning, after(waitedSeconds));
const paces = fc.constantFrom<Pace>('brisk', 'patient');
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
    ['brisk', 0, 2],
    ['brisk', 60, 6],
    ['brisk', 600, 60],
    ['brisk', 86_400, 60],
    ['patient', 0, 15],
    ['patient', 60, 15],
    ['patient', 3600, 900],
    ['patient', 4800, 1200],
    ['patient', 86_400, 1200],
  ])('at a %s pace after %i seconds is %i seconds away', (pace, waited, wait) => {
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
    expect(waitAfter('patient', -600)).toBe(15);
    expect(secondsBetween(after(10), beginning)).toBe(0);
  });
});

describe('what is watched', () => {
  it('is seen at most a quarter late, once it takes more than a minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 36 * 3600 }), (takes) => {
        expect(watch('patient', takes).lateSeconds).toBeLessThanOrEqual(takes / 4 + 0.5);
      }),
    );
  });

  it('is seen at most a tenth late while an instance stands still, once it takes 20 seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 3600 }), (takes) => {
        expect(watch('brisk', takes).lateSeconds).toBeLessThanOrEqual(takes / 10 + 0.5);
      }),
    );
  });

  it('costs about eighty looks when it takes 20 hours', () => {
    expect(watch('patient', 20 * 3600).looks).toBeLessThanOrEqual(80);
  });

  it('costs few looks when it takes an hour', () => {
    expect(watch('patient', 3600).looks).toBeLessThanOrEqual(25);
  });
});
