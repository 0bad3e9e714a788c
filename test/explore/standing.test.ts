import { describe, expect, it } from 'vitest';
import { server } from '../../explore/servers.ts';
import { watchStanding } from '../../explore/standing.ts';
import { build, type Story } from '../../explore/world.ts';
import { keeping } from '../../explore/worlds/captures.ts';
import { quick } from '../../explore/worlds/common.ts';

const web = server('web');
const minuteMs = 60_000;

/** A capture whose server stands still, and a rescue that looks every five minutes, or not at all. */
async function standing(isLookedAfter: boolean): Promise<{ story: Story; found: () => string[] }> {
  const story = await build({
    at: '2026-11-21T03:00:00Z',
    policies: [keeping('gold')],
    servers: [web],
    behaviour: quick,
    ...(isLookedAfter ? { rescuesUntil: '2026-11-22T00:00:00Z' } : {}),
  });
  const findings = watchStanding(story.account, story.witness.watch);
  story.begin('gold');
  do await later(story, 0.1);
  while (story.state(web) !== 'stopped');
  return { story, found: () => findings.map(({ invariant, what }) => `${invariant} ${what}`) };
}

function later({ clock }: Story, minutes: number): Promise<void> {
  return clock.run(clock.now() + minutes * minuteMs);
}

function holder({ tags }: Story): string {
  return tags(web)['ami-lifecycle:stopped-by'] ?? '';
}

const tooLong = [expect.stringMatching(/^1 i-\w+ has stood still for \d\d minutes without anybody at work on it\.$/)];

describe('An instance that was stopped', () => {
  it('may stand still as long as somebody is at work on it', async () => {
    const { story, found } = await standing(false);

    await story.rest();

    expect(found()).toEqual([]);
  });

  it('may not for longer than the rescue takes when its execution has been lost and nobody looks', async () => {
    const { story, found } = await standing(false);
    story.stack.engine.loseExecution(holder(story));

    await later(story, 15);
    expect(found()).toEqual([]);
    await later(story, 10);
    expect(found()).toEqual(tooLong);
    await story.rest();
    expect(found()).toHaveLength(1);
  });

  it('is soon running again when its execution has been lost and the rescue looks', async () => {
    const { story, found } = await standing(true);
    story.stack.engine.loseExecution(holder(story));

    await later(story, 60);

    expect(story.state(web)).toBe('running');
    expect(found()).toEqual([]);
  });

  it.each([
    { fault: 'out-of-memory', function: 'find-stranded' },
    { fault: 'items-unreadable', function: 'rescue-instances' },
  ] as const)('may wait longer while $fault strikes $function, and no longer than that', async (fault) => {
    const { story, found } = await standing(true);
    const strike = story.account.faults.add(fault);
    story.stack.engine.loseExecution(holder(story));

    await later(story, 120);
    expect(found()).toEqual([]);

    strike();
    const { instances } = story.account.region('eu-west-1');
    const record = instances.get(web.id);
    if (record)
      record.description.Tags = record.description.Tags?.filter(({ Key }) => !Key?.startsWith('ami-lifecycle:s'));
    await later(story, 60);
    expect(found()).toEqual(tooLong);
  });

  it('may not while only what the rescue ends with is struck: its results are read by people', async () => {
    const { story, found } = await standing(false);
    story.stack.engine.loseExecution(holder(story));
    const { faults, clock } = story.account;
    faults.add({ fault: 'results-unwritable', function: 'rescue-instances' });
    for (let minutes = 0; minutes < 40; minutes += 5) {
      faults.strikes('results-unwritable', { function: 'rescue-instances', atMs: clock.now() });
      await later(story, 5);
    }
    expect(found()).toEqual(tooLong);
  });
});
