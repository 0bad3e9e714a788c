import { visible } from '../../shared/domain/visible.ts';
import { describeProblem, InputError } from '../input-error.ts';
import { complainOf, type Output } from '../output.ts';
import type { CheckReport, PolicyReport } from './check.ts';
import { namedThings } from './names.ts';

/** Prints a report for people: valid policies with their runs, then what is wrong with the others. */
export function printReport({ policies, problems, warnings }: CheckReport, output: Output): void {
  for (const policy of policies) printPolicy(policy, output);
  complainOf(new InputError(problems), output);
  for (const warning of warnings) {
    output.complain(`${output.styleError('yellow', 'warning:')} ${describeProblem(warning)}`);
  }
}

function printPolicy(policy: PolicyReport, output: Output): void {
  const { style } = output;
  output.print(`${style('green', 'ok')} ${style('bold', policy.name)} ${style('dim', `(${policy.file})`)}`);
  if (policy.description !== undefined) output.print(`   ${visible(policy.description.trim())}`);
  const window = policy.flexibleMinutes > 0 ? `, within ${policy.flexibleMinutes} minutes` : '';
  output.print(`   ${policy.schedule} in ${policy.timezone}${window}`);
  const runs = (title: string, times: PolicyReport['nextRuns']): void => {
    for (const [index, { local, utc }] of times.entries()) {
      const label = (index === 0 ? title : '').padEnd(11);
      output.print(`   ${label}${spaced(local)}   ${style('dim', `${spaced(utc).replace(/Z$/, '')} UTC`)}`);
    }
  };
  runs('next runs', policy.nextRuns);
  if (policy.schedule.startsWith('rate(')) {
    output.print(
      `   ${''.padEnd(11)}${style('dim', 'a rate counts from its deployment; these runs are as if it were deployed now')}`,
    );
  }
  runs('retires', policy.retirement?.nextRuns ?? []);
  const named = namedThings(policy.names);
  for (const [index, [kind, name]] of named.entries()) {
    output.print(`   ${(index === 0 ? 'names' : '').padEnd(11)}${kind.padEnd(8)} ${name}`);
  }
  if (named.length > 0) {
    output.print(`   ${''.padEnd(11)}${style('dim', 'all of these must be there before it is deployed')}`);
  }
  for (const warning of policy.warnings) output.print(`   ${style('yellow', 'warning:')} ${warning}`);
  output.print('');
}

/** `2026-11-22T03:00:00+01:00` as `2026-11-22 03:00:00 +01:00` */
function spaced(iso: string): string {
  return iso.replace('T', ' ').replace(/(?=[+-]\d\d:\d\d$)/, ' ');
}
