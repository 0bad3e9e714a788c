import { namedPolicySchema } from '../shared/domain/policy.ts';
import { captureLargeFleet, type LargeFleetFigures } from './bench-large-fleet.ts';
import { markdownTable } from './markdown.ts';

const instances = 10_000;

/** A section of docs/performance.md, its heading included. */
export async function fleetSection(): Promise<string[]> {
  console.error(`capturing ${instances} instances that are due in the same minute`);
  const policy = namedPolicySchema.parse({
    name: 'gold',
    schedule: { cron: '0 3 * * ? *' },
    capture: { concurrency: instances },
  });
  const figures = await captureLargeFleet(policy, instances);
  if (figures.captured !== instances || figures.images !== instances) {
    throw new Error(
      `${figures.images} images of ${figures.captured} instances were made, not ${instances} of as many.`,
    );
  }
  return [
    '## Ten thousand instances at once',
    `${instances} instances with two volumes each, due in the same minute, \`concurrency: ${instances}\`, each with exactly one complete image in the end. EC2's rates are those that it documents for an account and Region; the quotas of Step Functions are not modelled. A turn of 1.5 s for each: decisions/0025-one-after-the-other.md.`,
    markdownTable(['What', 'Figure'], rows(figures)),
    markdownTable(
      ['Call', 'Times', 'For each instance'],
      Object.entries(figures.calls)
        .filter(([, count]) => count >= instances / 2)
        .toSorted(([, left], [, right]) => right - left)
        .map(([operation, count]) => [operation, String(count), (count / instances).toFixed(1)]),
    ),
  ];
}

function rows({ seconds, unavoidable, asMade, throttled, standingSeconds, ...figures }: LargeFleetFigures): string[][] {
  const standing = standingSeconds.toSorted((left, right) => left - right);
  const alone = (whole: number): string => `${(seconds / whole).toFixed(1)} × that`;
  return [
    ['from the first to the last capture', hours(seconds)],
    [
      `at the least, as ${unavoidable.action} allows`,
      `${hours(unavoidable.seconds)}; the run takes ${alone(unavoidable.seconds)}`,
    ],
    [
      `at the least, with the looks that are made, as ${asMade.action} allows`,
      `${hours(asMade.seconds)}; the run takes ${alone(asMade.seconds)}`,
    ],
    ['calls that EC2 throttled', String(throttled)],
    [
      'an instance stands, from its stop to its start: median, worst',
      `${standing[standing.length >> 1]?.toFixed(0)} s, ${standing.at(-1)?.toFixed(0)} s`,
    ],
    ['state transitions', String(figures.transitions)],
    ['processor time of the simulation', `${figures.cpuSeconds.toFixed(0)} s`],
  ];
}

function hours(seconds: number): string {
  return `${(seconds / 3600).toFixed(1)} h`;
}
