import { table } from '../table.ts';
import { plural, reasonsOf } from './phrases.ts';
import type { Report } from './report.ts';
import type { RetirementReport } from './retirement-report.ts';
import { actionsText, outcomeWords } from './retirement-words.ts';

const steps = ['archived', 'deprecated', 'disabled', 'deregistered'] as const;

/** What became of the images that are no longer wanted, one line for each policy. */
export function retirementLines({ retirements }: Report): string[] {
  const columns = [
    { title: 'Policy' },
    { title: 'Runs', right: true },
    { title: 'Archived', right: true },
    { title: 'Deprecated', right: true },
    { title: 'Disabled', right: true },
    { title: 'Deregistered', right: true },
    { title: 'Kept at the end', right: true },
    { title: 'by a use alone', right: true },
    { title: 'Failed', right: true },
  ];
  const rows = table(
    columns,
    retirements.map((retirement) => [
      retirement.policy,
      String(retirement.runs),
      ...steps.map((step) => String(retirement.outcomes[step] ?? 0)),
      `${retirement.kept} of ${retirement.images}`,
      String(retirement.heldByUse),
      String(Object.values(retirement.failed).reduce((total, count) => total + count, 0)),
    ]),
  );
  const besides = new Set(retirements.flatMap(({ outcomes }) => Object.keys(otherOutcomes(outcomes))));
  return [
    ...rows,
    'Steps are counted over all runs; what is kept at the end is of the last plan',
    ...retirements.flatMap(remarksOn),
    ...Object.entries(outcomeWords).flatMap(([outcome, words]) =>
      besides.has(outcome) ? [`${outcome}: ${words}`] : [],
    ),
  ];
}

function remarksOn({ policy, mode, outcomes, withheld, excess, failed }: RetirementReport): string[] {
  const modes = { none: 'it retires nothing', report: 'mode: report, so nothing was retired', enforce: '' };
  const wouldBe = actionsText(withheld);
  const others = reasonsOf(otherOutcomes(outcomes));
  return [
    modes[mode],
    others === '' ? '' : `besides, ${others}`,
    Object.keys(failed).length === 0 ? '' : `failed runs: ${reasonsOf(failed)}`,
    wouldBe === '' ? '' : `in the last plan: would ${wouldBe}`,
    excess === null ? '' : `${mode === 'report' ? 'enforce would be refused' : 'its last run was refused'}: ${excess}`,
  ].flatMap((remark) => (remark === '' ? [] : [`${policy}: ${remark}`]));
}

function otherOutcomes(outcomes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(outcomes).filter(([outcome]) => !steps.some((step) => step === outcome)));
}

/** What is stored at the end, and what it costs. */
export function storageLines({ regions, archives, withoutRetirement }: Report): string[] {
  const lines = table(
    [
      { title: 'Region' },
      { title: 'Images', right: true },
      { title: 'of them copies', right: true },
      { title: 'leaving', right: true },
      { title: 'disabled', right: true },
      { title: 'incomplete', right: true },
      { title: 'Snapshots', right: true },
      { title: 'List price', right: true },
    ],
    regions.map((region) => [
      region.region,
      String(region.images),
      String(region.copies),
      String(region.leaving),
      String(region.disabled),
      String(region.incomplete),
      gigabytes(region.snapshotGigabytes),
      aMonth(region.monthlyDollars),
    ]),
  );
  const archived = archives.map(
    ({ bucket, storageClass, images, gigabytes: size, monthlyDollars }) =>
      `${images} ${plural('archive', images)} in s3://${bucket} (${storageClass}): ${gigabytes(size)}, ${aMonth(monthlyDollars)}`,
  );
  if (!withoutRetirement) return [...lines, ...archived];
  const { images, snapshotGigabytes, monthlyDollars } = withoutRetirement;
  const saved = `Had nothing been retired: ${images} images, ${gigabytes(snapshotGigabytes)}, ${aMonth(monthlyDollars)}`;
  return [...lines, ...archived, saved];
}

function gigabytes(size: number): string {
  return `${size.toFixed(0)} GB`;
}

function aMonth(dollars: number): string {
  return `$${dollars.toFixed(2)} a month`;
}
