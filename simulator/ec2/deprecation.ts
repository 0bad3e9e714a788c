import type { Image } from '@aws-sdk/client-ec2';

/** The same date and time, so many years later. */
export function yearsAfter(atMs: number, years: number): number {
  const date = new Date(atMs);
  return date.setUTCFullYear(date.getUTCFullYear() + years);
}

/** When a public image is deprecated at the latest, in epoch milliseconds: nobody can put it off or call it off. */
export function publicDeprecation({ CreationDate }: Image): number {
  return CreationDate === undefined ? Number.POSITIVE_INFINITY : yearsAfter(Date.parse(CreationDate), 2);
}

/** What becomes of the date when an image is made public. */
export function deprecationOncePublic(image: Image): Pick<Image, 'DeprecationTime'> {
  const latestMs = publicDeprecation(image);
  const presentMs = image.DeprecationTime === undefined ? latestMs : Date.parse(image.DeprecationTime);
  const atMs = Math.min(latestMs, presentMs);
  return Number.isFinite(atMs) ? { DeprecationTime: new Date(atMs).toISOString() } : {};
}
