import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../cli/policies/load.ts';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { simulate } from '../../cli/simulation/simulate.ts';
import { loadAccountFolder } from '../../simulator/load/account-folder.ts';

const sample = () => loadAccountFolder(join(projectDirectory, 'cli', 'sample', 'account'));
const policies = loadPolicies(join(projectDirectory, 'cli', 'sample', 'policies')).policies.map(({ policy }) => policy);

describe('The sample account under the example policies', () => {
  it('has three days without a problem, with images, copies and short downtimes', async () => {
    const report = await simulate({ loaded: sample(), policies, days: 3, seed: 1 });

    expect(report.problems).toEqual([]);
    expect(report.policies.map(({ policy, runs }) => [policy, runs])).toEqual([
      ['gold', 3],
      ['web', 3],
    ]);
    for (const { captured, failed } of report.policies) {
      expect(captured).toBeGreaterThan(0);
      expect(failed).toEqual({});
    }
    const downtimes = report.captures.flatMap(({ downtimeSeconds }) => downtimeSeconds?.worst ?? []);
    expect(downtimes.length).toBeGreaterThan(0);
    expect(Math.max(...downtimes)).toBeLessThan(6 * 60);
    expect(report.regions.map(({ incomplete }) => incomplete)).toEqual(report.regions.map(() => 0));
    expect(report.regions.reduce((sum, { copies }) => sum + copies, 0)).toBeGreaterThan(0);
  });

  it('gives the same report for the same seed, and another for another', async () => {
    const reportOf = async (seed: number) =>
      JSON.stringify(await simulate({ loaded: sample(), policies, days: 1, seed }));

    expect(await reportOf(5)).toBe(await reportOf(5));
    expect(await reportOf(6)).not.toBe(await reportOf(5));
  });
});
