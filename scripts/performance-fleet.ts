import { namedPolicySchema } from '../shared/domain/policy.ts';
import {
  breachesOf,
  captureLargeFleet,
  type LargeFleetFigures,
  leastSeconds,
  leastSecondsUntilStart,
  median,
  mostTimesTheLeast,
  quotas,
} from './bench-large-fleet.ts';
import { markdownTable } from './markdown.ts';

const instances = 10_000;

/** A section of docs/performance.md, its heading included. Throws where the run is not within its budgets. */
export async function fleetSection(): Promise<string[]> {
  console.error(`capturing ${instances} instances that are due in the same minute`);
  const policy = namedPolicySchema.parse({
    name: 'gold',
    schedule: { cron: '0 3 * * ? *' },
    capture: { concurrency: instances },
  });
  const figures = await captureLargeFleet(policy, instances);
  const table = markdownTable(['What', 'Figure', 'Budget'], rows(figures));
  const breaches = breachesOf(figures);
  if (breaches.length > 0) throw new Error(`The captures of ${instances} instances: ${breaches.join(' ')}\n${table}`);
  return [
    '## Ten thousand instances at once',
    `${instances} instances with two volumes each, due in the same minute, \`concurrency: ${instances}\`, each with exactly one complete image in the end. EC2's rates and Step Functions' rate of starting children are those that they document for an account and Region; the other quotas are compared with. A turn of 0.7 s for each: decisions/0025-one-after-the-other.md.`,
    'EC2 starts two instances a second in an account and Region. What is started last has stood still before, and has its image to wait for yet, which no bucket governs: so long the last capture takes by itself. Both are the least that can be had.',
    table,
    markdownTable(
      ['Call', 'Times', 'For each instance'],
      Object.entries(figures.calls)
        .filter(([, count]) => count >= instances / 2)
        .toSorted(([, left], [, right]) => right - left)
        .map(([operation, count]) => [operation, String(count), (count / instances).toFixed(1)]),
    ),
  ];
}

function rows(figures: LargeFleetFigures): string[][] {
  const { seconds, unavoidable, asMade, captureSeconds, lastStartSeconds, throttled } = figures;
  const least = leastSeconds(figures);
  const leastUntilStart = leastSecondsUntilStart(figures);
  const standing = figures.standingSeconds.toSorted((left, right) => left - right);
  const times = (whole: number, part: number): string => `${(whole / part).toFixed(2)} × that`;
  const refused = Object.values(throttled).reduce((sum, count) => sum + count, 0);
  return [
    ['until the last instance was started again', hours(lastStartSeconds), ''],
    [
      `at the least: ${instances} ${unavoidable.action}, and one standstill`,
      `${hours(leastUntilStart)}; it takes ${times(lastStartSeconds, leastUntilStart)}`,
      `${mostTimesTheLeast} ×`,
    ],
    ['until the last image was complete', hours(seconds), ''],
    [
      `at the least: ${instances} ${unavoidable.action}, and the last capture by itself`,
      `${hours(unavoidable.seconds)} + ${hours(captureSeconds.last)}; it takes ${times(seconds, least)}`,
      `${mostTimesTheLeast} ×`,
    ],
    [
      `the same with a capture of the median instead, with ${unavoidable.action} alone`,
      `${times(seconds, unavoidable.seconds + captureSeconds.median)}, ${times(seconds, unavoidable.seconds)}`,
      '',
    ],
    [
      `at the least, with the looks that are made, as ${asMade.action} allows`,
      `${hours(asMade.seconds)}; it takes ${times(seconds, asMade.seconds)}`,
      '',
    ],
    ['starts that EC2 throttled', `${refused} of ${figures.calls['ec2:StartInstances']}`, ''],
    ['the longest until such a start succeeded', `${figures.worstRefusalSeconds.toFixed(1)} s`, '10 s'],
    ['other calls that EC2 throttled', '0', '0'],
    [
      'an instance stands, from its stop to its start: median, worst',
      `${median(standing).toFixed(0)} s, ${standing.at(-1)?.toFixed(0)} s`,
      '',
    ],
    ['state transitions', String(figures.transitions), ''],
    [
      'state transitions in one second, at most',
      String(figures.mostTransitionsInASecond),
      `${quotas.transitionsInASecond} (5,000 in the largest Regions)`,
    ],
    ['functions at work at once, at most', String(figures.mostFunctionsAtWork), String(quotas.functionsAtWork)],
    ['processor time of the simulation', `${figures.cpuSeconds.toFixed(0)} s`, ''],
  ];
}

function hours(seconds: number): string {
  return `${(seconds / 3600).toFixed(2)} h`;
}
