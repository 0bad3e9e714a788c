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
      excess: null,
      failed: {},
    },
  ]);
  expect(report.regions).toMatchObject([
    { region: 'eu-south-1', images: 3, copies: 0, leaving: 1, disabled: 0, incomplete: 0 },
    { region: 'eu-west-1', images: 3, copies: 3, leaving: 1, disabled: 0, incomplete: 0 },
  ]);
  expect(report.problems).toEqual([]);
  expect(printed(report)).toContain('gold  8  1  12  0  10  4 of 8  0  0');
  expect(printed(report).filter((line) => line.startsWith('gold: '))).toEqual([]);
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
  expect(printed(other)).toContain('gold  8  0  0  0  0  16 of 16  0  0');
  expect(printed(other)).toContain('gold: it retires nothing');
  expect(report.withoutRetirement).toMatchObject({ images: 16 });
  expect(report.withoutRetirement?.snapshotGigabytes).toBeCloseTo(gigabytes, 0);
  expect(report.withoutRetirement?.monthlyDollars).toBeCloseTo(gigabytes * 0.05, 1);
});

it('A policy that only reports takes nothing away, and the report says so', async () => {
  const report = await simulate(requestFor(retiring({ mode: 'report' }), 6));
  expect(report.retirements).toMatchObject([{ mode: 'report', outcomes: {}, images: 12, kept: 4 }]);
  expect(report.archives).toEqual([]);
  const lines = printed(report);
  expect(lines).toContain('gold  6  0  0  0  0  4 of 12  0  0');
  expect(lines.filter((line) => line.startsWith('gold: '))).toEqual([
    'gold: mode: report, so nothing was retired',
    'gold: in the last plan: would deprecate 8, archive 1',
  ]);
});

it('A policy that only reports is told what enforce would be refused for', async () => {
  const report = await simulate(requestFor(retiring({ mode: 'report', maxPerRun: 1 }), 4));
  expect(printed(report)).toContainEqual(
    expect.stringMatching(/^gold: enforce would be refused: 4 images would take a step, and /),
  );
});

it('What is done besides the steps is told with the meaning of its words', async () => {
  const shared = retiring({ steps: ['deprecate', 'disable', 'deregister'], graceDays: 4 });
  const lines = printed(await simulate(requestFor(shared, 8)));
  expect(lines).toContainEqual(expect.stringMatching(/^gold: besides, .*asked \d+/));
  expect(lines.filter((line) => line.startsWith('asked: '))).toEqual([
    'asked: EC2 was asked who else uses an image that is shared, before it is taken from them',
  ]);
});

it('Images at the end are all there are, and the others parts of them', async () => {
  const report = await simulate(
    requestFor(retiring({ steps: ['deprecate', 'disable', 'deregister'], graceDays: 2 }), 8),
  );
  for (const { images, copies, leaving, disabled, incomplete, region } of report.regions) {
    expect(disabled).toBeGreaterThan(0);
    expect(copies).toBe(region === 'eu-west-1' ? images : 0);
    expect(images).toBe(2 + leaving + disabled + incomplete);
  }
  const all = report.regions.reduce((sum, { images }) => sum + images, 0);
  const gone = report.retirements.reduce((sum, { outcomes }) => sum + (outcomes.deregistered ?? 0), 0);
  expect(report.withoutRetirement?.images ?? all).toBe(all + gone);
});

it('A retirement that stops at its caps is a problem, and is counted by its name', async () => {
  const report = await simulate(requestFor(retiring({ maxPerRun: 1 }), 4));
  expect(report.retirements).toMatchObject([{ outcomes: {}, failed: { BlastRadiusExceeded: 2 } }]);
  expect(report.problems.map(({ at, what }) => [at.slice(0, 10), what])).toEqual([
    ['2026-11-29', 'the retirement of gold ended FAILED BlastRadiusExceeded'],
    ['2026-11-30', 'the retirement of gold ended FAILED BlastRadiusExceeded'],
  ]);
  expect(report.problems[0]?.message).toContain('2 images would take a step, and 1 may: that needs a maxPerRun of 2');
  const lines = printed(report);
  expect(lines).toContain('gold  4  0  0  0  0  4 of 8  0  2');
  expect(lines).toContain('gold: failed runs: BlastRadiusExceeded 2');
  expect(lines).toContain('gold: in the last plan: would deprecate 4');
  expect(lines).toContainEqual(expect.stringMatching(/^gold: its last run was refused: 4 images would take a step/));
  const wrong = lines.slice(lines.indexOf('What went wrong') + 1);
  expect(wrong).toEqual([
    expect.stringMatching(/ended FAILED BlastRadiusExceeded: .*\(and 1 like it, until 2026-11-30\)$/),
  ]);
});
