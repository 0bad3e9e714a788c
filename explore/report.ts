import { type Column, table } from '../cli/table.ts';
import type { Breach, Exploration, ExploredOf } from './exploration.ts';
import { findingText } from './judge.ts';

type Figures = readonly { title: string; columns: readonly Column[]; rows: string[][] }[];

const right = true;

/** Both reports are of these tables. A run in which a fault found no occasion shows nothing of it: it is counted by itself. */
function figuresOf({ worlds, faults, caught, neverCaught, missed: { single, pairs } }: Exploration): Figures {
  const ofWorld = (jobs: readonly string[], { world }: ExploredOf): number =>
    jobs.filter((job) => job.startsWith(`${world} `)).length;
  const ofFault = (word: string): number => single.filter((job) => job.endsWith(` ${word}`)).length;
  const sum = (of: (each: ExploredOf) => number): number => worlds.reduce((total, each) => total + of(each), 0);
  const row = (name: string, workflow: string, of: (pick: (each: ExploredOf) => number) => number) => [
    name,
    workflow,
    ...[
      of(({ sites }) => sites.call),
      of(({ sites }) => sites.invocation),
      of(({ sites }) => sites.event),
      of(({ placements }) => placements),
      of((each) => each.single - ofWorld(single, each)),
      of((each) => each.pairs - ofWorld(pairs, each)),
      of((each) => ofWorld([...single, ...pairs], each)),
      of(({ breaches }) => breaches),
      of(({ recoveries }) => recoveries.sdkRetry),
      of(({ recoveries }) => recoveries.retry),
      of(({ recoveries }) => recoveries.caught),
      of(({ recoveries }) => recoveries.rescue),
      of(({ recoveries }) => recoveries.next),
    ].map(String),
  ];
  const titles = ['Calls', 'Invocations', 'Events', 'Placements', 'Single', 'Pairs', 'Missed', 'Breaches'];
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
      columns: [{ title: 'Fault' }, ...['Runs', 'Missed', 'Breaches'].map((title) => ({ title, right }))],
      rows: faults.map(({ word, runs, breaches }) => {
        const missed = ofFault(word);
        return [word, ...[runs - missed, missed, breaches].map(String)];
      }),
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
  'pairs are runs in which every fault struck; in a missed one a fault did not, and it shows nothing of it. SDK retry to next run: runs by what brought them through, where several may have had a part.';

/** Lines for a terminal. */
export function printedReport(exploration: Exploration): string[] {
  return [
    ...figuresOf(exploration).flatMap(({ title, columns, rows }) => [
      title,
      ...table(columns, rows).map((line) => `  ${line}`),
      '',
    ]),
    meaning,
    '',
    ...exploration.breaches.flatMap(breachLines),
    ...missedIn(exploration).flatMap(({ told, jobs }) => [told, ...jobs.map((job) => `  ${job}`), '']),
    exploration.breaches.length === 0 ? 'No breach.' : `${exploration.breaches.length} runs broke an invariant.`,
  ];
}

/** Runs that prove less than they were to, by kind. */
function missedIn({ missed: { single, pairs } }: Exploration): { told: string; jobs: readonly string[] }[] {
  return [
    { told: `Missed: in ${single.length} runs with one fault it found no occasion.`, jobs: single },
    {
      told: `Missed: in ${pairs.length} runs with two faults one found none, as the run went another way from the other on.`,
      jobs: pairs,
    },
  ].filter(({ jobs }) => jobs.length > 0);
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
  const missed = missedIn(exploration).flatMap(({ told, jobs }, index) => [
    ...(index === 0 ? [] : ['']),
    told,
    '',
    ...jobs.map((job) => `- \`${job}\``),
  ]);
  const breaches = exploration.breaches.map(({ job }) => `- \`${replayCommand(job)}\``);
  return [
    '# What was explored',
    '',
    `Written by \`${command}\`. ${meaning}`,
    '',
    ...tables,
    '## Missed',
    '',
    ...(missed.length === 0 ? ['None.'] : missed),
    '',
    '## Breaches',
    '',
    ...(breaches.length === 0 ? ['None.'] : breaches),
    '',
  ].join('\n');
}
