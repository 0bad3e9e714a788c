import type { Finding } from '../judge.ts';
import { generate, type RandomWorld } from './generate.ts';
import { type Life, live } from './life.ts';
import { shrink } from './shrink.ts';
import { type Figures, noFigures } from './tally.ts';

/** One life of a random world. */
export interface LifeJob {
  seed: number;
  days: number;
  /** Numbers of what happens in it; by default all. */
  only?: readonly number[];
  /** Whether a breach is made as small as it can be. */
  shrinks: boolean;
}

export interface LifeOutcome {
  seed: number;
  days: number;
  servers: number;
  happenings: number;
  findings: Finding[];
  /** What had to happen for the breach, as numbers for a replay; none without a breach. */
  only: number[];
  /** In words what had to happen for the breach; without one all that happened. */
  causes: string[];
  /** What went on in it, until it ended; nothing where something fell over. */
  figures: Figures;
  /** What nobody would have thought of: the world itself fell over. What falls over within it is a finding. */
  thrown?: string;
}

/** Does one job, in a worker. */
export async function work({ seed, days, only, shrinks }: LifeJob): Promise<LifeOutcome> {
  const world = generate(seed, days);
  const happenings = only ? only.length : world.happenings.length;
  const facts = { seed, days, servers: world.servers.length, happenings };
  try {
    const life = await live(world, only && new Set(only));
    if (life.findings.length === 0) {
      return { ...facts, findings: [], only: [], causes: wordsOf(life), figures: life.figures };
    }
    const least = shrinks
      ? await shrink(world, life, (fewer) => live(world, fewer))
      : { life, only: only ?? numbersUntil(world, life) };
    const { findings } = least.life;
    return { ...facts, findings, figures: life.figures, only: [...least.only], causes: wordsOf(least.life) };
  } catch (error) {
    const thrown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...facts, findings: [], only: [], causes: [], figures: noFigures, thrown };
  }
}

function wordsOf({ happened }: Life): string[] {
  return happened.map(({ number, words }) => `${number}: ${words}`);
}

function numbersUntil({ happenings }: RandomWorld, { endedAtMs }: Life): number[] {
  return happenings.filter(({ atMs }) => atMs < endedAtMs).map(({ number }) => number);
}

/** The one command that shows a breach again. */
export function replayCommand({ seed, days, only }: Pick<LifeOutcome, 'seed' | 'days' | 'only'>): string {
  return `npm run explore -- --world-seed ${seed} --days ${days}${only.length === 0 ? '' : ` --only ${only.join(',')}`}`;
}
