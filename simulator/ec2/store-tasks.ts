import { createHash } from 'node:crypto';
import type { Image, StoreImageTaskResult, Tag } from '@aws-sdk/client-ec2';
import { writeObject } from '../s3/objects.ts';
import type { Bucket, ImageRecord, Kept, RegionState, SnapshotRecord } from '../state.ts';
import { type Call, created, replace } from '../world.ts';

export interface StoreTaskRecord extends Kept<StoreImageTaskResult> {
  startedAtMs: number;
  durationMs: number;
  /** The sizes of the image's volumes together. */
  gigabytes: number;
}

/** What the object of a store task holds: all but what belongs to a Region, and with whom the image was shared. */
export interface StoredImage {
  description: Image;
  region: string;
  snapshots: StoredSnapshot[];
}

export interface StoredSnapshot extends Pick<SnapshotRecord, 'contentAtMs' | 'usedGigabytes' | 'dailyChangeRate'> {
  deviceName: string;
  gigabytes: number;
  tags: Tag[];
}

const dayMs = 86_400_000;
/** DescribeStoreImageTasks shows no older tasks. */
const rememberedMs = 31 * dayMs;

export function isRemembered({ startedAtMs }: StoreTaskRecord, nowMs: number): boolean {
  return nowMs - startedAtMs <= rememberedMs;
}

export function isInProgress({ description }: StoreTaskRecord): boolean {
  return description.StoreTaskState === 'InProgress';
}

/** The sizes of an image's volumes together, in gigabytes; the quotas of both tasks count by it. */
export function sizeOf(region: RegionState, { description }: ImageRecord): number {
  return (description.BlockDeviceMappings ?? []).reduce((sum, { Ebs }) => {
    const snapshot = region.snapshots.get(Ebs?.SnapshotId ?? '');
    return sum + (Ebs?.VolumeSize ?? snapshot?.description.VolumeSize ?? 0);
  }, 0);
}

/** A task with its progress, which grows with time and is 100 only when the object is there. */
export function withProgress(task: StoreTaskRecord, description: StoreImageTaskResult, nowMs: number) {
  if (description.StoreTaskState !== 'InProgress') return description;
  return { ...description, ProgressPercentage: percentageOf(task, nowMs) };
}

function percentageOf({ startedAtMs, durationMs }: StoreTaskRecord, nowMs: number): number {
  return Math.max(0, Math.min(99, Math.floor(((nowMs - startedAtMs) / durationMs) * 100)));
}

/** Looks at the snapshots that a task makes on its way. */
const looks = 10;

/** What CreateStoreImageTask sets off after its answer: the snapshots are read, then the object appears at once. */
export function beginStore(
  call: Call,
  image: ImageRecord,
  bucket: Bucket,
  key: string,
  tags: ReadonlyMap<string, string>,
): void {
  const { world, region, nowMs } = call;
  for (const [id, task] of region.storeTasks) if (!isRemembered(task, nowMs)) region.storeTasks.delete(id);

  const { description } = image;
  const sources = (description.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
    DeviceName && Ebs ? [{ deviceName: DeviceName, Ebs, snapshot: region.snapshots.get(Ebs.SnapshotId ?? '') }] : [],
  );
  const stored: StoredImage = {
    description,
    region: region.name,
    snapshots: sources.map(({ deviceName, Ebs, snapshot }) => ({
      deviceName,
      gigabytes: Ebs.VolumeSize ?? snapshot?.description.VolumeSize ?? 0,
      usedGigabytes: snapshot?.usedGigabytes ?? 0,
      dailyChangeRate: snapshot?.dailyChangeRate ?? 0,
      contentAtMs: snapshot?.contentAtMs ?? nowMs,
      tags: snapshot?.description.Tags ?? [],
    })),
  };
  const id = world.newId('store');
  const random = world.random.stream('store', id);
  const used = stored.snapshots.reduce((sum, { usedGigabytes }) => sum + usedGigabytes, 0);
  const failing = call.strikes('store-fails', image.id, key);
  const task: StoreTaskRecord = {
    id,
    description: {
      AmiId: image.id,
      TaskStartTime: new Date(nowMs),
      Bucket: bucket.name,
      S3objectKey: key,
      ProgressPercentage: 0,
      StoreTaskState: 'InProgress',
    },
    startedAtMs: nowMs,
    durationMs: world.behaviour.storeMinutes(description, used, random) * 60_000,
    gigabytes: sizeOf(region, image),
  };
  region.storeTasks.set(id, created<StoreImageTaskResult, StoreTaskRecord>(world, task, nowMs));

  const end = (StoreTaskState: 'Completed' | 'Failed', changes: StoreImageTaskResult): void => {
    replace<StoreImageTaskResult>(world, task, { StoreTaskState, ...changes }, world.clock.now());
  };
  const fail = (StoreTaskFailureReason: string): void => {
    const ProgressPercentage = percentageOf(task, world.clock.now());
    end('Failed', { ProgressPercentage, StoreTaskFailureReason });
  };
  const complete = (): void => {
    const sizeBytes = Math.max(1, Math.round(used * 2 ** 30 * random.between(0.4, 0.6)));
    writeObject(bucket, {
      key,
      body: new Uint8Array(),
      sizeBytes,
      image: stored,
      contentType: undefined,
      metadata: metadataOf(description, nowMs),
      tags,
      storageClass: 'STANDARD',
      // EC2 uploads it in parts, whose number stands at the end; their size is not documented.
      eTag: `"${createHash('md5').update(id).digest('hex')}-${Math.ceil(sizeBytes / 2 ** 27)}"`,
      lastModifiedAtMs: world.clock.now(),
    });
    end('Completed', { ProgressPercentage: 100 });
  };
  const runMs = task.durationMs * (failing ? (failing.atShare ?? 0.6) : 1);
  const look = (number: number): void => {
    const isGone = sources.some(({ snapshot }) => !snapshot || region.snapshots.get(snapshot.id) !== snapshot);
    if (isGone) fail('A snapshot of the image was deleted');
    else if (number < looks) world.at(nowMs + (runMs * (number + 1)) / looks, () => look(number + 1));
    else if (failing) fail(failing.message ?? 'Internal error occurred during storing image');
    else complete();
  };
  world.at(nowMs + runMs / looks, () => look(1));
}

/** EC2 documents what it writes to the object's metadata, not under which names. */
function metadataOf(image: Image, nowMs: number): Record<string, string> {
  return {
    'ami-name': image.Name ?? '',
    'ami-description': image.Description ?? '',
    'ami-registration-date': image.CreationDate ?? '',
    'ami-owner-account': image.OwnerId ?? '',
    'ami-store-date': new Date(nowMs).toISOString(),
  };
}
