import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeProblem } from '../../../cli/input-error.ts';
import { readPolicies } from '../../../cli/policies/load.ts';

describe('a policy for a Region', () => {
  const text = [
    'schedule: { cron: 0 3 * * ? * }',
    'copies: [{ region: eu-west-1 }, { region: eu-west-3 }]',
    'notify: { topicArn: "arn:aws:sns:eu-south-1:123456789012:people" }',
  ].join('\n');
  const folder = mkdtempSync(join(tmpdir(), 'region-'));
  const file = join(folder, 'gold.yml');
  writeFileSync(file, text);
  afterAll(() => rmSync(folder, { recursive: true }));

  const problemsIn = (region: string): string[] => {
    const { policies, problems } = readPolicies([file], { region });
    expect(policies).toHaveLength(problems.length === 0 ? 1 : 0);
    return problems.map((problem) => describeProblem(problem).replace(`${folder}/`, ''));
  };

  it('copies to another, and tells a topic of the same', () => {
    expect(problemsIn('eu-west-1')).toEqual([
      'gold.yml:2:12: copies[0].region: is eu-west-1, the Region where the images are made; copy to another Region, or leave this copy out',
      'gold.yml:3:11: notify.topicArn: is a topic of eu-south-1, and the images are made in eu-west-1, from where nothing reaches it; name a topic of eu-west-1, or leave notify out',
    ]);
    expect(problemsIn('eu-south-1')).toEqual([]);
  });

  it('is not asked where nobody says which', () => {
    expect(readPolicies([file]).problems).toEqual([]);
  });

  it('names copies by their place', () => {
    expect(problemsIn('eu-west-3').join()).toContain('gold.yml:2:35: copies[1].region: is eu-west-3');
  });
});
