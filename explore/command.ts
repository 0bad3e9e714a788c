import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import type { Output } from '../cli/output.ts';
import { progressBar } from '../cli/progress.ts';
import { explore } from './exploration.ts';
import { jobText, parseJob } from './jobs.ts';
import { addRandomOptions, asksForRandomWorlds, exploreRandomWorlds, type RandomOptions } from './random/command.ts';
import { replay } from './replay.ts';
import { markdownReport, printedReport } from './report.ts';
import { wholeNumber } from './whole-number.ts';
import { worldNamed, worlds } from './worlds.ts';

/** What every way of exploring is given. */
export interface ExploreContext {
  output: Output;
  finish: (hasBreaches: boolean) => void;
}

interface Options extends RandomOptions {
  world?: string[];
  every: number;
  pairs: number;
  seed: number;
  workers: number;
  json?: true;
  write?: string;
  replay?: string;
}

/** Explores every placement of faults; other ways of exploring are options of the same command. */
export function addExploreCommand(program: Command, context: ExploreContext): void {
  addRandomOptions(program);
  program
    .option('--world <name...>', 'only these worlds')
    .option('--every <n>', 'only every nth placement', wholeNumber(1), 1)
    .option('--pairs <n>', 'also so many runs with two faults each', wholeNumber(0), 0)
    .option('--seed <n>', 'draws the pairs', wholeNumber(0), 1)
    .option('--workers <n>', 'how many explore at once; 0: this process alone', wholeNumber(0), availableParallelism())
    .option('--json', 'print the report for machines')
    .addOption(new Option('--write <file>', 'also write the report as Markdown').conflicts(['worldSeed', 'replay']))
    .option('--replay <run>', 'one run again, as a breach names it')
    .action(async (options: Options) => {
      if (asksForRandomWorlds(options)) await exploreRandomWorlds(options, context);
      else if (options.replay === undefined) await exploreAll(options, context);
      else await replayOne(options.replay, context);
    });
}

async function exploreAll(options: Options, { output, finish }: ExploreContext): Promise<void> {
  const { every, pairs, seed, workers } = options;
  const names = (options.world ?? worlds.map(({ name }) => name)).map((name) => worldNamed(name).name);
  const progress = progressBar('exploring');
  const exploration = await explore({
    worlds: names,
    every,
    pairs,
    seed,
    workers,
    onProgress: progress.show,
  });
  progress.end();
  if (options.json) output.print(JSON.stringify(exploration, null, 2));
  else for (const line of printedReport(exploration)) output.print(line);
  if (options.write !== undefined) writeFileSync(options.write, markdownReport(exploration, commandOf(options)));
  finish(exploration.breaches.length > 0);
}

function commandOf({ world = [], every, pairs, seed, write }: Options): string {
  const words = [
    ...(world.length > 0 ? [`--world ${world.join(' ')}`] : []),
    ...(every > 1 ? [`--every ${every}`] : []),
    ...(pairs > 0 ? [`--pairs ${pairs} --seed ${seed}`] : []),
    ...(write === undefined ? [] : [`--write ${write}`]),
  ];
  return ['npm run explore --', ...words].join(' ');
}

async function replayOne(text: string, { output, finish }: ExploreContext): Promise<void> {
  const job = parseJob(text);
  const { lines, findings, struck } = await replay(job);
  for (const line of lines) output.print(line);
  output.print('');
  output.print(`${jobText(job)}: ${struck} of ${job.placements.length} faults struck`);
  for (const { invariant, what } of findings) output.print(output.style('red', `invariant ${invariant}: ${what}`));
  if (findings.length === 0) output.print('No breach.');
  finish(findings.length > 0);
}
