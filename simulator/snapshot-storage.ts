import type { SnapshotRecord } from './state.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/**
 * What the snapshots of one Region take. Snapshots of a lineage (a volume, or its copies under one key) share their
 * blocks: each keeps what was written since the one before, and what later ones still need passes on when one is deleted.
 * Writes are taken as spread evenly over the used blocks, so the share that is unchanged falls exponentially.
 */
export interface SnapshotStorage {
  /** Gigabytes kept at present. */
  readonly gigabytes: number;
  /** Gigabytes times hours since the beginning, up to that instant: what is paid for. */
  gigabyteHours(nowMs: number): number;
  /** What a snapshot of that content would add to its lineage, in gigabytes. */
  growth(snapshot: Content): number;
  add(snapshot: SnapshotRecord, nowMs: number): void;
  remove(snapshot: SnapshotRecord, nowMs: number): void;
}

type Content = Pick<SnapshotRecord, 'lineage' | 'contentAtMs' | 'usedGigabytes' | 'dailyChangeRate'>;

export function snapshotStorage(): SnapshotStorage {
  const lineages = new Map<string, SnapshotRecord[]>();
  let gigabytes = 0;
  let hoursBefore = 0;
  let changedAtMs = Number.NaN;

  const advance = (nowMs: number): void => {
    hoursBefore += pendingHours(nowMs);
    changedAtMs = Number.isNaN(changedAtMs) ? nowMs : Math.max(changedAtMs, nowMs);
  };
  const pendingHours = (nowMs: number): number =>
    Number.isNaN(changedAtMs) ? 0 : (gigabytes * Math.max(0, nowMs - changedAtMs)) / hourMs;

  return {
    get gigabytes() {
      return gigabytes;
    },
    gigabyteHours: (nowMs) => hoursBefore + pendingHours(nowMs),
    growth(snapshot) {
      const lineage = lineages.get(snapshot.lineage) ?? [];
      return growthAfter(lineage[placeOf(lineage, snapshot.contentAtMs) - 1], snapshot);
    },
    add(snapshot, nowMs) {
      advance(nowMs);
      const lineage = lineages.get(snapshot.lineage) ?? [];
      lineages.set(snapshot.lineage, lineage);
      const place = placeOf(lineage, snapshot.contentAtMs);
      snapshot.storedGigabytes = growthAfter(lineage[place - 1], snapshot);
      lineage.splice(place, 0, snapshot);
      gigabytes += snapshot.storedGigabytes;
    },
    remove(snapshot, nowMs) {
      const lineage = lineages.get(snapshot.lineage) ?? [];
      const place = lineage.indexOf(snapshot);
      if (place < 0) return;
      advance(nowMs);
      lineage.splice(place, 1);
      gigabytes -= snapshot.storedGigabytes;
      const next = lineage[place];
      if (next) {
        const passedOn = snapshot.storedGigabytes * (1 - changedShare(snapshot, next));
        const grown = Math.min(next.usedGigabytes, next.storedGigabytes + passedOn);
        gigabytes += grown - next.storedGigabytes;
        next.storedGigabytes = grown;
      }
      if (lineage.length === 0) {
        lineages.delete(snapshot.lineage);
      }
    },
  };
}

/** Where a content belongs in a lineage; nearly always at its end. */
function placeOf(lineage: readonly SnapshotRecord[], contentAtMs: number): number {
  let place = lineage.length;
  while (place > 0 && (lineage[place - 1]?.contentAtMs ?? 0) > contentAtMs) place--;
  return place;
}

function growthAfter(previous: SnapshotRecord | undefined, snapshot: Content): number {
  return previous ? snapshot.usedGigabytes * changedShare(previous, snapshot) : snapshot.usedGigabytes;
}

function changedShare(older: SnapshotRecord, newer: Content): number {
  const days = (newer.contentAtMs - older.contentAtMs) / dayMs;
  return 1 - Math.exp(-newer.dailyChangeRate * Math.max(0, days));
}
