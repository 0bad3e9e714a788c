import { parseSchedule } from '../engine/schedule.ts';
import { alarmResources } from '../monitoring/alarms.ts';
import { namedPolicySchema } from '../shared/domain/policy.ts';
import { prices as storagePrices } from '../simulator/prices.ts';
import { markdownTable } from './markdown.ts';
import type { MonthlyUse } from './monthly-use.ts';

/**
 * List prices of us-east-1 in US dollars, without free tiers: the pages on pricing of Step Functions, Lambda (arm64),
 * CloudWatch and EC2 (transfer between Regions), 2026.
 */
export const prices = {
  thousandTransitions: 0.025,
  millionInvocations: 0.2,
  gigabyteSecond: 0.0000133334,
  logGigabyte: 0.5,
  metric: 0.3,
  alarmMetric: 0.1,
  dashboard: 3,
  transferGigabyte: 0.02,
  snapshotGigabyteMonth: storagePrices.snapshotGigabyteMonth,
} as const;

/** What for, how much of what, and dollars a month. */
export type CostLine = readonly [what: string, amount: string, dollars: number];

/** Every five minutes for thirty days. */
const looks = 12 * 24 * 30;

/** What a month costs, the system itself first, and then what it stores. */
export function costsIn({ use, regions }: MonthlyUse, lookTransitions: number): CostLine[] {
  const alarms = alarmMetrics();
  const stored = regions.reduce((sum, { snapshotGigabytes }) => sum + snapshotGigabytes, 0);
  return [
    [
      'Step Functions',
      `${whole(use.stateTransitions)} transitions`,
      (use.stateTransitions / 1000) * prices.thousandTransitions,
    ],
    [
      'Lambda',
      `${whole(use.invocations)} invocations, ${whole(use.gigabyteSeconds)} GB-seconds`,
      (use.invocations / 1e6) * prices.millionInvocations + use.gigabyteSeconds * prices.gigabyteSecond,
    ],
    [
      'The looks for stranded instances',
      `${whole(looks)} looks, ${whole(looks * lookTransitions)} transitions`,
      (looks / 1e6) * prices.millionInvocations + ((looks * lookTransitions) / 1000) * prices.thousandTransitions,
    ],
    ['CloudWatch metrics', `${use.metrics} metrics`, use.metrics * prices.metric],
    ['CloudWatch alarms', `on ${alarms} metrics`, alarms * prices.alarmMetric],
    ['CloudWatch dashboard', '1', prices.dashboard],
    ['CloudWatch logs', `${use.logGigabytes.toFixed(1)} GB`, use.logGigabytes * prices.logGigabyte],
    ['Transfer to the other Region', `${whole(use.copiedGigabytes)} GB`, use.copiedGigabytes * prices.transferGigabyte],
    ['Snapshots, in both Regions', `${whole(stored)} GB`, stored * prices.snapshotGigabyteMonth],
  ];
}

const block = /(<!-- written by `npm run costs`: begin -->\n)[\s\S]*?(<!-- end -->)/;

/** The page with these lines in it. */
export function withCosts(page: string, lines: readonly CostLine[]): string {
  if (!block.test(page)) throw new Error('docs/deploy.md lacks the lines that `npm run costs` writes between.');
  const sum = lines.reduce((total, [, , dollars]) => total + dollars, 0);
  const rows = lines.map(([what, amount, amountDollars]) => [what, amount, dollars(amountDollars)]);
  const table = markdownTable(['What', 'A month', 'Price'], [...rows, ['**Together**', '', `**${dollars(sum)}**`]]);
  return page.replace(block, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
}

/** Of a stack with one policy; an alarm is paid by the metrics that it looks at. */
function alarmMetrics(): number {
  const policy = namedPolicySchema.parse({
    name: 'gold',
    schedule: { cron: '0 3 * * ? *' },
    retain: { last: 1 },
    retire: {},
  });
  const { Resources } = alarmResources([{ file: 'gold.yml', policy, schedule: parseSchedule('cron(0 3 * * ? *)') }]);
  return Object.values(Resources ?? {})
    .map(({ Properties }) => JSON.stringify(Properties).match(/"MetricName"/g)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0);
}

function whole(amount: number): string {
  return Math.round(amount).toLocaleString('en-US');
}

function dollars(amount: number): string {
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
