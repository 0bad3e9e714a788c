import type { Snapshot, Tag } from '@aws-sdk/client-ec2';
import { mayCopyUnderKeys } from '../iam/key-needs.ts';
import type { ImageRecord, RegionState, SnapshotRecord } from '../state.ts';
import type { Call } from '../world.ts';
import { mapSnapshot } from './capture.ts';
import { completeImage, failImage } from './image-records.ts';
import { endSnapshot, startSnapshot } from './snapshot-records.ts';
import { lineageOf } from './volume-records.ts';

/** What AWS gives copies for a volume ID: it means nothing. */
export const copiedVolumeId = 'vol-ffffffff';

export interface CopiedSnapshot {
  deviceName: string;
  source: SnapshotRecord;
}

interface CopyOptions {
  snapshotTags: Tag[];
  /** The key named by the caller, as it was written. */
  keyName: string | undefined;
  encrypt: boolean;
  sourceRegion: RegionState;
  sourceImageId: string;
}

/** What CopyImage sets off after its answer. Keys are only looked at now: a bad one fails the image, not the call. */
export function beginCopy(
  call: Call,
  image: ImageRecord,
  copies: readonly CopiedSnapshot[],
  options: CopyOptions,
): void {
  const { world, region, nowMs } = call;
  const random = world.random.stream('copy-duration', image.id);
  const plans = copies.map((copy) => ({ ...copy, ...encryptionOf(region, copy.source, options) }));
  const growth = plans.reduce((sum, { source, lineage }) => sum + region.storage.growth({ ...source, lineage }), 0);
  const durationMs = world.behaviour.copyMinutes(image.description, growth, random) * 60_000;
  const startsAtMs = nowMs + random.between(2, 10) * 1000;
  const endsAtMs = Math.max(nowMs + durationMs, startsAtMs + 2000);
  const failing = call.strikes('copy-fails', image.id, options.sourceImageId);

  const start = (): void => {
    const badKey = plans.find((plan) => !plan.keyIsUsable || !mayCopyUnderKeys(call, options.sourceRegion, plan));
    for (const plan of plans) {
      const atMs = world.clock.now();
      const completesAtMs = atMs + (endsAtMs - atMs) * random.between(0.6, 0.99);
      const record = startSnapshot(world, region, copyOf(call, plan, image, options, completesAtMs), image.id);
      image.snapshotIds.push(record.id);
      mapSnapshot(image, plan.deviceName, record.id);
      const sourceArn = `arn:aws:ec2::${options.sourceRegion.name}:snapshot/${plan.source.id}`;
      if (badKey) endSnapshot(world, region, record, 'copySnapshot', sourceArn, 'Given key ID is not accessible');
      else world.at(completesAtMs, () => endSnapshot(world, region, record, 'copySnapshot', sourceArn));
    }
    if (badKey) failImage(world, region, image, 'Client.InvalidKMSKey.InvalidState', 'Given key ID is not accessible');
  };
  const end = (): void => {
    const isGone = copies.some(({ source }) => options.sourceRegion.snapshots.get(source.id) !== source);
    if (isGone) failImage(world, region, image, 'Client.InvalidSnapshot.NotFound', 'A source snapshot was deleted');
    else completeImage(world, region, image);
    finish();
  };
  const fail = (): void => {
    failImage(world, region, image, 'Server.InternalError', failing?.message ?? 'Server.InternalError');
  };

  let isUnderWay = true;
  const finish = (): void => {
    if (isUnderWay) region.copiesUnderWay--;
    isUnderWay = false;
  };
  region.copiesUnderWay++;
  const failsAtMs = startsAtMs + (endsAtMs - startsAtMs) * random.between(0.2, 0.9);
  const timers = [world.at(startsAtMs, start), failing ? world.at(failsAtMs, fail) : world.at(endsAtMs, end)];
  image.abandon = () => {
    for (const timer of timers) timer.cancel();
    finish();
  };
}

interface Encryption {
  encrypted: boolean;
  keyArn: string | undefined;
  keyIsUsable: boolean;
  lineage: string;
}

/**
 * Plain stays plain unless encryption is asked for; encrypted stays encrypted, under its own key if that is of this
 * Region, else under the Region's default key.
 */
export function encryptionOf(region: RegionState, source: SnapshotRecord, options: CopyOptions): Encryption {
  const { Encrypted: wasEncrypted, KmsKeyId } = source.description;
  const encrypted = options.encrypt || wasEncrypted === true;
  const ownKey = options.sourceRegion === region && wasEncrypted ? KmsKeyId : undefined;
  const named = options.keyName === undefined ? undefined : region.keys.find(options.keyName);
  const keyArn = encrypted ? (named?.arn ?? ownKey ?? region.keys.defaultArn) : undefined;
  const [volumeId = copiedVolumeId] = source.lineage.split('|');
  return {
    encrypted,
    keyArn,
    keyIsUsable: options.keyName === undefined || named?.usable === true,
    lineage: lineageOf(volumeId, encrypted, keyArn),
  };
}

function copyOf(
  call: Call,
  plan: CopiedSnapshot & Encryption,
  image: ImageRecord,
  options: CopyOptions,
  completesAtMs: number,
) {
  const { world } = call;
  const nowMs = world.clock.now();
  const { source } = plan;
  const id = world.newId('snap');
  const taskMs = String(call.nowMs).replace(/\B(?=(\d{3})+$)/g, ',');
  const description: Snapshot = {
    SnapshotId: id,
    VolumeId: copiedVolumeId,
    VolumeSize: source.description.VolumeSize,
    OwnerId: world.accountId,
    State: 'pending',
    Progress: '0%',
    StartTime: new Date(nowMs),
    Description: `Copied for DestinationAmi ${image.id} from SourceAmi ${options.sourceImageId} for SourceSnapshot ${source.id}. Task created on ${taskMs}.`,
    Encrypted: plan.encrypted,
    ...(plan.keyArn === undefined ? {} : { KmsKeyId: plan.keyArn }),
    StorageTier: 'standard',
    FullSnapshotSizeInBytes: source.description.FullSnapshotSizeInBytes,
    Tags: options.snapshotTags,
  };
  return {
    id,
    description,
    completesAtMs,
    lineage: plan.lineage,
    contentAtMs: source.contentAtMs,
    usedGigabytes: source.usedGigabytes,
    dailyChangeRate: source.dailyChangeRate,
    instanceStateAtStart: undefined,
  };
}
