import * as z from 'zod';
import { parts } from './contract.ts';
import type { Image } from './image.ts';
import { isSlot, slotMs } from './naming.ts';
import { tagKeys } from './tags.ts';

/** What a policy has in a Region. */
export const holdingSchema = z.strictObject({
  region: parts.region,
  images: z.int().min(0),
  gigabytes: z.number().min(0),
  /** Of the newest image that is complete, counted from its slot; null where there is none. */
  newestAgeSeconds: z.number().min(0).nullable(),
});
export type Holding = z.output<typeof holdingSchema>;

/** @param now ISO instant */
export function holdingOf(region: string, images: readonly Image[], now: string): Holding {
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const { state, tags } of images) {
    const slot = tags[tagKeys.slot];
    const isGood = state === 'available' && tags[tagKeys.state] === 'complete' && isSlot(slot);
    if (isGood) newestMs = Math.max(newestMs, slotMs(slot));
  }
  return {
    region,
    images: images.length,
    gigabytes: images.reduce((sum, { sizeGigabytes }) => sum + sizeGigabytes, 0),
    // A tag that somebody wrote may lie in the future.
    newestAgeSeconds: Number.isFinite(newestMs) ? Math.max(0, (Date.parse(now) - newestMs) / 1000) : null,
  };
}
