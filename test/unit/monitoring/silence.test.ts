import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../engine/schedule.ts';
import { longestGapSeconds, mostLookbackSeconds, silenceWatch } from '../../../monitoring/silence.ts';
import { aPolicy } from '../domain/examples.ts';

const hour = 3600;
const day = 24 * hour;

function watchOn(cron: string, { retire, flexibleMinutes = 0 }: { retire?: string; flexibleMinutes?: number } = {}) {
  const retireSchedule = retire === undefined ? {} : { retireSchedule: parseSchedule(retire) };
  const policy = aPolicy({ schedule: { cron, flexibleMinutes } });
  return silenceWatch({ file: 'gold.yml', policy, schedule: parseSchedule(cron), ...retireSchedule });
}

describe('The longest time between two captures', () => {
  it.each<[says: string, schedule: string, seconds: number | undefined]>([
    ['every day', '0 3 * * ? *', day],
    ['twice a day', '0 0/12 * * ? *', 12 * hour],
    ['a rate', 'rate(6 hours)', 6 * hour],
    ['on working days spans the weekend', '0 3 ? * MON-FRI *', 3 * day],
    ['every minute of office hours spans the weekend', '* 9-17 ? * MON-FRI *', 2 * day + 15 * hour + 60],
    ['on the first of the month', '0 3 1 * ? *', 31 * day],
    ['once and never again is none', '0 3 1 1 ? 2030', undefined],
  ])('%s', (_says, schedule, seconds) => {
    expect(longestGapSeconds(parseSchedule(schedule))).toBe(seconds);
  });
});

describe('A policy that falls silent', () => {
  it('is noticed after one and a half of its intervals', () => {
    expect(watchOn('0 3 * * ? *')).toMatchObject({ by: 'captures', periodSeconds: hour, periods: 36 });
    expect(watchOn('rate(20 minutes)')).toMatchObject({ by: 'captures', periodSeconds: 300, periods: 6 });
  });

  it('has the time that its flexible window takes', () => {
    expect(watchOn('rate(1 hour)', { flexibleMinutes: 60 })).toMatchObject({ silenceSeconds: 2 * hour });
  });

  it('is noticed by the age of its images where CloudWatch does not look back as far', () => {
    const silenceSeconds = 31 * 1.5 * day;
    expect(watchOn('0 3 1 * ? *')).toEqual({
      by: 'age',
      silenceSeconds,
      periodSeconds: day,
      periods: 2,
      missing: 'breaching',
    });
  });

  it('is noticed by the last known age where images are looked at less than weekly', () => {
    const watch = watchOn('0 3 1 * ? *', { retire: '0 12 1 * ? *' });
    expect(watch).toMatchObject({ by: 'age', periods: 1, missing: 'ignore' });
  });

  it.each(['rate(1 minute)', 'rate(5 hours)', 'rate(9 hours)', 'rate(4 days)', '0 3 ? * SUN *', 'rate(5 days)'])(
    'is never looked for further back than CloudWatch does: %s',
    (cron) => {
      const watch = watchOn(cron);
      expect(watch).toBeDefined();
      const { periodSeconds = 0, periods = 0, silenceSeconds = 0 } = watch ?? {};
      expect(periods * periodSeconds).toBeLessThanOrEqual(mostLookbackSeconds(periodSeconds));
      if (watch?.by === 'captures') expect(periods * periodSeconds).toBeGreaterThanOrEqual(silenceSeconds);
    },
  );
});
