import { makeSummariseRetirement } from '../../../functions/summarise-retirement/task.ts';
import { pastTense } from '../../../shared/domain/ladder.ts';
import type { PlanStep } from '../../../shared/domain/plan.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import type { Output } from '../tasks.ts';
import { type Answers, bucket, items, shares, summaryPorts } from '../world.ts';

const outcomeOf = {
  ...pastTense,
  reinstate: 'reinstated',
  'note-rung': 'noted',
  'note-source-gone': 'noted',
  'ask-for-report': 'asked',
} as const satisfies Record<PlanStep, Output<'RetireImage'>['outcome']>;

/** What PlanRetirement answers. */
export function planOf(policy: NamedPolicy, planned: number, sharesPlanned = 0): Output<'PlanRetirement'> {
  return {
    policy,
    mode: 'enforce',
    plan: { bucket, key: 'runs/test/plan.json' },
    shares,
    sharesPlanned,
    items,
    planned,
    images: 40,
    kept: 40 - planned,
    holdings: [],
    inUse: 0,
    failedReports: 0,
    incomplete: [],
    formerRegions: [],
    excess: null,
    withheld: {},
  };
}

/** ShareImage answers as in a capture. The summary is the real task: what it makes of the Map's results matters here. */
export const retireAnswers = {
  PlanRetirement: (_, world) => planOf(world.policy, world.items.length, world.shares.length),
  RetireImage: ({ step, snapshotIds }) => ({
    outcome: outcomeOf[step],
    reasons: [],
    snapshotIds: step === 'deregister' ? snapshotIds : [],
  }),
  DeleteSnapshots: ({ snapshotIds }) => ({ deleted: snapshotIds.length, kept: [] }),
  SummariseRetirement: (input, world) => makeSummariseRetirement(summaryPorts(world))(input),
} satisfies Partial<Answers>;
