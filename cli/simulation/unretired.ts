import * as z from 'zod';
import type { Account } from '../../simulator/account.ts';
import { snapshotStorage } from '../../simulator/snapshot-storage.ts';
import type { RegionState, SnapshotRecord } from '../../simulator/state.ts';

/** What would be there of a Region's snapshots that count, had nothing been retired; and how many images were. */
export type Unretired = (
  region: RegionState,
  counts: (snapshot: SnapshotRecord) => boolean,
) => { retiredImages: number; gigabytes: number };

const inputSchema = z.object({ ImageId: z.string() });

/**
 * Keeps in mind what is retired, for all that captures do is the same without retirement: snapshots of a volume share their
 * blocks, so what each would take is reckoned anew with all of them in their places.
 */
export function watchRetired(account: Account): Unretired {
  const retired = new Map<string, { images: Set<string>; snapshots: Map<string, SnapshotRecord> }>();
  account.beforeCall(({ operation, input, region, caller }) => {
    if (operation !== 'DeregisterImage' || caller !== 'retire-image') return;
    const { images, snapshots } = account.region(region);
    const { ImageId } = inputSchema.parse(input);
    const gone = retired.get(region) ?? { images: new Set(), snapshots: new Map() };
    retired.set(region, gone);
    gone.images.add(ImageId);
    for (const id of images.get(ImageId)?.snapshotIds ?? []) {
      const snapshot = snapshots.get(id);
      if (snapshot) gone.snapshots.set(id, snapshot);
    }
  });

  return ({ name, images, snapshots }, counts) => {
    const gone = retired.get(name);
    const all = new Map([...(gone?.snapshots ?? []), ...snapshots]);
    const storage = snapshotStorage();
    const copies = [...all.values()]
      .toSorted((left, right) => left.contentAtMs - right.contentAtMs)
      .map((snapshot) => ({ ...snapshot }));
    for (const snapshot of copies) storage.add(snapshot, snapshot.contentAtMs);
    return {
      retiredImages: [...(gone?.images ?? [])].filter((id) => !images.has(id)).length,
      gigabytes: copies.filter(counts).reduce((sum, { storedGigabytes }) => sum + storedGigabytes, 0),
    };
  };
}
