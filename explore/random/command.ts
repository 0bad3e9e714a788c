import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Output } from '../../cli/output.ts';
import type { ExploreContext } from '../command.ts';
import { findingText } from '../judge.ts';
import { PlacementUnreadable } from '../placements.ts';
import { share } from '../pool.ts';
import { explorationProgress } from '../progress.ts';
import { wholeNumber } from '../whole-number.ts';
import { generate, leastDays } from './generate.ts';
import { type LifeJob, type LifeOutcome, replayCommand, work } from './jobs.ts';
import { pageWith } from './report.ts';

export interface RandomOptions {
  worlds?: number;
  worldSeed?: number;
  days: number;
  only?: number[];
  /** The seed of the first world; each further one has the next. */
  seed: number;
  workers: number;
  json?: true;
  /** A page that keeps what it says of other numbers of days. */
  write?: string;
}

/** A world that lives for longer takes an hour, and the memory of the machine. */
const mostDays = 3660;

export function addRandomOptions(program: Command): void {
  program
    .addOption(
      new Option('--worlds <n>', 'instead: so many random worlds, from the seed on')
        .argParser(wholeNumber(1))
        .conflicts('worldSeed'),
    )
    .option(
      '--days <n>',
      `how long a random world lives, ${leastDays} at the least`,
      wholeNumber(leastDays, mostDays, 'the last days of a world are quiet, so that all can come to rest'),
      30,
    )
    .option('--world-seed <n>', 'instead: the random world of that seed', wholeNumber(0))
    .option('--only <numbers>', 'of all that happens in the world of --world-seed only these', numberList);
}

/** Whether the options ask for random worlds. */
export function asksForRandomWorlds({ worlds, worldSeed }: Pick<RandomOptions, 'worlds' | 'worldSeed'>): boolean {
  return worlds !== undefined || worldSeed !== undefined;
}

const jobs = new URL('jobs.ts', import.meta.url);

/** Lets random worlds live, and prints what broke in them, as small as it can be. */
export async function exploreRandomWorlds(options: RandomOptions, { output, finish }: ExploreContext): Promise<void> {
  const outcomes =
    options.worldSeed === undefined ? await liveAll(options, output) : [await replay(options, options.worldSeed)];
  const broken = outcomes.filter(isBroken);
  if (options.json) output.print(JSON.stringify({ worlds: outcomes.length, days: options.days, broken }, null, 2));
  else {
    // Of one world all that happened is worth reading, of many only what broke.
    const told = options.worldSeed === undefined ? broken : outcomes;
    for (const line of [...told.flatMap(linesOf), summary(outcomes, broken.length)]) output.print(line);
  }
  if (options.write !== undefined) write(options.write, options, outcomes);
  finish(broken.length > 0);
}

function write(file: string, { worlds = 1, days, seed }: RandomOptions, outcomes: readonly LifeOutcome[]): void {
  const command = `npm run explore -- --worlds ${worlds} --days ${days} --seed ${seed} --write ${file}`;
  const page = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, pageWith(page, { command, days, outcomes }));
}

async function liveAll({ worlds = 1, days, seed, workers }: RandomOptions, output: Output): Promise<LifeOutcome[]> {
  const progress = explorationProgress('living', output);
  let broken = 0;
  const all = Array.from({ length: worlds }, (_, index): LifeJob => ({ seed: seed + index, days, shrinks: true }));
  const outcomes = await share<LifeJob, LifeOutcome>({
    module: jobs,
    jobs: all,
    workers,
    onDone({ result }, done) {
      if (isBroken(result)) broken++;
      progress.show(done / worlds, broken);
    },
  });
  progress.end();
  return outcomes;
}

/** What is named to be left is not made smaller once more. */
async function replay({ days, only }: RandomOptions, seed: number): Promise<LifeOutcome> {
  const { happenings } = generate(seed, days);
  const strange = only?.find((number) => number >= happenings.length);
  if (strange !== undefined) {
    throw new PlacementUnreadable(
      `nothing in this world has the number ${strange}; they end with ${happenings.length - 1}`,
    );
  }
  return work({ seed, days, shrinks: only === undefined, ...(only ? { only } : {}) });
}

function isBroken({ findings, thrown }: LifeOutcome): boolean {
  return findings.length > 0 || thrown !== undefined;
}

function linesOf(outcome: LifeOutcome): string[] {
  const { seed, findings, causes, thrown } = outcome;
  const [first] = findings;
  return [
    `World ${seed}:`,
    ...(thrown === undefined ? [] : [`  ${thrown}`]),
    ...findings.map((each) => `  ${findingText(each)}`),
    ...(causes.length > 0 ? ['  What happened:', ...causes.map((line) => `    ${line}`)] : []),
    ...(first?.history ? ['  Last calls and events:', ...first.history.map((line) => `    ${line}`)] : []),
    ...(isBroken(outcome) ? [`  Again: ${replayCommand(outcome)}`] : []),
    '',
  ];
}

function summary(outcomes: readonly LifeOutcome[], broken: number): string {
  const [first] = outcomes;
  const count = outcomes.length;
  const happenings = outcomes.reduce((sum, each) => sum + each.happenings, 0);
  const breaches = broken === 0 ? 'no breach' : `${broken} with a breach`;
  return `${count} random ${count === 1 ? 'world' : 'worlds'} of ${first?.days ?? 0} days, ${happenings} faults and deeds: ${breaches}.`;
}

function numberList(text: string): number[] {
  return text.split(',').map(wholeNumber(0));
}
