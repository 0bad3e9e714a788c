import type { Image, Tag } from '@aws-sdk/client-ec2';
import { refuse } from '../service-failure.ts';
import type { ImageRecord, RegionState, Tombstone } from '../state.ts';
import { lagMs, replace, type World } from '../world.ts';
import { recycle } from './recycle-bin.ts';

/** An image's name: 3 to 128 of the letters that EC2 allows, and nobody else's in the Region, whatever their state. */
export function checkImageName(region: RegionState, name: string, nowMs: number): void {
  if (!/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/.test(name)) {
    refuse(
      'InvalidAMIName.Malformed',
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '[', ']', ' ', '.', '/', '-', ''', '@' and '_'",
    );
  }
  const released = region.namesReleased.get(name);
  const holder = region.imageNames.get(name) ?? (released && nowMs < released.atMs ? released.imageId : undefined);
  if (holder) refuse('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${holder}`);
  region.namesReleased.delete(name);
}

/** Ends the restoration of an image whose name another one took meanwhile; that the bin holds no names is not documented. */
export function checkNameIsFree(region: RegionState, { id, description: { Name: name } }: ImageRecord): void {
  const holder = name === undefined ? undefined : region.imageNames.get(name);
  if (holder) refuse('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${holder}`);
  if (name !== undefined && region.namesReleased.get(name)?.imageId === id) region.namesReleased.delete(name);
}

/** Images that one Region of an account may hold, in whatever state, those in the Recycle Bin included. */
const mostImages = 50_000;

export function checkImageQuota(region: RegionState): void {
  if (region.images.size + region.recycledImages.size < mostImages) return;
  refuse('ResourceLimitExceeded', `You have reached the limit of ${mostImages} AMIs in this Region.`);
}

/** Makes an image findable. */
export function registerImage(region: RegionState, record: ImageRecord): void {
  region.images.set(record.id, record);
  if (record.description.Name) region.imageNames.set(record.description.Name, record.id);
  region.imageIndex.add(record.id, [...fixedTerms(record), ...tagTerms(record.description.Tags)]);
  if (record.description.State === 'pending') region.imageIndex.add(record.id, [pendingTerm]);
}

export function reindexImage(region: RegionState, id: string, before: readonly Tag[]): void {
  region.imageIndex.remove(id, tagTerms(before));
  region.imageIndex.add(id, tagTerms(region.images.get(id)?.description.Tags));
}

/** Takes an image away, maybe into the Recycle Bin. For a while reads may still show it, and its name and snapshots stay held. */
export function unregisterImage(world: World, region: RegionState, record: ImageRecord, nowMs: number): void {
  const { description } = record;
  region.images.delete(record.id);
  region.imageIndex.remove(record.id, [...fixedTerms(record), ...tagTerms(description.Tags), pendingTerm]);
  const releasedAtMs = nowMs + world.behaviour.releaseSeconds(world.random.stream('release', record.id)) * 1000;
  if (description.Name) {
    region.imageNames.delete(description.Name);
    region.namesReleased.set(description.Name, { atMs: releasedAtMs, imageId: record.id });
  }
  for (const snapshotId of record.snapshotIds) {
    const snapshot = region.snapshots.get(snapshotId);
    if (!snapshot?.imageIds.delete(record.id)) continue;
    snapshot.inUseUntilMs = releasedAtMs;
    snapshot.lastImageId = record.id;
  }
  record.abandon?.();
  record.abandon = undefined;
  const untilMs = nowMs + lagMs(world);
  const tombstone: Tombstone = { deregisteredAtMs: nowMs, description, untilMs };
  region.tombstones.set(record.id, tombstone);
  world.at(Math.max(untilMs, releasedAtMs), () => {
    tombstone.description = undefined;
    const name = description.Name;
    if (name && region.namesReleased.get(name)?.imageId === record.id) region.namesReleased.delete(name);
  });
  const { State, RootDeviceType } = description;
  // Whether failed and pending images are kept is not documented: there is little to restore of them.
  if ((State === 'available' || State === 'disabled') && RootDeviceType !== 'instance-store') {
    const bin = region.recycledImages;
    recycle(record, { world, region, resourceType: 'EC2_IMAGE', bin, nowMs, expire: () => {} });
  }
  emitImageState(world, region, record.id, 'deregistered', '');
}

export function completeImage(world: World, region: RegionState, record: ImageRecord): void {
  record.abandon = undefined;
  const changes = { State: 'available' as const, BlockDeviceMappings: record.mappings };
  replace<Image>(world, record, changes, world.clock.now());
  emitImageState(world, region, record.id, 'available', '');
}

/** A failed image keeps its name, and the snapshots that were made for it stay, until somebody tidies up. */
export function failImage(world: World, region: RegionState, record: ImageRecord, Code: string, Message: string): void {
  record.abandon?.();
  record.abandon = undefined;
  const StateReason = { Code, Message };
  replace<Image>(world, record, { State: 'failed', StateReason, BlockDeviceMappings: [] }, world.clock.now());
  if (world.behaviour.failedImagesForgetSnapshots) {
    for (const snapshotId of record.snapshotIds) region.snapshots.get(snapshotId)?.imageIds.delete(record.id);
    region.imageIndex.remove(record.id, record.snapshotIds.map(backedBy));
    record.snapshotIds = [];
  }
  emitImageState(world, region, record.id, 'failed', Message);
}

export function emitImageState(
  world: World,
  region: RegionState,
  id: string,
  State: string,
  ErrorMessage: string,
): void {
  world.emit(region.name, {
    'detail-type': 'EC2 AMI State Change',
    source: 'aws.ec2',
    resources: [`arn:aws:ec2:${region.name}::image/${id}`],
    detail: { RequestId: world.newId('req'), ImageId: id, State, ErrorMessage },
  });
}

/** The index term of images that EC2 is still making. */
export const pendingTerm = 'state=pending';

/** Far longer than any read lags. */
const settledMs = 3_600_000;

/** Takes those off the index of pending images that have been made for so long that no read still shows them as pending. */
export function forgetSettled(region: RegionState, nowMs: number): void {
  for (const id of region.imageIndex.under(pendingTerm)) {
    const record = region.images.get(id);
    const isSettled =
      record?.description.State !== 'pending' && nowMs - (record?.earlier?.changedAtMs ?? 0) > settledMs;
    if (isSettled) region.imageIndex.remove(id, [pendingTerm]);
  }
}

/** The index term for a filter of DescribeImages; undefined where the index cannot help. */
export function imageTerm(name: string, value: string): string | undefined {
  if (/[*?\\]/.test(value)) return undefined;
  if (name === 'block-device-mapping.snapshot-id') return backedBy(value);
  if (name === 'state') return value === 'pending' ? pendingTerm : undefined;
  const isIndexed = name === 'name' || name === 'image-id' || name === 'source-instance-id' || name.startsWith('tag:');
  return isIndexed ? `${name}=${value}` : undefined;
}

/** The index term of the images that a snapshot belongs to; it is there as soon as the snapshot is. */
export function backedBy(snapshotId: string): string {
  return `block-device-mapping.snapshot-id=${snapshotId}`;
}

function fixedTerms({ id, description, snapshotIds }: ImageRecord): string[] {
  const source = description.SourceInstanceId;
  return [
    `image-id=${id}`,
    `name=${description.Name ?? ''}`,
    ...(source ? [`source-instance-id=${source}`] : []),
    ...snapshotIds.map(backedBy),
  ];
}

export function tagTerms(tags: readonly Tag[] | undefined): string[] {
  return (tags ?? []).map(({ Key = '', Value = '' }) => `tag:${Key}=${Value}`);
}
