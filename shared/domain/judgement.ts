import { archiveRefusal } from './archive.ts';
import type { Image } from './image.ts';
import { isInstant, isRetiring, rungOf } from './ladder.ts';
import { isSlot, slotMs } from './naming.ts';
import { after, periodEndMs } from './periods.ts';
import type { NamedPolicy, Retain } from './policy.ts';
import { secondsBetween } from './polling.ts';
import { keptByRules } from './retention.ts';
import { tagKeys } from './tags.ts';

/** What is known beside the images themselves. */
export interface Circumstances {
  policy: NamedPolicy;
  /** Where the images are, and where they are made. */
  region: string;
  homeRegion: string;
  /** ISO instant. */
  now: string;
  isSourceGone: boolean;
}

/** What the rules say of an image, before anybody was asked whether it is in use. */
export interface Judgement {
  image: Image;
  /** Every reason why it stays; none for a candidate for retirement. */
  keeps: readonly string[];
  /** Why nothing keeps a candidate. */
  because: string;
  /** The policy wants an archive of it, whether there is one or not. */
  isArchiveDue: boolean;
  /** Why it must not go for good yet, though nothing keeps it. */
  waits: string | undefined;
  /** It is to be archived, and to stay until it is. */
  archive: boolean;
  /** Its instance is gone, which is to be written on this image: on each, as any of them may be the first to go. */
  noteSourceGone: boolean;
}

/** Clocks differ, and a capture may be asked for by hand with a time of one's own. */
const mostAheadMs = 86_400_000;

/** No capture takes as long; what is not complete by then was left behind by one that failed. */
const makingSeconds = 7 * 86_400;

/**
 * Judges a lineage: the images of one policy and instance in one Region. Pure; the same images in any order give the same
 * judgements.
 */
export function judgeLineage(images: readonly Image[], circumstances: Circumstances): Judgement[] {
  const { policy, now } = circumstances;
  const judgements = images.map((image) => ({ image, keeps: [] as string[] }));
  const of = new Map(judgements.map((judgement) => [judgement.image.imageId, judgement]));
  const keep = (imageId: string, reason: string): void => void of.get(imageId)?.keeps.push(reason);

  const placelessness = new Map(images.map((image) => [image, placeless(image, now)]));
  const placed = images.filter((image) => !placelessness.get(image)).toSorted(newestFirst);
  const dated = placed.filter(isComplete);
  const standing = dated.filter(isAvailable);
  const newest = standing[0];
  const usable = placed.find(isAvailable);
  const retain = retainOf(circumstances);
  const goneSince = circumstances.isSourceGone ? oldestNote(images) : undefined;
  const isReleased = goneSince !== undefined && isOver(retain?.afterTermination, goneSince, circumstances);

  if (!retain) {
    for (const { imageId } of images) keep(imageId, whyNothingGoes(circumstances));
  } else if (!isReleased) {
    for (const [imageId, reasons] of keptByRules(dated.map(datedOf), retain, policy.schedule.timezone)) {
      for (const reason of reasons) keep(imageId, reason);
    }
    // Where fewer stand than that, as after an edit or where people took some, what we disabled comes back.
    const least = [...standing, ...dated.filter((image) => image.state === 'disabled' && !isDisabledByHand(image))];
    for (const { imageId } of least.slice(0, retain.atLeast ?? 0)) {
      keep(imageId, `one of the newest ${retain.atLeast}, the least that stays`);
    }
    if (newest) keep(newest.imageId, newestOf(circumstances));
    const hidden = placed.find(isDisabledByHand);
    if (hidden && !usable) keep(hidden.imageId, 'disabled by hand, but the newest there is');
  }
  for (const image of images) {
    const hold = image.tags[tagKeys.hold];
    if (hold !== undefined) keep(image.imageId, `held: ${hold || 'no reason given'}`);
    const hasBetter = isReleased || (usable !== undefined && newestFirst(usable, image) < 0);
    const unready = placelessness.get(image) ?? unreadiness(image, hasBetter, now);
    if (unready) keep(image.imageId, unready);
  }

  const due = archivesDue(dated, circumstances);
  return judgements.map(({ image, keeps }) => {
    const isCandidate = keeps.length === 0;
    const isArchiveDue = due.now.has(image.imageId) || (isCandidate && due.beforeItGoes.has(image.imageId));
    const hasNewer = newest !== undefined && newestFirst(newest, image) < 0;
    const isLacking = isArchiveDue && !image.tags[tagKeys.archivedTo]?.startsWith('s3://');
    const obstacle = isLacking ? archiveObstacle(image) : undefined;
    return {
      image,
      keeps: obstacle ? [...keeps, `due for archive, ${obstacle}`] : keeps,
      // What is kept may be on its way back, where all had been given up: until it is there, the others are all there is.
      waits:
        retain && !isReleased && !hasNewer && isComplete(image) ? 'waits for a newer one that is available' : undefined,
      because: isReleased ? `its instance is gone since ${goneSince}` : whyNot(image),
      isArchiveDue,
      archive: isLacking && obstacle === undefined,
      noteSourceGone:
        retain?.afterTermination !== undefined &&
        circumstances.isSourceGone &&
        !isInstant(image.tags[tagKeys.sourceGoneSince]),
    };
  });
}

/** Whether any rule of a policy asks for the end of an instance: only then need anybody look for it. */
export function endsWithInstance({ retain, copies }: Pick<NamedPolicy, 'retain' | 'copies'>): boolean {
  return [retain, ...copies.map((copy) => copy.retain)].some((rules) => rules?.afterTermination !== undefined);
}

/** Copies have rules of their own; without any, those of the policy. Where it no longer copies to, there are none. */
function retainOf(circumstances: Circumstances): Retain | undefined {
  const { policy, region, homeRegion } = circumstances;
  if (!policy.retire || isFormerRegion(circumstances)) return undefined;
  if (region === homeRegion) return policy.retain;
  return policy.copies.find((copy) => copy.region === region)?.retain ?? policy.retain;
}

function whyNothingGoes(circumstances: Circumstances): string {
  if (!isFormerRegion(circumstances)) return 'the policy retires nothing';
  return `the policy no longer copies to ${circumstances.region}, so nothing is retired there`;
}

/** Whether a policy made copies in a Region that it names no more. */
export function isFormerRegion({
  policy,
  region,
  homeRegion,
}: Pick<Circumstances, 'policy' | 'region' | 'homeRegion'>): boolean {
  return region !== homeRegion && policy.copies.every((copy) => copy.region !== region);
}

function isAvailable({ state }: Image): boolean {
  return state === 'available';
}

/** What counts and serves: what can be launched from, and what we disabled ourselves, as it may be wanted again. */
function isComplete(image: Image): boolean {
  if (image.tags[tagKeys.state] === 'capturing') return false;
  if (image.state !== 'disabled') return image.state === 'available';
  return isRetiring(image) && !rungOf(image.tags)?.isByHand;
}

/** People disable what must not be launched, such as what is found to be vulnerable. */
function isDisabledByHand(image: Image): boolean {
  return image.state === 'disabled' && image.tags[tagKeys.state] !== 'capturing' && !isComplete(image);
}

/** Why an image has no place among the others: people, or a tool that copies tags, have written its tags. */
function placeless({ tags }: Image, now: string): string | undefined {
  if (!tags[tagKeys.source]) return `its tag ${tagKeys.source} is missing`;
  const slot = tags[tagKeys.slot];
  // A slot far ahead would take the place of the newest image for as long as it lies ahead.
  if (isSlot(slot) && slotMs(slot) <= Date.parse(now) + mostAheadMs) return undefined;
  return `its tag ${tagKeys.slot} cannot be right`;
}

function datedOf({ imageId, tags }: Image): { imageId: string; slot: string } {
  return { imageId, slot: tags[tagKeys.slot] ?? '' };
}

function newestFirst(left: Image, right: Image): number {
  const [leftSlot = '', rightSlot = ''] = [left.tags[tagKeys.slot], right.tags[tagKeys.slot]];
  if (leftSlot !== rightSlot) return leftSlot > rightSlot ? -1 : 1;
  return left.imageId < right.imageId ? -1 : 1;
}

function newestOf({ region, homeRegion }: Circumstances): string {
  return region === homeRegion ? 'newest of its lineage' : `newest copy of its lineage in ${region}`;
}

/** Why an image that does not count stays all the same. */
function unreadiness(image: Image, hasBetter: boolean, now: string): string | undefined {
  if (image.state === 'pending') return 'EC2 is still making it';
  const isMade = image.tags[tagKeys.state] !== 'capturing' && image.state !== 'failed';
  if (isMade) return undefined;
  const isOld = secondsBetween(image.createdAt, now) >= makingSeconds;
  if (!isOld) return 'its capture may not be over';
  return image.state !== 'failed' && !hasBetter ? 'never completed, but the newest there is' : undefined;
}

function whyNot(image: Image): string {
  if (image.state === 'failed') return 'EC2 could not make it';
  if (image.tags[tagKeys.state] === 'capturing') return 'its capture was never completed';
  const rung = rungOf(image.tags);
  if (image.state === 'disabled' && (!rung || rung.isByHand)) return 'disabled by hand';
  return 'no rule keeps it';
}

/** When the instance was first seen to be gone, as its images say. */
function oldestNote(images: readonly Image[]): string | undefined {
  return images
    .map(({ tags }) => tags[tagKeys.sourceGoneSince])
    .filter(isInstant)
    .sort((left, right) => Date.parse(left) - Date.parse(right))[0];
}

function isOver(duration: string | undefined, since: string, { policy, now }: Circumstances): boolean {
  return duration !== undefined && after(Date.parse(since), duration, policy.schedule.timezone) <= Date.parse(now);
}

const countRules = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

/**
 * Which images are to have an archive. The newest of a month that is not over will be another tomorrow, so it is archived only
 * once the month is over, or it would go before that. Nothing is archived for being the oldest.
 */
function archivesDue(
  dated: readonly Image[],
  { policy, region, homeRegion, now }: Circumstances,
): { now: ReadonlySet<string>; beforeItGoes: ReadonlySet<string> } {
  const due = { now: new Set<string>(), beforeItGoes: new Set<string>() };
  const { archive, schedule } = policy;
  if (!archive || region !== homeRegion) return due;
  const eligible = dated.filter((image) => !hasOriginal(image, dated));
  const slots = new Map(eligible.map((image) => [image.imageId, datedOf(image).slot]));
  for (const rule of countRules) {
    const asked = { [rule]: archive.when[rule] };
    const kept = keptByRules(eligible.map(datedOf), asked, schedule.timezone, { keepOldest: false });
    for (const imageId of kept.keys()) {
      const isSettled =
        rule === 'last' || periodEndMs(rule, slots.get(imageId) ?? '', schedule.timezone) <= Date.parse(now);
      (isSettled ? due.now : due.beforeItGoes).add(imageId);
    }
  }
  return due;
}

/**
 * Whether an image was made from another that stands beside it, out of its archive or as a copy. It must not be archived in that
 * one's stead, nor have an archive in its stead: the archive may be lost, and that is seen only when the image itself is to go.
 */
function hasOriginal({ tags }: Image, dated: readonly Image[]): boolean {
  if (tags[tagKeys.origin] === undefined) return false;
  return dated.some(
    (each) => each.tags[tagKeys.origin] === undefined && each.tags[tagKeys.slot] === tags[tagKeys.slot],
  );
}

function archiveObstacle(image: Image): string | undefined {
  const refusal = archiveRefusal(image);
  if (refusal) return `which EC2 cannot do: ${refusal}`;
  return image.state === 'available' ? undefined : `which needs it to be available: it is ${image.state}`;
}
