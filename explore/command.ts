import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { nearest } from '../cli/nearest.ts';
import type { Output } from '../cli/output.ts';
import { explore } from './exploration.ts';
import { type Job, jobText, parseJob } from './jobs.ts';
import { findingText } from './judge.ts';
import { PlacementUnreadable, placementText } from './placements.ts';
import { explorationProgress } from './progress.ts';
import { addRandomOptions, asksForRandomWorlds, exploreRandomWorlds, type RandomOptions } from './random/command.ts';
import { replay } from './replay.ts';
import { markdownReport, printedReport } from './report.ts';
import { runWorld } from './run.ts';
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
    .addOption(
      new Option('--world <name...>', 'only these worlds, as docs/explored.md names them').conflicts(notOfTheWhole),
    )
    .addOption(
      new Option('--every <n>', 'only every nth placement')
        .argParser(wholeNumber(1))
        .default(1)
        .conflicts(notOfTheWhole),
    )
    .addOption(
      new Option('--pairs <n>', 'also so many runs with two faults each')
        .argParser(wholeNumber(0))
        .default(0)
        .conflicts(notOfTheWhole),
    )
    .option('--seed <n>', 'draws the pairs', wholeNumber(0), 1)
    .option('--workers <n>', 'how many explore at once; 0: this process alone', wholeNumber(0), availableParallelism())
    .option('--json', 'print the report for machines')
    .addOption(
      new Option('--write <file>', 'also write the report as Markdown')
        .argParser(writableFile)
        .conflicts(['worldSeed', 'replay']),
    )
    .addOption(
      new Option('--replay <run>', 'one run again, as a breach names it').conflicts(['worlds', 'worldSeed', 'only']),
    )
    .addHelpText('after', explanation)
    .action(async (options: Options) => {
      if (options.only && options.worldSeed === undefined) {
        program.error("error: option '--only' is of one world: name it with '--world-seed'");
      }
      if (program.getOptionValueSource('days') === 'cli' && !asksForRandomWorlds(options)) {
        program.error("error: option '--days' is of random worlds: add '--worlds' or '--world-seed'");
      }
      if (asksForRandomWorlds(options)) await exploreRandomWorlds(options, context);
      else if (options.replay === undefined) await exploreAll(options, context);
      else await replayOne(options.replay, options, context);
    });
}

/** Ways of exploring beside which what chooses a part of the whole says nothing. */
const notOfTheWhole = ['worlds', 'worldSeed', 'replay'];

const explanation = `
A run is a world and its faults: "WORLD PLACE#N FAULT", further faults after " + ". Without a fault it is the world by itself.
  place     create-image                             a function as it is invoked
            create-image/ec2:CreateImage@eu-west-1   a call that it makes
            event:Tag Change on Resource@eu-west-1   an event, or what a schedule fires
  N         which time, from 1 on
The whole, and 1,000 worlds of 30 days, take about half an hour each; one of 365 days takes a minute.
Exit codes: 0 nothing broke, 1 something did, 2 the input is wrong, 3 a fault of the explorer itself.`;

/** So that nobody waits for an hour to be told. */
function writableFile(path: string): string {
  if (!existsSync(dirname(path))) throw new InvalidArgumentError(`There is no directory '${dirname(path)}'.`);
  return path;
}

async function exploreAll(options: Options, { output, finish }: ExploreContext): Promise<void> {
  const { every, pairs, seed, workers } = options;
  const names = (options.world ?? worlds.map(({ name }) => name)).map((name) => worldNamed(name).name);
  const progress = explorationProgress('exploring', output);
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

async function replayOne(text: string, { json }: Options, { output, finish }: ExploreContext): Promise<void> {
  const job = parseJob(text);
  const { lines, findings, struck } = await replay(job);
  const run = jobText(job);
  if (json) output.print(JSON.stringify({ run, struck, findings, lines }, null, 2));
  else {
    for (const line of lines) output.print(line);
    output.print('');
    output.print(`${run}: ${struck} of ${job.placements.length} faults struck`);
    for (const each of findings) output.print(output.style('red', findingText(each)));
    if (findings.length === 0 && struck === job.placements.length) output.print('No breach.');
  }
  if (findings.length === 0) await refuseWhatStruckNowhere(job, struck);
  finish(findings.length > 0);
}

/** Nothing broke, but then nothing happened: most likely a place is misspelt. */
async function refuseWhatStruckNowhere({ world, placements }: Job, struck: number): Promise<void> {
  if (struck === placements.length) return;
  const { sites } = await runWorld(worldNamed(world), []);
  const known = new Set(sites.placements.map(placementText));
  const strange = placements.find((each) => !known.has(placementText(each)));
  if (!strange) {
    throw new PlacementUnreadable(
      `${placements.length - struck} of the faults struck nowhere, as the run went another way`,
    );
  }
  const text = placementText(strange);
  const meant = nearest(
    text,
    [...known].filter((each) => each.endsWith(` ${strange.word}`)),
  );
  const mend = meant === undefined ? 'see what happens in it without a fault' : `did you mean '${meant}'?`;
  throw new PlacementUnreadable(`nothing of '${text}' happens in the world '${world}'; ${mend}`);
}
