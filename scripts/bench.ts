// Measures what docs/performance.md claims, and writes it there. Figures of the simulated world depend on the code alone;
// figures of speed depend on the machine, which is named beside them.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { projectDirectory } from '../cli/simulation/project.ts';
import { readAnswers } from './bench-answers.ts';
import { type PlanningFigures, planOnce } from './bench-planning.ts';
import { archiveOnce, wholeLadder } from './bench-retirement.ts';
import { simulateYear } from './bench-year.ts';
import { markdownTable } from './markdown.ts';
import { bundlesSection, withSection } from './performance-bundles.ts';
import { captureCostsSection, downtimeSection, durations, fixedPolls, seconds } from './performance-captures.ts';
import { fleetSection } from './performance-fleet.ts';

const page = join(projectDirectory, 'docs', 'performance.md');
// `npm run bench -- bundles`, for one, measures this section alone, and leaves the others as they are.
const sections: Readonly<Record<string, () => Promise<string[]>>> = {
  downtime: downtimeSection,
  captures: captureCostsSection,
  bundles: bundlesSection,
  fleet: fleetSection,
};
const section = sections[process.argv[2] ?? ''];
if (section) {
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), await section(), '## Speed of simulation'));
  process.exit();
}

const yearBudgetSeconds = 300;

const downtime = await downtimeSection();
const captureCosts = await captureCostsSection();
console.error('retiring and archiving one image');
const ladder = await wholeLadder();
const archiveRows: string[][] = [];
for (const { label, minutes } of durations) {
  const { transitions, ec2Calls } = await archiveOnce(minutes);
  archiveRows.push([
    `archiving it, stored in ${label}`,
    String(transitions),
    String(ec2Calls),
    fixedPolls(1, minutes, transitions),
  ]);
}
// First: the memory of a process is the most that it ever had.
console.error('simulating a year of 100 instances');
const year = await yearRows();
console.error('planning for 50,000 images');
const few = await planOnce(1);
const many = await planOnce(25);
const answers = await readAnswers();

writeFileSync(
  page,
  [
    '# Performance',
    `Measured by \`npm run bench\`, which writes this page. Simulated figures are the same on every machine; those of speed are from ${cpus()[0]?.model.trim() ?? 'an unknown processor'}, Node ${process.versions.node}.`,
    ...downtime,
    ...captureCosts,
    '## What retiring an image costs',
    'State transitions and EC2 calls of one server. Beside them what looking every 30 seconds would take.',
    markdownTable(
      ['What', 'Transitions', 'EC2 calls', 'Transitions, looking every 30 s'],
      [
        ['deprecate, disable, deregister: three runs', ...costOf(ladder.withImage), ''],
        ['three runs that have nothing to do', ...costOf(ladder.withoutImage), ''],
        ...archiveRows,
      ],
    ),
    '## Planning retirement',
    `A Region's quota of images: ${few.images} of 200 servers, with two snapshots each, under days, weeks and months. The function runs as it is deployed, bundled, in a process of its own (its heap held to 160 MiB), and the simulated account in another answers it. So the memory is all that a process needs, the runtime included. The processor time is without that of a process which makes the same calls and forgets the answers; of both it is what they take after the code is loaded.`,
    markdownTable(
      ['What', `${few.candidates} to retire`, `${many.candidates} to retire`, 'Budget (200 to retire)'],
      planningRows(few, many),
    ),
    `On AWS the answers arrive as XML, which the simulated account spares the SDK. Reading a page of 1,000 images takes ${milliseconds(answers.imagesPageSeconds)} of processor time, one of 1,000 snapshots ${milliseconds(answers.snapshotsPageSeconds)}: for 50 pages of images and 100 of snapshots ${seconds(50 * answers.imagesPageSeconds + 100 * answers.snapshotsPageSeconds)}, however the plan is made.`,
    ...(await bundlesSection()),
    ...(await fleetSection()),
    '## Speed of simulation',
    markdownTable(['What', 'Figure', 'Budget'], year),
    '',
  ].join('\n\n'),
);

function costOf({ transitions, ec2Calls }: { transitions: number; ec2Calls: number }): string[] {
  return [String(transitions), String(ec2Calls)];
}

function planningRows(...all: readonly PlanningFigures[]): string[][] {
  const row = (what: string, figure: (figures: PlanningFigures) => string, budget = ''): string[] => [
    what,
    ...all.map(figure),
    budget,
  ];
  return [
    row(
      'processor time of planning',
      ({ planning, listing }) => seconds(planning.cpuSeconds - listing.cpuSeconds),
      '2 s',
    ),
    row('the same with what its calls take', ({ planning }) => seconds(planning.cpuSeconds)),
    row('largest memory of the process', ({ planning }) => mebibytes(planning.memoryMebibytes), '256 MiB'),
    row('of it before the work', ({ planning }) => mebibytes(planning.memoryBeforeMebibytes)),
    row('largest heap, before the work', ({ planning: { heapMebibytes, heapBeforeMebibytes } }) => {
      return `${mebibytes(heapMebibytes)}, ${mebibytes(heapBeforeMebibytes)}`;
    }),
    row(
      'DescribeImageReferences',
      ({ calls }) => String(calls['ec2:DescribeImageReferences']),
      '20, for candidates only',
    ),
    row('pages of images, of snapshots', ({ calls }) => {
      return `${calls['ec2:DescribeImages']}, ${calls['ec2:DescribeSnapshots']}`;
    }),
    row('all calls', ({ calls }) => String(Object.values(calls).reduce((sum, count) => sum + count, 0))),
    row('time that the calls take, simulated', ({ elapsedSeconds }) => seconds(elapsedSeconds)),
  ];
}

async function yearRows(): Promise<string[][]> {
  const count = 100;
  const figures = await simulateYear(count);
  const { captures, wallSeconds } = figures;
  return [
    [
      `a year of ${count} instances captured daily: ${captures} captures, ${figures.retired} images retired, ${figures.problems} problems`,
      seconds(wallSeconds),
      `${yearBudgetSeconds} s`,
    ],
    ['processor time of it', seconds(figures.cpuSeconds), `${yearBudgetSeconds} s`],
    ['one capture with its retirement', `${((1000 * wallSeconds) / captures).toFixed(1)} ms`, ''],
    ['state transitions a second', (figures.stateTransitions / wallSeconds).toFixed(0), ''],
    ['largest memory of the process', mebibytes(figures.memoryMebibytes), ''],
  ];
}

function mebibytes(value: number): string {
  return `${value.toFixed(0)} MiB`;
}

function milliseconds(value: number): string {
  return `${(1000 * value).toFixed(0)} ms`;
}
