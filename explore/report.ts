import { type Column, table } from '../cli/table.ts';
import type { Breach, Exploration } from './exploration.ts';
import { findingText } from './judge.ts';

type Figures = readonly { title: string; columns: readonly Column[]; rows: string[][] }[];

const right = true;

/** Both reports are of these tables. */
function figuresOf({ worlds, faults, caught, neverCaught }: Exploration): Figures {
  const sum = (of: (each: Exploration['worlds'][number]) => number): number =>
    worlds.reduce((total, each) => total + of(each), 0);
  const row = (
    name: string,
    workflow: string,
    of: (pick: (each: Exploration['worlds'][number]) => number) => number,
  ) => [
    name,
    workflow,
    ...[
      of(({ sites }) => sites.call),
      of(({ sites }) => sites.invocation),
      of(({ sites }) => sites.event),
      of(({ placements }) => placements),
      of(({ single }) => single),
      of(({ pairs }) => pairs),
      of(({ breaches }) => breaches),
      of(({ recoveries }) => recoveries.sdkRetry),
      of(({ recoveries }) => recoveries.retry),
      of(({ recoveries }) => recoveries.caught),
      of(({ recoveries }) => recoveries.rescue),
      of(({ recoveries }) => recoveries.next),
    ].map(String),
  ];
  const titles = ['Calls', 'Invocations', 'Events', 'Placements', 'Single', 'Pairs', 'Breaches'];
  const recoveries = ['SDK retry', 'Retry', 'Catch', 'Rescue', 'Next run'];
  return [
    {
      title: 'Worlds',
      columns: [
        { title: 'World' },
        { title: 'Workflow' },
        ...[...titles, ...recoveries].map((title) => ({ title, right })),
      ],
      rows: [...worlds.map((each) => row(each.world, each.workflow, (pick) => pick(each))), row('all', '', sum)],
    },
    {
      title: 'Faults, one at a time',
      columns: [{ title: 'Fault' }, { title: 'Runs', right }, { title: 'Breaches', right }],
      rows: faults.map(({ word, runs, breaches }) => [word, String(runs), String(breaches)]),
    },
    {
      title: 'States whose Catch took an error',
      columns: [{ title: 'State' }, { title: 'Runs', right }],
      rows: caught.map(({ state, runs }) => [state, String(runs)]),
    },
    {
      title: 'States whose Catch was never entered',
      columns: [{ title: 'State' }],
      rows: neverCaught.map((state) => [state]),
    },
  ];
}

const meaning =
  'Calls, invocations and events are places in a run without faults; a placement is one fault at one of them. Single and ' +
  'pairs are runs. SDK retry to next run: runs by what brought them through, where several may have had a part.';

/** Lines for a terminal. */
export function printedReport(exploration: Exploration): string[] {
  return [
    ...figuresOf(exploration).flatMap(({ title, columns, rows }) => [
      title,
      ...table(columns, rows).map((line) => `  ${line}`),
      '',
    ]),
    meaning,
    missedSentence(exploration),
    ...Object.values(exploration.missed).flatMap(([first]) => (first === undefined ? [] : [`  such as: ${first}`])),
    '',
    ...exploration.breaches.flatMap(breachLines),
    exploration.breaches.length === 0 ? 'No breach.' : `${exploration.breaches.length} runs broke an invariant.`,
  ];
}

function missedSentence({ missed: { single, pairs } }: Exploration): string {
  return `In ${single.length} single runs the fault found no occasion; in ${pairs.length} pairs only one did.`;
}

/** What broke, what happened before, and how to see it again. */
export function breachLines({ job, findings }: Breach): string[] {
  const history = findings.find((each) => each.history)?.history;
  return [
    job,
    ...findings.map((each) => `  ${findingText(each)}`),
    ...(history
      ? ['  Last calls and events before the first of these was noticed:', ...history.map((line) => `    ${line}`)]
      : []),
    `  ${replayCommand(job)}`,
    '',
  ];
}

function replayCommand(job: string): string {
  return `npm run explore -- --replay "${job}"`;
}

/**
 * The same for docs/.
 * @param command what it was explored by
 */
export function markdownReport(exploration: Exploration, command: string): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const tables = figuresOf(exploration).flatMap(({ title, columns, rows }) => [
    `## ${title}`,
    '',
    line(columns.map((column) => column.title)),
    line(columns.map((column) => (column.right ? '---:' : '---'))),
    ...rows.map(line),
    '',
  ]);
  const breaches = exploration.breaches.map(({ job }) => `- \`${replayCommand(job)}\``);
  return [
    '# What was explored',
    '',
    `Written by \`${command}\`. ${meaning}`,
    '',
    ...tables,
    missedSentence(exploration),
    '',
    '## Breaches',
    '',
    ...(breaches.length === 0 ? ['None.'] : breaches),
    '',
  ].join('\n');
}
