import { exploredMutants } from './explored-mutants.ts';
import { imageMutants } from './image-mutants.ts';
import { instanceMutants } from './instance-mutants.ts';
import type { Mutant } from './mutant.ts';
import { retentionMutants } from './retention-mutants.ts';
import { retirementMutants } from './retirement-mutants.ts';

/** Every mutant; each invariant has one at least. */
export const mutants: readonly Mutant[] = [
  ...instanceMutants,
  ...imageMutants,
  ...retirementMutants,
  ...retentionMutants,
  ...exploredMutants,
];
