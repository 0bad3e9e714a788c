import { describe, expect, it } from 'vitest';
import { audienceDigest, nobody, unsettled, withdrawnTo } from '../../../shared/domain/audience.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { type Account, accountWith, imageId, partner, permissionsKey, retire } from './retire-image-rig.ts';
import { imageOf, imageOn, retiring } from './retirement-examples.ts';

describe('an image that is wanted again, and that we had shared before it was disabled', () => {
  const share = { ...nobody, accounts: [partner.UserId] };
  const sharedBefore = audienceDigest({ ...share, public: true });

  function wantedAndNoted(note: string): Account {
    const account = accountWith(imageOn('disable', 20, imageOf(10, { tags: { [tagKeys.audience]: note } })));
    account.world.objects.set(permissionsKey, JSON.stringify([partner, { Group: 'all' }]));
    account.world.uses.set(imageId, ['in use by instance i-1']);
    return account;
  }

  it.each([
    ['as it was shared', sharedBefore],
    ['as its snapshots were taken back while it was disabled', withdrawnTo(audienceDigest(share))],
    ['as its sharing was cut short', unsettled],
  ])('gets back what its policy still gives, and is shared in full by the next run: %s', async (_says, note) => {
    const account = wantedAndNoted(note);
    expect(await retire(account, 'reinstate', retiring({ share }))).toMatchObject({ outcome: 'reinstated' });
    expect(account.world.permissions.get(imageId)).toEqual([partner]);
    expect(account.world.objects.size).toBe(0);
    expect(account.tagsOf(imageId)).toMatchObject({ [tagKeys.audience]: unsettled });
  });

  it('gets nothing back where its policy shares no longer', async () => {
    const account = wantedAndNoted(sharedBefore);
    await retire(account, 'reinstate');
    expect(account.world.permissions.get(imageId) ?? []).toEqual([]);
    expect(account.changes).not.toContain(`permit launches of ${imageId}`);
  });

  it('says that its sharing is not settled before anybody could launch it', async () => {
    const account = wantedAndNoted(sharedBefore);
    await retire(account, 'reinstate');
    expect(account.changes.slice(0, 2)).toEqual([`tag ${imageId}`, `enable ${imageId}`]);
  });

  it('keeps its note where it was only deprecated, as nothing was taken from it', async () => {
    const tags = { [tagKeys.audience]: sharedBefore, [tagKeys.hold]: '' };
    const account = accountWith(imageOn('deprecate', 20, imageOf(10, { tags })));
    expect(await retire(account, 'reinstate', retiring({ share }))).toMatchObject({ outcome: 'reinstated' });
    expect(account.tagsOf(imageId)).toMatchObject({ [tagKeys.audience]: sharedBefore });
  });
});

it('an image that we never shared gets back from whoever shared it only what its policy gives, if it shares now', async () => {
  const account = accountWith(imageOn('disable', 20, imageOf(10, { tags: { [tagKeys.hold]: '' } })));
  account.world.objects.set(permissionsKey, JSON.stringify([partner, { Group: 'all' }]));
  await retire(account, 'reinstate', retiring({ share: { accounts: [partner.UserId] } }));
  expect(account.world.permissions.get(imageId)).toEqual([partner]);
});
