import type { CreateVolumePermission, LaunchPermission } from '@aws-sdk/client-ec2';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import type { Account } from '../../simulator/account.ts';
import type { AnsweredCall } from '../../simulator/attempt.ts';
import { isOurs, listIn, tagKeysIn, tagsOf, textIn } from '../../simulator/invariants/records.ts';
import type { ImageRecord, RegionState } from '../../simulator/state.ts';
import { home } from '../servers.ts';

const audience = 'ami-lifecycle:audience';
/** What people change while we share an image may be changed after we looked. */
const sharingMs = 15 * 60_000;

/** What people changed: `undefined` is of everybody. */
interface Change {
  atMs: number;
  holder: string | undefined;
}

/** Whom images are shared with. */
export interface Audiences {
  /** How an image that we shared, or were to share, is shared otherwise than its policy says, each in words. */
  differences(region: RegionState, image: ImageRecord, policy: Pick<NamedPolicy, 'share' | 'copies'>): string[];
}

/**
 * Watches who shares what. What people share or take back after we have shared an image stays as they made it until its policy
 * says otherwise, as only a tag is looked at: so it is no difference; nor is what an image loses that they disable, or
 * enable before we have seen that it was disabled. A complete image without the tag is to be shared with whomever its policy
 * names; where that is nobody it stays as people made it.
 */
export function watchAudiences(account: Account): Audiences {
  /** Images that we said to be shared as their policy says: not those that inherited the tag. */
  const shared = new Set<string>();
  /** What people changed since, by image or snapshot. */
  const byHand = new Map<string, Change[]>();

  const noteHand = (id: string, atMs: number, holders: readonly (string | undefined)[]): void => {
    byHand.set(id, [...(byHand.get(id) ?? []), ...holders.map((holder) => ({ atMs, holder }))]);
  };
  const noteShared = (id: string, { atMs, region }: AnsweredCall): void => {
    const image = account.region(region).images.get(id);
    if (!image) return;
    shared.add(id);
    // A word that is no digest says that they are still to be seen to.
    if (!/^(nobody|\d+-[0-9a-f]+)$/.test(tagsOf(image)[audience] ?? '')) return;
    for (const each of [id, ...image.snapshotIds]) {
      const late = (byHand.get(each) ?? []).filter((change) => change.atMs > atMs - sharingMs);
      byHand.set(each, late);
    }
  };

  account.onCall((call) => {
    const { operation, input, caller, errorCode, atMs } = call;
    if (errorCode !== undefined) return;
    if (caller !== undefined) {
      const isNote = operation === 'CreateTags' && tagKeysIn(input).includes(audience);
      for (const id of isNote ? listIn(input, 'Resources') : []) noteShared(id, call);
      return;
    }
    const id = textIn(input, 'ImageId') ?? textIn(input, 'SnapshotId') ?? '';
    if (/^(Enable|Disable)Image$/.test(operation)) noteHand(id, atMs, [undefined]);
    if (/^Modify(Image|Snapshot)Attribute$/.test(operation)) noteHand(id, atMs, changedIn(input));
  });

  const between = (
    id: string,
    present: readonly string[],
    { wanted, changes }: { wanted: readonly string[]; changes: readonly Change[] },
  ): string[] => {
    const isOurDoing = (holder: string): boolean =>
      !changes.some((change) => change.holder === undefined || change.holder === holder);
    const missing = wanted.filter((holder) => !present.includes(holder)).filter(isOurDoing);
    const surplus = present.filter((holder) => !wanted.includes(holder)).filter(isOurDoing);
    return [
      ...missing.map((holder) => `${id} is not shared with ${holder}`),
      ...surplus.map((holder) => `${id} is shared with ${holder}`),
    ];
  };

  /** One that inherited the tag says of itself what is true of another: people copied it, and it is as they made it. */
  const isJudged = (
    region: RegionState,
    image: ImageRecord,
    { share, copies }: Pick<NamedPolicy, 'share' | 'copies'>,
  ) => {
    const tags = tagsOf(image);
    if (image.description.State !== 'available') return false;
    if (tags[audience] !== undefined) return shared.has(image.id);
    // What people copy elsewhere nobody of ours looks at.
    const isLookedAt = region.name === home || copies.some((copy) => copy.region === region.name);
    return tags['ami-lifecycle:state'] !== 'capturing' && wantedBy(share).length > 0 && isLookedAt;
  };

  return {
    differences(region, image, policy) {
      if (!isJudged(region, image, policy)) return [];
      const { accounts = [] } = policy.share ?? {};
      // Where nothing is noted all is shared as the policy says, whatever people did before.
      const isNoted = tagsOf(image)[audience] !== undefined;
      const changesOf = (id: string): readonly Change[] => (isNoted ? (byHand.get(id) ?? []) : []);
      const ofSnapshots = image.snapshotIds.flatMap((id) => {
        const snapshot = region.snapshots.get(id);
        // Those of a copy that people made are theirs; and only accounts can be given snapshots.
        if (!snapshot || !isOurs(snapshot)) return [];
        return between(id, snapshot.permissions.map(holderOf), { wanted: accounts, changes: changesOf(id) });
      });
      const wanted = { wanted: wantedBy(policy.share), changes: changesOf(image.id) };
      return [...between(image.id, image.launchPermissions.map(holderOf), wanted), ...ofSnapshots];
    },
  };
}

function wantedBy(share: NamedPolicy['share']): string[] {
  const { accounts = [], organizationArns = [], organizationalUnitArns = [] } = share ?? {};
  return [...accounts, ...organizationArns, ...organizationalUnitArns, ...(share?.public ? ['all'] : [])];
}

function holderOf(permission: LaunchPermission & CreateVolumePermission): string {
  const { UserId, OrganizationArn, OrganizationalUnitArn, Group } = permission;
  return UserId ?? OrganizationArn ?? OrganizationalUnitArn ?? Group ?? '';
}

interface Changes {
  Add?: (LaunchPermission & CreateVolumePermission)[];
  Remove?: (LaunchPermission & CreateVolumePermission)[];
}

function changedIn(input: { LaunchPermission?: Changes; CreateVolumePermission?: Changes }): string[] {
  const changes = [input.LaunchPermission, input.CreateVolumePermission];
  return changes.flatMap((each) => [...(each?.Add ?? []), ...(each?.Remove ?? [])].map(holderOf));
}
