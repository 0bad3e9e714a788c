import type { Image } from '@aws-sdk/client-ec2';
import type { ImageRecord, RegionState } from '../state.ts';
import { isMadeFrom, mayBeSeen, prefix, type TagTexts, tagsIn, tagsOf } from './records.ts';

export interface Lineage {
  /** The images of the same policy, source and Region that this stack made, this one included. */
  all: ImageRecord[];
  /** Complete ones that are newer, or of the same slot, of which either may stay; undefined where this one is not complete itself. */
  newer: ImageRecord[] | undefined;
  /** Complete ones that can be launched from when this one is gone; undefined where it cannot be either. */
  standing: ImageRecord[] | undefined;
}

/** A slot that is further ahead than this was edited by hand, and dates nothing. */
const mostAheadMs = 86_400_000;
/** How a rung ends that a person took: they disable what must not be launched, so it serves nobody. */
const byHand = ' by-hand';
const slotPattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z$/;

/**
 * Others count as whoever had just read them would have had them; the image itself as it is.
 * @param circumstances.goneLately images that people deregistered a moment ago
 * @param circumstances.taken images that count only as they are
 */
export function lineageIn(
  region: RegionState,
  image: ImageRecord,
  circumstances: { homeRegion: string; goneLately: readonly ImageRecord[]; taken: ReadonlySet<string>; nowMs: number },
): Lineage {
  const { homeRegion, goneLately, taken, nowMs } = circumstances;
  const tags = tagsOf(image);
  const source = tags[`${prefix}source`] ?? '';
  const known = [...region.imageIndex.under(`tag:${prefix}source=${source}`)].flatMap(
    (id) => region.images.get(id) ?? [],
  );
  const isRelated = (other: ImageRecord): boolean => {
    const { [`${prefix}policy`]: policy, [`${prefix}source`]: otherSource } = tagsOf(other);
    const isOfSame = otherSource === source && policy === tags[`${prefix}policy`];
    return other.id !== image.id && isOfSame && isMadeFrom(homeRegion, region.name, other);
  };
  const others = [...known, ...goneLately].filter(isRelated);
  const slot = tags[`${prefix}slot`] ?? '';
  const standing = others.filter((each) =>
    taken.has(each.id)
      ? isStanding(each.description, nowMs)
      : mayBeSeen(each, nowMs, (seen) => isStanding(seen, nowMs)),
  );
  return {
    all: [...others, image],
    newer: isComplete(image.description, nowMs)
      ? standing.filter((each) => slot <= (tagsOf(each)[`${prefix}slot`] ?? ''))
      : undefined,
    standing: isStanding(image.description, nowMs) ? standing : undefined,
  };
}

/** Complete, and available or disabled by one of our steps. */
function isComplete(image: Image, nowMs: number): boolean {
  const tags = tagsIn(image.Tags);
  if (tags[`${prefix}state`] === 'capturing') return false;
  const rung = tags[`${prefix}rung`] ?? '';
  const isOfUse = image.State === 'available' || (rung.startsWith('disable ') && !rung.endsWith(byHand));
  return isOfUse && slotMsOf(tags) <= nowMs + mostAheadMs;
}

/** When an image was to be made, as its tags say; NaN where they do not. */
export function slotMsOf(tags: TagTexts): number {
  return Date.parse((tags[`${prefix}slot`] ?? '').replace(slotPattern, '$1-$2-$3T$4:$5:00Z'));
}

function isStanding(image: Image, nowMs: number): boolean {
  return image.State === 'available' && isComplete(image, nowMs);
}
