import { expect, it } from 'vitest';
import { server } from '../../explore/servers.ts';
import { daysLater, hang, impatient, nightsUntil, retire, rungs } from './retiring.ts';
import { given } from './story.ts';

const web = server('web');

it('A grace begins when the step is taken, however long before that it was first tried', async () => {
  const story = await given({
    at: '2026-11-21T12:00:00Z',
    policies: [impatient()],
    servers: [web],
    faults: [
      { fault: 'killed-before', function: 'retire-image', nth: 1 },
      { fault: 'clock-jumps', function: 'retire-image', nth: 1, seconds: 12 * 3600 },
    ],
  });
  hang(story, web, nightsUntil('2026-11-21', 3));
  const [firstMs, halfDayMs] = [story.clock.now(), 43_200_000];

  await retire(story);
  expect(rungs(story)['1119']).toBe('deprecated');
  const [call] = story.accepted('EnableImageDeprecation');
  expect((call?.atMs ?? 0) - firstMs).toBeGreaterThan(halfDayMs);

  await story.clock.run(firstMs + 2 * halfDayMs);
  await retire(story);
  expect(rungs(story)['1119']).toBe('deprecated');
  await daysLater(story, 1);
  await retire(story);
  expect(rungs(story)['1119']).toBe('disabled');
});
