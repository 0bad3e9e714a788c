import { simulate } from '../cli/simulation/simulate.ts';
import { namedPolicySchema } from '../shared/domain/policy.ts';
import { fleet } from './bench-world.ts';

export interface YearFigures {
  captures: number;
  retired: number;
  problems: number;
  wallSeconds: number;
  cpuSeconds: number;
  stateTransitions: number;
  /** Of the whole process. */
  memoryMebibytes: number;
}

const grandfatherFatherSon = namedPolicySchema.parse({
  name: 'gold',
  schedule: { cron: '0 3 * * ? *' },
  retain: { last: 3, daily: 7, weekly: 4, monthly: 12, atLeast: 3 },
  // Each day every instance has an image on each of the three steps.
  retire: { mode: 'enforce', maxPerRun: 1000 },
});

/** A year of so many instances, captured daily, their images retired by days, weeks and months. */
export async function simulateYear(instances: number): Promise<YearFigures> {
  const began = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  const report = await simulate({
    loaded: { contents: fleet(instances), region: 'eu-west-1', accountId: '111122223333', leftOut: [], notes: [] },
    policies: [grandfatherFatherSon],
    days: 365,
    seed: 1,
  });
  const { user, system } = process.cpuUsage(cpu);
  return {
    captures: report.policies[0]?.captured ?? 0,
    retired: report.retirements[0]?.outcomes.deregistered ?? 0,
    problems: report.problems.length,
    wallSeconds: Number(process.hrtime.bigint() - began) / 1e9,
    cpuSeconds: (user + system) / 1e6,
    stateTransitions: report.stateTransitions ?? 0,
    memoryMebibytes: process.resourceUsage().maxRSS / 1024,
  };
}
