import { describe, expect, it } from 'vitest';
import { contract, makeApplyArchiveRecord } from '../../../functions/apply-archive-record/task.ts';
import type { ArchiveRecord, FoundRecord } from '../../../shared/domain/archive.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { anImage, aPolicy, imageId, productTags } from '../domain/examples.ts';
import { fakeAccount } from './fake-account.ts';
import { aRecord, fakeArchives, hold, noRecord, region, url, where } from './fake-archives.ts';
import { regions, within } from './fakes.ts';

const atBirth = { ...productTags, [tagKeys.hold]: hold, [tagKeys.archivedTo]: url, [tagKeys.state]: 'capturing' };
const ofOld = {
  [tagKeys.rung]: 'deprecate 2026-11-20T12:00:00Z',
  [tagKeys.retiringSince]: '2026-11-20T12:00:00Z',
  [tagKeys.sourceGoneSince]: '2026-11-20T12:00:00Z',
  [tagKeys.audience]: '1-0123456789abcdef',
};
const complete = { ...atBirth, [tagKeys.state]: 'complete' };

function applying(
  world: Parameters<typeof fakeArchives>[0] = {},
  images = [anImage({ tags: { ...atBirth, ...ofOld } })],
  inForce: NamedPolicy | LifecycleError = aPolicy({}),
) {
  const account = fakeAccount({ [region]: images });
  const untagged: string[] = [];
  const imagesIn = (name: string) => ({
    ...account.imagesIn(name),
    async removeTags(resourceId: string, keys: readonly string[]): Promise<void> {
      if (resourceId.startsWith('ami-')) await account.imagesIn(name).removeTags(resourceId, keys);
      else untagged.push(`${resourceId} ${keys.join(' ')}`);
    },
  });
  const policies = {
    find: async (): Promise<NamedPolicy> => {
      if (inForce instanceof LifecycleError) throw inForce;
      return inForce;
    },
  };
  const ports = {
    policies,
    imagesIn,
    sharingIn: account.sharingIn,
    archivesIn: regions({ [region]: fakeArchives(world) }),
  };
  const task = within(contract, makeApplyArchiveRecord(ports));
  return { account, untagged, run: () => task({ ...where, imageId }) };
}

const found = (different: Partial<ArchiveRecord>): { record: FoundRecord } => ({
  record: { record: aRecord(different), problem: '' },
});

describe('a restored image', () => {
  it('has its launch permissions again, and nothing of its former retirement', async () => {
    const { account, untagged, run } = applying();
    expect(await run()).toEqual({ notRestored: [] });
    expect(account.world.permissions.get(imageId)).toEqual([{ UserId: '111122223333' }]);
    expect(account.tagsOf(imageId)).toEqual(complete);
    expect(untagged).toEqual([`snap-00000001 ${tagKeys.hold}`, `snap-00000002 ${tagKeys.hold}`]);
  });

  it('that we had shared says that it is shared as it was archived, so that the next daily run looks', async () => {
    const { account, run } = applying(found({ tags: { ...productTags, ...ofOld } }));
    await run();
    expect(account.tagsOf(imageId)).toEqual({ ...complete, [tagKeys.audience]: 'as archived' });
  });

  const others = '123456789012';
  const wasShared = found({
    tags: { ...productTags, ...ofOld },
    launchPermissions: [{ UserId: '111122223333' }, { UserId: others }, { OrganizationArn: 'arn:o' }],
  });
  const whole = [anImage({ tags: atBirth })];

  it('that its policy had shared is shared only with whom the policy in force still names, and the rest is told', async () => {
    const { account, run } = applying(wasShared, whole, aPolicy({ share: { accounts: [others] } }));
    expect(await run()).toEqual({
      notRestored: [
        "The image was shared with 111122223333, arn:o: not again, as the policy 'gold' does not name them.",
      ],
    });
    expect(account.world.permissions.get(imageId)).toEqual([{ UserId: others }]);
  });

  it.each([
    ['does not share any more', aPolicy({}), "the policy 'gold' does not name them"],
    ['is gone', new LifecycleError('PolicyNotFound', 'none'), "no policy is called 'gold'"],
    ['cannot be read', new LifecycleError('PolicyInvalid', 'bad'), "the policy 'gold' is not valid"],
  ])('whose policy %s is shared with nobody, and that is told', async (_, inForce, why) => {
    const { account, run } = applying(wasShared, whole, inForce);
    const all = `111122223333, ${others}, arn:o`;
    expect(await run()).toEqual({ notRestored: [`The image was shared with ${all}: not again, as ${why}.`] });
    expect(account.world.permissions.get(imageId)).toBeUndefined();
    expect(account.tagsOf(imageId)[tagKeys.state]).toBe('complete');
  });

  it('that people had shared gets from a policy that has shared since only what that gives', async () => {
    const { account, run } = applying({}, whole, aPolicy({ share: { accounts: [others] } }));
    expect(await run()).toMatchObject({ notRestored: [expect.stringContaining('111122223333')] });
    expect(account.world.permissions.get(imageId)).toBeUndefined();
  });

  it('waits where its policy cannot be asked for', async () => {
    const throttled = new LifecycleError('AwsThrottled', 'too many requests');
    const { account, run } = applying(wasShared, whole, throttled);
    await expect(run()).rejects.toBe(throttled);
    expect(account.changes).toEqual([]);
  });

  it('is not made public, nor deprecated, and that is told', async () => {
    const launchPermissions = [{ Group: 'all' }, { UserId: '111122223333' }];
    const { account, run } = applying(found({ launchPermissions, deprecatesAt: '2027-01-01T00:00:00Z' }));
    expect(await run()).toEqual({
      notRestored: [expect.stringContaining('was public'), expect.stringContaining('deprecated from 2027-01-01')],
    });
    expect(account.world.permissions.get(imageId)).toEqual([{ UserId: '111122223333' }]);
  });

  it('says which permissions it has, not twice, wherever it was cut short', async () => {
    const { account, run } = applying();
    await run();
    const calls = account.calls.length;
    for (let number = 1; number <= calls; number++) {
      account.breakOff(number, { takesEffect: true });
      await run().catch(() => run());
    }
    expect(account.world.permissions.get(imageId)).toEqual([{ UserId: '111122223333' }]);
    expect(account.tagsOf(imageId)).toEqual(complete);
  });

  it.each<[why: string, record: FoundRecord]>([
    ['is not there', noRecord],
    ['cannot be read', { record: undefined, problem: 'cannot be read' }],
  ])('whose record %s is complete all the same, and says what is not known', async (why, record) => {
    const { account, run } = applying({ record });
    expect(await run()).toEqual({ notRestored: [expect.stringContaining(`The record ${url}.json ${why}`)] });
    expect(account.world.permissions.get(imageId)).toBeUndefined();
    expect(account.tagsOf(imageId)).toEqual(complete);
  });

  it('that EC2 does not show is looked for again', async () => {
    await expect(applying({}, []).run()).rejects.toMatchObject({ name: 'AwsUnavailable' });
    await expect(applying({ particulars: undefined }).run()).rejects.toMatchObject({ name: 'AwsUnavailable' });
  });
});

it('an image that is not what was archived is left as it is, held, and the difference is told', async () => {
  const { account, run } = applying({ particulars: { platformDetails: 'Linux/UNIX', usageOperation: 'RunInstances' } });
  await expect(run()).rejects.toMatchObject({
    name: 'RestoreDiffers',
    message: expect.stringContaining(
      "platformDetails is 'Linux/UNIX', and was 'Windows'; usageOperation is 'RunInstances', and was 'RunInstances:0002'",
    ),
  });
  expect(account.changes).toEqual([]);
});

it('an image that EC2 will not share as it was is not called complete', async () => {
  const { account, run } = applying();
  account.refusals.set(`permit launches of ${imageId}`, new LifecycleError('ShareRefused', 'no such organization'));
  await expect(run()).rejects.toMatchObject({ name: 'ShareRefused' });
  expect(account.tagsOf(imageId)[tagKeys.state]).toBe('capturing');
});
