import { tagsOf } from '../../shared/aws/tagging.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import type { Account } from '../../simulator/account.ts';
import { prices } from '../../simulator/prices.ts';
import type { Bucket, ImageRecord, RegionState, SnapshotRecord } from '../../simulator/state.ts';
import type { Unretired } from './unretired.ts';

export interface RegionReport {
  region: string;
  /** All images of this system; the other counts are parts of them. */
  images: number;
  /** Copies from another Region. */
  copies: number;
  /** On their way out, and can still be launched from. */
  leaving: number;
  /** They can be enabled again, and their snapshots are paid for. */
  disabled: number;
  /** Not (yet) available or not complete. */
  incomplete: number;
  /** Of the snapshots of this system. */
  snapshotGigabytes: number;
  monthlyDollars: number;
}

/** Archived images of one storage class in one bucket. */
export interface ArchiveReport {
  bucket: string;
  storageClass: string;
  images: number;
  gigabytes: number;
  monthlyDollars: number;
}

export interface WithoutRetirement {
  images: number;
  snapshotGigabytes: number;
  monthlyDollars: number;
}

const gigabyteBytes = 2 ** 30;

export function regionReport({ name, images, snapshots }: RegionState): RegionReport {
  const ours = [...images.values()].filter(isOurs).map(({ description }) => ({
    state: description.State,
    tags: tagsOf(description.Tags),
  }));
  const usable = ours.filter(({ state, tags }) => state === 'available' && tags[tagKeys.state] !== 'capturing');
  const disabled = ours.filter(({ state }) => state === 'disabled');
  const snapshotGigabytes = [...snapshots.values()]
    .filter(isOurs)
    .reduce((sum, { storedGigabytes }) => sum + storedGigabytes, 0);
  return {
    region: name,
    images: ours.length,
    copies: ours.filter(({ tags }) => tags[tagKeys.origin] !== undefined).length,
    leaving: usable.filter(({ tags }) => tags[tagKeys.rung] !== undefined).length,
    disabled: disabled.length,
    incomplete: ours.length - usable.length - disabled.length,
    snapshotGigabytes,
    monthlyDollars: snapshotGigabytes * prices.snapshotGigabyteMonth,
  };
}

export function archiveReports(buckets: readonly Bucket[]): ArchiveReport[] {
  return buckets.flatMap(({ name, objects }) => {
    const archived = [...objects.values()].filter(({ image }) => image !== undefined);
    return [...Map.groupBy(archived, ({ storageClass }) => storageClass)].map(([storageClass, all]) => {
      const gigabytes = all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / gigabyteBytes;
      const monthlyDollars = gigabytes * prices.objectGigabyteMonth[storageClass];
      return { bucket: name, storageClass, images: all.length, gigabytes, monthlyDollars };
    });
  });
}

export function withoutRetirement(account: Account, unretired: Unretired): WithoutRetirement | null {
  const regions = account.regions();
  const all = regions.map((region) => unretired(region, isOurs));
  const gone = all.reduce((sum, { retiredImages }) => sum + retiredImages, 0);
  if (gone === 0) return null;
  const standing = regions.reduce((sum, { images }) => sum + [...images.values()].filter(isOurs).length, 0);
  const snapshotGigabytes = all.reduce((sum, { gigabytes }) => sum + gigabytes, 0);
  return {
    images: standing + gone,
    snapshotGigabytes,
    monthlyDollars: snapshotGigabytes * prices.snapshotGigabyteMonth,
  };
}

function isOurs({ description }: ImageRecord | SnapshotRecord): boolean {
  const tags = tagsOf(description.Tags);
  return tags[tagKeys.policy] !== undefined && tags[tagKeys.slot] !== undefined;
}
