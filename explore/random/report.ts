import { type LifeOutcome, replayCommand } from './jobs.ts';
import { type Counts, type Figures, sizes } from './tally.ts';

/** One exploration of random worlds: all of the same number of days. */
export interface RandomExploration {
  /** What it was written by. */
  command: string;
  days: number;
  outcomes: readonly LifeOutcome[];
}

const introduction = [
  '# What random worlds met',
  '',
  'Each world is drawn from a seed: servers, policies, faults in windows of time, and what people do. Safety is judged all the',
  'time. In the last 13 days nothing goes wrong and nobody does anything, and then everything must have come to rest: see',
  '[reliability.md](reliability.md). What was left behind shortly before has a grace of its own: for as long a world lives on.',
  '',
];

/**
 * A page with one part for each number of days. What is there of other numbers stays, so that explorations that take minutes
 * and hours are written one by one.
 * @param page as it is; empty where there is none
 */
export function pageWith(page: string, exploration: RandomExploration): string {
  const parts = new Map(
    page
      .split(/^(?=## )/m)
      .flatMap((part) => daysOf(part))
      .map(({ days, part }) => [days, part.trimEnd()]),
  );
  parts.set(exploration.days, partOf(exploration).join('\n').trimEnd());
  const ordered = [...parts].toSorted(([left], [right]) => left - right).map(([, part]) => `${part}\n`);
  return [...introduction, ordered.join('\n')].join('\n');
}

function daysOf(part: string): { days: number; part: string }[] {
  const [, days] = /^## [\d,]+ worlds? of (\d+) days$/m.exec(part) ?? [];
  return days === undefined ? [] : [{ days: Number(days), part }];
}

function partOf({ command, days, outcomes }: RandomExploration): string[] {
  const all = outcomes.map(({ figures }) => figures);
  const broken = outcomes.filter(({ findings, thrown }) => findings.length > 0 || thrown !== undefined);
  return [
    `## ${number(outcomes.length)} ${outcomes.length === 1 ? 'world' : 'worlds'} of ${days} days`,
    '',
    `Written by \`${command}\`.`,
    '',
    '### Breaches',
    '',
    ...(broken.length === 0 ? ['None.'] : broken.map(breachOf)),
    '',
    '### What went on',
    '',
    ...doings(all),
    '',
    '### Faults',
    '',
    'A window is the time in which a fault may strike; most windows are hours, some are days.',
    '',
    ...pairs(['Fault', 'Windows', 'Struck'], all, ['windows', 'strikes']),
    '',
    '### People',
    '',
    'Refused: by AWS, or there was nothing that it could be done with.',
    '',
    ...pairs(['What they did', 'Times', 'Refused'], all, ['deeds', 'refusals']),
    '',
  ];
}

function breachOf(outcome: LifeOutcome): string {
  const [first] = outcome.findings;
  const [thrown = ''] = outcome.thrown?.split('\n') ?? [];
  const what = first ? `invariant ${first.invariant}: ${first.what}` : thrown;
  return `- \`${replayCommand(outcome)}\`: ${what}`;
}

/** Of a size there is no sum: the same image is there on many days. */
function doings(all: readonly Figures[]): string[] {
  const each = all.map((figures) => figures.doings);
  const rows = namesIn(each).map((name) => {
    const counts = each.map((one) => one[name] ?? 0);
    const most = counts.reduce((left, right) => Math.max(left, right), 0);
    return [name, sizes.includes(name) ? '' : number(sumOf(each, name)), number(most)];
  });
  return tableOf(['What', 'In all', 'Most in one world'], rows);
}

function pairs(
  titles: [string, string, string],
  all: readonly Figures[],
  [left, right]: [keyof Figures, keyof Figures],
): string[] {
  const [first, second] = [all.map((figures) => figures[left]), all.map((figures) => figures[right])];
  const rows = namesIn([...first, ...second]).map((name) => [
    // `useElsewhere` is what the code calls it.
    name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    number(sumOf(first, name)),
    number(sumOf(second, name)),
  ]);
  return tableOf(titles, rows);
}

function namesIn(counts: readonly Counts[]): string[] {
  return [...new Set(counts.flatMap((each) => Object.keys(each)))].sort();
}

function sumOf(counts: readonly Counts[], name: string): number {
  return counts.reduce((sum, each) => sum + (each[name] ?? 0), 0);
}

function tableOf(titles: readonly string[], rows: readonly string[][]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)];
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
