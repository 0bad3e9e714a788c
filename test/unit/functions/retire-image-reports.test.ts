import { describe, expect, it } from 'vitest';
import type { Image } from '../../../shared/domain/image.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import type { UsageReport } from '../../../shared/domain/usage-report.ts';
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
import { imageOf, imageOn, noon, retiring } from './retirement-examples.ts';

const asked = [`usage report of ${imageId}`];
const deprecated = (): Image => imageOn('deprecate', 14, imageOf(10));
const disabled = (): Image => imageOn('disable', 14, imageOf(10));

/** Disabled while it was shared with a partner. */
function takenFromPartner(): Account {
  const account = accountWith(disabled());
  account.world.objects.set(permissionsKey, JSON.stringify([partner]));
  return account;
}

describe('an image that others may use is not taken from them while nobody knows whether they do', () => {
  it.each<[says: string, step: Step, given: () => Account]>([
    [
      'as no report was asked for',
      'disable',
      () => {
        const account = accountWith(deprecated());
        account.world.permissions.set(imageId, [partner]);
        return account;
      },
    ],
    ['as the report failed', 'disable', () => shareWithPartner(accountWith(deprecated()), { state: 'error' })],
    [
      'as the report is from before its grace',
      'disable',
      () => shareWithPartner(accountWith(deprecated()), { createdAt: '2026-11-13T12:00:00Z' }),
    ],
    ['as it was shared until it was disabled', 'deregister', takenFromPartner],
    [
      'as nobody can say whether it was',
      'deregister',
      () => {
        const account = accountWith(disabled());
        account.world.objects.clear();
        return account;
      },
    ],
    [
      'as its tag says that it was shared',
      'disable',
      () => accountWith(imageOn('deprecate', 14, imageOf(10, { tags: { [tagKeys.audience]: '1-0123456789abcdef' } }))),
    ],
  ])('%s: it is asked for', async (_says, step, given) => {
    const account = given();
    expect(await retire(account, step)).toEqual({
      outcome: 'asked',
      reasons: ['no rule keeps it', expect.stringMatching('^waits for the report on who else uses it')],
      snapshotIds: [],
    });
    expect(account.changes).toEqual(asked);
    expect(account.world.usageReports.get(imageId)).toEqual({ state: 'pending', createdAt: noon });
  });

  it('and is asked after once while the report is not there yet', async () => {
    const account = shareWithPartner(accountWith(deprecated()), { state: 'pending' });
    const before = stateOf(account);
    expect(await retire(account, 'disable')).toEqual({
      outcome: 'spared',
      reasons: ['no rule keeps it', 'waits for the report on who else uses it, asked for on 2026-11-19T12:00:00Z'],
      snapshotIds: [],
    });
    expect(stateOf(account)).toEqual(before);
  });

  it.each(['disable', 'deregister'] as const)('also where %s is the first step of its policy', async (step) => {
    const account = accountWith(imageOf(10));
    account.world.permissions.set(imageId, [partner]);
    const policy = retiring({ retire: { mode: 'enforce', maxPercentPerRun: 100, steps: [step] } });
    expect(await retire(account, step, policy)).toMatchObject({ outcome: 'asked' });
    account.world.usageReports.set(imageId, { state: 'available', createdAt: noon });
    expect(await retire(account, step, policy)).toMatchObject({ outcome: `${step}ed`.replace('ee', 'e') });
  });
});

it('whom an image was shared with is not forgotten where EC2 shows it as available, though it is disabled', async () => {
  const account = accountWith(deprecated());
  account.world.objects.set(permissionsKey, JSON.stringify([partner]));
  await retire(account, 'disable');
  expect(JSON.parse(account.world.objects.get(permissionsKey) ?? '')).toEqual([partner]);
});

describe('the report is asked for', () => {
  it('when the plan says so, some days before the step', async () => {
    const account = accountWith(imageOn('deprecate', 16, imageOf(10)));
    account.world.permissions.set(imageId, [partner]);
    expect(await retire(account, 'ask-for-report')).toMatchObject({ outcome: 'asked' });
    expect(account.changes).toEqual(asked);
  });

  it('without a second look: it takes nothing from anybody', async () => {
    const account = accountWith(imageOn('deprecate', 16, imageOf(10)));
    account.world.uses.set(imageId, ['in use by instance i-1']);
    expect(await retire(account, 'ask-for-report')).toMatchObject({ outcome: 'asked' });
    expect(account.changes).toEqual(asked);
  });

  it('by the next run, where EC2 makes as many as it can', async () => {
    const account = accountWith(imageOn('deprecate', 16, imageOf(10)));
    account.world.usageReports.set(imageId, { state: 'pending', createdAt: '2020-01-01T00:00:00.000Z' });
    const reasons = ['EC2 has no room for a usage report on it at present'];
    expect(await retire(account, 'ask-for-report')).toMatchObject({ outcome: 'spared', reasons });
  });

  it('when an image is found disabled, and nobody can say whom that took it from', async () => {
    const account = accountWith(imageOf(10, { state: 'disabled' }));
    account.world.objects.clear();
    expect(await retire(account, 'note-rung')).toMatchObject({ outcome: 'noted' });
    expect(account.changes).toEqual([...asked, `tag ${imageId}`]);
  });
});

it.each<UsageReport['state']>(['available', 'error'])(
  'where EC2 could not make an image (%s) nobody is asked',
  async (state) => {
    const account = accountWith(imageOf(10, { state: 'failed' }));
    account.world.usageReports.set(imageId, { state, createdAt: noon });
    expect(await retire(account, 'deregister')).toMatchObject({ outcome: 'deregistered' });
  },
);
