import type { Tag } from '@aws-sdk/client-ec2';
import type { Kept, RecycleBinRule, Recycled, RegionState } from '../state.ts';
import type { World } from '../world.ts';

const dayMs = 86_400_000;

interface Binning<Record> {
  world: World;
  region: RegionState;
  resourceType: RecycleBinRule['resourceType'];
  bin: Map<string, Recycled<Record>>;
  nowMs: number;
  /** Called when it is gone for good: at the end of its retention, unless it was restored before. */
  expire: () => void;
}

/**
 * Puts a deleted resource into the Recycle Bin, if a rule catches it. Where several do, the longest retention counts.
 * @returns whether a rule caught it; if none did, `expire` is left to the caller.
 */
export function recycle<Record extends Kept<{ Tags?: Tag[] | undefined }>>(
  record: Record,
  { world, region, resourceType, bin, nowMs, expire }: Binning<Record>,
): boolean {
  const days = region.recycleBinRules
    .filter((rule) => rule.resourceType === resourceType && catches(rule, record.description.Tags ?? []))
    .map(({ retentionDays }) => retentionDays);
  if (days.length === 0) return false;
  const exitsAtMs = nowMs + Math.max(...days) * dayMs;
  const recycled = { record, enteredAtMs: nowMs, exitsAtMs };
  bin.set(record.id, recycled);
  world.at(exitsAtMs, () => {
    if (bin.get(record.id) !== recycled) return;
    bin.delete(record.id);
    expire();
  });
  return true;
}

/** One tag is enough, for catching as for letting go. */
function catches({ tags, excludeTags = [] }: RecycleBinRule, present: readonly Tag[]): boolean {
  const isCarried = ({ Key, Value = '' }: Tag): boolean =>
    present.some((tag) => tag.Key === Key && (tag.Value ?? '') === Value);
  return tags ? tags.some(isCarried) : !excludeTags.some(isCarried);
}
