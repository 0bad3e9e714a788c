import * as z from 'zod';
import { audienceDigest, nobody, withdrawnTo } from './audience.ts';
import { parts } from './contract.ts';
import type { Image } from './image.ts';
import type { Judgement } from './judgement.ts';
import { isRetiring, nextStep } from './ladder.ts';
import { isSlot, slotMs } from './naming.ts';
import { ladder, type NamedPolicy, type Retain, type Step } from './policy.ts';
import { tagKeys } from './tags.ts';
import { awaitedReport, isReportDue, isTakenBy, type UsageReport } from './usage-report.ts';

/**
 * What can be done with an image in one run: a step down the ladder; `reinstate`, all the way back up; `note-rung`, write
 * down where it stands; `note-source-gone`, write down that its instance is terminated; `ask-for-report`, ask EC2 who else uses
 * it, before it is taken from them.
 */
export const planSteps = [...ladder, 'reinstate', 'note-rung', 'note-source-gone', 'ask-for-report'] as const;
export type PlanStep = (typeof planSteps)[number];

/** What is to be done with one image, in this order: archive, step. Without an image: snapshots left behind. */
export const planItemSchema = z.strictObject({
  region: parts.region,
  imageId: parts.imageId.nullable(),
  archive: z.boolean(),
  step: z.enum(planSteps).nullable(),
  /** They go with the image; noted here, as a deregistered image no longer names them. */
  snapshotIds: z.array(z.string()),
});
export type PlanItem = z.output<typeof planItemSchema>;

/** An image that is shared otherwise than its policy says. By itself, as access waits for nothing else. */
export const shareItemSchema = z.strictObject({ region: parts.region, imageId: parts.imageId });
export type ShareItem = z.output<typeof shareItemSchema>;

/** Where in the work bucket the Regions are kept that a policy ever copied to. */
export function regionsKey(policyName: string): string {
  return `regions/${policyName}.json`;
}

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
  /** Regions that do not say what is being copied into them. */
  silentRegions: readonly string[];
  /** Whether other accounts may use it, of whom only a report tells. */
  isShared: boolean;
  report: UsageReport | undefined;
}

/**
 * What becomes of an image, now that it is known who uses it. It is not taken from others until a report says that none of them
 * does, nor from a copy while a Region does not say whether it makes one.
 * @param now ISO instant
 */
export function decide(judgement: Judgement, evidence: Evidence, policy: NamedPolicy, now: string): Decision {
  const { image, because, archive, waits } = judgement;
  const keeps = [...judgement.keeps, ...evidence.uses];
  if (keeps.length > 0 || !policy.retire) {
    const step = isRetiring(image) ? 'reinstate' : judgement.noteSourceGone ? 'note-source-gone' : null;
    return { verdict: 'keep', reasons: keeps, archive, step };
  }
  const { steps, graceDays } = policy.retire;
  const next = nextStep(image, steps, graceDays, now);
  const retire = (step: PlanStep | null, ...reasons: string[]): Decision => ({
    verdict: 'retire',
    reasons: [because, ...reasons],
    archive,
    step,
  });
  const awaited = evidence.isShared ? awaitedReport(image, evidence.report, policy.retire, now) : undefined;
  const askIfDue = awaited?.isToAsk && isReportDue(image, policy.retire, now) ? 'ask-for-report' : null;
  if ('wait' in next) return retire(askIfDue, next.wait);
  if ('note' in next) return retire('note-rung', next.reason);
  const obstacle = obstacleTo(next.step, image) ?? (next.step === 'deregister' ? waits : undefined);
  if (obstacle) return retire(null, obstacle);
  const awaiting = [...copyDoubts(evidence.silentRegions), ...(awaited ? [awaited.reason] : [])];
  if (awaiting.length > 0 && isTakenBy(next.step)) return retire(askIfDue, ...awaiting);
  return retire(next.step, next.reason);
}

/** People copy by hand, too, so every image may be the source of a copy that cannot be seen. */
function copyDoubts(silentRegions: readonly string[]): string[] {
  return silentRegions.map((region) => `waits to know whether it is being copied to ${region}`);
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

/**
 * What becomes of an image where a Region does not say all that may speak for it: nothing is taken from anybody, and what its
 * rules or a hold keep comes back up.
 */
export function decideWithoutEvidence({ image, keeps }: Judgement): Decision {
  const decision = { verdict: 'keep', reasons: keeps, archive: false, step: null } as const;
  if (keeps.length === 0) return { ...decision, reasons: ['whether it is still needed is not known'] };
  return isRetiring(image) ? { ...decision, step: 'reinstate' } : decision;
}

/**
 * An item in two: `harmless` takes nothing from anybody, so neither a cap nor a policy that only reports holds it back; `other`
 * is the rest of it.
 */
export function partsOf(item: PlanItem): { harmless: PlanItem[]; other: PlanItem[] } {
  if (item.step !== 'reinstate') return { harmless: [], other: [item] };
  return { harmless: [{ ...item, archive: false }], other: item.archive ? [{ ...item, step: null }] : [] };
}

/** Whether this step takes something away from people. */
export function isStepDown(step: PlanStep | null): step is Step {
  return ladder.some((each) => each === step);
}

/**
 * A plan's items as they are to be done. What people want back comes first, and what is to be archived last: each of these takes
 * up to hours, and only so many are done at once.
 */
export function inOrder(items: readonly PlanItem[]): PlanItem[] {
  const turnOf = ({ archive, step }: PlanItem): number => (step === 'reinstate' ? 0 : archive ? 2 : 1);
  return items.toSorted((left, right) => turnOf(left) - turnOf(right));
}

/** What would be done, and how often: `deprecate`, `archive`, `share`, and `delete-snapshots` for what failures left. */
export function actionCounts(items: readonly PlanItem[], shares: readonly ShareItem[]): Record<string, number> {
  const counts: Record<string, number> = shares.length > 0 ? { share: shares.length } : {};
  for (const { imageId, archive, step } of items) {
    const actions = [archive && 'archive', step, imageId === null && 'delete-snapshots'];
    for (const action of actions) if (action) counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}

/** What a policy without a `maxPerRun` may always take: a small one needs no thought of its cap. */
const leastCap = 50;

/**
 * Why a plan must not be carried out, and which caps would let it through; undefined where it is within them. The part is that
 * of each step by itself: where images of a lineage enter the ladder, others take their second step that day and others their
 * last. What comes goes: as many as were made since the last run, and one more for each further rule of a lineage, are always
 * allowed, as on a Monday the daily and the weekly rule both let one go. Snapshots that failures left behind are no part of the
 * images, so they are counted by themselves.
 * @param total all images of the policy; `lineages` how many instances and Regions they are of; `recent` how many `isRecent`
 */
export function blastRadius(
  items: readonly PlanItem[],
  { total, lineages, recent }: { total: number; lineages: number; recent: number },
  { retain, copies, retire }: Pick<NamedPolicy, 'retain' | 'copies' | 'retire'>,
): string | undefined {
  if (!retire) return undefined;
  const stepping = items.filter(({ step }) => isStepDown(step));
  const leftovers = items.filter(({ imageId }) => imageId === null);
  const ofEachStep = [...Map.groupBy(stepping, ({ step }) => step).values()];
  const most = Math.max(0, ...ofEachStep.map(({ length }) => length));

  const rules = Math.max(1, ...[retain, ...copies.map((copy) => copy.retain)].map(ruleCount));
  const steady = Math.max(lineages, recent) + lineages * (rules - 1);
  const { maxPerRun = Math.max(leastCap, steady * retire.steps.length), maxPercentPerRun } = retire;
  const byPercent = Math.max(steady, Math.floor((total * maxPercentPerRun) / 100));
  const excesses = [
    ...(stepping.length > maxPerRun
      ? [
          `${stepping.length} images would take a step, and ${maxPerRun} may: that needs a maxPerRun of ${stepping.length}`,
        ]
      : []),
    ...(leftovers.length > maxPerRun
      ? [
          `${leftovers.length} snapshots without an image would go, and ${maxPerRun} may: that needs a maxPerRun of ${leftovers.length}`,
        ]
      : []),
    ...(most > byPercent
      ? [
          `${most} of ${total} images would take the same step, and ${byPercent} may: that needs a maxPercentPerRun of ${Math.ceil((100 * most) / total)}`,
        ]
      : []),
  ];
  return excesses.length > 0 ? excesses.join('; ') : undefined;
}

/**
 * Whether an image was made since the last run that retires, as far as its cron tells: one that names days of the week comes
 * within a week, of the month within a month, and months within a year. That is rough, and never too little.
 */
export function isRecent({ tags }: Image, { cron }: NonNullable<NamedPolicy['retire']>, now: string): boolean {
  const [, , dayOfMonth, month, dayOfWeek] = cron.split(' ');
  const isAny = (field = '*') => field === '*' || field === '?';
  const days = isAny(month) ? (isAny(dayOfMonth) ? (isAny(dayOfWeek) ? 1 : 7) : 31) : 366;
  const slot = tags[tagKeys.slot];
  return isSlot(slot) && slotMs(slot) > Date.parse(now) - days * 86_400_000;
}

/** How many images of a lineage may be let go at the same moment in the ordinary course: one by each rule. */
function ruleCount(retain: Retain = {}): number {
  const floors = ['atLeast', 'afterTermination'];
  return Object.keys(retain).filter((rule) => !floors.includes(rule)).length;
}
