import { imageIdIn, isOurs } from '../../simulator/invariants/records.ts';
import { mountOf } from '../../simulator/invariants/references.ts';
import type { RegionState, SnapshotRecord } from '../../simulator/state.ts';
import { type Finding, finding } from '../judge.ts';
import { home } from '../servers.ts';
import { tagsOf } from '../witness.ts';
import { retirementHour } from './generate.ts';
import type { Living } from './life.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A younger snapshot may belong to an image that is being made. */
const leastAgeMs = 7 * dayMs;
/** Of a policy with a shorter one; both as the documentation says. */
const leastGraceDays = 7;
/** In the quiet days what was struck before may go on for so long. */
const settlingMs = 2 * dayMs;

/** What is left of images that are gone, in the quiet days. */
export interface LeftSnapshots {
  /** Notes what is left now, and tells what should be gone. */
  overdue(): Finding[];
  /** Whether something is left that is not due yet. */
  isAwaited(): boolean;
}

/**
 * Follows the snapshots of ours that belong to no image, from look to look, a day apart. What people hold or mount is theirs, and
 * so is what is left where a policy no longer copies to.
 */
export function followLeftSnapshots(living: Quiet): LeftSnapshots {
  const { clock } = living.account;
  const firstSeenMs = new Map<string, number>();
  /** Those that an image which EC2 could not make left behind: it names none of them, so none goes with it. */
  const nameless = new Set<string>();
  let awaited: string[] = [];
  return {
    overdue() {
      const all = living.account.regions().flatMap((region) => leftIn(living, region));
      for (const { snapshot, isOfFailed } of all) if (isOfFailed) nameless.add(snapshot.id);
      const left = all.filter(({ isOfFailed }) => !isOfFailed);
      const ids = new Set(left.map(({ snapshot }) => snapshot.id));
      for (const id of firstSeenMs.keys()) if (!ids.has(id)) firstSeenMs.delete(id);
      for (const id of ids) if (!firstSeenMs.has(id)) firstSeenMs.set(id, clock.now());
      const isDue = ({ snapshot }: Left): boolean => {
        const seenMs = firstSeenMs.get(snapshot.id) ?? clock.now();
        return clock.now() >= dueMs(living, snapshot, seenMs, nameless.has(snapshot.id));
      };
      awaited = left.filter((each) => !isDue(each)).map(({ snapshot }) => snapshot.id);
      return left
        .filter(isDue)
        .map(({ snapshot, region }) => finding(living, 8, `${snapshot.id} is left in ${region} without an image.`));
    },
    isAwaited: () => awaited.length > 0,
  };
}

/** As much of a world as it takes. */
type Quiet = Pick<Living, 'account' | 'present'> & { world: Pick<Living['world'], 'calmMs'> };

interface Left {
  snapshot: SnapshotRecord;
  region: string;
  /** Of an image that stands, and that EC2 could not make. */
  isOfFailed: boolean;
}

function leftIn(living: Quiet, place: RegionState): Left[] {
  const { name: region, snapshots, images } = place;
  return [...snapshots.values()].flatMap((snapshot) => {
    const tags = tagsOf(snapshot.description.Tags);
    if (!isOurs(snapshot) || tags['ami-lifecycle:hold'] !== undefined) return [];
    if (snapshot.imageIds.size > 0) return [];
    const isOfFailed = images.get(imageIdIn(snapshot) ?? '')?.description.State === 'failed';
    if (mountOf(living.account, place, snapshot.id) !== undefined) return [];
    return isLookedAt(living, region, tags['ami-lifecycle:policy'] ?? '') ? [{ snapshot, region, isOfFailed }] : [];
  });
}

/**
 * When a snapshot must be gone. Where nothing goes wrong it goes with its image. What something went wrong with, and what people
 * left, retirement notes at its first look at which that is old enough, and takes away at the first after its grace.
 */
function dueMs({ world, present }: Quiet, snapshot: SnapshotRecord, firstSeenMs: number, isNameless: boolean): number {
  const { startedAtMs, lockedUntilMs = 0, description } = snapshot;
  const settledMs = world.calmMs + settlingMs;
  const wasLocked = lockedUntilMs > firstSeenMs - dayMs;
  // Whatever is just under way then is over at the next look.
  if (firstSeenMs > settledMs && !wasLocked && !isNameless) return firstSeenMs + dayMs;
  const { graceDays = 0 } = present.get(tagsOf(description.Tags)['ami-lifecycle:policy'] ?? '')?.retire ?? {};
  const notedMs = nextLookMs(Math.max(firstSeenMs, settledMs, startedAtMs + leastAgeMs));
  return nextLookMs(Math.max(notedMs + Math.max(graceDays, leastGraceDays) * dayMs, lockedUntilMs));
}

/** The first look of retirement from then on. */
function nextLookMs(fromMs: number): number {
  const hourOfDayMs = retirementHour * hourMs;
  return Math.ceil((fromMs - hourOfDayMs) / dayMs) * dayMs + hourOfDayMs;
}

/** What is left where a policy no longer copies to people are told of, and only they take it away; elsewhere all is theirs. */
export function isLookedAt({ present }: Pick<Living, 'present'>, region: string, policyName: string): boolean {
  return region === home || (present.get(policyName)?.copies.some((copy) => copy.region === region) ?? false);
}
