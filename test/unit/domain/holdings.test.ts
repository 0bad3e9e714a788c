import { describe, expect, it } from 'vitest';
import { holdingOf } from '../../../shared/domain/holdings.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { anImage } from './examples.ts';

const now = '2026-11-21T12:00:00.000Z';
const of = (slot: string, state = 'complete') => ({ [tagKeys.slot]: slot, [tagKeys.state]: state });
const held = (...images: Parameters<typeof anImage>[0][]) => holdingOf('eu-west-1', images.map(anImage), now);

describe('What a policy has in a Region', () => {
  it('is its images, their size, and the age of the newest', () => {
    const [older, newer] = [{ tags: of('20261119T0300Z') }, { tags: of('20261121T0300Z') }];
    expect(held({ ...newer, sizeGigabytes: 30 }, { ...older, sizeGigabytes: 8 })).toEqual({
      region: 'eu-west-1',
      images: 2,
      gigabytes: 38,
      newestAgeSeconds: 9 * 3600,
    });
  });

  it.each<[says: string, image: Parameters<typeof anImage>[0]]>([
    ['is being made', { tags: of('20261121T0900Z', 'capturing') }],
    ['is not available yet', { tags: of('20261121T0900Z'), state: 'pending' }],
    ['has no slot', { tags: { [tagKeys.state]: 'complete' } }],
    ['has a slot that is none', { tags: of('yesterday') }],
  ])('is not younger for an image that %s', (_says, image) => {
    expect(held({ tags: of('20261121T0300Z') }, image).newestAgeSeconds).toBe(9 * 3600);
    expect(held(image).newestAgeSeconds).toBeNull();
  });

  it('is never younger than nothing, whatever somebody wrote into a tag', () => {
    expect(held({ tags: of('20271121T0300Z') }).newestAgeSeconds).toBe(0);
  });
});
