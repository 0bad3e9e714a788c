import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../engine/clock.ts';
import type { CommandContext } from '../main.ts';
import { checkPolicies } from './check.ts';
import { printReport } from './print-report.ts';
import { addPushCommand } from './push-command.ts';
import { parseRegion } from './region-option.ts';

const usualFolder = 'policies';

/** Adds `policies check` and `policies push` to the program. */
export function addPoliciesCommand(program: Command, context: CommandContext): void {
  const { output, finish } = context;
  const policies = program.command('policies').description('work with policy files');
  addPushCommand(policies, context);
  policies
    .command('check')
    .description('check policies, print their next runs and what they name, and warn of what is legal and hardly meant')
    .argument('[file...]', 'policy files, or folders of them', [usualFolder])
    .option('--json', 'print the report as JSON')
    .option('--at <instant>', 'count the next runs from this instant (ISO 8601) instead of now', parseInstant)
    .option('--region <region>', 'check also that they can work when they are deployed to this Region', parseRegion)
    .action((files: string[], options: { json?: true; at?: number; region?: string }) => {
      const report = checkPolicies(files, options.at ?? systemClock().now(), options.region);
      if (options.json) output.print(JSON.stringify(report, null, 2));
      else printReport(report, output);
      finish(report.problems.length === 0 ? 0 : 2);
    });
}

function parseInstant(text: string): number {
  const instantMs = Date.parse(text);
  // Without an offset it would mean another instant on another machine.
  if (Number.isNaN(instantMs) || !/(?:Z|[+-]\d\d:?\d\d)$|^\d{4}-\d\d-\d\d$/.test(text)) {
    throw new InvalidArgumentError('It is no instant such as 2026-11-21 or 2026-11-21T12:00:00Z.');
  }
  return instantMs;
}
