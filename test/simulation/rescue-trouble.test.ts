import { describe, expect, it } from 'vitest';
import { policy, server } from '../../explore/servers.ts';
import { abortHolder, forgotten, holderOf, minuteMs, rescuers, toldByRescue } from './rescuing.ts';
import { given } from './story.ts';

const start = '2026-11-21T03:00:00Z';
const stoppedBy = 'ami-lifecycle:stopped-by';
const gold = { at: start, policies: [policy('gold')], rescuesUntil: '2026-11-21T09:00:00Z' };

describe('A rescue for which there is no room', () => {
  const from = Date.parse(start);

  it('for twenty minutes goes on trying, and tells once that it succeeded', async () => {
    const web = server('web');
    const story = await given({
      ...gold,
      servers: [web],
      faults: [{ fault: 'capacity-gone', between: [from, from + 20 * minuteMs] }],
    });
    story.onceAfter('StopInstances', 20, () => abortHolder(story, web));

    await story.capture('gold');

    const starts = story.calls('StartInstances', web);
    expect(starts.length).toBeGreaterThan(5);
    expect(starts.at(-1)?.atMs).toBeLessThan(from + 26 * minuteMs);
    expect(story.state(web)).toBe('running');
    expect(rescuers(story)).toHaveLength(1);
    expect(toldByRescue(story)).toHaveLength(1);
  });

  it('for three days is tried again by every run, and told of once a day', async () => {
    const web = server('web');
    const story = await given({
      ...gold,
      rescuesUntil: '2026-11-26T00:00:00Z',
      servers: [web],
      faults: [{ fault: 'capacity-gone', between: [from, from + 3 * 24 * 60 * minuteMs] }],
    });
    story.onceAfter('StopInstances', 20, () => abortHolder(story, web));

    await story.capture('gold');

    expect(story.accepted('CreateTags', web).length).toBeGreaterThan(30);
    const told = toldByRescue(story).map(({ subject }) => subject);
    expect(told).toEqual([
      'Rescue: 0 instances run again, 1 do not',
      'Rescue: 0 instances run again, 1 do not',
      'Rescue: 0 instances run again, 1 do not',
      'Rescue: 1 instances run again, 0 do not',
    ]);
    expect(story.state(web)).toBe('running');
  });

  it('leaves the instance to no capture in between, which waits for it', async () => {
    const web = server('web');
    const story = await given({
      ...gold,
      servers: [web],
      faults: [{ fault: 'capacity-gone', between: [from, from + 40 * minuteMs] }],
    });
    story.onceAfter('StopInstances', 20, () => abortHolder(story, web));
    story.clock.after(10 * minuteMs, () => story.begin('gold'));

    await story.capture('gold');

    expect(story.accepted('StopInstances', web)).toHaveLength(2);
    expect(story.image().tags).toMatchObject({ 'ami-lifecycle:state': 'complete' });
    expect(story.state(web)).toBe('running');
  });
});

describe('A rescue that is itself in trouble', () => {
  const functions = [
    'find-stranded',
    'claim-instance',
    'start-instance',
    'check-instance',
    'release-lease',
    'summarise-rescue',
  ];

  it.each(
    functions.flatMap((name) => (['killed-before', 'killed-after'] as const).map((fault) => [name, fault] as const)),
  )('goes on when %s is %s its work', async (name, fault) => {
    const web = server('web', { tags: { [stoppedBy]: forgotten }, state: 'stopped' });
    const story = await given({ ...gold, servers: [web], mayBreak: [2], faults: [{ fault, function: name, nth: 1 }] });

    await story.rest();

    expect(story.state(web)).toBe('running');
    expect(story.accepted('StartInstances', web)).toHaveLength(1);
    expect(toldByRescue(story).length).toBeGreaterThan(0);
  });

  it.each(
    functions.flatMap((name) =>
      (['execution-aborted', 'execution-lost'] as const).map((fault) => [name, fault] as const),
    ),
  )('is taken over by the next when after %s it is struck by %s', async (name, fault) => {
    const web = server('web', { tags: { [stoppedBy]: forgotten }, state: 'stopped' });
    const story = await given({ ...gold, servers: [web], mayBreak: [2], faults: [{ fault, function: name, nth: 1 }] });

    await story.rest();

    expect(story.state(web)).toBe('running');
    expect(story.accepted('StartInstances', web)).toHaveLength(1);
  });

  it('finds its own work again where replies are lost and reads are old', async () => {
    const web = server('web');
    const story = await given({
      ...gold,
      servers: [web],
      faults: [
        { fault: 'reply-lost', probability: 0.2 },
        { fault: 'stale-read', seconds: 30, probability: 0.5 },
        { fault: 'throttled', probability: 0.2 },
      ],
    });
    story.onceAfter('StopInstances', 60, () => abortHolder(story, web));

    await story.capture('gold');

    expect(story.state(web)).toBe('running');
  });

  it('says by its lease who is at work', async () => {
    const web = server('web');
    const story = await given({ ...gold, servers: [web] });
    story.onceAfter('StopInstances', 20, () => abortHolder(story, web));
    story.begin('gold');
    await story.until('2026-11-21T03:01:30Z');

    expect(holderOf(story, web)).toBe(rescuers(story)[0]?.executionArn);
    await story.rest();
  });
});
