import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readPolicies } from '../../cli/policies/load.ts';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { costsIn, withCosts } from '../../scripts/costs.ts';
import { ran } from '../../scripts/readme.ts';
import { tagKeys } from '../../shared/domain/tags.ts';

const page = readFileSync(join(projectDirectory, 'docs/deploy.md'), 'utf8');

describe('docs/deploy.md', () => {
  it('begins with a policy that is valid as it stands', () => {
    const [, policy = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'deploy-page-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'nightly.yml'), policy);
    const { policies, problems } = readPolicies([folder]);
    expect(problems).toEqual([]);
    expect(policies.map(({ policy: { name, retire } }) => [name, retire?.mode])).toEqual([['nightly', 'report']]);
  });

  it('calls the command line with options that it has', async () => {
    const shown = [...page.matchAll(/npx ami-lifecycle ((?:[a-z]+ ?)+)([^`\n]*)/g)];
    expect(shown.length).toBeGreaterThan(1);
    for (const [, command = '', options = ''] of shown) {
      const { printed } = await ran(`npx ami-lifecycle ${command.trim()} --help`);
      for (const [option] of options.matchAll(/--[a-z-]+/g)) expect(printed).toContain(option);
    }
  });

  it('speaks of tags, parameters and outputs that there are', () => {
    const tags = [...page.matchAll(/ami-lifecycle:[a-z-]+/g)].map(([tag]) => tag);
    expect(Object.values(tagKeys)).toEqual(expect.arrayContaining([...new Set(tags)]));
    const service = readFileSync(join(projectDirectory, 'serverless.yml'), 'utf8');
    const parameters = [...page.matchAll(/--param="([a-z]+)=/g)].map(([, name = '']) => name);
    expect(parameters).toEqual(['policies']);
    expect(service).toContain('\n    runbook: ');
    for (const name of parameters) expect(service).toContain(`\n    ${name}: `);
    expect(readFileSync(join(projectDirectory, 'deploy/resources/notifications.yml'), 'utf8')).toContain(
      '\n  NotificationTopicArn:',
    );
  });

  it('adds up what a month costs', () => {
    const prices = [...page.matchAll(/\| \$([\d,.]+) \|/g)].map(([, dollars = '']) => Number(dollars.replace(',', '')));
    const [, sum = ''] = /\*\*\$([\d,.]+)\*\*/.exec(page) ?? [];
    expect(prices.length).toBeGreaterThan(5);
    expect(prices.reduce((total, dollars) => total + dollars, 0)).toBeCloseTo(Number(sum.replace(',', '')), 1);
  });
});

describe('The costs of a month', () => {
  const use = {
    stateTransitions: 400_000,
    invocations: 5_000_000,
    gigabyteSeconds: 3000,
    logGigabytes: 2,
    metrics: 10,
    copiedGigabytes: 100,
  };

  it('are use by price', () => {
    const lines = costsIn({ captures: 1, use, regions: [] }, 3);
    const dollars = Object.fromEntries(lines.map(([what, , price]) => [what, price]));
    expect(dollars['Step Functions']).toBeCloseTo(10);
    expect(dollars.Lambda).toBeCloseTo(1.04);
    // Some 8,640 looks of three transitions.
    expect(dollars['The looks for stranded instances']).toBeCloseTo(0.65, 2);
    expect(dollars['CloudWatch metrics']).toBeCloseTo(3);
    expect(dollars['CloudWatch logs']).toBeCloseTo(1);
    expect(dollars['Transfer to the other Region']).toBeCloseTo(2);
  });

  it('are written where the page has room for them, and nowhere else', () => {
    const written = withCosts(page, [['all', 'of it', 12.5]]);
    expect(written).toContain('| all | of it | $12.50 |');
    expect(written).toContain('| **Together** |  | **$12.50** |');
    expect(() => withCosts('no room', [])).toThrow('lacks the lines');
  });
});
