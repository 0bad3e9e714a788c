import type { Account } from '../../simulator/account.ts';
import type { RandomStream } from '../../simulator/random.ts';
import { type ImageDeed, imageDeeds } from './image-deeds.ts';
import { type ServerDeed, serverDeeds, servers } from './server-deeds.ts';

const ofImages = new Map<string, ImageDeed>(Object.entries(imageDeeds));
const ofServers = new Map<string, ServerDeed>(Object.entries(serverDeeds));

/** What somebody may come to do; of servers people change more than of images. */
export function drawDeed(random: RandomStream): string {
  const names = random.chance(0.35) ? [...ofServers.keys()] : [...ofImages.keys()];
  return oneOf(names, random) ?? 'nothing';
}

/**
 * Lets somebody do that with one of the images or servers, if there is any.
 * @param number of the deed: for names that nobody has taken
 * @returns what was done and how it ended, in words
 */
export function doDeed(account: Account, name: string, random: RandomStream, number: number): string {
  const onImage = ofImages.get(name);
  const onServer = ofServers.get(name);
  const place =
    onImage &&
    oneOf(
      account.regions().filter(({ images }) => images.size > 0),
      random,
    );
  const imageId = place && oneOf([...place.images.keys()], random);
  const instanceId = onServer && oneOf(servers(account), random)?.id;
  try {
    if (onImage && place && imageId !== undefined) onImage({ account, region: place, imageId, random, number });
    else if (onServer && instanceId !== undefined) onServer({ account, instanceId, random });
    else return `${name}: there is nothing`;
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'NotSimulated' || !('$metadata' in error)) throw error;
    return `${name} ${imageId ?? instanceId}: ${error.name}`;
  }
  return `${name} ${imageId ?? instanceId}`;
}

export function oneOf<Value>(values: readonly Value[], random: RandomStream): Value | undefined {
  return values[Math.floor(random.between(0, values.length))];
}
