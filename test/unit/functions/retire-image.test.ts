import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Image } from '../../../shared/domain/image.ts';
import { rungOf } from '../../../shared/domain/ladder.ts';
import { secondsBetween } from '../../../shared/domain/polling.ts';
import { type Tags, tagKeys } from '../../../shared/domain/tags.ts';
import { instanceId } from '../domain/examples.ts';
import { fakeAccount } from './fake-account.ts';
import {
  type Account,
  accountWith,
  imageId,
  kept,
  partner,
  permissionsKey,
  retire,
  type Step,
  shareWithPartner,
  stateOf,
} from './retire-image-rig.ts';
import { abroad, home, imageOf, imageOn, noon, retiring } from './retirement-examples.ts';

describe('an image that nobody wants', () => {
  it('is deprecated from within the hour, which EC2 takes as now', async () => {
    const account = accountWith(imageOf(10));
    expect(await retire(account, 'deprecate')).toEqual({
      outcome: 'deprecated',
      reasons: ['no rule keeps it', 'no longer wanted'],
      snapshotIds: [],
    });
    expect(account.changes).toEqual([`deprecate ${imageId}`, `tag ${imageId}`]);
    const { deprecatesAt = '' } = account.world.images.get(imageId) ?? {};
    expect(secondsBetween(noon, deprecatesAt)).toBe(3600);
    expect(account.tagsOf(imageId)).toMatchObject({
      [tagKeys.state]: 'retiring',
      [tagKeys.retiringSince]: noon,
      [tagKeys.rung]: `deprecate ${noon}`,
    });
  });

  it('that others may launch is asked after before it is deprecated, so that the answer is there for the next step', async () => {
    const account = accountWith(imageOf(10));
    account.world.permissions.set(imageId, [partner]);
    await retire(account, 'deprecate');
    expect(account.changes[0]).toBe(`usage report of ${imageId}`);
  });

  it('is disabled after its grace, and what that drops is written down first', async () => {
    const account = shareWithPartner(accountWith(imageOn('deprecate', 14, imageOf(10))));
    expect(await retire(account, 'disable')).toMatchObject({ outcome: 'disabled', snapshotIds: [] });
    expect(account.changes).toEqual([`write ${permissionsKey}`, `disable ${imageId}`, `tag ${imageId}`]);
    expect(JSON.parse(account.world.objects.get(permissionsKey) ?? '')).toEqual([partner]);
    expect(account.tagsOf(imageId)).toMatchObject({
      [tagKeys.retiringSince]: '2026-11-14T12:00:00Z',
      [tagKeys.rung]: `disable ${noon}`,
    });
  });

  it('that is shared with nobody is noted so, and goes without a report', async () => {
    const account = accountWith(imageOn('deprecate', 14, imageOf(10)));
    await retire(account, 'disable');
    expect(account.world.objects.get(permissionsKey)).toBe('[]');
    account.change(imageId, imageOn('disable', 14, imageOf(10)));
    expect(await retire(account, 'deregister')).toMatchObject({ outcome: 'deregistered' });
    expect(account.world.usageReports.size).toBe(0);
  });

  it('is deregistered with its snapshots, and its written permissions go, too', async () => {
    const account = shareWithPartner(accountWith(imageOn('disable', 14, imageOf(10))));
    account.addSnapshot('snap-20261110');
    account.world.objects.set(permissionsKey, JSON.stringify([partner]));
    expect(await retire(account, 'deregister')).toEqual({
      outcome: 'deregistered',
      reasons: ['no rule keeps it', 'disabled since 2026-11-14T12:00:00Z'],
      snapshotIds: [],
    });
    expect(account.world.images.has(imageId)).toBe(false);
    expect(account.world.snapshots.size).toBe(0);
    expect(account.world.objects.size).toBe(0);
  });

  it.each(['internal-error', 'client-error', 'missing-permissions'])(
    'hands over the snapshots that EC2 did not delete with it: %s',
    async (code) => {
      const snapshotIds = ['snap-20261110', 'snap-second'];
      const account = accountWith(imageOn('disable', 14, imageOf(10, { snapshotIds })));
      account.world.returnCodes.set('snap-second', code);
      expect(await retire(account, 'deregister')).toMatchObject({
        outcome: 'deregistered',
        snapshotIds: ['snap-second'],
      });
    },
  );

  it('hands over a snapshot that EC2 skipped, as another image uses it', async () => {
    const account = accountWith(imageOn('disable', 14, imageOf(10)));
    account.world.images.set('ami-other', { ...imageOf(10, { imageId: 'ami-other', tags: {} }), region: home });
    expect(await retire(account, 'deregister')).toMatchObject({ snapshotIds: ['snap-20261110'] });
  });

  it('stays where EC2 keeps it for a reason that only the call shows, which is told', async () => {
    const account = shareWithPartner(accountWith(imageOn('disable', 14, imageOf(10))));
    account.world.objects.set(permissionsKey, JSON.stringify([partner]));
    account.refusals.set('deregister', new LifecycleError('ImageHeld', `${imageId} cannot be deregistered: cooldown`));
    expect(await retire(account, 'deregister')).toMatchObject({
      outcome: 'spared',
      reasons: expect.arrayContaining([`${imageId} cannot be deregistered: cooldown`]),
      snapshotIds: [],
    });
    expect(account.world.objects.has(permissionsKey)).toBe(true);
  });

  it('leaves all its snapshots to clear away where it went while we looked', async () => {
    const account = accountWith(imageOn('disable', 14, imageOf(10)));
    const retirementIn = (region: string) => ({
      ...account.retirementIn(region),
      deregisterWithSnapshots: async () => undefined,
    });
    const outcome = await retire({ ...account, retirementIn }, 'deregister');
    expect(outcome).toMatchObject({ outcome: 'gone', snapshotIds: ['snap-20261110', 'snap-second'] });
  });
});

describe('an image that is gone', () => {
  it('leaves its snapshots to clear away where it was to be deregistered', async () => {
    const outcome = await retire(fakeAccount({ [home]: kept }), 'deregister');
    const snapshotIds = ['snap-20261110', 'snap-second'];
    expect(outcome).toEqual({ outcome: 'gone', reasons: ['EC2 no longer knows it'], snapshotIds });
  });

  it.each<Step>(['deprecate', 'disable', 'reinstate', 'note-rung', 'note-source-gone'])(
    'keeps its snapshots where it was to %s: somebody may want them',
    async (step) => {
      expect(await retire(fakeAccount({ [home]: kept }), step)).toMatchObject({ outcome: 'gone', snapshotIds: [] });
    },
  );
});

describe('a step is not taken', () => {
  it.each<[says: string, steps: Step, image: Image, change: (account: Account) => void, reason: string | RegExp]>([
    [
      'when a hold was put on since the plan',
      'deprecate',
      imageOf(10),
      ({ change }) => change(imageId, { tags: { ...imageOf(10).tags, [tagKeys.hold]: 'audit' } }),
      'held: audit',
    ],
    [
      'when an instance was launched from it since the plan',
      'deprecate',
      imageOf(10),
      ({ world }) => world.uses.set(imageId, ['in use by instance i-1']),
      'in use by instance i-1',
    ],
    [
      'when it is being copied to another Region since the plan',
      'deprecate',
      imageOf(10),
      ({ world }) => world.copies.set(abroad, new Map([[imageId, ['being copied to eu-central-1 as ami-9']]])),
      'being copied to eu-central-1 as ami-9',
    ],
    [
      'when the newer images went since the plan, so that it is the newest',
      'deprecate',
      imageOf(10),
      ({ world }) => {
        for (const image of kept) world.images.delete(image.imageId);
      },
      'newest of its lineage',
    ],
    [
      'when its tags were changed to those of another policy',
      'deprecate',
      imageOf(10),
      ({ change }) => change(imageId, { tags: { ...imageOf(10).tags, [tagKeys.policy]: 'web' } }),
      /do not say/,
    ],
    [
      'when somebody took our tags off it',
      'deregister',
      imageOf(10),
      ({ change }) => change(imageId, { tags: { [tagKeys.policy]: 'gold' } }),
      /do not say/,
    ],
    [
      'when another stack made it, whose policy has the same name',
      'deregister',
      imageOn('disable', 14, imageOf(10)),
      ({ change, tagsOf }) =>
        change(imageId, { tags: { ...tagsOf(imageId), [tagKeys.origin]: `${abroad}/ami-20261110` } }),
      'its tag ami-lifecycle:origin does not say that this stack made it',
    ],
    [
      'when it was protected against deregistration since the plan',
      'deregister',
      imageOn('disable', 14, imageOf(10)),
      ({ change }) => change(imageId, { deregistrationProtection: 'enabled-without-cooldown' }),
      /^protected against deregistration \(enabled-without-cooldown\)/,
    ],
    [
      'when AWS Backup manages it',
      'deprecate',
      imageOf(10, { tags: { 'aws:backup:source-resource': 'x' } }),
      () => undefined,
      /AWS Backup/,
    ],
    ['before its grace is over', 'disable', imageOn('deprecate', 15, imageOf(10)), () => undefined, /7 days of grace/],
    [
      'twice, where another run took it a moment ago',
      'deprecate',
      imageOn('deprecate', 21, { ...imageOf(10), tags: { ...imageOf(10).tags, [tagKeys.rung]: '' } }),
      ({ world, change }) => {
        const tags = world.images.get(imageId)?.tags;
        change(imageId, { tags: { ...tags, [tagKeys.rung]: 'deprecate 2026-11-21T11:59:00Z' } });
      },
      /deprecated since 2026-11-21T11:59:00Z/,
    ],
  ])('%s', async (_says, step, image, change, reason) => {
    const account = accountWith(image);
    change(account);
    const policy = retiring({ copies: [{ region: abroad }] });
    const before = stateOf(account);
    expect(await retire(account, step, policy)).toMatchObject({
      outcome: 'spared',
      reasons: expect.arrayContaining([expect.stringMatching(reason)]),
      snapshotIds: [],
    });
    expect(stateOf(account)).toEqual(before);
    expect(account.changes).toEqual([]);
  });

  it('while its policy cannot be read', async () => {
    const account = accountWith(imageOn('disable', 14, imageOf(10)));
    const invalid = new LifecycleError('PolicyInvalid', "The policy 'gold' is not valid: its parameter holds no JSON");
    await expect(retire(account, 'deregister', retiring(), invalid)).rejects.toBe(invalid);
    expect(account.changes).toEqual([]);
  });

  it('while it is due for archive and not archived', async () => {
    const archive = { bucket: 'archive', when: { daily: 9 } };
    const policy = retiring({ archive });
    const account = accountWith(imageOf(10));
    const { outcome, reasons } = await retire(account, 'deprecate', policy);
    expect({ outcome, last: reasons.at(-1) }).toEqual({
      outcome: 'spared',
      last: 'due for archive, and not archived yet',
    });
    expect(account.changes).toEqual([]);
    const archived = accountWith(imageOf(10, { tags: { [tagKeys.archivedTo]: 's3://archive/x.bin' } }));
    expect(await retire(archived, 'deprecate', policy)).toMatchObject({ outcome: 'deprecated' });
  });

  it.each([
    ['who uses it', `uses in ${home}`],
    ['who uses it, in the right to ask', 'list images'],
  ])('when it is not known %s', async (_what, call) => {
    const account = accountWith(imageOf(10));
    const unknown = new LifecycleError('EvidenceIncomplete', 'not known');
    account.refusals.set(call, unknown);
    await expect(retire(account, 'deprecate')).rejects.toBe(unknown);
    expect(account.changes).toEqual([]);
  });

  it('while a Region does not say what is copied into it, and the image may be on its way there', async () => {
    const account = accountWith(imageOn('disable', 10, imageOf(10)));
    const unknown = new LifecycleError('EvidenceIncomplete', 'not known');
    account.refusals.set(`copies into ${abroad}`, unknown);
    const policy = retiring({ copies: [{ region: abroad }] });
    await expect(retire(account, 'deregister', policy)).rejects.toBe(unknown);
    expect(account.changes).toEqual([]);
    const kept = accountWith(imageOf(10));
    kept.refusals.set(`copies into ${abroad}`, unknown);
    expect(await retire(kept, 'deprecate', policy)).toMatchObject({ outcome: 'deprecated' });
  });
});

describe('what is not yet written on an image', () => {
  /** Nobody wrote its permissions down, as we do before we disable one. */
  const disabledByHand = (tags: Tags = {}) => {
    const image = imageOf(10, { state: 'disabled' });
    const account = accountWith({ ...image, tags: { ...image.tags, ...tags } });
    account.world.objects.delete(permissionsKey);
    return account;
  };

  it('is written by a step that died after disabling it', async () => {
    const image = { ...imageOn('deprecate', 14, imageOf(10)), state: 'disabled' } as const;
    const account = accountWith(image);
    expect(await retire(account, 'disable')).toMatchObject({ outcome: 'disabled' });
    expect(account.changes).toEqual([`tag ${imageId}`]);
    expect(rungOf(account.tagsOf(imageId))).toEqual({ step: 'disable', since: noon });
  });

  it('begins a new grace where an earlier run disabled the image, and could not say so', async () => {
    const account = accountWith(imageOf(10, { state: 'disabled' }));
    expect(await retire(account, 'note-rung')).toMatchObject({ outcome: 'noted' });
    expect(rungOf(account.tagsOf(imageId))).toEqual({ step: 'disable', since: noon });
    expect(await retire(account, 'deregister')).toMatchObject({ outcome: 'spared' });
  });

  it('begins a new grace where people disabled the image by hand, and says that it was they', async () => {
    const account = disabledByHand();
    expect(await retire(account, 'note-rung')).toMatchObject({ outcome: 'noted' });
    expect(rungOf(account.tagsOf(imageId))).toEqual({ step: 'disable', since: noon, isByHand: true });
    expect(await retire(account, 'deregister')).toMatchObject({ outcome: 'spared' });
  });

  it.each([
    ['before that was noted', []],
    ['after', ['note-rung']],
  ] as const)('keeps disabled what people disabled, though somebody uses it, where that began %s', async (_, steps) => {
    const account = disabledByHand({ [tagKeys.state]: 'retiring', [tagKeys.rung]: `deprecate ${noon}` });
    for (const step of steps) await retire(account, step);
    account.world.uses.set(imageId, ['in use by launch template lt-1']);
    expect(await retire(account, 'reinstate')).toEqual({
      outcome: 'reinstated',
      reasons: ['in use by launch template lt-1', 'a person disabled it, so it stays disabled'],
      snapshotIds: [],
    });
    expect(account.world.images.get(imageId)?.state).toBe('disabled');
    expect(account.tagsOf(imageId)).not.toHaveProperty(tagKeys.rung);
  });

  it('is the rung that its policy knows, so that it is not noted for ever', async () => {
    const policy = retiring({
      retire: { mode: 'enforce', maxPercentPerRun: 100, steps: ['deprecate', 'deregister'] },
    });
    const account = accountWith(imageOf(10, { state: 'disabled', deprecatesAt: '2026-11-01T00:00:00Z' }));
    expect(await retire(account, 'note-rung', policy)).toMatchObject({ outcome: 'noted' });
    expect(rungOf(account.tagsOf(imageId))).toMatchObject({ step: 'deprecate' });
  });

  it('is since when its instance is gone', async () => {
    const account = accountWith(imageOf(10));
    account.world.goneInstances.add(instanceId);
    account.world.uses.set(imageId, ['in use by launch template lt-1']);
    const policy = retiring({ retain: { daily: 2, afterTermination: '90d' } });
    expect(await retire(account, 'note-source-gone', policy)).toEqual({
      outcome: 'noted',
      reasons: [`its instance ${instanceId} is gone`],
      snapshotIds: [],
    });
    expect(account.tagsOf(imageId)).toMatchObject({ [tagKeys.sourceGoneSince]: noon });
  });
});

describe('an image that is wanted again', () => {
  const wanted = (): Account => {
    const account = accountWith(imageOn('disable', 20, imageOf(10)));
    account.world.objects.set(permissionsKey, JSON.stringify([partner, { Group: 'all' }]));
    account.world.uses.set(imageId, ['in use by instance i-1']);
    return account;
  };

  it('climbs all the way back up, with its permissions, and its tags last', async () => {
    const account = wanted();
    expect(await retire(account, 'reinstate')).toEqual({
      outcome: 'reinstated',
      reasons: ['in use by instance i-1'],
      snapshotIds: [],
    });
    expect(account.changes).toEqual([
      `enable ${imageId}`,
      `permit launches of ${imageId}`,
      `cancel deprecation of ${imageId}`,
      `remove ${permissionsKey}`,
      `tag ${imageId}`,
      `untag ${imageId}`,
    ]);
    expect(account.world.images.get(imageId)).toEqual({ ...imageOf(10), region: home });
    expect(account.world.permissions.get(imageId)).toEqual([partner, { Group: 'all' }]);
    expect(account.world.objects.size).toBe(0);
  });

  it('climbs back up also where the plan was to take it a step further', async () => {
    expect(await retire(wanted(), 'deregister')).toMatchObject({ outcome: 'reinstated' });
  });

  it('that was only deprecated is not enabled, and keeps whom it is shared with', async () => {
    const account = accountWith(imageOn('deprecate', 20, imageOf(10, { tags: { [tagKeys.hold]: '' } })));
    account.world.permissions.set(imageId, [partner]);
    expect(await retire(account, 'reinstate')).toMatchObject({ outcome: 'reinstated' });
    expect(account.changes).toEqual([`cancel deprecation of ${imageId}`, `tag ${imageId}`, `untag ${imageId}`]);
    expect(account.world.permissions.get(imageId)).toEqual([partner]);
  });

  it('stays retiring where EC2 will not share it any more, so that nobody believes it to be as before', async () => {
    const account = wanted();
    account.refusals.set('permit', new LifecycleError('ShareRefused', 'public access is blocked'));
    await expect(retire(account, 'reinstate')).rejects.toMatchObject({ name: 'ShareRefused' });
    expect(rungOf(account.tagsOf(imageId))).toMatchObject({ step: 'disable' });
    expect(account.world.objects.has(permissionsKey)).toBe(true);
  });

  it('is left alone where it is no longer wanted after all, and it goes on with the next run', async () => {
    const account = accountWith(imageOn('disable', 14, imageOf(10)));
    expect(await retire(account, 'reinstate')).toMatchObject({ outcome: 'spared' });
    expect(account.changes).toEqual([]);
  });
});
