import * as z from 'zod';
import { audienceDigest, nobody } from './audience.ts';
import { parts } from './contract.ts';
import type { Image } from './image.ts';
import type { Judgement } from './judgement.ts';
import { isRetiring, nextStep } from './ladder.ts';
import { ladder, type NamedPolicy, type Step } from './policy.ts';
import { tagKeys } from './tags.ts';

/**
 * What can be done with an image in one run: a step down the ladder; `reinstate`, all the way back up; `note-rung`, write
 * down where it stands; `note-source-gone`, write down that its instance is terminated.
 */
export const planSteps = [...ladder, 'reinstate', 'note-rung', 'note-source-gone'] as const;
export type PlanStep = (typeof planSteps)[number];

/** What is to be done with one image, in this order: archive, share, step. Without an image: snapshots left behind. */
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

/**
 * What becomes of an image, now that it is known who uses it.
 * @param uses a sentence for each user of the image
 * @param now ISO instant
 */
export function decide(judgement: Judgement, uses: readonly string[], policy: NamedPolicy, now: string): Decision {
  const { image, because, archive } = judgement;
  const keeps = [...judgement.keeps, ...uses];
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
  if ('wait' in next) return retire(null, next.wait);
  if ('note' in next) return retire('note-rung', next.reason);
  const obstacle = obstacleTo(next.step, image);
  return obstacle ? retire(null, obstacle) : retire(next.step, next.reason);
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

/** Whether an image is shared otherwise than the policy says; only what is available can be shared. */
export function isSharedOtherwise({ state, tags }: Image, policy: Pick<NamedPolicy, 'share'>): boolean {
  if (state !== 'available' || tags[tagKeys.state] === 'capturing') return false;
  const wanted = audienceDigest(policy.share ?? nobody);
  return (tags[tagKeys.audience] ?? audienceDigest(nobody)) !== wanted;
}

/** Whether this step takes something away from people. */
export function isStepDown(step: PlanStep | null): step is Step {
  return ladder.some((each) => each === step);
}

/**
 * Why a plan must not be carried out; undefined where it is within the policy's caps. What is left behind by failures counts
 * as everything else does. The part is that of each step by itself: where an image of a lineage enters the ladder every
 * day, another takes its second step that day and a third its last, however few images are kept.
 * @param total all images of the policy; `lineages` how many instances and Regions they are of
 */
export function blastRadius(
  items: readonly PlanItem[],
  { total, lineages }: { total: number; lineages: number },
  retire: NonNullable<NamedPolicy['retire']>,
): string | undefined {
  const planned = items.filter(({ imageId, step }) => imageId === null || isStepDown(step));
  const { maxPerRun, maxPercentPerRun } = retire;
  if (planned.length > maxPerRun) return `${planned.length} images would take a step, and maxPerRun is ${maxPerRun}`;
  const byPercent = Math.max(lineages, Math.floor((total * maxPercentPerRun) / 100));
  const ofEachStep = [...Map.groupBy(planned, ({ step }) => step).values()];
  const most = Math.max(0, ...ofEachStep.map(({ length }) => length));
  if (most <= byPercent) return undefined;
  return `${most} of ${total} images would take the same step, and maxPercentPerRun ${maxPercentPerRun} allows ${byPercent}`;
}
