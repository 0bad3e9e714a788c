import { seededRandom } from '../simulator/random.ts';
import type { SiteKind } from './catalogue.ts';
import { type Job, jobText } from './jobs.ts';
import type { Finding } from './judge.ts';
import { share } from './pool.ts';
import type { Outcome } from './run.ts';
import { statesWithCatch } from './states-with-catch.ts';
import { worldNamed } from './worlds.ts';

export interface ExplorationOptions {
  /** Names of worlds. */
  worlds: readonly string[];
  /** Only every nth placement, from the first on. */
  every: number;
  /** How many runs with two faults there are, over all worlds. */
  pairs: number;
  seed: number;
  workers: number;
  /** Modules that each worker imports first. */
  before?: readonly URL[];
  /** @param share of the runs that are done, from 0 to 1; @param broken how many runs broke a promise so far */
  onProgress?: (share: number, broken: number) => void;
}

/** A run in which something was that must never be. */
export interface Breach {
  job: string;
  findings: Finding[];
}

/** What was explored of one world. */
export interface ExploredOf {
  world: string;
  workflow: string;
  /** Where faults can strike, in a run without any. What breaks in that run is not explored further. */
  sites: Record<SiteKind, number>;
  /** How many placements there are in all. */
  placements: number;
  single: number;
  pairs: number;
  breaches: number;
  /** Runs by what brought them through. */
  recoveries: { sdkRetry: number; retry: number; caught: number; rescue: number; next: number };
}

export interface Exploration {
  worlds: ExploredOf[];
  /** Single runs by the fault's word. */
  faults: { word: string; runs: number; breaches: number }[];
  /** States whose Catch was entered, with the number of runs. */
  caught: { state: string; runs: number }[];
  /** States with a Catch that no run entered, of the workflows of these worlds: nobody has seen what comes of it. */
  neverCaught: string[];
  /** Single runs in which the fault did not strike, and pairs of which not both did: the run had gone another way. */
  missed: { single: string[]; pairs: string[] };
  breaches: Breach[];
}

const jobs = new URL('jobs.ts', import.meta.url);

/** Explores worlds: a run without faults tells where they can strike; then one run for each placement, and for each pair. */
export async function explore(options: ExplorationOptions): Promise<Exploration> {
  const { worlds, every, pairs, seed, workers, before = [], onProgress } = options;
  const dry = await share<Job, Outcome>({
    module: jobs,
    jobs: worlds.map((world) => ({ world, placements: [] })),
    workers,
    before,
  });
  const found = worlds.map((world, index) => ({ world, sites: dry[index]?.sites, findings: dry[index]?.findings }));
  // What breaks without any fault breaks with each of them, and may not even come to an end.
  const single = found.flatMap(({ world, sites, findings = [] }) =>
    findings.length > 0 ? [] : (sites?.placements ?? []).map((placement): Job => ({ world, placements: [placement] })),
  );
  const chosen = [...single.filter((_, index) => index % every === 0), ...pairsOf(single, pairs, seed)];
  let broken = found.filter(({ findings = [] }) => findings.length > 0).length;
  const outcomes = await share<Job, Outcome>({
    module: jobs,
    jobs: chosen,
    workers,
    before,
    onDone: ({ result }, done) => {
      if (result.findings.length > 0) broken++;
      onProgress?.(done / chosen.length, broken);
    },
  });
  const runs = chosen.flatMap((job, index) => {
    const outcome = outcomes[index];
    return outcome ? [{ job: { world: job.world, placements: outcome.placements }, outcome }] : [];
  });
  return {
    worlds: found.map((each) => exploredOf(each, runs)),
    faults: byFault(runs),
    caught: byState(runs),
    neverCaught: neverCaughtIn(worlds, runs),
    missed: { single: missedOf(runs, 1), pairs: missedOf(runs, 2) },
    breaches: [
      ...found.map(({ world, findings = [] }) => ({ job: world, findings })),
      ...runs.map(({ job, outcome }) => ({ job: jobText(job), findings: outcome.findings })),
    ].filter(({ findings }) => findings.length > 0),
  };
}

interface Run {
  job: Job;
  outcome: Outcome;
}

/** A pair whose first fault changed all that came after may have had no place for its second. */
function missedOf(runs: readonly Run[], faults: number): string[] {
  const own = runs.filter(({ job }) => (job.placements.length > 1 ? 2 : 1) === faults);
  return own.filter(({ outcome }) => outcome.struck < faults).map(({ job }) => jobText(job));
}

/** One placement each, the worlds in turn, and what decides where in that run the second fault strikes. */
function pairsOf(single: readonly Job[], count: number, seed: number): Job[] {
  const byWorld = [...Map.groupBy(single, ({ world }) => world)];
  const random = seededRandom(seed).stream('pairs');
  return Array.from({ length: byWorld.length === 0 ? 0 : count }, (_, index): Job => {
    const [world, ofWorld] = byWorld[index % byWorld.length] ?? ['', []];
    const first = ofWorld[Math.floor(random.between(0, ofWorld.length))];
    return { world, placements: first?.placements ?? [], draw: random.fraction() };
  });
}

/** A world's run without faults. */
interface DryRun {
  world: string;
  sites: Outcome['sites'] | undefined;
  findings: readonly Finding[] | undefined;
}

function exploredOf({ world, sites, findings = [] }: DryRun, runs: readonly Run[]): ExploredOf {
  const own = runs.filter(({ job }) => job.world === world);
  const having = (is: (outcome: Outcome) => boolean): number => own.filter(({ outcome }) => is(outcome)).length;
  return {
    world,
    workflow: worldNamed(world).workflow,
    sites: sites?.counts ?? { call: 0, invocation: 0, event: 0 },
    placements: sites?.placements.length ?? 0,
    single: own.filter(({ job }) => job.placements.length === 1).length,
    pairs: own.filter(({ job }) => job.placements.length > 1).length,
    breaches: having((outcome) => outcome.findings.length > 0) + (findings.length > 0 ? 1 : 0),
    recoveries: {
      sdkRetry: having(({ recoveries }) => recoveries.sdkRetry),
      retry: having(({ recoveries }) => recoveries.retry),
      caught: having(({ recoveries }) => recoveries.caught.length > 0),
      rescue: having(({ recoveries }) => recoveries.rescue),
      next: having(({ recoveries }) => recoveries.next),
    },
  };
}

function neverCaughtIn(worlds: readonly string[], runs: readonly Run[]): string[] {
  const caught = new Set(runs.flatMap(({ outcome }) => outcome.recoveries.caught));
  const workflows = [...new Set(worlds.map((world) => worldNamed(world).workflow))].sort();
  return workflows
    .flatMap((workflow) => statesWithCatch(workflow).map((state) => `${workflow} ${state}`))
    .filter((state) => !caught.has(state));
}

function byFault(runs: readonly Run[]): Exploration['faults'] {
  const single = runs.filter(({ job }) => job.placements.length === 1);
  return [...Map.groupBy(single, ({ job }) => job.placements[0]?.word ?? '')].map(([word, own]) => ({
    word,
    runs: own.length,
    breaches: own.filter(({ outcome }) => outcome.findings.length > 0).length,
  }));
}

function byState(runs: readonly Run[]): Exploration['caught'] {
  const states = runs.flatMap(({ outcome }) => outcome.recoveries.caught);
  return [...Map.groupBy(states, (state) => state)]
    .map(([state, all]) => ({ state, runs: all.length }))
    .sort((left, right) => (left.state < right.state ? -1 : 1));
}
