import * as z from 'zod';
import { audienceDigest, nobody, withdrawnTo } from './audience.ts';
import { parts } from './contract.ts';
import type { Image } from './image.ts';
import type { Judgement } from './judgement.ts';
import { isRetiring, nextStep } from './ladder.ts';
import { ladder, type NamedPolicy, type Step } from './policy.ts';
import { tagKeys } from './tags.ts';
import { awaitedReport, isReportDue, isTakenBy, type UsageReport } from './usage-report.ts';

/**
 * What can be done with an image in one run: a step down the ladder; `reinstate`, all the way back up; `note-rung`, write
 * down where it stands; `note-source-gone`, write down that its instance is terminated; `ask-for-report`, ask EC2 who else uses
 * it, before it is taken from them.
 */
export const planSteps = [...ladder, 'reinstate', 'note-rung', 'note-source-gone', 'ask-for-report'] as const;
export type PlanStep = (typeof planSteps)[number];

/** What is to be done with one image, in this order: share, archive, step. Without an image: snapshots left behind. */
export const planItemSchema = z.strictObject({
  region: parts.region,
  imageId: parts.imageId.nullable(),
  archive: z.boolean(),
  share: z.boolean(),
  step: z.enum(planSteps).nullable(),
  /** They go with the image; noted here, as a deregistered image no longer names them. */
  snapshotIds: z.array(z.string()),
});
export type PlanItem = z.output<typeof planItemSchema>;

/** One line of the plan, for people: every image has one. */
export interface PlanLine {
  region: string;
  imageId: string;
  name: string;
  verdict: 'keep' | 'retire';
  reasons: readonly string[];
  /** What is done about it in this run. */
  actions: readonly string[];
}

export interface Decision {
  verdict: 'keep' | 'retire';
  reasons: readonly string[];
  archive: boolean;
  step: PlanStep | null;
}

/** What is known of who uses an image. */
export interface Evidence {
  /** A sentence for each user. */
  uses: readonly string[];
  /** Whether other accounts may use it, of whom only a report tells. */
  isShared: boolean;
  report: UsageReport | undefined;
}

/**
 * What becomes of an image, now that it is known who uses it. It is not taken from others until a report says that none of them
 * does.
 * @param now ISO instant
 */
export function decide(judgement: Judgement, evidence: Evidence, policy: NamedPolicy, now: string): Decision {
  const { image, because, archive } = judgement;
  const keeps = [...judgement.keeps, ...evidence.uses];
  if (keeps.length > 0 || !policy.retire) {
    const step = isRetiring(image) ? 'reinstate' : judgement.noteSourceGone ? 'note-source-gone' : null;
    return { verdict: 'keep', reasons: keeps, archive, step };
  }
  const { steps, graceDays } = policy.retire;
  const next = nextStep(image, steps, graceDays, now);
  const retire = (step: PlanStep | null, reason: string): Decision => ({
    verdict: 'retire',
    reasons: [because, reason],
    archive,
    step,
  });
  const awaited = evidence.isShared ? awaitedReport(image, evidence.report, policy.retire, now) : undefined;
  const askIfDue = awaited?.isToAsk && isReportDue(image, policy.retire, now) ? 'ask-for-report' : null;
  if ('wait' in next) return retire(askIfDue, next.wait);
  if ('note' in next) return retire('note-rung', next.reason);
  const obstacle = obstacleTo(next.step, image);
  if (obstacle) return retire(null, obstacle);
  if (awaited && isTakenBy(next.step)) return retire(askIfDue, awaited.reason);
  return retire(next.step, next.reason);
}

/**
 * Why an image stays where a Region does not say what is being copied into it: our own copies are over once the image is
 * complete, so only one that is not may be the source of one.
 */
export function copyDoubts({ tags }: Image, unknownRegions: readonly string[]): string[] {
  if (tags[tagKeys.state] !== 'capturing') return [];
  return unknownRegions.map((region) => `whether it is being copied to ${region} is not known`);
}

/** What people have put in the way is reported, never taken away for them. */
function obstacleTo(step: Step, { tags, deregistrationProtection }: Image): string | undefined {
  if (Object.keys(tags).some((key) => key.startsWith('aws:backup:'))) return 'managed by AWS Backup, so left to it';
  if (step !== 'deregister' || deregistrationProtection === 'disabled') return undefined;
  return `protected against deregistration (${deregistrationProtection}): lift the protection, or hold the image`;
}

/**
 * Whether an image is shared otherwise than the policy says. A disabled one has no launch permissions, but its snapshots are
 * still whose they were, and only that can be taken back. One whose capture never came to its end may have been shared before.
 */
export function isSharedOtherwise({ state, tags }: Image, policy: Pick<NamedPolicy, 'share'>): boolean {
  const wanted = audienceDigest(policy.share ?? nobody);
  const noted = tags[tagKeys.audience];
  if (noted === undefined && tags[tagKeys.state] === 'capturing') return false;
  if (state === 'disabled') return noted !== undefined && noted !== wanted && noted !== withdrawnTo(wanted);
  return state === 'available' && (noted ?? audienceDigest(nobody)) !== wanted;
}

/** Whether this step takes something away from people. */
export function isStepDown(step: PlanStep | null): step is Step {
  return ladder.some((each) => each === step);
}

/** What would be done, and how often: `deprecate`, `archive`, `share`, and `delete-snapshots` for what failures left. */
export function actionCounts(items: readonly PlanItem[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { imageId, archive, share, step } of items) {
    const actions = [archive && 'archive', share && 'share', step, imageId === null && 'delete-snapshots'];
    for (const action of actions) if (action) counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}

/** What a policy without a `maxPerRun` may always take: a small one needs no thought of its cap. */
const leastCap = 50;

/**
 * Why a plan must not be carried out; undefined where it is within the policy's caps. The part is that of each step by itself:
 * where an image of a lineage enters the ladder every day, another takes its second step that day and a third its last, however
 * few images are kept. For the same reason a policy that names no number may take each step with one image of each lineage.
 * Snapshots that failures left behind are no part of the images, so they are counted by themselves.
 * @param total all images of the policy; `lineages` how many instances and Regions they are of
 */
export function blastRadius(
  items: readonly PlanItem[],
  { total, lineages }: { total: number; lineages: number },
  retire: NonNullable<NamedPolicy['retire']>,
): string | undefined {
  const stepping = items.filter(({ step }) => isStepDown(step));
  const leftovers = items.filter(({ imageId }) => imageId === null);
  const { steps, maxPerRun = Math.max(leastCap, lineages * steps.length), maxPercentPerRun } = retire;
  const cap = retire.maxPerRun === undefined ? `without a maxPerRun ${maxPerRun} may` : `maxPerRun is ${maxPerRun}`;
  if (stepping.length > maxPerRun) return `${stepping.length} images would take a step, and ${cap}`;
  if (leftovers.length > maxPerRun) return `${leftovers.length} snapshots without an image would go, and ${cap}`;
  const byPercent = Math.max(lineages, Math.floor((total * maxPercentPerRun) / 100));
  const ofEachStep = [...Map.groupBy(stepping, ({ step }) => step).values()];
  const most = Math.max(0, ...ofEachStep.map(({ length }) => length));
  if (most <= byPercent) return undefined;
  return `${most} of ${total} images would take the same step, and maxPercentPerRun ${maxPercentPerRun} allows ${byPercent}`;
}
