import type { Image } from '@aws-sdk/client-ec2';
import { stackNames } from '../cli/simulation/functions.ts';
import type { Account } from '../simulator/account.ts';
import { tagsIn } from '../simulator/invariants/records.ts';
import type { RetirementOptions } from '../simulator/invariants/retirement.ts';
import { isOfUse, madeMs, periods } from './archive-due.ts';

type Rules = Readonly<Record<string, unknown>>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A step acts by the policy that it read when it began. */
const invocationMs = 180_000;
/** A slot that is further ahead than this was edited by hand, and dates nothing. */
const mostAheadMs = dayMs;

/**
 * What keeps an image by the policies as they are published in this account. It is a lower bound: of a policy in a time zone
 * other than UTC nothing is said, of two images of one slot either may go, nor is an image that may not count, and where a
 * policy has just been edited all that was ever published must agree.
 */
export function keepingRulesIn(account: Account): NonNullable<RetirementOptions['keptBy']> {
  return (image, others, { region, nowMs }) => {
    const { 'ami-lifecycle:policy': name = '' } = tagsIn(image.Tags);
    const parameter = account.region(account.homeRegion).parameters.get(`${stackNames.policyPrefix}${name}`);
    const isDated = (each: Image): boolean => madeMs(each) <= nowMs + mostAheadMs;
    if (!parameter || !isOfUse(image) || !isDated(image)) return undefined;
    const counted = others.filter((each) => isOfUse(each) && isDated(each)).map(madeMs);
    const isFresh = nowMs < parameter.lastModifiedAtMs + invocationMs;
    const texts = [parameter.value, ...(isFresh ? parameter.earlierValues : [])];
    const found = texts.map((text) => {
      const { retain, isUtc } = publishedIn(text, region === account.homeRegion ? undefined : region);
      return isUtc ? keptBy(madeMs(image), counted, retain) : undefined;
    });
    return found.includes(undefined) ? undefined : found[0];
  };
}

interface Published {
  schedule?: { timezone?: string };
  retain?: Rules;
  copies?: { region: string; retain?: Rules }[];
}

/** What a policy says of the images that are made, or of their copies in a Region; nothing of one that it names no more. */
function publishedIn(text: string, region: string | undefined): { retain: Rules | undefined; isUtc: boolean } {
  const { schedule, retain, copies }: Published = JSON.parse(text);
  const copy = copies?.find((each) => each.region === region);
  const ofCopies = copy && (copy.retain ?? retain);
  return { retain: region === undefined ? retain : ofCopies, isUtc: (schedule?.timezone ?? 'UTC') === 'UTC' };
}

/** What is not about single images. */
const otherwise: ReadonlySet<string> = new Set(['atLeast', 'afterTermination']);

/** @param others when the others were made that may count */
function keptBy(atMs: number, others: readonly number[], retain: Rules | undefined): string | undefined {
  if (!retain) return 'the lack of rules';
  const kept = Object.entries(retain).find(([rule, value]) => {
    if (otherwise.has(rule)) return false;
    if (rule === 'within') return atMs > beforeMs(Math.max(atMs, ...others), String(value));
    return isCounted(atMs, others, rule, Number(value));
  });
  return kept?.join(' ');
}

/** Whether it is the newest of one of the newest periods, or the oldest of all while there are fewer. */
function isCounted(atMs: number, others: readonly number[], rule: string, count: number): boolean {
  const period = periods[rule];
  if (!period) throw new Error(`What '${rule}' keeps is not known: say it in explore/archive-due.ts.`);
  const before = others.filter((other) => other >= atMs);
  if (rule === 'last') return before.length < count;
  const newer = new Set(before.map(period));
  const isOldest = others.every((other) => other > atMs);
  return newer.size < count && (isOldest || !newer.has(period(atMs)));
}

const fixedMs: Readonly<Record<string, number>> = { h: hourMs, d: dayMs, w: 7 * dayMs };

/** Months and years go by the calendar; of a day that a month lacks its last is taken. */
function beforeMs(atMs: number, duration: string): number {
  const count = Number(duration.slice(0, -1));
  const unit = duration.slice(-1);
  const unitMs = fixedMs[unit];
  if (unitMs !== undefined) return atMs - count * unitMs;
  const at = new Date(atMs);
  const months = at.getUTCMonth() - count * (unit === 'y' ? 12 : 1);
  const lastDay = new Date(Date.UTC(at.getUTCFullYear(), months + 1, 0)).getUTCDate();
  const dayAtMs = Date.UTC(at.getUTCFullYear(), months, Math.min(at.getUTCDate(), lastDay));
  return dayAtMs + (atMs % dayMs);
}
