import { expect, it } from 'vitest';
import { server } from '../../explore/servers.ts';
import { daysLater, hang, impatient, nightsUntil, only, retire, rungs } from './retiring.ts';
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

it('A grace begins no earlier than its step, where time stood still for hours after its function was to be called', async () => {
  const story = await given({
    at: '2026-11-21T12:00:00Z',
    policies: [impatient()],
    servers: [web],
    // The turns of those that follow come all at once when the first hours are over; in the next, their functions are still to be called.
    faults: [{ fault: 'task-times-out', function: 'retire-image', nth: 11, times: 3, seconds: 12 * 3600 }],
  });
  hang(story, web, nightsUntil('2026-11-21', 9));

  await retire(story);
  await daysLater(story, 1);
  await retire(story);
  const disabled = story.accepted('DisableImage');
  expect(disabled).toHaveLength(7);
  for (const { input, atMs } of disabled) {
    const { tags } = only(story.images().filter(({ id }) => Object.values(input).includes(id)));
    const [, since = ''] = tags['ami-lifecycle:rung']?.split(' ') ?? [];
    expect(Date.parse(since)).toBeGreaterThan(atMs - 60_000);
  }
});
