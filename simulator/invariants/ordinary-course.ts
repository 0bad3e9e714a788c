import type { RetirementRules, RetirementStep } from './retirement.ts';

/** An image, as far as its tags date it; NaN where they do not. */
export interface Dated {
  region: string;
  source: string;
  madeMs: number;
  /** When it took its first step. */
  begunMs: number;
  /** Its last step, and when it was. */
  rung: { step: string; atMs: number };
}

interface Times {
  nowMs: number;
  betweenMs: number;
}

const dayMs = 86_400_000;
/** Runs that were missed for so long may be made up for at once. */
const missedMs = 7 * dayMs;
/** A grace counts two hours as past that are not. */
const toleranceMs = 2 * 3_600_000;

/** How many images may take the same step because as many came: one goes for each, once it is known that no run let it go. */
export function ordinaryIn(
  images: readonly Dated[],
  rules: RetirementRules,
  times: { nowMs: number; daysBetweenRuns: number },
): number {
  const { nowMs } = times;
  const betweenMs = times.daysBetweenRuns * dayMs;
  const ofRegions = [...Map.groupBy(images, ({ region }) => region).values()].map((regional) => {
    const begunMs = lastOf(regional);
    const lineages = [...Map.groupBy(regional, ({ source }) => source).values()];
    const ofSteps = [undefined, ...rules.steps.slice(0, -1)].map((previous) => {
      const counts = lineages.map((lineage) =>
        previous === undefined
          ? arrived(lineage, lastOf(lineage) ?? begunMs, { nowMs, betweenMs })
          : following(lineage, previous, { nowMs, betweenMs, graceMs: rules.graceDays * dayMs }),
      );
      return sum(counts);
    });
    return Math.max(0, ...ofSteps);
  });
  return sum(ofRegions);
}

/** Made since the last run by the schedule, or since the last that let an image of the lineage begin. */
function arrived(lineage: readonly Dated[], begunMs: number | undefined, { nowMs, betweenMs }: Times): number {
  const sinceRunMs = nowMs - betweenMs;
  const sinceMs = begunMs === undefined ? sinceRunMs : Math.min(sinceRunMs, Math.max(begunMs, sinceRunMs - missedMs));
  return lineage.filter(({ madeMs }) => madeMs > sinceMs).length;
}

/** Those whose grace ended lately, at most as many as might have begun together. */
function following(
  lineage: readonly Dated[],
  previous: RetirementStep,
  { nowMs, betweenMs, graceMs }: Times & { graceMs: number },
): number {
  const spanMs = betweenMs + missedMs;
  const endings = lineage
    .filter(({ rung }) => rung.step === previous)
    .map(({ rung }) => rung.atMs + graceMs)
    .filter((endsMs) => endsMs > nowMs - spanMs && endsMs <= nowMs + toleranceMs);
  const begunMs = Math.max(...endings) - graceMs;
  const most = lineage.filter(({ madeMs }) => madeMs <= begunMs && begunMs - madeMs < spanMs).length;
  return Math.min(endings.length, most);
}

function lastOf(images: readonly Dated[]): number | undefined {
  const begun = images.map(({ begunMs }) => begunMs).filter((begunMs) => !Number.isNaN(begunMs));
  return begun.length > 0 ? Math.max(...begun) : undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
