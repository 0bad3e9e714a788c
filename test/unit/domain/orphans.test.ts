import { describe, expect, it } from 'vitest';
import { orphanDays, orphanStage } from '../../../shared/domain/orphans.ts';
import { after, beginning as now } from './examples.ts';

const day = 86_400;

describe('a snapshot without an image', () => {
  it.each([undefined, '', 'x', '1', '2020', 'long ago'])(
    'is seen for the first time where its tag reads %j',
    (since) => {
      expect(orphanStage(since, 30, now)).toBe('new');
    },
  );

  it.each<[says: string, graceDays: number, seconds: number, stage: string]>([
    ['stays for the grace of its policy', 30, 29 * day, 'waiting'],
    ['goes once that is over', 30, 30 * day, 'due'],
    ['stays for a week, however short the grace', 0, 6 * day, 'waiting'],
    ['goes after that week', 0, 7 * day, 'due'],
    ['may go two hours early, as a run is not to the second', 30, 30 * day - 7200, 'due'],
    ['may not go earlier than that', 30, 30 * day - 7201, 'waiting'],
    ['stays where its tag lies in the future', 0, -day, 'waiting'],
  ])('%s', (_says, graceDays, seconds, stage) => {
    expect(orphanStage(after(-seconds), graceDays, now)).toBe(stage);
  });

  it.each([
    [0, 7],
    [7, 7],
    [30, 30],
  ])('of a policy with %i days of grace stays for %i days', (graceDays, days) => {
    expect(orphanDays(graceDays)).toBe(days);
  });
});
