import { describe, expect, it } from 'vitest';
import { rulesForWatch } from '../../../cli/simulation/rules-for-watch.ts';
import { virtualClock } from '../../../engine/clock.ts';
import { createAccount } from '../../../simulator/account.ts';

/** Texts as somebody may have published them, whatever wrote them. */
function published(policies: Readonly<Record<string, unknown>>) {
  const clock = virtualClock('2026-11-21T00:00:00Z');
  const account = createAccount({ accountId: '111122223333', homeRegion: 'eu-west-1', clock, seed: 1 });
  const publish = (name: string, policy: unknown) => {
    const Name = `/ami-lifecycle/simulation/policies/${name}`;
    account.call('ssm', 'PutParameter', { Name, Value: JSON.stringify(policy), Type: 'String', Overwrite: true });
  };
  for (const [name, policy] of Object.entries(policies)) publish(name, policy);
  const { rulesOf, isSelected } = rulesForWatch(account);
  if (!rulesOf || !isSelected) throw new Error('There are rules.');
  return { clock, publish, rulesOf, isSelected };
}

describe('What a watch knows of policies', () => {
  it('is what they say, and where they say nothing, what the documentation does', () => {
    const { rulesOf } = published({ gold: { retain: { daily: 7 }, retire: {} }, silver: { name: 'silver' } });
    expect(rulesOf('gold', 'eu-west-1')).toEqual([
      {
        steps: ['deprecate', 'disable', 'deregister'],
        graceDays: 7,
        launchTemplateVersions: 10,
        share: { percent: 25, rulesOfLineage: 1, daysBetweenRuns: 1 },
        atLeast: 1,
      },
    ]);
    expect(rulesOf('silver', 'eu-west-1')).toEqual([]);
    expect(rulesOf('bronze', 'eu-west-1')).toEqual([]);
  });

  it('is what a copy has of its own', () => {
    const retain = { last: 3, atLeast: 2, afterTermination: '2w' };
    const caps = { maxPerRun: 3, maxPercentPerRun: 50 };
    const retire = { steps: ['deregister'], graceDays: 0, launchTemplateVersions: 2, ...caps, cron: '0 1 1 * ? *' };
    const copies = [{ region: 'eu-west-3', retain: { daily: 1, weekly: 1 } }];
    const { rulesOf } = published({ gold: { retain, retire, copies } });
    const ofAll = {
      steps: ['deregister'],
      graceDays: 0,
      launchTemplateVersions: 2,
      maxPerRun: 3,
      share: { percent: 50, rulesOfLineage: 2, daysBetweenRuns: 31 },
    };
    expect(rulesOf('gold', 'eu-west-1')).toEqual([{ ...ofAll, atLeast: 2, afterTerminationDays: 14 }]);
    expect(rulesOf('gold', 'eu-west-3')).toEqual([{ ...ofAll, atLeast: 1 }]);
  });

  it('is which instances they select: by our tag, or by all that they name', () => {
    const { isSelected } = published({ gold: {}, silver: { select: { tags: { env: 'pr*d', 'a.b': '*' } } } });
    expect(isSelected({ 'ami-lifecycle:policy': 'bronze gold' })).toBe(true);
    expect(isSelected({ 'ami-lifecycle:policy': 'golden' })).toBe(false);
    expect(isSelected({ 'ami-lifecycle:policy': 'silver' })).toBe(false);
    expect(isSelected({ env: 'pr\nod', 'a.b': '' })).toBe(true);
    expect(isSelected({ env: 'prod2', 'a.b': '' })).toBe(false);
    expect(isSelected({ env: 'prod' })).toBe(false);
  });

  it('is what they said before an edit, as long as a run may go on that began by it', async () => {
    const { clock, publish, isSelected } = published({ gold: { select: { tags: { env: 'prod' } } } });
    publish('gold', { select: { tags: { env: 'test' } } });
    expect(isSelected({ env: 'prod' })).toBe(true);
    await clock.run(clock.now() + 49 * 3_600_000);
    expect(isSelected({ env: 'prod' })).toBe(false);
    expect(isSelected({ env: 'test' })).toBe(true);
  });
});
