import type { Snapshot, Tag } from '@aws-sdk/client-ec2';
import type { RegionState, SnapshotRecord } from '../state.ts';
import { created, replace, type World } from '../world.ts';
import { backedBy, tagTerms } from './image-records.ts';
import { recycle } from './recycle-bin.ts';

/** What a snapshot under way needs besides what every snapshot starts with. */
export type NewSnapshot = Pick<
  SnapshotRecord,
  | 'id'
  | 'description'
  | 'completesAtMs'
  | 'lineage'
  | 'contentAtMs'
  | 'usedGigabytes'
  | 'dailyChangeRate'
  | 'instanceStateAtStart'
>;

/** A snapshot starts now: from here on its content is fixed. */
export function startSnapshot(
  world: World,
  region: RegionState,
  snapshot: NewSnapshot,
  imageId: string,
): SnapshotRecord {
  const nowMs = world.clock.now();
  const record = created<Snapshot, SnapshotRecord>(
    world,
    {
      ...snapshot,
      startedAtMs: nowMs,
      storedGigabytes: 0,
      imageIds: new Set([imageId]),
      permissions: [],
      inUseUntilMs: 0,
      lastImageId: undefined,
    },
    nowMs,
  );
  registerSnapshot(region, record, nowMs);
  region.imageIndex.add(imageId, [backedBy(record.id)]);
  world.snapshotStarted(region, record);
  return record;
}

export function registerSnapshot(region: RegionState, record: SnapshotRecord, nowMs: number): void {
  enlistSnapshot(region, record);
  region.storage.add(record, nowMs);
}

/** Makes a snapshot findable whose storage is counted already. */
export function enlistSnapshot(region: RegionState, record: SnapshotRecord): void {
  region.snapshots.set(record.id, record);
  region.snapshotIndex.add(record.id, [...fixedTerms(record), ...tagTerms(record.description.Tags)]);
}

export function reindexSnapshot(region: RegionState, id: string, before: readonly Tag[]): void {
  region.snapshotIndex.remove(id, tagTerms(before));
  region.snapshotIndex.add(id, tagTerms(region.snapshots.get(id)?.description.Tags));
}

/** Deletes a snapshot: into the Recycle Bin, where it takes its storage along, or for good. */
export function removeSnapshot(world: World, region: RegionState, record: SnapshotRecord, nowMs: number): void {
  region.snapshots.delete(record.id);
  region.snapshotIndex.remove(record.id, [...fixedTerms(record), ...tagTerms(record.description.Tags)]);
  const bin = region.recycledSnapshots;
  const expire = (): void => region.storage.remove(record, Math.max(nowMs, world.clock.now()));
  const isKept =
    record.description.State === 'completed' &&
    recycle(record, { world, region, resourceType: 'EBS_SNAPSHOT', bin, nowMs, expire });
  if (!isKept) expire();
}

/** Ends a snapshot under way, and says so by an event; does nothing if it was deleted meanwhile. */
export function endSnapshot(
  world: World,
  region: RegionState,
  record: SnapshotRecord,
  event: 'createSnapshot' | 'copySnapshot',
  sourceArn: string,
  failure = '',
): void {
  if (region.snapshots.get(record.id) !== record) return;
  const nowMs = world.clock.now();
  const changes: Partial<Snapshot> = failure
    ? { State: 'error', StateMessage: failure }
    : { State: 'completed', Progress: '100%', CompletionTime: new Date(nowMs) };
  replace<Snapshot>(world, record, changes, nowMs);
  // The documented ARNs of this event have the Region where others have the account.
  const arn = `arn:aws:ec2::${region.name}:snapshot/${record.id}`;
  world.emit(region.name, {
    'detail-type': 'EBS Snapshot Notification',
    source: 'aws.ec2',
    resources: [arn],
    detail: {
      event,
      result: failure ? 'failed' : 'succeeded',
      cause: failure,
      'request-id': '',
      snapshot_id: arn,
      source: sourceArn,
      startTime: new Date(record.startedAtMs).toISOString(),
      endTime: new Date(nowMs).toISOString(),
    },
  });
}

/** Progress grows with time; at 100 % a snapshot is completed, so a pending one stays below. */
export function withProgress(description: Snapshot, record: SnapshotRecord, nowMs: number): Snapshot {
  if (description.State !== 'pending') return description;
  const share = (nowMs - record.startedAtMs) / Math.max(1, record.completesAtMs - record.startedAtMs);
  return { ...description, Progress: `${Math.max(0, Math.min(99, Math.floor(share * 100)))}%` };
}

/** The index term for a filter of DescribeSnapshots; undefined where the index cannot help. */
export function snapshotTerm(name: string, value: string): string | undefined {
  // However the rest of a description is matched, it must name this image.
  const imageId = name === 'description' ? /ami-[0-9a-f]{17}/.exec(value)?.[0] : undefined;
  if (imageId) return `image=${imageId}`;
  if (/[*?\\]/.test(value)) return undefined;
  return name === 'snapshot-id' || name === 'volume-id' || name.startsWith('tag:') ? `${name}=${value}` : undefined;
}

function fixedTerms({ id, description }: SnapshotRecord): string[] {
  const images = description.Description?.match(/ami-[0-9a-f]{17}/g) ?? [];
  return [`snapshot-id=${id}`, `volume-id=${description.VolumeId ?? ''}`, ...images.map((image) => `image=${image}`)];
}
