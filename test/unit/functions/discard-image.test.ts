import { describe, expect, it } from 'vitest';
import { contract, makeDiscardImage } from '../../../functions/discard-image/task.ts';
import { anImage, aSnapshot, executionId, imageId, instanceId, productTags, slot } from '../domain/examples.ts';
import { fakeImages, regions, within } from './fakes.ts';

const failed = anImage({ state: 'failed' });
const input = {
  executionId,
  region: 'eu-west-2',
  imageId,
  policyName: 'gold',
  instanceId,
  slot,
  attempt: 1,
  reason: 'Client.InternalError',
};

const discarding = (images: ReturnType<typeof fakeImages>) =>
  within(contract, makeDiscardImage({ imagesIn: regions({ 'eu-west-2': images }) }));

const allTaken = [`deregister ${imageId}`, 'delete snap-00000001', 'delete snap-00000002'];

describe('a failed image', () => {
  it('is taken away with its snapshots, and the next attempt may begin', async () => {
    const images = fakeImages(failed);
    expect(await discarding(images)(input)).toEqual({ discarded: true, nextAttempt: 2 });
    expect(images.calls).toEqual(allTaken);
  });

  it('ends the capture after the second attempt, and is taken away nevertheless', async () => {
    const images = fakeImages(failed);
    await expect(discarding(images)({ ...input, attempt: 2 })).rejects.toMatchObject({
      name: 'ImageFailed',
      message: expect.stringContaining('Client.InternalError'),
      details: { imageId, region: 'eu-west-2', reason: 'Client.InternalError', attempts: 2 },
    });
    expect(images.calls).toEqual(allTaken);
  });

  it('that is gone already leaves its snapshots to delete', async () => {
    const images = fakeImages();
    expect(await discarding(images)(input)).toEqual({ discarded: true, nextAttempt: 2 });
    expect(images.calls).toEqual(['delete snap-00000001', 'delete snap-00000002']);
  });

  it('is tried again while EC2 counts its snapshots as in use, also on the last attempt', async () => {
    const images = { ...fakeImages(failed), deleteSnapshot: async (id: string) => id !== 'snap-00000002' };
    for (const attempt of [1, 2]) {
      await expect(discarding(images)({ ...input, attempt })).rejects.toMatchObject({ name: 'AwsUnavailable' });
    }
  });

  it.each([
    ['somebody removed our tags', {}],
    ['it belongs to another slot', { ...productTags, 'ami-lifecycle:slot': '20261120T0300Z' }],
    ['somebody holds it', { ...productTags, 'ami-lifecycle:hold': '' }],
  ])('is not touched when %s', async (_says, tags) => {
    const images = fakeImages(anImage({ state: 'failed', tags }));
    await expect(discarding(images)(input)).rejects.toMatchObject({ name: 'ImageFailed' });
    expect(images.calls).toEqual([]);
  });

  it('is not touched when somebody holds one of its snapshots, and that is said', async () => {
    const snapshots = [aSnapshot('vol-00000001'), { ...aSnapshot('vol-00000002'), hold: 'evidence' }];
    const images = { ...fakeImages(failed), snapshotsOf: async () => snapshots };
    await expect(discarding(images)(input)).rejects.toMatchObject({
      name: 'ImageFailed',
      message: expect.stringContaining('its snapshot snap-00000002 is held (evidence), so it stays'),
    });
    expect(images.calls).toEqual([]);
  });
});
