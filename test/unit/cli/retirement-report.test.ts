import { expect, it } from 'vitest';
import { printReport } from '../../../cli/simulation/print-report.ts';
import type { Report } from '../../../cli/simulation/report.ts';
import { simulate } from '../../../cli/simulation/simulate.ts';
import { collected, requestFor, retiring } from './retiring-account.ts';

function printed(report: Report): string[] {
  const { output, lines } = collected();
  printReport(report, output);
  return lines.map((line) => line.trim().replaceAll(/ {2,}/g, '  '));
}

it('Every step of every image is counted, and what is left at the end is told', async () => {
  const report = await simulate(requestFor(retiring(), 8));
  // Of the eight images of each Region the last two are wanted, one is deprecated and five are gone.
  expect(report.retirements).toEqual([
    {
      policy: 'gold',
      mode: 'enforce',
      runs: 8,
      outcomes: { deprecated: 12, archived: 1, deregistered: 10 },
      images: 8,
      kept: 4,
      heldByUse: 0,
      withheld: {},
      failed: {},
    },
  ]);
  expect(report.regions).toMatchObject([
    { region: 'eu-south-1', images: 3, copies: 0, leaving: 1, disabled: 0, incomplete: 0 },
    { region: 'eu-west-1', images: 3, copies: 3, leaving: 1, disabled: 0, incomplete: 0 },
  ]);
  expect(report.problems).toEqual([]);
  expect(printed(report)).toContain('gold  8  1  12  0  10  4 of 8  0  0');
});

it('Archives are told by bucket and storage class, at the price of their class', async () => {
  const report = await simulate(requestFor(retiring(), 8));
  const [archive] = report.archives;
  expect(report.archives).toMatchObject([{ bucket: 'archives', storageClass: 'DEEP_ARCHIVE', images: 1 }]);
  expect(archive?.gigabytes).toBeGreaterThan(15);
  expect(archive?.monthlyDollars).toBeCloseTo((archive?.gigabytes ?? 0) * 0.00099, 6);
  expect(printed(report).find((line) => line.startsWith('1 archive in s3://archives (DEEP_ARCHIVE): '))).toBeDefined();
});

it('What there would be without retirement is what there is without retirement', async () => {
  const { retain, archive, retire, ...captureOnly } = retiring();
  const report = await simulate(requestFor(retiring(), 8));
  const other = await simulate(requestFor(captureOnly, 8));
  const gigabytes = other.regions.reduce((sum, { snapshotGigabytes }) => sum + snapshotGigabytes, 0);
  expect([retain, archive, retire]).not.toContain(undefined);
  expect(other.withoutRetirement).toBeNull();
  expect(other.retirements).toMatchObject([{ mode: 'none', runs: 8, outcomes: {} }]);
  expect(printed(other)).toContain('gold  8  0  0  0  0  16 of 16  0  0  it retires nothing');
  expect(report.withoutRetirement).toMatchObject({ images: 16 });
  expect(report.withoutRetirement?.snapshotGigabytes).toBeCloseTo(gigabytes, 0);
  expect(report.withoutRetirement?.monthlyDollars).toBeCloseTo(gigabytes * 0.05, 1);
});

it('A policy that only reports takes nothing away, and the report says so', async () => {
  const report = await simulate(requestFor(retiring({ mode: 'report' }), 6));
  expect(report.retirements).toMatchObject([{ mode: 'report', outcomes: {}, images: 12, kept: 4 }]);
  expect(report.archives).toEqual([]);
  expect(printed(report)).toContain(
    'gold  6  0  0  0  0  4 of 12  0  0  mode: report, so nothing was retired, would deprecate 8, would archive 1',
  );
});

it('A retirement that stops at its caps is a problem, and is counted by its name', async () => {
  const report = await simulate(requestFor(retiring({ maxPerRun: 1 }), 4));
  expect(report.retirements).toMatchObject([{ outcomes: {}, failed: { BlastRadiusExceeded: 2 } }]);
  expect(report.problems.map(({ at, what }) => [at.slice(0, 10), what])).toEqual([
    ['2026-11-29', 'the retirement of gold ended FAILED BlastRadiusExceeded'],
    ['2026-11-30', 'the retirement of gold ended FAILED BlastRadiusExceeded'],
  ]);
  expect(report.problems[0]?.message).toContain('2 images would take a step, and maxPerRun is 1');
  expect(printed(report)).toContain('gold  4  0  0  0  0  4 of 8  0  2  would deprecate 4, BlastRadiusExceeded 2');
});
