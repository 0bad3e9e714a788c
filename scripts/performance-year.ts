import { simulateYear } from './bench-year.ts';
import { markdownTable, within } from './markdown.ts';
import { seconds } from './performance-captures.ts';

const budgetSeconds = 300;
const instances = 100;

/** A section of docs/performance.md, its heading included. */
export async function yearSection(): Promise<string[]> {
  console.error(`simulating a year of ${instances} instances`);
  const { captures, retired, problems, wallSeconds, cpuSeconds, stateTransitions, memoryMebibytes } =
    await simulateYear(instances);
  return [
    '## Speed of simulation',
    markdownTable(
      ['What', 'Figure', 'Budget'],
      [
        [
          `a year of ${instances} instances captured daily: ${captures} captures, ${retired} images retired, ${problems} problems`,
          within(seconds, wallSeconds, budgetSeconds),
          seconds(budgetSeconds),
        ],
        ['processor time of it', within(seconds, cpuSeconds, budgetSeconds), seconds(budgetSeconds)],
        ['one capture with its retirement', `${((1000 * wallSeconds) / captures).toFixed(1)} ms`, ''],
        ['state transitions a second', (stateTransitions / wallSeconds).toFixed(0), ''],
        ['largest memory of the process', `${memoryMebibytes.toFixed(0)} MiB`, ''],
      ],
    ),
  ];
}
