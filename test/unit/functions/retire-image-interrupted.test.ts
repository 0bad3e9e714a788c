import { describe, expect, it } from 'vitest';
import type { Image } from '../../../shared/domain/image.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { instanceId } from '../domain/examples.ts';
import {
  type Account,
  accountWith,
  imageId,
  partner,
  permissionsKey,
  retire,
  type Step,
  shareWithPartner,
  stateOf,
} from './retire-image-rig.ts';
import { imageOf, imageOn, retiring } from './retirement-examples.ts';

describe('a step that is cut short at any call, before or after it took effect, and tried again', () => {
  const shared = (image: Image): Account => {
    const account = accountWith(image);
    account.world.permissions.set(imageId, [partner]);
    account.addSnapshot('snap-20261110');
    return account;
  };
  const known = (image: Image): Account => shareWithPartner(shared(image));
  const archived = (): Account => {
    const account = shareWithPartner(accountWith(imageOn('disable', 14, imageOf(10))));
    account.world.objects.set(permissionsKey, JSON.stringify([partner]));
    account.addSnapshot('snap-20261110');
    return account;
  };
  const wanted = (): Account => {
    const account = archived();
    account.change(imageId, { tags: { ...account.tagsOf(imageId), [tagKeys.hold]: 'wanted' } });
    return account;
  };
  const wantedAndNoted = (): Account => {
    const account = wanted();
    account.change(imageId, { tags: { ...account.tagsOf(imageId), [tagKeys.audience]: '1-0123456789abcdef' } });
    return account;
  };
  const sharing = retiring({ share: { accounts: [partner.UserId] } });
  const bereft = (): Account => {
    const account = accountWith(imageOf(10, { tags: { [tagKeys.hold]: '' } }));
    account.world.goneInstances.add(instanceId);
    return account;
  };
  const mourning = retiring({ retain: { daily: 2, afterTermination: '90d' } });

  it.each<[step: Step, given: () => Account, policy: NamedPolicy]>([
    ['deprecate', () => shared(imageOf(10)), retiring()],
    ['disable', () => known(imageOn('deprecate', 14, imageOf(10))), retiring()],
    ['disable', () => shared(imageOn('deprecate', 14, imageOf(10))), retiring()],
    ['ask-for-report', () => shared(imageOn('deprecate', 16, imageOf(10))), retiring()],
    ['deregister', archived, retiring()],
    ['reinstate', wanted, retiring()],
    ['reinstate', wantedAndNoted, sharing],
    ['note-rung', () => shared(imageOf(10, { state: 'disabled' })), retiring()],
    ['note-source-gone', bereft, mourning],
  ])('ends as if nothing had happened: %s', async (step, given, policy) => {
    const unharmed = given();
    const usual = await retire(unharmed, step, policy);
    expect(usual.outcome).not.toBe('spared');
    for (const callNumber of unharmed.calls.keys()) {
      for (const takesEffect of [false, true]) {
        const account = given();
        account.breakOff(callNumber + 1, { takesEffect });
        await expect(retire(account, step, policy)).rejects.toMatchObject({ name: 'AwsThrottled' });
        const again = await retire(account, step, policy);
        expect(stateOf(account), unharmed.calls[callNumber]).toEqual(stateOf(unharmed));
        const isGone = step === 'deregister' && !account.calls.slice(-2).includes(`deregister ${imageId}`);
        expect(again.outcome, unharmed.calls[callNumber]).toBe(isGone ? 'gone' : usual.outcome);
        expect(again.snapshotIds).toEqual(isGone ? ['snap-20261110', 'snap-second'] : usual.snapshotIds);
      }
    }
  });
});
