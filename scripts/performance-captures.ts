import { type NamedPolicy, namedPolicySchema } from '../shared/domain/policy.ts';
import { type CaptureFigures, captureOnce } from './bench-world.ts';
import { markdownTable } from './markdown.ts';

const instances = 40;
/** What an image takes, and each copy of it. */
export const durations = [
  { label: '5 minutes', minutes: 5 },
  { label: '1 hour', minutes: 60 },
  { label: '20 hours', minutes: 1200 },
];
const worstAddedSeconds = 10;
const transitionBudgets: Readonly<Record<string, number>> = { '1 hour': 300, '20 hours': 900 };

/** A section of docs/performance.md, its heading included. Throws where an instance stands longer than the budget. */
export async function downtimeSection(): Promise<string[]> {
  const rows: string[][] = [];
  for (const { label, minutes } of durations) {
    console.error(`capturing ${instances} instances, images of ${label}`);
    const ours = await captureOnce(gold({}), instances, minutes);
    const waiting = await captureOnce(gold({ capture: { restartWhen: 'image-available' } }), instances, minutes);
    const worst = Math.max(...ours.addedSeconds);
    if (worst > worstAddedSeconds) throw new Error(`An instance stands ${worst} s for us, not ${worstAddedSeconds} s.`);
    const longer = ratio(median(waiting.addedSeconds), median(ours.addedSeconds));
    rows.push([label, spread(ours), spread(waiting), longer]);
  }
  return [
    '## Downtime that we add',
    `From the moment an instance is \`stopped\` to the call that starts it: ${instances} simulated instances with two volumes each, seed 1. The budget is ${worstAddedSeconds} s at worst, whatever the image takes. Beside it the same world when the instance waits for its image (\`restartWhen: image-available\`).`,
    markdownTable(['Image takes', 'Ours: median, worst', 'Waiting: median, worst', 'Waiting is longer by'], rows),
  ];
}

/** A section of docs/performance.md, its heading included. */
export async function captureCostsSection(): Promise<string[]> {
  const policy = gold({ copies: [{ region: 'eu-west-2' }, { region: 'eu-north-1' }] });
  const rows: string[][] = [];
  for (const { label, minutes } of durations) {
    const { transitionsPerCapture, ec2CallsPerCapture } = await captureOnce(policy, instances, minutes);
    rows.push([
      label,
      transitionsPerCapture.toFixed(0),
      String(transitionBudgets[label] ?? 'none'),
      ec2CallsPerCapture.toFixed(0),
      fixedPolls(3, minutes, transitionsPerCapture),
    ]);
  }
  return [
    '## What a capture costs',
    'State transitions and EC2 calls of one capture with copies to two Regions, each step taking as long as the image. Beside them the transitions that looking every 30 seconds would take for the image and its copies alone: three for each look (Wait, Task, Choice).',
    markdownTable(['Each step takes', 'Transitions', 'Budget', 'EC2 calls', 'Transitions, looking every 30 s'], rows),
  ];
}

/** Three transitions for each look: Wait, Task, Choice. */
export function fixedPolls(things: number, minutes: number, transitions: number): string {
  const fixed = 3 * things * ((minutes * 60) / 30);
  return `${fixed} (${ratio(fixed, transitions)})`;
}

/** Seconds for people: hours where there are hours. */
export function seconds(value: number): string {
  return value >= 3600
    ? `${(value / 3600).toFixed(1)} h`
    : value >= 600
      ? `${(value / 60).toFixed(0)} min`
      : `${value.toFixed(1)} s`;
}

function gold(fields: Record<string, unknown>): NamedPolicy {
  return namedPolicySchema.parse({ name: 'gold', schedule: { cron: '0 3 * * ? *' }, ...fields });
}

function spread({ addedSeconds }: CaptureFigures): string {
  return `${seconds(median(addedSeconds))}, ${seconds(Math.max(...addedSeconds))}`;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[numbers.length >> 1] ?? Number.NaN;
}

function ratio(larger: number, smaller: number): string {
  return `${(larger / smaller).toFixed(larger / smaller >= 10 ? 0 : 1)} ×`;
}
