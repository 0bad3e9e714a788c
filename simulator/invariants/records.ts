import type { Tag } from '@aws-sdk/client-ec2';
import type { ImageRecord, Kept, SnapshotRecord } from '../state.ts';

export const prefix = 'ami-lifecycle:';

/**
 * How long after a change a read may still show what was before: nobody can be blamed for what no read would have told.
 * The fault `stale-read` shows what was half a minute ago; the rest is for the reads that an act was decided on.
 */
export const unseenMs = 60_000;

/**
 * What readers of a record may have seen: its description, and the one before if it was replaced a moment ago.
 * `undefined` among them says that it may not have been seen at all.
 */
export function views<Description>(
  { description, earlier }: Kept<Description>,
  nowMs: number,
): (Description | undefined)[] {
  const isFresh = earlier !== undefined && nowMs < Math.max(earlier.untilMs, earlier.changedAtMs + unseenMs);
  return isFresh ? [description, earlier.description] : [description];
}

/** Whether every reader must have seen this. */
export function isSettled<Description>(
  record: Kept<Description>,
  nowMs: number,
  holds: (description: Description) => boolean,
): boolean {
  return views(record, nowMs).every((view) => view !== undefined && holds(view));
}

/** Whether some reader may have seen this. */
export function mayBeSeen<Description>(
  record: Kept<Description>,
  nowMs: number,
  holds: (description: Description) => boolean,
): boolean {
  return views(record, nowMs).some((view) => view !== undefined && holds(view));
}

export type TagTexts = Record<string, string | undefined>;

export function tagsIn(list: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((list ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

export function tagsOf(record: Kept<{ Tags?: Tag[] | undefined }>): Record<string, string> {
  return tagsIn(record.description.Tags);
}

export function isOurs(record: ImageRecord | SnapshotRecord): boolean {
  const tags = tagsOf(record);
  return tags[`${prefix}policy`] !== undefined && tags[`${prefix}source`] !== undefined;
}

/**
 * Whether what is ours by its policy and source is so by its origin, too: other stacks of the account may have policies of the
 * same name, and copy to wherever this one looks.
 */
export function isMadeFrom(homeRegion: string, region: string, record: ImageRecord | SnapshotRecord): boolean {
  const [madeAt] = tagsOf(record)[`${prefix}origin`]?.split('/') ?? [region];
  return madeAt === homeRegion;
}

export function tagKeysIn(input: object): string[] {
  const tags: unknown = 'Tags' in input ? input.Tags : [];
  if (!Array.isArray(tags)) return [];
  return tags.flatMap((tag: unknown) => {
    const isTag = typeof tag === 'object' && tag !== null && 'Key' in tag && typeof tag.Key === 'string';
    return isTag ? [String(tag.Key)] : [];
  });
}

export function textIn(input: object, name: string): string | undefined {
  const value = new Map<string, unknown>(Object.entries(input)).get(name);
  return typeof value === 'string' ? value : undefined;
}

export function listIn(input: object, name: string): string[] {
  const value = new Map<string, unknown>(Object.entries(input)).get(name);
  return Array.isArray(value) ? value.filter((entry: unknown): entry is string => typeof entry === 'string') : [];
}

/** The image that a snapshot was made for, as its description says. */
export function imageIdIn(snapshot: SnapshotRecord): string | undefined {
  return /(?:for|DestinationAmi) (ami-[0-9a-f]+)/.exec(snapshot.description.Description ?? '')?.[1];
}
