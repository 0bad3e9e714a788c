import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { NotSimulated, refuse } from '../service-failure.ts';
import type { RegionState } from '../state.ts';
import { replace, type World } from '../world.ts';
import { arnOf, kindOf, known, type ResourceKind } from './identifiers.ts';
import { reindexImage } from './image-records.ts';
import { reindexSnapshot } from './snapshot-records.ts';

/** User tags of one resource; those of AWS (`aws:`) come on top. */
const mostTags = 50;

/** Checks tags as EC2 does on every way in. */
export function checkTags(tags: readonly Tag[]): void {
  const keys = new Set<string>();
  for (const { Key = '', Value = '' } of tags) {
    if (Key === '') refuse('InvalidParameterValue', 'Tag key cannot be empty.');
    if (Key.toLowerCase().startsWith('aws:')) {
      refuse('InvalidParameterValue', `Tag keys starting with 'aws:' are reserved for internal use: ${Key}`);
    }
    if (Key.length > 128) {
      refuse('InvalidParameterValue', 'Tag key exceeds the maximum length of 128 characters.');
    }
    if (Value.length > 256) {
      refuse('InvalidParameterValue', 'Tag value exceeds the maximum length of 256 characters.');
    }
    if (keys.has(Key)) refuse('InvalidParameterValue', `Duplicate tag key '${Key}' specified.`);
    keys.add(Key);
  }
  if (keys.size > mostTags) refuseTooMany();
}

/** The tags asked for at creation, by resource type; other types than those allowed are refused. */
export function specifiedTags<Type extends string>(
  specifications: readonly TagSpecification[] | undefined,
  allowed: readonly Type[],
): Record<Type, Tag[]> {
  const byType = new Map<string, Tag[]>();
  for (const { ResourceType = '', Tags = [] } of specifications ?? []) {
    if (!allowed.some((type) => type === ResourceType)) {
      refuse('InvalidParameterValue', `'${ResourceType}' is not a valid taggable resource type for this operation.`);
    }
    checkTags(Tags);
    byType.set(ResourceType, [...(byType.get(ResourceType) ?? []), ...withValues(Tags)]);
  }
  const entries = allowed.map((type) => [type, byType.get(type) ?? []] as const);
  // Built from `allowed`, so every Type is a key.
  return Object.fromEntries(entries) as Record<Type, Tag[]>;
}

/** Every resource that is to be tagged must exist before any is. */
export function checkResources(region: RegionState, ids: readonly string[]): void {
  if (ids.length > 1000) refuse('InvalidParameterValue', 'The number of resources must not exceed 1000.');
  for (const id of ids) recordOf(region, id);
}

export function writeTags(world: World, region: RegionState, id: string, tags: readonly Tag[], nowMs: number): void {
  const { kind, record } = recordOf(region, id);
  const present = new Map((record.description.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const changed = withValues(tags).filter(({ Key, Value }) => present.get(Key) !== Value);
  for (const { Key, Value } of changed) present.set(Key, Value);
  if ([...present.keys()].filter((key) => !key.startsWith('aws:')).length > mostTags) refuseTooMany();
  change(
    world,
    region,
    kind,
    id,
    present,
    changed.map(({ Key }) => Key),
    nowMs,
  );
}

/** Removes tags; one that is given with a value only if it has that value. */
export function removeTags(
  world: World,
  region: RegionState,
  id: string,
  tags: readonly Tag[] | undefined,
  nowMs: number,
): void {
  const { kind, record } = recordOf(region, id);
  const present = new Map((record.description.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const all = [...present.keys()].filter((key) => !key.startsWith('aws:')).map((Key): Tag => ({ Key }));
  const removed: string[] = [];
  for (const { Key = '', Value } of tags ?? all) {
    if (!present.has(Key) || (Value !== undefined && present.get(Key) !== Value)) continue;
    present.delete(Key);
    removed.push(Key);
  }
  change(world, region, kind, id, present, removed, nowMs);
}

function change(
  world: World,
  region: RegionState,
  kind: ResourceKind,
  id: string,
  tags: ReadonlyMap<string, string>,
  changedKeys: string[],
  nowMs: number,
): void {
  if (changedKeys.length === 0) return;
  const { record } = recordOf(region, id);
  const before = record.description.Tags ?? [];
  const Tags = [...tags].map(([Key, Value]) => ({ Key, Value }));
  replace<{ Tags?: Tag[] | undefined }>(world, record, { Tags }, nowMs);
  if (kind === 'image') reindexImage(region, id, before);
  if (kind === 'snapshot') reindexSnapshot(region, id, before);
  emitTagChange(world, region, id, changedKeys);
}

/** "Tag Change on Resource", with all tags as they are now and a version that tells older events from newer ones. */
export function emitTagChange(world: World, region: RegionState, id: string, changedKeys: string[]): void {
  const { kind, record } = recordOf(region, id);
  const version = (region.tagVersions.get(id) ?? 0) + 1;
  region.tagVersions.set(id, version);
  world.emit(region.name, {
    'detail-type': 'Tag Change on Resource',
    source: 'aws.tag',
    resources: [arnOf(kind, id, region.name, world.accountId)],
    detail: {
      'changed-tag-keys': changedKeys,
      service: 'ec2',
      'resource-type': kind,
      version,
      tags: Object.fromEntries((record.description.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    },
  });
}

function recordOf(region: RegionState, id: string) {
  const kind = kindOf(id);
  switch (kind) {
    case 'instance':
      return { kind, record: known(kind, region.instances, id) };
    case 'image':
      return { kind, record: known(kind, region.images, id) };
    case 'snapshot':
      return { kind, record: known(kind, region.snapshots, id) };
    case 'volume':
      return { kind, record: known(kind, region.volumes, id) };
    default:
      throw new NotSimulated(`tagging ${id}`, 'add its kind to simulator/ec2/identifiers.ts and simulator/ec2/tags.ts');
  }
}

function withValues(tags: readonly Tag[]): { Key: string; Value: string }[] {
  return tags.map(({ Key = '', Value = '' }) => ({ Key, Value }));
}

function refuseTooMany(): never {
  return refuse('TagLimitExceeded', `The maximum number of tags for a resource is ${mostTags}.`);
}
