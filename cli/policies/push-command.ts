import type { Command } from 'commander';
import type { CommandContext } from '../main.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';
import { loadPolicies } from './load.ts';
import { type PushReport, pushPolicies } from './push.ts';
import { failureOf } from './push-failure.ts';
import { parseRegion } from './region-option.ts';

const usualFolder = 'policies';

/** Adds `policies push`. Exit code 2: refused, nothing was changed. 1: AWS answered no, what was done until then is done. */
export function addPushCommand(policies: Command, { output, finish }: CommandContext): void {
  policies
    .command('push')
    .description('bring changed policies to a running stack, without a deploy')
    .requiredOption('--stage <stage>', 'the stage that the stack was deployed as')
    .requiredOption('--region <region>', 'the Region that it was deployed to', parseRegion)
    .option('--policies <folder>', 'the folder of all policies: those that are not in it are disabled', usualFolder)
    .option('--dry-run', 'say what would be changed, and change nothing')
    .option('--json', 'print the report as JSON')
    .action(
      async (options: {
        stage: string;
        region: string;
        policies: string;
        dryRun?: true;
        json?: true;
      }): Promise<void> => {
        const { stage, region } = options;
        const loaded = loadPolicies(options.policies, { region }).policies;
        // Nothing else of the command needs AWS's clients, which take their time to load.
        const { deployedStack } = await import('../../shared/aws/deployed-stack.ts');
        const dryRun = options.dryRun === true;
        let report: PushReport;
        try {
          const deployCommand = deployCommandOf(options);
          report = await pushPolicies(deployedStack(stage, region), loaded, { dryRun, deployCommand });
        } catch (error) {
          const after = dryRun
            ? 'Nothing was changed.'
            : 'Mend that, and push again: what was done until then stays done.';
          output.complain(`${output.styleError('red', 'error:')} ${failureOf(error, region)} ${after}`);
          finish(1);
          return;
        }
        if (options.json) output.print(JSON.stringify({ dryRun, ...report }, null, 2));
        else printPush(report, dryRun, output);
        finish(report.refusals.length === 0 ? 0 : 2);
      },
    );
}

/** The whole of it: without its stage, another stack would be made. */
export function deployCommandOf(options: { stage: string; region: string; policies: string }): string {
  const folder = options.policies === usualFolder ? '' : ` --param="policies=${options.policies}"`;
  return `npx serverless deploy --stage ${options.stage} --region ${options.region}${folder}`;
}

const words = {
  update: ['updated', 'to be updated'],
  disable: ['disabled', 'to be disabled'],
  none: ['as it was', 'as it is'],
} as const;

export function printPush({ changes, refusals, notices }: PushReport, dryRun: boolean, output: Output): void {
  for (const notice of notices) output.complain(`${output.styleError('yellow', 'notice:')} ${notice}`);
  for (const refusal of refusals) output.complain(`${output.styleError('red', 'error:')} ${refusal}`);
  if (refusals.length > 0) {
    output.complain('Nothing was changed.');
    return;
  }
  const rows = changes.map(({ policy, what, change }) => [policy, what, words[change][dryRun ? 1 : 0]]);
  output.print(table([{ title: 'Policy' }, { title: 'What' }, { title: dryRun ? 'State' : 'Done' }], rows).join('\n'));
}
