// Writes into docs/deploy.md what a month of 100 instances costs; takes some four minutes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../cli/simulation/project.ts';
import { namedPolicySchema } from '../shared/domain/policy.ts';
import { costsIn, withCosts } from './costs.ts';
import { idleLook } from './idle-look.ts';
import { monthlyUse } from './monthly-use.ts';

const policy = namedPolicySchema.parse({
  name: 'gold',
  schedule: { cron: '0 3 * * ? *' },
  copies: [{ region: 'eu-central-1', retain: { daily: 3, monthly: 3 } }],
  retain: { last: 3, daily: 7, weekly: 4, monthly: 6, atLeast: 3 },
  retire: { mode: 'enforce', maxPerRun: 1000 },
});

const file = join(projectDirectory, 'docs', 'deploy.md');
const use = await monthlyUse(policy, 100);
const { transitions } = await idleLook();
const lines = costsIn(use, transitions);
writeFileSync(file, withCosts(readFileSync(file, 'utf8'), lines));
