import type { Snapshot, Tag } from '@aws-sdk/client-ec2';
import type { ImageRecord, InstanceRecord, RegionState, SnapshotRecord, VolumeRecord } from '../state.ts';
import type { Call, World } from '../world.ts';
import { completeImage, failImage } from './image-records.ts';
import { endSnapshot, startSnapshot } from './snapshot-records.ts';
import { lineageOf } from './volume-records.ts';

/** EC2 refuses a second snapshot of a volume within that time; inside CreateImage the refusal fails the image. */
const betweenSnapshotsMs = 15_000;

interface Captured {
  deviceName: string;
  volume: VolumeRecord;
}

/**
 * What CreateImage sets off after its answer: a snapshot of each volume starts within seconds, each in its own time, and
 * the image is available when all are done.
 */
export function beginCapture(
  call: Call,
  image: ImageRecord,
  instance: InstanceRecord,
  captured: readonly Captured[],
  options: { reboots: boolean; snapshotTags: Tag[] },
): void {
  const { world, region, nowMs } = call;
  const growth = captured.reduce((sum, { volume }) => sum + growthOf(region, volume, nowMs), 0);
  const random = world.random.stream('image-duration', image.id);
  const durationMs = world.behaviour.imageMinutes(image.description, growth, random) * 60_000;
  const startRandom = world.random.stream('snapshot-start', image.id);
  const rebootMs = options.reboots ? world.behaviour.rebootSeconds(instance.description, startRandom) * 1000 : 0;
  const starts = captured.map(({ volume }) => {
    const seconds = world.behaviour.snapshotStartSeconds(volume.description, startRandom);
    return nowMs + rebootMs + seconds * 1000;
  });
  const allStartedAtMs = Math.max(nowMs, ...starts);
  const endsAtMs = Math.max(nowMs + durationMs, allStartedAtMs + 2000);

  const waiting = new Set(captured);
  for (const { volume } of captured) volume.snapshotsUnderWay++;
  instance.captures.add(image);
  const timers = captured.map((one, index) =>
    world.at(starts[index] ?? nowMs, () => {
      const { volume } = one;
      const atMs = world.clock.now();
      if (atMs - volume.lastSnapshotAtMs < betweenSnapshotsMs) {
        failImage(world, region, image, 'Server.InternalError', 'Internal error occurred during creating image');
        return;
      }
      waiting.delete(one);
      if (waiting.size === 0) instance.captures.delete(image);
      const completesAtMs = atMs + (endsAtMs - atMs) * random.between(0.6, 0.99);
      const snapshot = snapshotOf(world, region, image, instance, volume, options.snapshotTags, completesAtMs);
      volume.lastSnapshotAtMs = atMs;
      mapSnapshot(image, one.deviceName, snapshot.id);
    }),
  );

  const failing = call.strikes('image-fails', image.id, instance.id);
  const failsAtMs = allStartedAtMs + (endsAtMs - allStartedAtMs) * random.between(0.2, 0.9);
  timers.push(
    failing
      ? world.at(failsAtMs, () => {
          failImage(world, region, image, 'Server.InternalError', failing.message ?? 'Server.InternalError');
        })
      : world.at(endsAtMs, () => completeImage(world, region, image)),
  );
  image.abandon = () => {
    for (const timer of timers) timer.cancel();
    for (const { volume } of waiting) volume.snapshotsUnderWay--;
    waiting.clear();
    instance.captures.delete(image);
  };
}

function snapshotOf(
  world: World,
  region: RegionState,
  image: ImageRecord,
  instance: InstanceRecord,
  volume: VolumeRecord,
  tags: Tag[],
  completesAtMs: number,
): SnapshotRecord {
  const nowMs = world.clock.now();
  const { Encrypted, KmsKeyId, Size } = volume.description;
  const id = world.newId('snap');
  const description: Snapshot = {
    SnapshotId: id,
    VolumeId: volume.id,
    VolumeSize: Size,
    OwnerId: world.accountId,
    State: 'pending',
    Progress: '0%',
    StartTime: new Date(nowMs),
    Description: `Created by CreateImage(${instance.id}) for ${image.id}`,
    Encrypted: Encrypted ?? false,
    ...(Encrypted ? { KmsKeyId: KmsKeyId ?? region.keys.defaultArn } : {}),
    StorageTier: 'standard',
    FullSnapshotSizeInBytes: Math.round(volume.usedGigabytes * 2 ** 30),
    Tags: tags,
  };
  const record = startSnapshot(
    world,
    region,
    {
      id,
      description,
      completesAtMs,
      lineage: lineageOf(volume.id, Encrypted, KmsKeyId),
      contentAtMs: nowMs,
      usedGigabytes: volume.usedGigabytes,
      dailyChangeRate: volume.dailyChangeRate,
      instanceStateAtStart: instance.description.State?.Name,
    },
    image.id,
  );
  image.snapshotIds.push(id);
  world.at(completesAtMs, () => {
    volume.snapshotsUnderWay--;
    endSnapshot(world, region, record, 'createSnapshot', `arn:aws:ec2::${region.name}:volume/${volume.id}`);
  });
  return record;
}

/** Enters a snapshot into the image's mappings; whether a pending image shows them already differs by image. */
export function mapSnapshot(image: ImageRecord, deviceName: string, snapshotId: string): void {
  image.mappings = image.mappings.map((mapping) =>
    mapping.DeviceName === deviceName && mapping.Ebs
      ? { ...mapping, Ebs: { ...mapping.Ebs, SnapshotId: snapshotId } }
      : mapping,
  );
  if (!image.showsMappingsEarly) return;
  const started = image.mappings.filter(({ Ebs }) => Ebs?.SnapshotId);
  image.description = { ...image.description, BlockDeviceMappings: started };
}

function growthOf(region: RegionState, volume: VolumeRecord, nowMs: number): number {
  const { Encrypted, KmsKeyId } = volume.description;
  return region.storage.growth({
    lineage: lineageOf(volume.id, Encrypted, KmsKeyId),
    contentAtMs: nowMs,
    usedGigabytes: volume.usedGigabytes,
    dailyChangeRate: volume.dailyChangeRate,
  });
}
