import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ofPolicies } from '../../deploy/stack.ts';

/** What osls would include, or be told, on its way to a Region. */
function built(policies: string, region: string) {
  const variables: Record<string, string> = { 'param:policies': policies, 'self:provider.region': region };
  return ofPolicies({ resolveVariable: async (variable) => variables[variable] });
}

it('A policy that cannot work in the Region that it is deployed to is not deployed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stack-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'gold.yml'),
    'schedule: { cron: rate(1 day) }\nnotify: { topicArn: "arn:aws:sns:eu-south-1:123456789012:people" }\n',
  );
  await expect(built(folder, 'eu-west-1')).rejects.toThrow(
    /gold\.yml:2:11: notify\.topicArn: is a topic of eu-south-1, and the images are made in eu-west-1/,
  );
  await expect(built(folder, 'eu-south-1')).resolves.toHaveProperty('Resources.Policygold');
});

it('The policies that the project begins with can be deployed where the README deploys them', async () => {
  const { Resources } = await built('policies', 'eu-west-1');
  expect(Object.keys(Resources)).toEqual(expect.arrayContaining(['Policygold', 'Policyweb']));
});
