import type { Image } from '@aws-sdk/client-ec2';

const prefix = 'disabled after ';
const cooldownMs = 86_400_000;

/** Protection that is switched off with a cooldown goes on for 24 hours; the word says until when. */
export function coolingDown(nowMs: number): string {
  return `${prefix}${new Date(nowMs + cooldownMs).toISOString()}`;
}

/** The word for an image's protection at that instant: a cooldown ends by itself. Only `disabled` lets it go. */
export function protectionOf({ DeregistrationProtection: word = 'disabled' }: Image, nowMs: number): string {
  // A time that cannot be read is no end: it keeps protecting.
  const isOver = isCoolingDown(word) && nowMs >= Date.parse(word.slice(prefix.length));
  return isOver ? 'disabled' : word;
}

export function isCoolingDown(word: string): boolean {
  return word.startsWith(prefix);
}

/** The image as it is shown at that instant. */
export function withProtection(image: Image, nowMs: number): Image {
  if (!isCoolingDown(image.DeregistrationProtection ?? '')) return image;
  return { ...image, DeregistrationProtection: protectionOf(image, nowMs) };
}
