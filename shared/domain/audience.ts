import type { LaunchPermission } from './archive.ts';
import type { Audience, Image } from './image.ts';
import { tagKeys } from './tags.ts';

/** Shared with nobody. */
export const nobody: Audience = { accounts: [], organizationArns: [], organizationalUnitArns: [], public: false };

/**
 * A short text that differs where audiences do, whatever the order they are written in. It is kept in a tag of the image,
 * so that one listing tells which images are shared otherwise than their policy says. FNV-1a of 64 bits: it guards
 * nothing, it only notices change.
 */
export function audienceDigest(audience: Audience): string {
  const { accounts, organizationArns, organizationalUnitArns } = audience;
  const holders = [...accounts, ...organizationArns, ...organizationalUnitArns, ...(audience.public ? ['all'] : [])];
  if (holders.length === 0) return 'nobody';
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(holders.sort().join(' '))) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return `${holders.length}-${hash.toString(16).padStart(16, '0')}`;
}

/**
 * What is noted on an image while nobody can say whom it is shared with: sharing has begun and not ended, or it was disabled
 * and is back. No digest, so that it is shared in full at the next run, whatever the policy says then.
 */
export const unsettled = 'unsettled';

/**
 * What is noted on a disabled image whose snapshots were taken back from whoever is not of an audience: no digest, so that
 * the image is shared in full once it is available again.
 */
export function withdrawnTo(digest: string): string {
  return `disabled ${digest}`;
}

/** Whether we ever shared an image, so that the policy alone says with whom. */
export function isNoted({ tags }: Pick<Image, 'tags'>): boolean {
  return tags[tagKeys.audience] !== undefined;
}

/** Whom EC2 is to let launch from an image. */
export function permissionsOf(audience: Audience): LaunchPermission[] {
  return [
    ...audience.accounts.map((UserId) => ({ UserId })),
    ...audience.organizationArns.map((OrganizationArn) => ({ OrganizationArn })),
    ...audience.organizationalUnitArns.map((OrganizationalUnitArn) => ({ OrganizationalUnitArn })),
    ...(audience.public ? [{ Group: 'all' }] : []),
  ];
}

/** What is to be given and taken so that exactly the wanted ones hold a permission. */
export function permissionChanges(
  present: readonly LaunchPermission[],
  wanted: readonly LaunchPermission[],
): { add: LaunchPermission[]; remove: LaunchPermission[] } {
  const without = (all: readonly LaunchPermission[], others: readonly LaunchPermission[]): LaunchPermission[] =>
    all.filter((each) => !others.some((other) => holderOf(other) === holderOf(each)));
  return { add: without(wanted, present), remove: without(present, wanted) };
}

/** Those permissions that are also among the others. */
export function sharedPermissions(
  permissions: readonly LaunchPermission[],
  others: readonly LaunchPermission[],
): LaunchPermission[] {
  return permissions.filter((each) => others.some((other) => holderOf(other) === holderOf(each)));
}

/** Who holds a permission: an account, the ARN of an organization or unit, or `all`. */
export function holderOf({ UserId, Group, OrganizationArn, OrganizationalUnitArn }: LaunchPermission): string {
  return UserId ?? OrganizationArn ?? OrganizationalUnitArn ?? Group ?? '';
}
