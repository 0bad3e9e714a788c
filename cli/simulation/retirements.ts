import * as z from 'zod';
import type { ItemResult, RunFiles } from './run-files.ts';

const planSchema = z.object({
  plannedAt: z.string(),
  mode: z.enum(['report', 'enforce']),
  excess: z.string().nullable(),
  withheld: z.record(z.string(), z.int()),
  incomplete: z.array(z.object({ region: z.string(), reason: z.string() })),
  images: z.array(
    z.object({
      region: z.string(),
      imageId: z.string(),
      verdict: z.enum(['keep', 'retire']),
      reasons: z.array(z.string()),
      actions: z.array(z.string()),
    }),
  ),
});

/** The plan of a run, as far as it tells of images. */
export type Plan = z.output<typeof planSchema>;

/** What one of a run's Maps did about one image; sharing has a Map of its own. */
export interface ItemOutcome {
  region: string;
  /** Null for snapshots that were left behind without an image. */
  imageId: string | null;
  outcomes: { outcome: string; reasons: string[] }[];
  /** The name of the error of one that failed; else undefined. */
  error: string | undefined;
  message: string;
  endedAtMs: number;
}

/** One execution of retire-images; of a run without a plan, all counts are 0. */
export interface Retirement {
  executionArn: string;
  policy: string;
  startedAtMs: number;
  status: string;
  error: string;
  cause: string;
  mode: Plan['mode'] | undefined;
  /** Images of the policy, in all Regions in which everything was known. */
  images: number;
  kept: number;
  /** Those that a use keeps, and no rule. */
  heldByUse: number;
  /** What was done, and how often: `deregistered`, `archived`, `spared`. */
  outcomes: Record<string, number>;
  failures: ItemOutcome[];
  /** Regions in which nothing was retired, and why. */
  incomplete: Plan['incomplete'];
  /** Why nothing was retired anywhere. */
  excess: string | null;
  /** What the plan has and the run did not do. */
  withheld: Plan['withheld'];
}

const itemSchema = z.object({ item: z.object({ region: z.string(), imageId: z.string().nullable() }) });
const outputSchema = z.object({
  outcomes: z.array(z.object({ outcome: z.string(), reasons: z.array(z.string()).default([]) })),
});
const startSchema = z.object({ policy: z.string() });

/** The policy that a run was started for; a run by hand may have been started with anything. */
export function policyOf(input: string | null): string {
  return startSchema.safeParse(JSON.parse(input ?? 'null')).data?.policy ?? '';
}

/** The plan that a run wrote, if it came as far. */
export function planOf(files: RunFiles): Plan | undefined {
  const plan = files.json('plan.json');
  return plan === undefined ? undefined : planSchema.parse(plan);
}

export function itemOutcome({ input, output, error, message, endedAtMs }: ItemResult): ItemOutcome {
  const { region, imageId } = itemSchema.parse(input).item;
  const outcomes = error === undefined ? outputSchema.parse(output).outcomes : [];
  return { region, imageId, outcomes, error, message, endedAtMs };
}

/** What a plan and its outcomes come to. */
export function countsOf(plan: Plan | undefined, items: readonly ItemOutcome[]) {
  const kept = plan?.images.filter(({ verdict }) => verdict === 'keep') ?? [];
  const outcomes: Record<string, number> = {};
  for (const { outcome } of items.flatMap((item) => item.outcomes)) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    mode: plan?.mode,
    images: plan?.images.length ?? 0,
    kept: kept.length,
    heldByUse: kept.filter(({ reasons }) => reasons.every(isUse)).length,
    outcomes,
    failures: items.filter(({ error }) => error !== undefined),
    incomplete: plan?.incomplete ?? [],
    excess: plan?.excess ?? null,
    withheld: plan?.withheld ?? {},
  };
}

/** Who uses an image is asked only where no rule keeps it, and these are the words of the answers. */
function isUse(reason: string): boolean {
  return /^(in use by|being copied|being archived|whether it is being copied) /.test(reason);
}
