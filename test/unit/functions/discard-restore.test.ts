import { describe, expect, it } from 'vitest';
import { contract, makeDiscardRestore } from '../../../functions/discard-restore/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Image } from '../../../shared/domain/image.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { anImage, beginning, executionId, imageId, productTags } from '../domain/examples.ts';
import { fakeAccount } from './fake-account.ts';
import { hold, region, url } from './fake-archives.ts';
import { within } from './fakes.ts';

const restoredTags = {
  ...productTags,
  [tagKeys.archivedTo]: url,
  [tagKeys.origin]: `${region}/ami-1`,
  [tagKeys.hold]: hold,
};
const failed = anImage({ state: 'failed', tags: restoredTags, snapshotIds: [] });

function discarding(image: Image | undefined) {
  const account = fakeAccount({ [region]: image ? [image] : [] });
  account.addSnapshot('snap-of-this', { tags: restoredTags });
  account.addSnapshot('snap-of-another', { tags: { ...restoredTags, [tagKeys.hold]: `${hold} too` } });
  account.addSnapshot('snap-of-the-original', { tags: productTags });
  const snapshotsIn = (name: string) => ({
    ...account.snapshotsIn(name),
    heldAs: async (reason: string): Promise<string[]> =>
      [...account.world.snapshots].flatMap(([id, { tags }]) => (tags[tagKeys.hold] === reason ? [id] : [])),
  });
  const ports = { imagesIn: account.imagesIn, retirementIn: account.retirementIn, snapshotsIn };
  const task = within(contract, makeDiscardRestore(ports));
  return { account, run: () => task({ executionId, region, imageId, startedAt: beginning }) };
}

const left = ({ account }: ReturnType<typeof discarding>) => [...account.world.snapshots.keys()];

describe('an image that could not be restored', () => {
  it.each(['failed', 'pending'] as const)('is taken away with its snapshots, and no others: %s', async (state) => {
    const given = discarding({ ...failed, state });
    expect(await given.run()).toEqual({ discarded: true });
    expect(given.account.world.images.size).toBe(0);
    expect(left(given)).toEqual(['snap-of-another', 'snap-of-the-original']);
  });

  it('leaves no snapshots though it is gone already', async () => {
    const given = discarding(undefined);
    expect(await given.run()).toEqual({ discarded: true });
    expect(left(given)).toEqual(['snap-of-another', 'snap-of-the-original']);
  });

  it('is taken away in the end, while EC2 still counts its snapshots as in use', async () => {
    const given = discarding(failed);
    given.account.addSnapshot('snap-of-this', { tags: restoredTags, inUseTimes: 1 });
    await expect(given.run()).rejects.toMatchObject({ name: 'AwsUnavailable' });
    expect(await given.run()).toEqual({ discarded: true });
    expect(left(given)).toEqual(['snap-of-another', 'snap-of-the-original']);
  });

  it('is told of where something holds it', async () => {
    const given = discarding(failed);
    given.account.refusals.set('deregister', new LifecycleError('ImageHeld', 'protected'));
    await expect(given.run()).rejects.toMatchObject({ name: 'ImageHeld' });
    expect(left(given)).toHaveLength(3);
  });
});

describe('an image is kept', () => {
  it.each<[why: string, image: Image]>([
    ['that became available since', { ...failed, state: 'available' }],
    ['that somebody disabled since', { ...failed, state: 'disabled' }],
    ['that does not say that it was restored', { ...failed, tags: productTags }],
  ])('%s', async (_, image) => {
    const given = discarding(image);
    expect(await given.run()).toEqual({ discarded: false });
    expect(given.account.changes).toEqual([]);
  });
});
