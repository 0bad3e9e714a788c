import { describe, expect, it } from 'vitest';
import { contract, makeShareImage } from '../../../functions/share-image/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Image } from '../../../shared/domain/image.ts';
import { anImage, executionId, imageId } from '../domain/examples.ts';
import { fakeImages, regions, within } from './fakes.ts';

const nobody = { accounts: [], organizationArns: [], organizationalUnitArns: [], public: false };
const partner = { ...nobody, accounts: ['111122223333'] };
const everybody = { ...nobody, public: true };

async function share(image: Image | undefined, audience: typeof partner | typeof nobody) {
  const images = fakeImages(...(image ? [image] : []));
  const shareImage = within(contract, makeShareImage({ imagesIn: regions({ 'eu-west-2': images }) }));
  try {
    return { answer: await shareImage({ executionId, region: 'eu-west-2', imageId, audience }), calls: images.calls };
  } catch (error) {
    return { error, calls: images.calls };
  }
}

describe('an image is shared', () => {
  it('with accounts, which may launch it and copy its snapshots', async () => {
    expect(await share(anImage(), partner)).toEqual({
      answer: { snapshots: 2 },
      calls: [
        'share snap-00000001 with 111122223333',
        'share snap-00000002 with 111122223333',
        `share ${imageId} with 111122223333`,
      ],
    });
  });

  it('with everybody, who may launch it but get no snapshots', async () => {
    const shared = await share(anImage(), everybody);
    expect(shared).toEqual({ answer: { snapshots: 0 }, calls: [`share ${imageId} with everybody`] });
  });

  it('with an account though it is encrypted', async () => {
    expect(await share(anImage({ isEncrypted: true }), partner)).toMatchObject({ answer: { snapshots: 2 } });
  });
});

describe('an image is not made public', () => {
  it.each<[reason: RegExp, image: Image]>([
    [/encrypted/, anImage({ isEncrypted: true })],
    [/product codes/, anImage({ hasProductCodes: true })],
  ])('for a reason that is told: %s', async (reason, image) => {
    expect(await share(image, everybody)).toEqual({
      error: expect.objectContaining({
        name: 'ShareRefused',
        message: expect.stringMatching(reason),
        details: expect.objectContaining({ imageId, region: 'eu-west-2' }),
      }),
      calls: [],
    });
  });
});

it('what EC2 itself will not share is left to the workflow', async () => {
  const refused = new LifecycleError('ShareRefused', 'the snapshot is encrypted under a key of AWS');
  const shareSnapshot = async () => {
    throw refused;
  };
  const imagesIn = regions({ 'eu-west-2': { ...fakeImages(anImage()), shareSnapshot } });
  const input = { executionId, region: 'eu-west-2', imageId, audience: partner };
  await expect(makeShareImage({ imagesIn })(input)).rejects.toBe(refused);
});

it('an image that EC2 does not show is looked for again', async () => {
  expect(await share(undefined, partner)).toMatchObject({ error: { name: 'AwsUnavailable' }, calls: [] });
});
