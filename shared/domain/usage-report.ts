import { audienceDigest, nobody } from './audience.ts';
import type { Image } from './image.ts';
import { nextStep } from './ladder.ts';
import type { NamedPolicy, Step } from './policy.ts';
import { secondsBetween } from './polling.ts';
import { tagKeys } from './tags.ts';

/** The newest report on who else uses an image, of those that leave out no account and nothing that may use it. */
export interface UsageReport {
  state: 'pending' | 'available' | 'error';
  /** When it was asked for; an ISO instant. */
  createdAt: string;
}

/** What is waited for before an image is taken from others, and whether it is still to be asked for. */
export interface AwaitedReport {
  reason: string;
  isToAsk: boolean;
}

type Retire = NonNullable<NamedPolicy['retire']>;

/**
 * How long before a step its report is asked for. A report leaves out what others did in the last day or days, so one from the
 * beginning of a grace tells least; it takes hours to come, and may fail once.
 */
const leadDays = 2;

/**
 * A policy may retire once a fortnight; EC2 deletes a report after 30 days. Why so:
 * docs/decisions/0015-a-report-before-it-is-taken-from-others.md.
 */
const freshDays = 15;

/**
 * Whether others may have an image, as far as its tags tell: whoever shares one by hand leaves no trace in them. That a report
 * was asked for tells, too: somebody had reason to.
 */
export function mayBeShared({ state, tags }: Image, report: UsageReport | undefined): boolean {
  const noted = tags[tagKeys.audience] ?? audienceDigest(nobody);
  return state !== 'failed' && (report !== undefined || noted !== audienceDigest(nobody));
}

/** Whether a step takes an image away from others; one that is deprecated is only hidden from their listings. */
export function isTakenBy(step: Step): boolean {
  return step !== 'deprecate';
}

/** Whether so soon a step takes the image away from others that the report for it is to be asked for. */
export function isReportDue(image: Image, { steps, graceDays }: Retire, now: string): boolean {
  const later = new Date(Date.parse(now) + leadDays * 86_400_000).toISOString();
  const next = nextStep(image, steps, graceDays, later);
  return 'step' in next && isTakenBy(next.step);
}

/** @returns undefined where the report is there, and not from too long ago for the step that is to be taken now or soon */
export function awaitedReport(
  image: Image,
  report: UsageReport | undefined,
  retire: Retire,
  now: string,
): AwaitedReport | undefined {
  const what = 'waits for the report on who else uses it';
  if (!report || !isFresh(image, report, retire, now)) return { reason: what, isToAsk: true };
  const { state, createdAt } = report;
  if (state === 'error') return { reason: `${what}: that of ${createdAt} failed`, isToAsk: true };
  return state === 'pending' ? { reason: `${what}, asked for on ${createdAt}`, isToAsk: false } : undefined;
}

/** Whether it was due when it was asked for: what was told before the image came to its rung does not count. */
function isFresh(image: Image, { createdAt }: UsageReport, retire: Retire, now: string): boolean {
  return secondsBetween(createdAt, now) <= freshDays * 86_400 && isReportDue(image, retire, createdAt);
}
