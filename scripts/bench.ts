// Measures what docs/performance.md claims, and writes it there. Figures of the simulated world depend on the code alone;
// figures of speed depend on the machine, which is named beside them.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { projectDirectory } from '../cli/simulation/project.ts';
import { simulate } from '../cli/simulation/simulate.ts';
import { type NamedPolicy, namedPolicySchema } from '../shared/domain/policy.ts';
import { type CaptureFigures, captureOnce, fleet } from './bench-world.ts';
import { markdownTable } from './markdown.ts';

const instances = 40;
const durations = [
  { label: '5 minutes', minutes: 5 },
  { label: '1 hour', minutes: 60 },
  { label: '20 hours', minutes: 1200 },
];
const budgets: Readonly<Record<string, number>> = { '1 hour': 300, '20 hours': 900 };
const yearBudgetSeconds = 300;

const early = gold({});
const patient = gold({ capture: { restartWhen: 'image-available' } });
const withCopies = gold({ copies: [{ region: 'eu-west-2' }, { region: 'eu-north-1' }] });

const downtimeRows: string[][] = [];
const costRows: string[][] = [];
for (const { label, minutes } of durations) {
  console.error(`capturing ${instances} instances, images of ${label}`);
  const ours = await captureOnce(early, instances, minutes);
  const waiting = await captureOnce(patient, instances, minutes);
  downtimeRows.push([
    label,
    spread(ours),
    spread(waiting),
    ratio(median(waiting.addedSeconds), median(ours.addedSeconds)),
  ]);
  const copied = await captureOnce(withCopies, instances, minutes);
  costRows.push([label, ...costs(label, minutes, copied)]);
}
console.error('simulating a year of 100 instances');
const year = await simulateYear();

writeFileSync(
  join(projectDirectory, 'docs', 'performance.md'),
  [
    '# Performance',
    `Measured by \`npm run bench\`, which writes this page. Simulated figures are the same on every machine; those of speed are from ${cpus()[0]?.model.trim() ?? 'an unknown processor'}, Node ${process.versions.node}.`,
    '## Downtime that we add',
    `From the moment an instance is \`stopped\` to the call that starts it: ${instances} simulated instances with two volumes each, seed 1. The budget is 10 s at worst, whatever the image takes. Beside it the same world when the instance waits for its image (\`restartWhen: image-available\`).`,
    markdownTable(
      ['Image takes', 'Ours: median, worst', 'Waiting: median, worst', 'Waiting is longer by'],
      downtimeRows,
    ),
    '## What a capture costs',
    'State transitions and EC2 calls of one capture with copies to two Regions, each step taking as long as the image. Beside them the transitions that looking every 30 seconds would take for the image and its copies alone: three for each look (Wait, Task, Choice).',
    markdownTable(
      ['Each step takes', 'Transitions', 'Budget', 'EC2 calls', 'Transitions, looking every 30 s'],
      costRows,
    ),
    '## Speed of simulation',
    markdownTable(['What', 'Figure', 'Budget'], year),
    '',
  ].join('\n\n'),
);

function gold(fields: Record<string, unknown>): NamedPolicy {
  return namedPolicySchema.parse({ name: 'gold', schedule: { cron: '0 3 * * ? *' }, ...fields });
}

function spread({ addedSeconds }: CaptureFigures): string {
  return `${seconds(median(addedSeconds))}, ${seconds(Math.max(...addedSeconds))}`;
}

function costs(
  label: string,
  minutes: number,
  { transitionsPerCapture, ec2CallsPerCapture }: CaptureFigures,
): string[] {
  const fixed = 3 * 3 * ((minutes * 60) / 30);
  return [
    transitionsPerCapture.toFixed(0),
    String(budgets[label] ?? 'none'),
    ec2CallsPerCapture.toFixed(0),
    `${fixed} (${ratio(fixed, transitionsPerCapture)})`,
  ];
}

async function simulateYear(): Promise<string[][]> {
  const count = 100;
  const began = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  const report = await simulate({
    loaded: { contents: fleet(count), region: 'eu-west-1', accountId: '111122223333', leftOut: [], notes: [] },
    policies: [early],
    days: 365,
    seed: 1,
  });
  const wallSeconds = Number(process.hrtime.bigint() - began) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  const captured = report.policies[0]?.captured ?? 0;
  return [
    [
      `a year of ${count} instances captured daily: ${captured} captures, ${report.problems.length} problems`,
      seconds(wallSeconds),
      `${yearBudgetSeconds} s`,
    ],
    ['processor time of it', seconds((user + system) / 1e6), `${yearBudgetSeconds} s`],
    ['one capture', `${((1000 * wallSeconds) / captured).toFixed(1)} ms`, ''],
    ['state transitions a second', ((report.stateTransitions ?? 0) / wallSeconds).toFixed(0), ''],
    ['largest memory of the process', `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`, ''],
  ];
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[numbers.length >> 1] ?? Number.NaN;
}

/** Seconds for people: hours where there are hours. */
function seconds(value: number): string {
  return value >= 3600
    ? `${(value / 3600).toFixed(1)} h`
    : value >= 600
      ? `${(value / 60).toFixed(0)} min`
      : `${value.toFixed(1)} s`;
}

function ratio(larger: number, smaller: number): string {
  return `${(larger / smaller).toFixed(larger / smaller >= 10 ? 0 : 1)} ×`;
}
