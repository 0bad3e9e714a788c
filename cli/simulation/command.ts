import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { selectorOf } from '../../shared/domain/selection.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import { type LoadedAccount, loadAccountFolder } from '../../simulator/load/account-folder.ts';
import { AccountFolderInvalid } from '../../simulator/load/account-folder-invalid.ts';
import { InputError } from '../input-error.ts';
import type { CommandContext } from '../main.ts';
import { loadPolicies } from '../policies/load.ts';
import { progressBar } from '../progress.ts';
import { explain } from './explain.ts';
import { knownInstances } from './known-instances.ts';
import { printExplanation } from './print-explanation.ts';
import { printReport } from './print-report.ts';
import { projectDirectory } from './project.ts';
import { type SimulationRequest, simulate, simulateLives } from './simulate.ts';

const sampleDirectory = join(projectDirectory, 'cli', 'sample');

interface Options {
  account?: string;
  policies?: string;
  sample?: true;
  days: number;
  seed: number;
  region?: string;
  from?: number;
  selectAll?: string;
  explain?: string;
  json?: true;
}

/** Adds `simulate` to the program. */
export function addSimulateCommand(program: Command, { output, finish }: CommandContext): void {
  program
    .command('simulate')
    .description('run policies on a simulated account, and report what they would do')
    .option('--account <folder>', 'what aws ec2 describe-instances and the like print, one JSON file for each command')
    .option('--sample', 'the sample fleet that comes with the project')
    .option('--policies <folder>', 'the policies to run (default: policies, or those of the sample)')
    .option('--days <n>', 'how many days to simulate', wholeNumber(1, 3660), 30)
    .option('--seed <n>', 'the same seed gives the same simulation', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--region <region>', 'the Region to simulate; by default the one with the most instances')
    .option('--from <date>', 'the first day; by default the day after the newest date in the account', parseDate)
    .option('--select-all <policy>', 'treat every instance as tagged for this policy')
    .option('--explain <image-or-instance>', 'tell the life of one image or instance (by id or name), not the report')
    .option('--json', 'print the report as JSON')
    .action(async (options: Options) => {
      const request = requestOf(options);
      const bar = progressBar(`Simulating ${options.days} days`);
      const ask = { ...request, onProgress: bar.show };
      if (options.explain === undefined) {
        const report = await simulate(ask).finally(bar.end);
        if (options.json) output.print(JSON.stringify(report, null, 2));
        else printReport(report, output);
        finish(report.problems.length === 0 ? 0 : 1);
      } else {
        const { observer } = await simulateLives(ask).finally(bar.end);
        const { loaded, policies, selectAll } = request;
        const instances = knownInstances(loaded.contents.instances, policies, selectAll !== undefined);
        const explanation = explain(options.explain, observer, instances);
        if (options.json) output.print(JSON.stringify(explanation, null, 2));
        else printExplanation(explanation, output);
      }
    });
}

function requestOf(options: Options): SimulationRequest {
  const { days, seed, from, selectAll } = options;
  const loaded = accountOf(options);
  return {
    loaded,
    policies: policiesOf(options, loaded.region),
    days,
    seed,
    ...(from === undefined ? {} : { fromMs: from }),
    ...(selectAll === undefined ? {} : { selectAll }),
  };
}

function accountOf({ account, sample, region }: Options): LoadedAccount {
  if ((account === undefined) === (sample === undefined)) {
    throw new InputError([
      {
        file: '--account',
        problem: account === undefined ? 'is not given' : 'is given beside --sample',
        mend: 'name one folder with --account, or take the sample fleet with --sample',
      },
    ]);
  }
  try {
    return loadAccountFolder(account ?? join(sampleDirectory, 'account'), region ? { region } : {});
  } catch (error) {
    if (error instanceof AccountFolderInvalid) throw new InputError(error.problems.map(withoutEmptyPath));
    throw error;
  }
}

function withoutEmptyPath({ path, ...problem }: { file: string; path: string; problem: string; mend: string }) {
  return path === '' ? problem : { ...problem, path };
}

function policiesOf({ policies, sample, selectAll }: Options, region: string): NamedPolicy[] {
  const folder = policies ?? (sample ? join(sampleDirectory, 'policies') : 'policies');
  // Found now rather than at every run: a policy does not know its Region, but a simulation does.
  const all = loadPolicies(folder, { region }).policies.map(({ policy }) => policy);
  if (selectAll === undefined) return all;
  const problem = (text: string, mend: string) => new InputError([{ file: '--select-all', problem: text, mend }]);
  const chosen = all.find(({ name }) => name === selectAll);
  const names = all.map(({ name }) => name).join(', ');
  if (!chosen) throw problem(`'${selectAll}' is no policy in ${folder}`, `name one of ${names}`);
  if (!(tagKeys.policy in selectorOf(chosen))) {
    throw problem(
      `'${selectAll}' selects by other tags`,
      `take select out of its file, so that ${tagKeys.policy} selects`,
    );
  }
  return all;
}

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It is no whole number from ${least} to ${most}.`);
  };
}

function parseDate(text: string): number {
  const instantMs = Date.parse(text);
  // A day that does not exist, such as 30 February, would become another; and schedules know no years beyond these.
  const isDay = Number.isFinite(instantMs) && new Date(instantMs).toISOString().slice(0, 10) === text;
  if (isDay && text >= '2000-01-01' && text < '2190-01-01') return instantMs;
  throw new InvalidArgumentError('Write a day from 2000 to 2189, such as 2026-11-21.');
}
