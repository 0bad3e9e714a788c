import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LaunchPermission } from '../../../shared/domain/archive.ts';
import {
  audienceDigest,
  holderOf,
  isNoted,
  nobody,
  permissionChanges,
  permissionsOf,
  sharedPermissions,
  unsettled,
  withdrawnTo,
} from '../../../shared/domain/audience.ts';
import type { Audience } from '../../../shared/domain/image.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';

const organization = 'arn:aws:organizations::111122223333:organization/o-abc123';
const unit = 'arn:aws:organizations::111122223333:ou/o-abc123/ou-abcd-12345678';
const everybody: Audience = {
  accounts: ['111122223333'],
  organizationArns: [organization],
  organizationalUnitArns: [unit],
  public: true,
};
const fixed = { seed: 20_261_121, numRuns: 200 };

const accounts = fc.uniqueArray(fc.stringMatching(/^\d{12}$/), { maxLength: 6 });
const arns = (kind: string) =>
  fc.uniqueArray(
    fc.stringMatching(/^[a-z0-9]{4,6}$/).map((id) => `arn:aws:organizations::111122223333:${kind}-${id}`),
    { maxLength: 3 },
  );
const audiences: fc.Arbitrary<Audience> = fc.record({
  accounts,
  organizationArns: arns('organization/o'),
  organizationalUnitArns: arns('ou/o-abc123/ou'),
  public: fc.boolean(),
});

it('an image tells that we shared it, whatever the note says', () => {
  expect(isNoted({ tags: {} })).toBe(false);
  expect(isNoted({ tags: { [tagKeys.audience]: '' } })).toBe(true);
});

it('a digest is as long for one audience as for another', () => {
  for (let account = 100; account < 200; account++) {
    expect(audienceDigest({ ...nobody, accounts: [`${account}122223333`] })).toMatch(/^1-[0-9a-f]{16}$/);
  }
});

describe('the digest of an audience', () => {
  it('is `nobody` for nobody, so that people can read it', () => {
    expect(audienceDigest(nobody)).toBe('nobody');
  });

  it('begins with how many they are', () => {
    expect(audienceDigest(everybody)).toMatch(/^4-[0-9a-f]{16}$/);
  });

  it('stays the same from one version to the next: every image would be shared anew', () => {
    expect(audienceDigest(everybody)).toBe('4-b13a803180995ada');
  });

  it.each<[says: string, different: Partial<Audience>]>([
    ['another account', { accounts: ['123456789012'] }],
    ['an account more', { accounts: ['111122223333', '123456789012'] }],
    ['no account', { accounts: [] }],
    ['no organization', { organizationArns: [] }],
    ['no unit', { organizationalUnitArns: [] }],
    ['no public', { public: false }],
  ])('is another with %s', (_says, different) => {
    expect(audienceDigest({ ...everybody, ...different })).not.toBe(audienceDigest(everybody));
  });

  it('does not mind the order, and notices every other difference', () => {
    const setOf = (audience: Audience) =>
      permissionsOf(audience)
        .map((each) => JSON.stringify(Object.values(each)))
        .sort()
        .join();
    fc.assert(
      fc.property(audiences, audiences, (one, other) => {
        const turned = {
          ...one,
          accounts: one.accounts.toReversed(),
          organizationArns: one.organizationArns.toReversed(),
        };
        expect(audienceDigest(turned)).toBe(audienceDigest(one));
        expect(audienceDigest(one) === audienceDigest(other)).toBe(setOf(one) === setOf(other));
        expect(audienceDigest(one).length).toBeLessThanOrEqual(256);
      }),
      fixed,
    );
  });

  it('is never what is noted on an image that is disabled, or of which nobody can say whom it is shared with', () => {
    fc.assert(
      fc.property(audiences, audiences, (one, other) => {
        const notes = [unsettled, withdrawnTo(audienceDigest(other))];
        expect(notes).not.toContain(audienceDigest(one));
        expect(new Set(notes).size).toBe(2);
      }),
      fixed,
    );
  });

  it('leaves the lists as they are', () => {
    const sorted = Object.freeze(['9'.repeat(12), '1'.repeat(12)]);
    audienceDigest({ ...nobody, accounts: sorted });
    expect(sorted).toEqual(['999999999999', '111111111111']);
  });
});

it('each of an audience gets a launch permission of its own kind', () => {
  expect(permissionsOf(everybody)).toEqual([
    { UserId: '111122223333' },
    { OrganizationArn: organization },
    { OrganizationalUnitArn: unit },
    { Group: 'all' },
  ]);
  expect(permissionsOf(nobody)).toEqual([]);
});

describe('launch permissions', () => {
  const one: LaunchPermission = { UserId: '111122223333' };
  const another: LaunchPermission = { UserId: '123456789012' };

  it.each<
    [
      says: string,
      present: LaunchPermission[],
      wanted: LaunchPermission[],
      add: LaunchPermission[],
      remove: LaunchPermission[],
    ]
  >([
    ['are given where there are none', [], [one], [one], []],
    ['are taken back where none are wanted', [one, { Group: 'all' }], [], [], [one, { Group: 'all' }]],
    [
      'stay as they are where they are right',
      [one, { OrganizationArn: organization }],
      [{ OrganizationArn: organization }, one],
      [],
      [],
    ],
    ['are exchanged', [one], [another], [another], [one]],
    [
      'of a unit are not those of its organization',
      [{ OrganizationArn: organization }],
      [{ OrganizationalUnitArn: unit }],
      [{ OrganizationalUnitArn: unit }],
      [{ OrganizationArn: organization }],
    ],
  ])('%s', (_says, present, wanted, add, remove) => {
    expect(permissionChanges(present, wanted)).toEqual({ add, remove });
  });

  it('are held by nobody where EC2 names a kind of holder that is not known here', () => {
    expect(holderOf({})).toBe('');
    expect(permissionChanges([{}], [one])).toEqual({ add: [one], remove: [{}] });
  });

  it('that others have, too, are told by their holders', () => {
    expect(sharedPermissions([one, { Group: 'all' }, another], [{ UserId: '123456789012' }, one])).toEqual([
      one,
      another,
    ]);
    expect(sharedPermissions([{ OrganizationArn: organization }], [{ OrganizationalUnitArn: unit }])).toEqual([]);
    expect(sharedPermissions([one], [])).toEqual([]);
  });

  it('are exactly the wanted ones once the changes are made, and no change is in vain', () => {
    fc.assert(
      fc.property(audiences.map(permissionsOf), audiences.map(permissionsOf), (present, wanted) => {
        const { add, remove } = permissionChanges(present, wanted);
        const text = (permission: LaunchPermission): string => JSON.stringify(permission);
        const left = present.map(text).filter((each) => !remove.map(text).includes(each));
        expect([...left, ...add.map(text)].sort()).toEqual(wanted.map(text).sort());
        expect(present).toEqual(expect.arrayContaining(remove));
      }),
      fixed,
    );
  });
});
