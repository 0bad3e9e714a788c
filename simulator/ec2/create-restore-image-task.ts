import type {
  CreateRestoreImageTaskCommandInput,
  CreateRestoreImageTaskCommandOutput,
  Image,
  Snapshot,
  Tag,
} from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { isReadable } from '../s3/objects.ts';
import { refuse } from '../service-failure.ts';
import type { Bucket, ImageRecord, StoredObject } from '../state.ts';
import { type Call, created } from '../world.ts';
import { mapSnapshot } from './capture.ts';
import { copiedVolumeId } from './copying.ts';
import { checkImageName, checkImageQuota, completeImage, failImage, registerImage } from './image-records.ts';
import { endSnapshot, startSnapshot } from './snapshot-records.ts';
import type { StoredImage, StoredSnapshot } from './store-tasks.ts';
import { specifiedTags } from './tags.ts';
import { lineageOf } from './volume-records.ts';

const mostGigabytesInProgress = 600;

/** Which errors this operation answers with is not documented, apart from those of names: these are EC2's general codes. */
export const createRestoreImageTask = operation<
  CreateRestoreImageTaskCommandInput,
  Omit<CreateRestoreImageTaskCommandOutput, '$metadata'>
>({
  parameters: ['Bucket', 'ObjectKey', 'Name', 'TagSpecifications'],
  act(call, input) {
    const { world, region, nowMs } = call;
    const { bucket, object, stored } = sourceOf(call, required(input.Bucket, 'Bucket'), input.ObjectKey);
    const name = required(input.Name ?? stored.description.Name, 'Name');
    checkImageName(region, name, nowMs);
    checkImageQuota(region);
    const tags = specifiedTags(input.TagSpecifications, ['image', 'snapshot']);
    if (region.gigabytesBeingRestored >= mostGigabytesInProgress) {
      refuse('ResourceLimitExceeded', `The restores in progress exceed the limit of ${mostGigabytesInProgress} GB.`);
    }

    const id = world.newId('ami');
    const image = created<Image, ImageRecord>(
      world,
      {
        id,
        description: {
          ...restoredFrom(call, stored, object.key, id, name),
          Tags: merged(stored.description.Tags, tags.image),
        },
        snapshotIds: [],
        launchPermissions: [],
        // Snapshots are decrypted when they are stored; encryption by default, which could make up for it, is not modelled.
        mappings: (stored.description.BlockDeviceMappings ?? []).map(({ Ebs, ...mapping }) =>
          Ebs ? { ...mapping, Ebs: { ...Ebs, SnapshotId: undefined, Encrypted: false, KmsKeyId: undefined } } : mapping,
        ),
        showsMappingsEarly: world.random.stream('mappings', id).chance(0.5),
        abandon: undefined,
      },
      nowMs,
    );
    registerImage(region, image);
    beginRestore(call, image, bucket, object, stored, tags.snapshot);
    return { ImageId: id };
  },
});

function sourceOf(
  call: Call,
  bucketName: string,
  objectKey: string | undefined,
): { bucket: Bucket; object: StoredObject; stored: StoredImage } {
  const key = required(objectKey, 'ObjectKey');
  const bucket = call.world.buckets.get(bucketName);
  if (bucket?.region !== call.region.name) {
    return refuse('InvalidParameterValue', `The bucket '${bucketName}' does not exist in ${call.region.name}.`);
  }
  const object = bucket.objects.get(key);
  if (!object) return refuse('InvalidParameterValue', `The object '${key}' does not exist in '${bucketName}'.`);
  if (!isReadable(object, call.nowMs)) {
    refuse('InvalidRequest', `The object '${key}' is archived as ${object.storageClass}: it must be restored first.`);
  }
  if (!object.image) return refuse('InvalidParameterValue', `The object '${key}' does not hold an image.`);
  return { bucket, object, stored: object.image };
}

/** Sharing, deprecation and protection belong to the image that was stored, and stay behind. */
function restoredFrom(
  call: Call,
  { description, region }: StoredImage,
  key: string,
  ImageId: string,
  Name: string,
): Image {
  const { accountId } = call.world;
  const billingIsLost = call.strikes('restore-loses-billing', ImageId, key) !== undefined;
  return {
    ...description,
    ImageId,
    Name,
    ImageLocation: `${accountId}/${Name}`,
    OwnerId: accountId,
    ImageOwnerAlias: undefined,
    State: 'pending',
    StateReason: undefined,
    Public: false,
    CreationDate: new Date(call.nowMs).toISOString(),
    BlockDeviceMappings: [],
    SourceInstanceId: undefined,
    SourceImageId: description.ImageId,
    SourceImageRegion: region,
    DeprecationTime: undefined,
    DeregistrationProtection: 'disabled',
    LastLaunchedTime: undefined,
    ...(billingIsLost ? { PlatformDetails: 'Linux/UNIX', UsageOperation: 'RunInstances' } : {}),
  };
}

/** The tags that the object kept, under those that are given now. */
function merged(kept: readonly Tag[] | undefined, given: readonly Tag[]): Tag[] {
  const keys = new Set(given.map(({ Key }) => Key));
  return [...(kept ?? []).filter(({ Key = '' }) => !Key.startsWith('aws:') && !keys.has(Key)), ...given];
}

function beginRestore(
  call: Call,
  image: ImageRecord,
  bucket: Bucket,
  object: StoredObject,
  { snapshots }: StoredImage,
  snapshotTags: readonly Tag[],
): void {
  const { world, region, nowMs } = call;
  const random = world.random.stream('restore', image.id);
  const used = snapshots.reduce((sum, { usedGigabytes }) => sum + usedGigabytes, 0);
  const gigabytes = snapshots.reduce((sum, snapshot) => sum + snapshot.gigabytes, 0);
  const startsAtMs = nowMs + random.between(2, 10) * 1000;
  const durationMs = world.behaviour.restoreMinutes(image.description, used, random) * 60_000;
  const endsAtMs = Math.max(nowMs + durationMs, startsAtMs + 2000);
  const failing = call.strikes('restore-fails', image.id, object.key);

  const start = (): void => {
    for (const stored of snapshots) {
      const completesAtMs = startsAtMs + (endsAtMs - startsAtMs) * random.between(0.6, 0.99);
      const made = newSnapshot(call, image, stored, merged(stored.tags, snapshotTags), completesAtMs);
      const record = startSnapshot(world, region, made, image.id);
      image.snapshotIds.push(record.id);
      mapSnapshot(image, stored.deviceName, record.id);
      const sourceArn = `arn:aws:ec2::${region.name}:volume/${copiedVolumeId}`;
      world.at(completesAtMs, () => endSnapshot(world, region, record, 'createSnapshot', sourceArn));
    }
  };
  const end = (): void => {
    if (bucket.objects.get(object.key) === object) completeImage(world, region, image);
    else failImage(world, region, image, 'Client.InvalidObject.NotFound', 'The stored object was deleted or replaced');
    finish();
  };
  const fail = (): void => {
    failImage(world, region, image, 'Server.InternalError', failing?.message ?? 'Server.InternalError');
  };

  let isUnderWay = true;
  const finish = (): void => {
    if (isUnderWay) region.gigabytesBeingRestored -= gigabytes;
    isUnderWay = false;
  };
  region.gigabytesBeingRestored += gigabytes;
  const failsAtMs = nowMs + (endsAtMs - nowMs) * (failing?.atShare ?? 0.6);
  const timers = [world.at(startsAtMs, start), failing ? world.at(failsAtMs, fail) : world.at(endsAtMs, end)];
  image.abandon = () => {
    for (const timer of timers) timer.cancel();
    finish();
  };
}

/** Restored snapshots share no blocks with those that were stored. */
function newSnapshot(call: Call, image: ImageRecord, stored: StoredSnapshot, Tags: Tag[], completesAtMs: number) {
  const { world } = call;
  const id = world.newId('snap');
  const description: Snapshot = {
    SnapshotId: id,
    VolumeId: copiedVolumeId,
    VolumeSize: stored.gigabytes,
    OwnerId: world.accountId,
    State: 'pending',
    Progress: '0%',
    StartTime: new Date(world.clock.now()),
    // What EC2 writes here is not documented.
    Description: `Created by CreateRestoreImageTask for ${image.id}`,
    Encrypted: false,
    StorageTier: 'standard',
    FullSnapshotSizeInBytes: Math.round(stored.usedGigabytes * 2 ** 30),
    Tags,
  };
  return {
    id,
    description,
    completesAtMs,
    lineage: lineageOf(id, false, undefined),
    contentAtMs: stored.contentAtMs,
    usedGigabytes: stored.usedGigabytes,
    dailyChangeRate: stored.dailyChangeRate,
    instanceStateAtStart: undefined,
  };
}
