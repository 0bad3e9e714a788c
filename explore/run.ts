import type { Fault } from '../simulator/faults.ts';
import { watchBlame } from './blameless.ts';
import { isDeed, outlastsAll } from './catalogue.ts';
import { watchDoubtfulStops } from './doubtful-stops.ts';
import type { ExploredWorld } from './explored-world.ts';
import { watchFalseWords } from './false-words.ts';
import { breachesIn, type Finding, finding, leftBehind } from './judge.ts';
import { retireLeftovers } from './leftovers.ts';
import { type News, watchNews } from './news.ts';
import { faultOf, type Placement } from './placements.ts';
import { type Recoveries, watchRecoveries } from './recoveries.ts';
import { recordSites, type Sites } from './sites.ts';
import { watchStanding } from './standing.ts';
import { build, executionsUnderWay, harmsIn, type Story } from './world.ts';

/** What came of one run. */
export interface Outcome {
  findings: Finding[];
  /** Its faults: of a drawn pair the second, too. */
  placements: readonly Placement[];
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
/** Faults that only let hours pass; what waits meanwhile may fail by it, and that is to be told. */
const delaying: ReadonlySet<string> = new Set(['clock-jumps', 'task-times-out', 'late-event']);
/** A fault that outlasts every Retry is lifted after so long at the latest: every run has given up once by then. */
const longestFaultHours = 30;

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
  const standing = watchStanding(account, story.witness.watch);
  const falseWords = watchFalseWords(account);
  const doubtful = watchDoubtfulStops(account, story.witness.watch);
  await world.prepare?.(story);

  const beganMs = clock.now();
  const policies = story.policies.map(({ name }) => name);
  const news = watchNews(story, { workflow: world.workflow, policies });
  const sites = recordSites(account.faults);
  const faults = placements.map(faultOf);
  const struck = watchStrikes(story, faults);
  const isFaultless = placements.length === 0;
  const blame = await watchBlame(story, { isFaultless, ...(world.fails && { fails: world.fails }) });
  const recoveries = watchRecoveries(story);
  for (const fault of faults) account.faults.add(fault);
  await world.begin(story);
  if (world.lastsHours !== undefined) await clock.run(beganMs + world.lastsHours * hourMs);
  if (placements.some(({ word }) => outlastsAll(word))) {
    await rest(story, longestFaultHours);
    account.faults.clear();
  }
  await rest(story);
  const found = sites.end();
  account.faults.clear();

  const findings: Finding[] = [];
  const lacking = world.lacking(story, beganMs);
  const mustTell = world.mustTell && !mayBeSilent(world, placements, news) && !isDeedAmongFaults(placements);
  if (lacking.length > 0 && mustTell && !news.isTold(lacking)) {
    findings.push(finding(story, 14, `Nobody was told: ${lacking.join(' ')}`));
  }
  const told = (what: string): boolean => news.isTold([what]);
  const left = (): Finding[] => leftBehind(story).filter((each) => !isTakenFromUs(each, placements, told));
  const leftByFaults = left();
  findings.push(...leftByFaults);
  const used = recoveries.seen();

  await converge(world, story, lacking.length > 0, findings);
  const isNew = ({ what }: Finding): boolean => leftByFaults.every((each) => each.what !== what);
  findings.push(...left().filter(isNew));
  findings.unshift(
    ...breachesIn(story.witness.watch, doubtful.excuses),
    ...standing.filter((each) => !isTakenFromUs(each, placements, told)),
    ...falseWords,
    ...blame,
  );
  look(story);
  return {
    findings,
    placements,
    struck: struck.count(),
    recoveries: { ...used, next: lacking.length > 0 },
    sites: isOfCaptures(world) ? found : { ...found, placements: found.placements.filter(({ word }) => !isDeed(word)) },
  };
}

/** Only they promise something of an instance whose owner acts in the middle; a rescue knows it by its lease alone. */
function isOfCaptures({ workflow }: ExploredWorld): boolean {
  return workflow === 'capture-images';
}

/** Whoever takes a lease away has to start the instance, if people hear of it: nobody of ours may (decision 0029). */
function isTakenFromUs(
  { invariant, what }: Finding,
  placements: readonly Placement[],
  isTold: (what: string) => boolean,
): boolean {
  return invariant === 1 && placements.some(({ word }) => word === 'lease-removed') && isTold(what);
}

/** With a fault beside it, some of what people do is told by nothing: docs/reliability.md. */
function isDeedAmongFaults(placements: readonly Placement[]): boolean {
  return placements.length > 1 && placements.some(({ word }) => isDeed(word));
}

/** Where all faults are silent; or some are or only delay, and the others were got over without any execution that failed. */
function mayBeSilent({ mayBeLate }: ExploredWorld, placements: readonly Placement[], news: News): boolean {
  const isSilent = ({ word }: Placement): boolean => silent.has(word);
  const isQuiet = (each: Placement): boolean => isSilent(each) || (mayBeLate === true && delaying.has(each.word));
  return placements.length > 0 && (placements.every(isSilent) || (placements.some(isQuiet) && !news.hasFailure()));
}

/** Lets everything come to its end, and then two looks of the rescue pass; or as much of it as so many hours see. */
async function rest(story: Story, mostHours = longestHours): Promise<void> {
  const { clock } = story;
  const beganMs = clock.now();
  const isOver = (): boolean => {
    const elapsedMs = clock.now() - beganMs;
    return elapsedMs > mostHours * hourMs || isAtRest(story, elapsedMs);
  };
  do {
    while (!isOver()) await clock.run(clock.now() + 5 * minuteMs);
    await clock.run(clock.now() + twoLooksMs);
  } while (!isOver());
}

function isAtRest(story: Story, elapsedMs: number): boolean {
  if (executionsUnderWay(story).length > 0) return false;
  return harmsIn(story).leases.length === 0 || elapsedMs > longestLeaseHours * hourMs;
}

/** Faults are over: after the next attempts nothing may be lacking, and what was left incomplete must have gone. */
async function converge(world: ExploredWorld, story: Story, wasLacking: boolean, findings: Finding[]): Promise<void> {
  let sinceMs = story.clock.now();
  let lacking = wasLacking ? world.lacking(story, sinceMs) : [];
  for (let attempt = 1; attempt <= world.attempts; attempt++) {
    sinceMs = story.clock.now();
    const broken = await world.again(story, attempt === 1 ? wasLacking : lacking.length > 0);
    for (const what of broken) findings.push(finding(story, 14, `Begun again: ${what}`));
    await rest(story);
    lacking = world.lacking(story, sinceMs);
    if (lacking.length === 0) break;
  }
  if (lacking.length > 0) findings.push(finding(story, 14, `After the faults: ${lacking.join(' ')}`));
  findings.push(...(await retireLeftovers(story)));
}

function watchStrikes({ account }: Story, faults: readonly Fault[]): { count: () => number } {
  const struck = new Set<Fault>();
  account.faults.onStrike((fault) => {
    if (faults.includes(fault)) struck.add(fault);
  });
  return { count: () => struck.size };
}
