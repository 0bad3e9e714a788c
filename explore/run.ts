import type { Fault } from '../simulator/faults.ts';
import type { ExploredWorld } from './explored-world.ts';
import { breachesIn, type Finding, finding, leftBehind, watchNews } from './judge.ts';
import { faultOf, type Placement } from './placements.ts';
import { type Recoveries, watchRecoveries } from './recoveries.ts';
import { recordSites, type Sites } from './sites.ts';
import { build, executionsUnderWay, harmsIn, type Story } from './world.ts';

/** What came of one run. */
export interface Outcome {
  findings: Finding[];
  /** How many of its faults struck. */
  struck: number;
  recoveries: Recoveries;
  sites: Sites;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** The rescue looks every five minutes: two looks. */
const twoLooksMs = 11 * minuteMs;
/** What is under way after so long does not end. */
const longestHours = 14 * 24;
/** The deadline of a lease lies some two days ahead where the instance waits for its image; a rescue needs hours at worst. */
const longestLeaseHours = 72;
/** Faults whose silence is AWS's own: nothing is left that could tell of them, but the next attempt must succeed. */
const silent: ReadonlySet<string> = new Set(['execution-lost', 'lost-event']);

/** What somebody may want to see of a run that is over: for a replay. */
export type Look = (story: Story) => void;

/** Runs a world with faults at those places, and judges what came of it. Without faults it tells where they could strike. */
export async function runWorld(
  world: ExploredWorld,
  placements: readonly Placement[],
  look: Look = () => {},
): Promise<Outcome> {
  const story = await build({ ...world.beginning, snapshotGraceMs: 90 * 24 * hourMs });
  const { account, clock } = story;
  await world.prepare?.(story);

  const beganMs = clock.now();
  const news = watchNews(story);
  const sites = recordSites(account.faults);
  const faults = placements.map(faultOf);
  const struck = watchStrikes(story, faults);
  const recoveries = watchRecoveries(story);
  for (const fault of faults) account.faults.add(fault);
  world.begin(story);
  if (world.lastsHours !== undefined) await clock.run(beganMs + world.lastsHours * hourMs);
  await rest(story);
  const found = sites.end();
  account.faults.clear();

  const findings: Finding[] = [];
  const lacking = world.lacking(story, beganMs);
  const mayBeSilent = placements.some(({ word }) => silent.has(word));
  if (lacking.length > 0 && world.mustTell && !mayBeSilent && !news.isTold()) {
    findings.push(finding(story, 14, `Nobody was told: ${lacking.join(' ')}`));
  }
  findings.push(...leftBehind(story));
  const used = recoveries.seen();

  await converge(world, story, lacking.length > 0, findings);
  findings.unshift(...breachesIn(story, world.mayBreak));
  look(story);
  return {
    findings,
    struck: struck.count(),
    recoveries: { ...used, next: lacking.length > 0 },
    sites: found,
  };
}

/** Lets everything come to its end, and then two looks of the rescue pass. */
async function rest(story: Story): Promise<void> {
  const { clock } = story;
  const beganMs = clock.now();
  do {
    while (!isAtRest(story, clock.now() - beganMs)) await clock.run(clock.now() + 5 * minuteMs);
    await clock.run(clock.now() + twoLooksMs);
  } while (!isAtRest(story, clock.now() - beganMs));
}

function isAtRest(story: Story, elapsedMs: number): boolean {
  if (elapsedMs > longestHours * hourMs) return true;
  if (executionsUnderWay(story).length > 0) return false;
  return harmsIn(story).leases.length === 0 || elapsedMs > longestLeaseHours * hourMs;
}

/** Faults are over: after the next attempts nothing may be lacking, and what was left incomplete must have gone. */
async function converge(world: ExploredWorld, story: Story, wasLacking: boolean, findings: Finding[]): Promise<void> {
  let sinceMs = story.clock.now();
  let lacking: string[] = [];
  for (let attempt = 1; attempt <= world.attempts; attempt++) {
    sinceMs = story.clock.now();
    await world.again(story, attempt === 1 ? wasLacking : lacking.length > 0);
    await rest(story);
    lacking = world.lacking(story, sinceMs);
    if (lacking.length === 0 && leftovers(story).length === 0) break;
  }
  if (world.attempts === 0 && wasLacking) lacking = world.lacking(story, sinceMs);
  if (lacking.length > 0) findings.push(finding(story, 14, `After the faults: ${lacking.join(' ')}`));
  await retireLeftovers(story);
  const left = leftovers(story);
  if (left.length > 0) findings.push(finding(story, 8, `Nothing takes away ${left.join(', ')}.`));
}

/** What is good for nothing: failed images, and snapshots without one. */
function leftovers(story: Story): string[] {
  const harms = harmsIn(story);
  return [...harms['failed images'], ...harms['snapshots without an image']];
}

/** Retirement is what takes them away: a snapshot is a week old before that is noted, and then waits for another. */
async function retireLeftovers(story: Story): Promise<void> {
  for (let day = 0; day < 20 && leftovers(story).length > 0; day++) {
    for (const { name } of story.policies) {
      story.stack.retire({ policy: name, scheduledAt: new Date(story.clock.now()).toISOString() });
    }
    await story.clock.run(story.clock.now() + 24 * hourMs);
  }
}

function watchStrikes({ account }: Story, faults: readonly Fault[]): { count: () => number } {
  const struck = new Set<Fault>();
  account.faults.onOccasion((_name, _occasion, fault) => {
    if (fault && faults.includes(fault)) struck.add(fault);
  });
  return { count: () => struck.size };
}
