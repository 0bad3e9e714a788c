import { readAnswers } from './bench-answers.ts';
import { type PlanningFigures, planOnce } from './bench-planning.ts';
import { archiveOnce, wholeLadder } from './bench-retirement.ts';
import { markdownTable, within } from './markdown.ts';
import { durations, fixedPolls, seconds } from './performance-captures.ts';

/** A section of docs/performance.md, its heading included. */
export async function retirementSection(): Promise<string[]> {
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
  return [
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
  ];
}

/** Of the plan for 200 images; for 5,000 it is shown what more of them cost. */
const budget = { cpuSeconds: 2, memoryMebibytes: 256 };

/** A section of docs/performance.md, its heading included. */
export async function planningSection(): Promise<string[]> {
  console.error('planning for 50,000 images');
  const few = await planOnce(1);
  const many = await planOnce(25);
  const answers = await readAnswers();
  return [
    '## Planning retirement',
    `A Region's quota of images: ${few.images} of 200 servers, with two snapshots each, under days, weeks and months. The function runs as it is deployed, bundled, in a process of its own (its heap held to 160 MiB), and the simulated account in another answers it. So the memory is all that a process needs, the runtime included. The processor time is without that of a process which makes the same calls and forgets the answers; of both it is what they take after the code is loaded.`,
    markdownTable(
      ['What', `${few.candidates} to retire`, `${many.candidates} to retire`, 'Budget (200 to retire)'],
      planningRows(few, many),
    ),
    `On AWS the answers arrive as XML, which the simulated account spares the SDK. Reading a page of 1,000 images takes ${milliseconds(answers.imagesPageSeconds)} of processor time, one of 1,000 snapshots ${milliseconds(answers.snapshotsPageSeconds)}: for 50 pages of images and 100 of snapshots ${seconds(50 * answers.imagesPageSeconds + 100 * answers.snapshotsPageSeconds)}, however the plan is made.`,
  ];
}

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
      ({ planning, listing }) => within(seconds, planning.cpuSeconds - listing.cpuSeconds, budget.cpuSeconds),
      seconds(budget.cpuSeconds),
    ),
    row('the same with what its calls take', ({ planning }) => seconds(planning.cpuSeconds)),
    row(
      'largest memory of the process',
      ({ planning }) => within(mebibytes, planning.memoryMebibytes, budget.memoryMebibytes),
      mebibytes(budget.memoryMebibytes),
    ),
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

function mebibytes(value: number): string {
  return `${value.toFixed(0)} MiB`;
}

function milliseconds(value: number): string {
  return `${(1000 * value).toFixed(0)} ms`;
}
