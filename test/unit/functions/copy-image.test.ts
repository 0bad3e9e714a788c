import { describe, expect, it } from 'vitest';
import { contract, makeCopyImage } from '../../../functions/copy-image/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Image } from '../../../shared/domain/image.ts';
import { pollSeconds } from '../../../shared/domain/polling.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import type { Target } from '../../../shared/domain/target.ts';
import { anImage, beginning, executionId, imageId, imageName, productTags } from '../domain/examples.ts';
import { fakeImages, regions, within } from './fakes.ts';

const plain: Target = { region: 'eu-west-2', copy: true, kmsKeyId: null, withinMinutes: null, audience: null };
const ourCopy = { ...productTags, [tagKeys.origin]: `eu-west-1/${imageId}` };

interface Beginning {
  source?: Image;
  there?: Image[];
  target?: Target;
  attempt?: number;
}

function copying({ source = anImage(), there = [], target = plain, attempt = 1 }: Beginning) {
  const home = fakeImages(source);
  const destination = fakeImages(...there);
  const imagesIn = regions({ 'eu-west-1': home, 'eu-west-2': destination });
  const copyImage = within(contract, makeCopyImage({ region: 'eu-west-1', imagesIn }));
  return {
    home,
    destination,
    call: () => copyImage({ executionId, imageId, target, attempt, now: beginning }),
  };
}

describe('a copy', () => {
  it('is asked for where it is to be, with the name and the tags of its image', async () => {
    const { call, destination, home } = copying({});
    expect(await call()).toEqual({
      imageId: 'ami-00000001',
      adopted: false,
      waitSeconds: pollSeconds('image', beginning, beginning),
    });
    expect(destination.requests).toEqual([
      expect.objectContaining({
        sourceImageId: imageId,
        sourceRegion: 'eu-west-1',
        name: imageName,
        tags: { ...ourCopy, [tagKeys.state]: 'capturing' },
      }),
    ]);
    expect(home.requests).toEqual([]);
  });

  it('gets the key and the deadline of its Region, and none where the policy names none', async () => {
    const special = copying({ target: { ...plain, kmsKeyId: 'alias/ami', withinMinutes: 60 } });
    await special.call();
    expect(special.destination.requests).toEqual([
      expect.objectContaining({ kmsKeyId: 'alias/ami', withinMinutes: 60 }),
    ]);
    const ordinary = copying({});
    await ordinary.call();
    expect(ordinary.destination.requests).toEqual([
      expect.objectContaining({ kmsKeyId: undefined, withinMinutes: undefined }),
    ]);
  });

  it('is asked for by one token in an attempt, and by another in the next', async () => {
    const tokens: unknown[] = [];
    for (const attempt of [1, 1, 2]) {
      const { call, destination } = copying({ attempt });
      await call();
      tokens.push(...destination.requests.map(({ clientToken }) => clientToken));
    }
    expect(tokens).toHaveLength(3);
    expect(tokens[0]).toBe(tokens[1]);
    expect(tokens[0]).not.toBe(tokens[2]);
  });

  it('is refused of an image that somebody has disabled, and tried again of one that is only said to be unavailable', async () => {
    const unavailable = new LifecycleError('AwsUnavailable', 'no', { awsCode: 'InvalidAMIID.Unavailable' });
    const refused = (state: Image['state'], error: Error) => {
      const { call, destination } = copying({ source: anImage({ state }) });
      destination.copy = () => Promise.reject(error);
      return expect(call()).rejects;
    };
    await refused('disabled', unavailable).toMatchObject({
      name: 'ImageDisabled',
      message: `${imageId} is disabled, so it is not copied to eu-west-2.`,
    });
    await refused('available', unavailable).toBe(unavailable);
    const throttled = new LifecycleError('AwsThrottled', 'no', { awsCode: 'RequestLimitExceeded' });
    await refused('disabled', throttled).toBe(throttled);
  });

  it('is found though its image was disabled, when the answer to the first call was lost', async () => {
    const made = anImage({ imageId: 'ami-00000002', tags: ourCopy });
    const { call } = copying({ source: anImage({ state: 'disabled' }), there: [made] });
    expect(await call()).toMatchObject({ imageId: 'ami-00000002', adopted: true });
  });

  it('is adopted, not doubled, when the answer to the first call was lost', async () => {
    const { call } = copying({});
    const first = await call();
    expect(await call()).toEqual({ ...first, adopted: true });
  });

  it.each([
    ['without our tags', {}],
    ['copied from another image', { ...productTags, [tagKeys.origin]: 'eu-west-1/ami-0000000f' }],
    ['made where it is', productTags],
  ])('does not take over an image of its name that was %s', async (_says, tags) => {
    const { call } = copying({ there: [anImage({ imageId: 'ami-00000009', tags })] });
    await expect(call()).rejects.toMatchObject({ name: 'NameTaken', details: { imageId: 'ami-00000009' } });
  });
});

describe('what may pass later is tried again', () => {
  it('when EC2 does not show the image to copy', async () => {
    const imagesIn = regions({ 'eu-west-1': fakeImages(), 'eu-west-2': fakeImages() });
    const copyImage = makeCopyImage({ region: 'eu-west-1', imagesIn });
    const input = { executionId, imageId, target: plain, attempt: 1, now: beginning };
    await expect(copyImage(input)).rejects.toMatchObject({ name: 'AwsUnavailable', details: { imageId } });
  });

  it('when the name is taken and EC2 does not show by what', async () => {
    const hidden = { ...fakeImages(), copy: async () => undefined };
    const imagesIn = regions({ 'eu-west-1': fakeImages(anImage()), 'eu-west-2': hidden });
    const copyImage = makeCopyImage({ region: 'eu-west-1', imagesIn });
    const input = { executionId, imageId, target: plain, attempt: 1, now: beginning };
    await expect(copyImage(input)).rejects.toMatchObject({ name: 'AwsUnavailable', details: { name: imageName } });
  });

  it('when too many copies are in flight', async () => {
    const full = new LifecycleError('QuotaExceeded', 'CopyImage: too many');
    const copy = async () => {
      throw full;
    };
    const imagesIn = regions({ 'eu-west-1': fakeImages(anImage()), 'eu-west-2': { ...fakeImages(), copy } });
    const copyImage = makeCopyImage({ region: 'eu-west-1', imagesIn });
    await expect(copyImage({ executionId, imageId, target: plain, attempt: 1, now: beginning })).rejects.toBe(full);
  });
});
