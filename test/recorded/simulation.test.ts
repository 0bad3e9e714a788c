import { describe, expect, it } from 'vitest';
import { simulate } from '../../cli/simulation/simulate.ts';
import { namedPolicySchema } from '../../shared/domain/policy.ts';
import { loadAccountFolder } from '../../simulator/load/account-folder.ts';
import { folder, isPresent } from './recorded-account.ts';

const days = 2;
const gold = namedPolicySchema.parse({
  name: 'gold',
  schedule: { cron: '0 3 * * ? *' },
  copies: [{ region: 'eu-west-1', kmsKeyId: 'alias/ami' }],
});

describe('a simulation of the recorded account', () => {
  it('has an account to simulate where one is required', () => {
    expect(isPresent || process.env.RECORDED !== 'required', `there is no folder ${folder}`).toBe(true);
  });

  // As in account.test.ts: defined only where there is something to test.
  for (const seed of isPresent ? [1, 2] : []) {
    it(`captures every instance on every day, each as it can be, and nothing goes wrong (seed ${seed})`, async () => {
      const loaded = loadAccountFolder(folder);
      const report = await simulate({ loaded, policies: [gold], days, seed, selectAll: 'gold' });
      expect(report.problems).toEqual([]);
      expect(report.untagged).toEqual([]);
      expect(report.policies).toMatchObject([
        { runs: days, selected: 83, captured: 83 * days, skipped: {}, failed: {} },
      ]);
      const ways = new Set(report.captures.flatMap(({ reasons }) => Object.keys(reasons)));
      expect([...ways].sort()).toEqual([
        'crash (instance-store-data)',
        'crash (member-of-auto-scaling-group)',
        'stopped',
        'stopped (already-stopped)',
      ]);
      expect(report.regions.map(({ region, images }) => [region, images])).toEqual([
        ['us-east-1', 83 * days],
        ['eu-west-1', 83 * days],
      ]);
    });
  }
});
