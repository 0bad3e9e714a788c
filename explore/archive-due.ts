import type { Image } from '@aws-sdk/client-ec2';
import { stackNames } from '../cli/simulation/functions.ts';
import type { Account } from '../simulator/account.ts';
import { tagsIn } from '../simulator/invariants/records.ts';
import type { RetirementOptions } from '../simulator/invariants/retirement.ts';
import { slotMs } from './slots.ts';

type Rules = Readonly<Record<string, unknown>>;

const dayMs = 86_400_000;

/**
 * Whether an image must be archived before it goes, by the policies as they are published in this account; their days are those
 * of UTC, as in every world that is explored. Only where images are made: elsewhere are copies of them, those of people, too,
 * which need not say what they were made of. For half a day after an edit all that was ever published must agree: what a
 * policy has just begun to want is nobody's mistake.
 */
export function archivesDueIn(account: Account): NonNullable<RetirementOptions['isArchiveDue']> {
  return (image, lineage, { region, nowMs }) => {
    if (region !== account.homeRegion || isDerived(image)) return false;
    const { 'ami-lifecycle:policy': name = '' } = tagsIn(image.Tags);
    const parameter = account.region(account.homeRegion).parameters.get(`${stackNames.policyPrefix}${name}`);
    if (!parameter) return false;
    const isFresh = nowMs < parameter.lastModifiedAtMs + dayMs / 2;
    const texts = [parameter.value, ...(isFresh ? parameter.earlierValues : [])];
    const counted = lineage.filter(isOfUse).toSorted(oldestFirst);
    return texts.every((text) => {
      const rules = Object.entries(wantedBy(text));
      return rules.some(([rule, count]) => isOneOf(image, counted, rule, Number(count)));
    });
  };
}

/** What a policy archives, in the words that it is published with. */
function wantedBy(text: string): Rules {
  const policy: { archive?: { when?: Rules } } = JSON.parse(text);
  return policy.archive?.when ?? {};
}

/** When an image was to be made, as its tags say; NaN where they do not. */
export function madeMs({ Tags }: Image): number {
  return slotMs(tagsIn(Tags)['ami-lifecycle:slot'] ?? '');
}

/** Of one slot what is no copy speaks for it, and of those the one with the lower id: it comes last. */
function oldestFirst(left: Image, right: Image): number {
  const byAge = madeMs(left) - madeMs(right) || Number(isDerived(right)) - Number(isDerived(left));
  return byAge || ((left.ImageId ?? '') < (right.ImageId ?? '') ? 1 : -1);
}

/** Copies, and what came out of an archive. */
function isDerived({ Tags }: Image): boolean {
  return tagsIn(Tags)['ami-lifecycle:origin'] !== undefined;
}

/** What counts: what can be launched from, and what we disabled ourselves. */
export function isOfUse({ State, Tags }: Image): boolean {
  const tags = tagsIn(Tags);
  if (tags['ami-lifecycle:state'] === 'capturing') return false;
  const rung = tags['ami-lifecycle:rung'];
  // One that a person disabled serves nobody, and cannot be archived.
  return State === 'available' || (State === 'disabled' && rung !== undefined && !rung.endsWith(' by-hand'));
}

/** Whether an image is the newest of one of the newest periods that have one. */
function isOneOf(image: Image, counted: readonly Image[], rule: string, count: number): boolean {
  const period = periods[rule];
  if (!period) throw new Error(`What '${rule}' archives is not known: say it in explore/archive-due.ts.`);
  const newest = new Map(counted.map((each) => [period(madeMs(each)), each]));
  return [...newest.values()].slice(-count).includes(image);
}

/** The number of a period; of two the later has the higher. */
export const periods: Readonly<Record<string, (atMs: number) => number>> = {
  last: (atMs) => atMs,
  hourly: (atMs) => Math.floor(atMs / 3_600_000),
  daily: (atMs) => Math.floor(atMs / dayMs),
  // Weeks begin on Mondays; the epoch began on a Thursday.
  weekly: (atMs) => Math.floor((atMs / dayMs + 3) / 7),
  monthly: (atMs) => new Date(atMs).getUTCFullYear() * 12 + new Date(atMs).getUTCMonth(),
  yearly: (atMs) => new Date(atMs).getUTCFullYear(),
};
