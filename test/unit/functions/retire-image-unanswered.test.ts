import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { accountWith, imageId, retire } from './retire-image-rig.ts';
import { imageOf, imageOn, retiring } from './retirement-examples.ts';

const denied = new LifecycleError('AccessDenied', 'no right');
const policy = retiring({ retain: { daily: 2, afterTermination: '7d' } });

/** A disabled image in an account that answers nothing that may speak for it. */
const silent = (tags: Readonly<Record<string, string>>) => {
  const account = accountWith(imageOn('disable', 14, imageOf(10, { tags })));
  for (const question of ['gone of', 'uses in', 'copies into']) account.refusals.set(question, denied);
  return account;
};

describe('an account that says neither who uses an image nor whether its instance is gone', () => {
  it('gets it back where it is held, as that needs no evidence', async () => {
    const account = silent({ [tagKeys.hold]: 'needed' });
    expect(await retire(account, 'reinstate', policy)).toMatchObject({
      outcome: 'reinstated',
      reasons: ['held: needed'],
    });
    expect(account.world.images.get(imageId)?.state).toBe('available');
  });

  it('does not get it back, nor lose it, where nothing else keeps it', async () => {
    for (const step of ['reinstate', 'deregister'] as const) {
      const account = silent({});
      await expect(retire(account, step, policy)).rejects.toMatchObject({ name: 'AccessDenied' });
      expect(account.changes).toEqual([]);
    }
  });
});
