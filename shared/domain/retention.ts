import { slotMs } from './naming.ts';
import { before, calendarRules, periodsOf } from './periods.ts';

/** One image of a lineage (same policy, instance, Region) that counts: available and complete. */
export interface DatedImage {
  imageId: string;
  /** The scheduled minute that dates the image, `20261121T0300Z`; the wall clock has no say. */
  slot: string;
}

/** What a policy's `retain` asks for; a rule that is left out keeps nothing. */
export interface RetentionRules {
  last?: number | undefined;
  hourly?: number | undefined;
  daily?: number | undefined;
  weekly?: number | undefined;
  monthly?: number | undefined;
  yearly?: number | undefined;
  /** A duration such as 14d, 12h, 2w, 6m or 1y. */
  within?: string | undefined;
}

/**
 * Which images of a lineage the rules keep, by image id, each with all of its reasons; what nothing keeps is absent.
 * The meaning is that of restic's `forget`: each count keeps the newest image of each of its most recent periods that
 * have one, and the oldest image of all while it has counts left; `within` keeps what is newer than that long before
 * the newest image. Periods and durations go by the calendar of the time zone.
 *
 * Reasons stand in the order of the rules: `last 1 of 3`, `daily 3 of 7`, `oldest, while monthly has 3 of 12 left`,
 * `within 14d of the newest`.
 * @param options.keepOldest false where the oldest image has no special place, such as in choosing what to archive
 * @throws RangeError for what is no slot, no duration or no time zone
 */
export function keptByRules(
  images: readonly DatedImage[],
  rules: RetentionRules,
  timeZone: string,
  options: { keepOldest?: boolean } = {},
): ReadonlyMap<string, readonly string[]> {
  const newestFirst = images.toSorted(compareAge);
  const kept = new Map<string, string[]>();

  function keep({ imageId }: DatedImage, reason: string): void {
    const reasons = kept.get(imageId);
    if (reasons) reasons.push(reason);
    else kept.set(imageId, [reason]);
  }

  function keepNewestOfEach(rule: string, count: number | undefined, periodOf: (image: DatedImage) => string): void {
    if (!count) return;
    // A set, not a look at the neighbour: a clock set back across midnight splits a day in two.
    const periods = new Set<string>();
    for (const image of newestFirst) {
      if (periods.size === count) return;
      const isNewest = periods.size < periods.add(periodOf(image)).size;
      if (isNewest) keep(image, `${rule} ${periods.size} of ${count}`);
      else if (image === newestFirst.at(-1) && options.keepOldest !== false) {
        keep(image, `oldest, while ${rule} has ${count - periods.size} of ${count} left`);
      }
    }
  }

  keepNewestOfEach('last', rules.last, ({ imageId }) => imageId);
  for (const rule of calendarRules) {
    keepNewestOfEach(rule, rules[rule], ({ slot }) => periodsOf(slot, timeZone)[rule]);
  }

  const [newest] = newestFirst;
  if (newest && rules.within !== undefined) {
    const sinceMs = before(slotMs(newest.slot), rules.within, timeZone);
    for (const image of newestFirst) {
      if (slotMs(image.slot) <= sinceMs) break;
      keep(image, `within ${rules.within} of the newest`);
    }
  }
  return kept;
}

/** Newest first. Ids decide between images of one slot, so that the order in which EC2 lists them never matters. */
function compareAge(one: DatedImage, other: DatedImage): number {
  if (one.slot !== other.slot) return one.slot < other.slot ? 1 : -1;
  return one.imageId < other.imageId ? -1 : 1;
}
