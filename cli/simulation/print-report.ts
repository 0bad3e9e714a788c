import { visible } from '../../shared/domain/visible.ts';
import { prices } from '../../simulator/prices.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';
import { few, plural, reasonsOf, sum } from './phrases.ts';
import { rescueLines } from './print-rescues.ts';
import { retirementLines, storageLines } from './print-retirement.ts';
import { problemLines } from './problem-lines.ts';
import type { InstanceReport, Report } from './report.ts';

/** Prints what a simulation came to, for a person. */
export function printReport(report: Report, output: Output): void {
  const heading = (text: string): void => {
    output.print(`\n${output.style('bold', text)}`);
  };
  const lines = (all: readonly string[], paint = (line: string): string => line): void => {
    for (const line of all) output.print(`  ${paint(visible(line))}`);
  };

  const { days, accountId, region, from, until, seed } = report;
  output.print(
    `${days} days of account ${accountId} in ${region}, ${from.slice(0, 10)} to ${until.slice(0, 10)}, seed ${seed}`,
  );
  heading('What was left out of the simulation');
  lines(leftOutLines(report));
  const noted = noteLines(report);
  if (noted.length > 0) heading('What was noted in the account');
  lines(noted);
  heading('Policies');
  lines(policyLines(report));
  heading('Instances');
  lines(instanceLines(report));
  const rescued = rescueLines(report);
  if (rescued.length > 0) heading('Rescues');
  lines(rescued);
  heading('Retirement');
  lines(retirementLines(report));
  heading('Images at the end');
  lines(storageLines(report));
  heading('What is assumed');
  lines(assumptions);
  heading('What went wrong');
  const problems = problemLines(report.problems);
  if (problems.length > 0) lines(problems, (line) => output.style('red', line));
  else lines(['nothing']);
}

const assumptions = [
  'The keys, topics, Regions and buckets that policies name exist. Times, and how much of a volume changes, are drawn from the seed.',
  `Prices are for storage alone, at list prices of us-east-1: $${prices.snapshotGigabyteMonth} for a GB of snapshots and month; objects by class.`,
  'Nobody uses an image but what the account shows: its instances, launch templates and Auto Scaling groups.',
];

function leftOutLines({ leftOut }: Report): string[] {
  const told = leftOut.map(({ what, reason, count, examples, mend }) =>
    [`${count} ${plural(what, count)}: ${reason}`, ` (${few(examples, count)})`, mend ? `; ${mend}` : ''].join(''),
  );
  return told.length > 0 ? told : ['nothing'];
}

/** What is simulated all the same, with something assumed. */
function noteLines({ notes }: Report): string[] {
  return notes.map(({ note, count, examples }) =>
    examples.length > 0 ? `${note}: ${count} (${few(examples, count)})` : note,
  );
}

function policyLines({ policies, untagged }: Report): string[] {
  const rows = policies.map(({ policy, runs, selected, captured, skipped, failed }) => [
    policy,
    String(runs),
    String(selected),
    String(captured),
    String(sum(skipped)),
    String(sum(failed)),
    reasonsOf({ ...skipped, ...failed }),
  ]);
  const columns = [
    { title: 'Policy' },
    { title: 'Runs', right: true },
    { title: 'Instances', right: true },
    { title: 'Captured', right: true },
    { title: 'Skipped', right: true },
    { title: 'Failed', right: true },
    { title: 'Why' },
  ];
  return [
    ...table(columns, rows),
    `${untagged.length} ${plural('instance', untagged.length)} under no policy${untagged.length > 0 ? ` (${few(untagged.slice(0, 3), untagged.length)})` : ''}`,
  ];
}

function instanceLines({ captures }: Report): string[] {
  if (captures.length === 0) return ['none was selected'];
  const columns = [
    { title: 'Instance' },
    { title: 'Name' },
    { title: 'Policy' },
    { title: 'Captured', right: true },
    { title: 'Down: median', right: true },
    { title: 'worst', right: true },
    { title: 'How, and why' },
  ];
  return [
    ...table(columns, captures.map(instanceRow)),
    'Down: from our stop or reboot until the instance runs and its status checks pass',
    ...captures.flatMap(({ instanceId, notices }) => notices.map((notice) => `${instanceId}: ${notice}`)),
  ];
}

function instanceRow(instance: InstanceReport): string[] {
  const { downtimeSeconds: downtime } = instance;
  return [
    instance.instanceId,
    instance.name,
    instance.policies.join(' '),
    String(instance.captured),
    downtime ? `${downtime.median.toFixed(0)} s` : 'never',
    downtime ? `${downtime.worst.toFixed(0)} s` : '',
    reasonsOf({
      ...instance.reasons,
      ...(instance.failed > 0 ? { failed: instance.failed } : {}),
      ...(instance.incomplete > 0 ? { 'not complete': instance.incomplete } : {}),
    }),
  ];
}
