import type { NamedPolicy } from '../../shared/domain/policy.ts';
import type { Observer } from './observer.ts';

export interface RetirementReport {
  policy: string;
  /** `none`: the policy retires nothing, and its runs only keep the sharing as it should be. */
  mode: 'none' | 'report' | 'enforce';
  runs: number;
  /** What was done, and how often: `archived`, `deprecated`, `disabled`, `deregistered`, `reinstated`, `spared`, `asked`. */
  outcomes: Record<string, number>;
  /** As of the last plan: images, those that something keeps, and those that only a use keeps. */
  images: number;
  kept: number;
  heldByUse: number;
  /** What the last plan has and its run did not do, as it only reported or was refused: `deprecate`, `archive`. */
  withheld: Record<string, number>;
  /** Why the caps refuse the last plan, or would if it were not only reported; null where they do not. */
  excess: string | null;
  /** Runs that failed, by the name of the error. */
  failed: Record<string, number>;
}

export function retirementReport({ name, retire }: NamedPolicy, { retirements }: Observer): RetirementReport {
  const runs = retirements.filter(({ policy }) => policy === name);
  const last = runs.findLast(({ mode }) => mode !== undefined);
  const outcomes: Record<string, number> = {};
  const failed: Record<string, number> = {};
  for (const run of runs) {
    for (const [outcome, count] of Object.entries(run.outcomes)) outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
    if (run.status !== 'SUCCEEDED') failed[run.error] = (failed[run.error] ?? 0) + 1;
  }
  return {
    policy: name,
    mode: retire?.mode ?? 'none',
    runs: runs.length,
    outcomes,
    images: last?.images ?? 0,
    kept: last?.kept ?? 0,
    heldByUse: last?.heldByUse ?? 0,
    withheld: last?.withheld ?? {},
    excess: last?.excess ?? null,
    failed,
  };
}
