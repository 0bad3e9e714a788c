import { describe, expect, it } from 'vitest';
import { server } from '../../explore/servers.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { archiving, ended, givenVault, noon } from './archiving.ts';
import { betweenPlanAndAct, daysLater, hang, impatient, nightsUntil, retire, retireDaily, rungs } from './retiring.ts';
import { given } from './story.ts';

const web = server('web');
const hourMs = 3_600_000;

/** Three nights, of which the first is to go, and a policy that is edited when the plan is written. */
async function editedMeanwhile(before: NamedPolicy, after: NamedPolicy, mode?: 'enforce') {
  const story = await given({ at: noon, policies: [before], servers: [web] });
  hang(story, web, nightsUntil('2026-11-21', 3));
  betweenPlanAndAct(story, () => story.stack.publish(after));
  const run = await retire(story, mode);
  return { run, rung: rungs(story)['1119'] };
}

describe('A policy that is edited while a run of it is under way', () => {
  it('to only report takes nothing any more, and that is told', async () => {
    const { run, rung } = await editedMeanwhile(impatient(), impatient({}, { mode: 'report' }));
    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    expect(run.told).toContain('the policy now only reports');
    expect(rung).toBe('available');
  });

  it('to keep more takes nothing of that any more', async () => {
    const { rung } = await editedMeanwhile(impatient(), impatient({ retain: { daily: 30 } }));
    expect(rung).toBe('available');
  });

  it('to retire nothing takes nothing any more', async () => {
    const { retire: _, retain: __, ...rest } = impatient();
    expect((await editedMeanwhile(impatient(), rest)).rung).toBe('available');
  });

  it('and only reported before, goes on where people asked for this run to be enforced', async () => {
    const reporting = impatient({}, { mode: 'report' });
    expect((await editedMeanwhile(reporting, reporting, 'enforce')).rung).toBe('deprecated');
  });

  it('holds for images that wait for days until others are archived', async () => {
    const days = { daily: 2 };
    const eager = { mode: 'enforce', graceDays: 0, maxPercentPerRun: 100, steps: ['deregister'] };
    const story = await givenVault({
      policies: [archiving({}, { retain: days, retire: eager })],
      behaviour: { storeMinutes: () => 30 * 60 },
    });
    hang(story, web, nightsUntil('2026-11-21', 16));
    const scheduledAt = new Date(story.clock.now()).toISOString();
    const run = story.stack.retire({ policy: 'gold', scheduledAt });
    await story.clock.run(story.clock.now() + hourMs);
    story.stack.publish(archiving({}, { retain: { daily: 100 }, retire: { mode: 'report' } }));

    expect(await ended(story, run)).toMatchObject({ status: 'SUCCEEDED' });

    expect(Object.values(rungs(story))).toEqual(Array.from({ length: 16 }, () => 'available'));
    expect(story.vault.objects.size).toBeGreaterThan(0);
  });
});

describe('A lineage that was given up with its instance, and that an edit wants again', () => {
  it.each([
    [{ daily: 2 }, ['disabled', 'disabled', 'available', 'available']],
    [{ daily: 2, atLeast: 3 }, ['disabled', 'available', 'available', 'available']],
  ])('loses nothing before its newest are back (%j)', async (retain, then) => {
    const before = impatient({ retain: { daily: 4, afterTermination: '1d' } });
    const story = await given({ at: noon, policies: [before], servers: [web] });
    hang(story, web, nightsUntil('2026-11-21', 4));
    story.account.call('ec2', 'TerminateInstances', { InstanceIds: [web.id] });
    await retireDaily(story, 4);
    expect(new Set(Object.values(rungs(story)))).toEqual(new Set(['disabled']));
    story.stack.publish(impatient({ retain }));
    await daysLater(story, 1);

    const { told } = await retire(story);
    expect(Object.values(rungs(story))).toEqual(then);
    expect(told).toContain(`${then.filter((rung) => rung === 'available').length} reinstated`);

    await daysLater(story, 1);
    await retire(story);
    expect(Object.values(rungs(story))).toEqual(then.filter((rung) => rung === 'available'));
  });
});
