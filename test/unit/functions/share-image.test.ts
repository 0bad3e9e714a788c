import { describe, expect, it } from 'vitest';
import { contract, makeShareImage } from '../../../functions/share-image/task.ts';
import type { LaunchPermission } from '../../../shared/domain/archive.ts';
import { audienceDigest, nobody, unsettled, withdrawnTo } from '../../../shared/domain/audience.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Audience, Image } from '../../../shared/domain/image.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import { type Tags, tagKeys } from '../../../shared/domain/tags.ts';
import { anImage, aPolicy, executionId, imageId } from '../domain/examples.ts';
import { fakeAccount } from './fake-account.ts';
import { within } from './fakes.ts';

type Account = ReturnType<typeof fakeAccount>;

const region = 'eu-west-2';
const organization = 'arn:aws:organizations::123456789012:organization/o-1';
const unit = 'arn:aws:organizations::123456789012:ou/o-1/ou-2';
const first = '111122223333';
const second = '123456789012';
const partner = { ...nobody, accounts: [first] };
const everybody = { ...nobody, public: true };

/** An account with the image, its two snapshots, and who may use them by now. */
function accountWith(
  image: Partial<Image> = {},
  permissions: LaunchPermission[] = [],
  accounts: string[] = [],
): Account {
  const account = fakeAccount({ [region]: [anImage(image)] });
  for (const snapshotId of ['snap-00000001', 'snap-00000002']) {
    account.addSnapshot(snapshotId, { region, accounts: [...accounts] });
  }
  account.world.permissions.set(imageId, permissions);
  return account;
}

/** Shares as a policy says that is in force: with these, or as the call of it ends. */
const share = (account: Account, audience: Audience | Error, mayBeGone = false, homeRegion = region) => {
  const policies = {
    find: async (name: string): Promise<NamedPolicy> => {
      if (audience instanceof Error) throw audience;
      return audience === nobody ? aPolicy({ name }) : aPolicy({ name, share: audience });
    },
  };
  return within(
    contract,
    makeShareImage({ region: homeRegion, ...account, policies }),
  )({ executionId, region, imageId, policyName: 'gold', mayBeGone });
};

/** Who may launch, who may copy each of the snapshots, and what the tag says. */
const accessTo = ({ world, tagsOf }: Account) => ({
  launch: world.permissions.get(imageId),
  copy: [...world.snapshots.values()].map(({ accounts }) => accounts),
  tag: tagsOf(imageId)[tagKeys.audience],
});

describe('an image is shared', () => {
  it('with accounts, which may launch it and copy its snapshots', async () => {
    const account = accountWith();
    expect(await share(account, partner)).toEqual({ added: 1, removed: 0, left: [] });
    expect(accessTo(account)).toEqual({
      launch: [{ UserId: first }],
      copy: [[first], [first]],
      tag: audienceDigest(partner),
    });
  });

  it('first by its snapshots, and with its tag around it, so that one that was cut short is shared again', async () => {
    const account = accountWith();
    await share(account, partner);
    expect(account.changes).toEqual([
      `tag ${imageId}`,
      'permit copies of snap-00000001',
      'permit copies of snap-00000002',
      `permit launches of ${imageId}`,
      `tag ${imageId}`,
    ]);
  });

  it('with those who are new once it is taken back from those who are not named any more', async () => {
    const account = accountWith({}, [{ UserId: second }], [second]);
    expect(await share(account, partner)).toEqual({ added: 1, removed: 1, left: [] });
    expect(account.changes).toEqual([
      `tag ${imageId}`,
      `permit launches of ${imageId}`,
      'permit copies of snap-00000001',
      'permit copies of snap-00000002',
      'permit copies of snap-00000001',
      'permit copies of snap-00000002',
      `permit launches of ${imageId}`,
      `tag ${imageId}`,
    ]);
  });

  it('with organizations, units and everybody, who may launch it but get no snapshots', async () => {
    const audience = { ...everybody, organizationArns: [organization], organizationalUnitArns: [unit] };
    const account = accountWith();
    expect(await share(account, audience)).toEqual({ added: 3, removed: 0, left: [] });
    expect(accessTo(account)).toMatchObject({
      launch: [{ OrganizationArn: organization }, { OrganizationalUnitArn: unit }, { Group: 'all' }],
      copy: [[], []],
    });
  });

  it('with an account though it is encrypted', async () => {
    expect(await share(accountWith({ isEncrypted: true }), partner)).toEqual({ added: 1, removed: 0, left: [] });
  });

  it('with exactly those that the policy names: whoever else had access loses it', async () => {
    const account = accountWith({}, [{ UserId: second }, { Group: 'all' }, { UserId: first }], [second, first]);
    expect(await share(account, partner)).toEqual({ added: 0, removed: 2, left: [] });
    expect(accessTo(account)).toMatchObject({ launch: [{ UserId: first }], copy: [[first], [first]] });
  });

  it('with nobody, once the policy names nobody any more', async () => {
    const account = accountWith({}, [{ UserId: first }, { OrganizationArn: organization }], [first]);
    expect(await share(account, nobody)).toEqual({ added: 0, removed: 2, left: [] });
    expect(accessTo(account)).toEqual({ launch: [], copy: [[], []], tag: 'nobody' });
  });

  it('with nobody, once its policy is gone', async () => {
    const account = accountWith({}, [{ UserId: first }], [first]);
    const gone = new LifecycleError('PolicyNotFound', "No policy is called 'gold'.");
    expect(await share(account, gone)).toEqual({ added: 0, removed: 1, left: [] });
    expect(accessTo(account)).toEqual({ launch: [], copy: [[], []], tag: 'nobody' });
  });

  it('with those whom its policy names by now, and not at all where that cannot be read', async () => {
    const account = accountWith({}, [{ UserId: first }], [first]);
    for (const name of ['PolicyInvalid', 'AccessDenied', 'AwsThrottled'] as const) {
      await expect(share(account, new LifecycleError(name, 'so it is'))).rejects.toMatchObject({ name });
    }
    expect(account.changes).toEqual([]);
    await share(account, { ...nobody, accounts: [second] });
    expect(accessTo(account)).toMatchObject({ launch: [{ UserId: second }], copy: [[second], [second]] });
  });

  it('once: to repeat it changes nothing', async () => {
    const account = accountWith({}, [{ UserId: second }], [second]);
    await share(account, partner);
    const access = accessTo(account);
    const changes = account.changes.length;
    expect(await share(account, partner)).toEqual({ added: 0, removed: 0, left: [] });
    expect(accessTo(account)).toEqual(access);
    expect(account.changes.slice(changes)).toEqual([`tag ${imageId}`]);
  });

  it('in full, at whichever call the first attempt was cut short', async () => {
    const given = () => accountWith({}, [{ UserId: second }], [second]);
    const unharmed = given();
    await share(unharmed, partner);
    for (const callNumber of unharmed.calls.keys()) {
      for (const takesEffect of [false, true]) {
        const account = given();
        account.breakOff(callNumber + 1, { takesEffect });
        await expect(share(account, partner)).rejects.toMatchObject({ name: 'AwsThrottled' });
        // Nothing is changed before the tag says so, and nothing after it says that all is well.
        const isSettled = accessTo(account).tag === audienceDigest(partner);
        expect(isSettled ? accessTo(account) : accessTo(account).tag).toEqual(
          isSettled ? accessTo(unharmed) : account.changes.length > 0 ? unsettled : undefined,
        );
        await share(account, partner);
        expect(accessTo(account)).toEqual(accessTo(unharmed));
      }
    }
  });
});

describe('an image of another stack, whose policy has the same name,', () => {
  it.each([
    ['that copied it here', region, 'eu-south-1/ami-00000001'],
    ['whose home this is', 'eu-south-1', undefined],
  ])('%s, stays shared as it is, and so it is said', async (_whose, homeRegion, origin) => {
    const tags = { [tagKeys.policy]: 'gold', ...(origin === undefined ? {} : { [tagKeys.origin]: origin }) };
    const account = accountWith({ tags }, [{ UserId: second }], [second]);
    const left = [
      `${imageId} stays shared as it is: its tag ami-lifecycle:origin does not say that this stack made it`,
    ];
    expect(await share(account, partner, true, homeRegion)).toEqual({ added: 0, removed: 0, left });
    expect(account.changes).toEqual([]);
  });

  it('is told from a copy of ours, which is shared', async () => {
    const account = accountWith({ tags: { [tagKeys.origin]: 'eu-south-1/ami-00000001' } });
    expect(await share(account, partner, true, 'eu-south-1')).toMatchObject({ added: 1, left: [] });
  });
});

describe('an image is not made public', () => {
  it.each<[reason: RegExp, given: () => Account]>([
    [/it is encrypted/, () => accountWith({ isEncrypted: true })],
    [/it carries product codes/, () => accountWith({ hasProductCodes: true })],
    [
      /the account blocks public access to images in eu-west-2/,
      () => {
        const account = accountWith();
        account.world.publicBlockedIn.add(region);
        return account;
      },
    ],
  ])('for a reason that is told, and nobody is given anything: %s', async (reason, given) => {
    const account = given();
    await expect(share(account, { ...everybody, accounts: [first] })).rejects.toMatchObject({
      name: 'ShareRefused',
      message: expect.stringMatching(reason),
      details: { imageId, region, reason: expect.stringMatching(reason) },
    });
    expect(account.changes).toEqual([`tag ${imageId}`]);
    expect(accessTo(account)).toEqual({ launch: [], copy: [[], []], tag: unsettled });
  });

  it('but is taken back all the same from those whom the policy names no more', async () => {
    const account = accountWith({ hasProductCodes: true }, [{ UserId: first }, { UserId: second }], [first, second]);
    await expect(share(account, { ...everybody, accounts: [first] })).rejects.toMatchObject({ name: 'ShareRefused' });
    expect(accessTo(account)).toEqual({ launch: [{ UserId: first }], copy: [[first], [first]], tag: unsettled });
  });

  it('but shared with accounts where the account blocks public access', async () => {
    const account = accountWith();
    account.world.publicBlockedIn.add(region);
    expect(await share(account, partner)).toEqual({ added: 1, removed: 0, left: [] });
  });
});

describe('an image that is disabled', () => {
  const givenDisabled = (): Account => {
    const tags = { [tagKeys.audience]: audienceDigest({ ...nobody, accounts: [first, second] }) };
    return accountWith({ state: 'disabled', tags }, [], [first, second]);
  };

  it('is shared no further, but its snapshots are taken back, and its tag says so', async () => {
    const account = givenDisabled();
    expect(await share(account, partner)).toEqual({ added: 0, removed: 0, left: [] });
    expect(accessTo(account)).toEqual({
      launch: [],
      copy: [[first], [first]],
      tag: withdrawnTo(audienceDigest(partner)),
    });
    expect(account.calls.filter((call) => call.includes('launches'))).toEqual([]);
  });

  it('gives no snapshot to whoever is new, who could not launch it anyway', async () => {
    const account = accountWith({ state: 'disabled' });
    await share(account, { ...everybody, accounts: [first] });
    expect(accessTo(account)).toMatchObject({ launch: [], copy: [[], []] });
  });

  it('is withdrawn in full, at whichever call the first attempt was cut short', async () => {
    const unharmed = givenDisabled();
    await share(unharmed, partner);
    for (const callNumber of unharmed.calls.keys()) {
      for (const takesEffect of [false, true]) {
        const account = givenDisabled();
        account.breakOff(callNumber + 1, { takesEffect });
        await expect(share(account, partner)).rejects.toMatchObject({ name: 'AwsThrottled' });
        await share(account, partner);
        expect(accessTo(account)).toEqual(accessTo(unharmed));
      }
    }
  });
});

describe('a snapshot that no right lets change', () => {
  const denied = new LifecycleError('AccessDenied', 'ModifySnapshotAttribute: no right');
  const left = ['snap-00000002 does not carry our tags, so who may copy it stays as it is'];

  /** The second of its two snapshots may not be changed. */
  function givenDenied(tags: Tags, image: Partial<Image> = {}): Account {
    const account = accountWith(image, [], [second]);
    account.addSnapshot('snap-00000002', { region, accounts: [second], tags });
    account.refusals.set('permit copies of snap-00000002', denied);
    return account;
  }

  it('stays as it is where it does not carry our tags, and is named; all else is shared', async () => {
    const account = givenDenied({ Name: 'by hand' });
    expect(await share(account, partner, true)).toEqual({ added: 1, removed: 0, left });
    expect(accessTo(account)).toEqual({
      launch: [{ UserId: first }],
      copy: [[first], [second]],
      tag: audienceDigest(partner),
    });
    expect(account.calls.filter((call) => call.startsWith('permit copies of snap-00000002'))).toHaveLength(1);
  });

  it('is named, too, where it could not be given to whoever is new', async () => {
    const account = givenDenied({});
    expect(await share(account, { ...nobody, accounts: [second, first] }, true)).toMatchObject({ added: 2, left });
  });

  it('is named, too, where its image is disabled', async () => {
    const account = givenDenied({}, { state: 'disabled' });
    expect(await share(account, nobody, true)).toEqual({ added: 0, removed: 0, left });
    expect(accessTo(account)).toMatchObject({ copy: [[], [second]], tag: withdrawnTo('nobody') });
  });

  it('but is ours keeps the image from being shared', async () => {
    const account = givenDenied({ [tagKeys.policy]: 'gold' });
    await expect(share(account, partner, true)).rejects.toBe(denied);
    expect(accessTo(account)).toMatchObject({ launch: [], tag: unsettled });
  });

  it('but has just been captured keeps its image from being shared: somebody took its tags', async () => {
    const account = givenDenied({});
    await expect(share(account, partner)).rejects.toBe(denied);
    expect(accessTo(account)).toMatchObject({ launch: [], tag: unsettled });
  });

  it('and that EC2 does not show keeps the image from being shared', async () => {
    const account = givenDenied({});
    account.refusals.set('permit copies of snap-00000001', denied);
    account.world.snapshots.delete('snap-00000001');
    await expect(share(account, partner, true)).rejects.toBe(denied);
    expect(accessTo(account)).toMatchObject({ launch: [], tag: unsettled });
  });
});

it('what EC2 itself will not share is left to the workflow, and the image is not shared by half', async () => {
  const account = accountWith();
  const refused = new LifecycleError('ShareRefused', 'the snapshot is encrypted under a key of AWS');
  account.refusals.set('permit copies of snap-00000002', refused);
  await expect(share(account, partner)).rejects.toBe(refused);
  expect(accessTo(account)).toMatchObject({ launch: [], tag: unsettled });
});

it('an image that EC2 does not show is looked for again', async () => {
  const account = fakeAccount({ 'eu-west-1': [anImage()] });
  await expect(share(account, partner)).rejects.toMatchObject({ name: 'AwsUnavailable' });
  expect(account.changes).toEqual([]);
});

it.each([false, true])(
  'an image that EC2 still shows as pending is looked for again: it may name no snapshots',
  async (mayBeGone) => {
    const account = accountWith({ state: 'pending', snapshotIds: [] });
    await expect(share(account, partner, mayBeGone)).rejects.toMatchObject({ name: 'AwsUnavailable' });
    expect(account.changes).toEqual([]);
  },
);

it('an image that may be gone, and is, needs to be shared with nobody', async () => {
  const account = fakeAccount({ 'eu-west-1': [anImage()] });
  expect(await share(account, partner, true)).toEqual({ added: 0, removed: 0, left: [] });
  expect(account.changes).toEqual([]);
});
