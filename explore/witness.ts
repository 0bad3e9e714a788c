import { rulesForWatch } from '../cli/simulation/rules-for-watch.ts';
import type { Account } from '../simulator/account.ts';
import type { AnsweredCall } from '../simulator/attempt.ts';
import { isOurs, tagsIn as tagsOf } from '../simulator/invariants/records.ts';
import { type InvariantWatch, type WatchOptions, watchInvariants } from '../simulator/invariants.ts';
import type { AccountEvent } from '../simulator/world.ts';
import { archivesDueIn } from './archive-due.ts';
import { keepingRulesIn } from './keeping-rules.ts';

export { tagsOf };

export type Tags = Readonly<Record<string, string>>;

export interface SeenSnapshot {
  id: string;
  volumeId: string;
  /** What its instance was doing at the moment that fixed its content. */
  instanceWas: string | undefined;
  tags: Tags;
  tagsAtBirth: Tags;
  sharedWith: string[];
}

export interface SeenImage {
  id: string;
  name: string;
  state: string;
  tags: Tags;
  tagsAtBirth: Tags;
  snapshots: SeenSnapshot[];
  createdAtMs: number;
  availableAtMs: number | undefined;
  /** Account ids, ARNs of organizations, `all`. */
  sharedWith: string[];
  encrypted: boolean;
}

/** What somebody saw who watched the account all the time, and never asked the system under test. */
export interface Witness {
  readonly watch: InvariantWatch;
  readonly calls: readonly AnsweredCall[];
  readonly events: readonly AccountEvent[];
  /** Images that carry the tags of this system, oldest first. */
  images(region: string): SeenImage[];
  /** Snapshots that carry the tags of this system and belong to no image. */
  orphans(region: string): string[];
}

export function witness(account: Account, options: WatchOptions = {}): Witness {
  const calls: AnsweredCall[] = [];
  const events: AccountEvent[] = [];
  const births = new Map<string, Tags>();
  const available = new Map<string, number>();
  const watch = watchInvariants(account, undefined, {
    ...rulesForWatch(account),
    isArchiveDue: archivesDueIn(account),
    keptBy: keepingRulesIn(account),
    ...options,
  });
  account.onCall((call) => {
    calls.push(call);
    const { output = {} } = call;
    if (!('ImageId' in output) || typeof output.ImageId !== 'string') return;
    births.set(output.ImageId, tagsOf(account.region(call.region).images.get(output.ImageId)?.description.Tags));
  });
  account.onSnapshot((_, { id, description }) => births.set(id, tagsOf(description.Tags)));
  account.onEvent((event) => {
    events.push(event);
    if (event.detail.State === 'available') available.set(String(event.detail.ImageId), Date.parse(event.time));
  });
  return {
    watch,
    calls,
    events,
    images(regionName): SeenImage[] {
      const region = account.region(regionName);
      return [...region.images.values()].filter(isOurs).map(({ id, description, snapshotIds, launchPermissions }) => {
        const tags = tagsOf(description.Tags);
        const snapshots = snapshotIds.flatMap((snapshotId): SeenSnapshot[] => {
          const snapshot = region.snapshots.get(snapshotId);
          if (!snapshot) return [];
          return [
            {
              id: snapshotId,
              volumeId: snapshot.description.VolumeId ?? '',
              instanceWas: snapshot.instanceStateAtStart,
              tags: tagsOf(snapshot.description.Tags),
              tagsAtBirth: births.get(snapshotId) ?? {},
              sharedWith: snapshot.permissions.map(({ UserId, Group }) => UserId ?? Group ?? ''),
            },
          ];
        });
        return {
          id,
          name: description.Name ?? '',
          state: description.State ?? '',
          tags,
          tagsAtBirth: births.get(id) ?? {},
          snapshots,
          createdAtMs: Date.parse(description.CreationDate ?? ''),
          availableAtMs: available.get(id),
          sharedWith: launchPermissions.map(
            ({ UserId, OrganizationArn, OrganizationalUnitArn, Group }) =>
              UserId ?? OrganizationArn ?? OrganizationalUnitArn ?? Group ?? '',
          ),
          encrypted: description.BlockDeviceMappings?.some(({ Ebs }) => Ebs?.Encrypted) ?? false,
        };
      });
    },
    orphans(regionName) {
      return [...account.region(regionName).snapshots.values()]
        .filter((snapshot) => isOurs(snapshot) && snapshot.imageIds.size === 0)
        .map(({ id }) => id);
    },
  };
}
