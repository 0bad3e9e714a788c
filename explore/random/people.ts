import type { RandomStream } from '../../simulator/random.ts';
import { type ImageDeed, type ImageHand, imageDeeds } from './image-deeds.ts';
import { type ServerDeed, serverDeeds, servers } from './server-deeds.ts';

const ofImages = new Map<string, ImageDeed>(Object.entries(imageDeeds));
const ofServers = new Map<string, ServerDeed>(Object.entries(serverDeeds));

/** What somebody may come to do; of servers people change more than of images. */
export function drawDeed(random: RandomStream): string {
  const names = random.chance(0.35) ? [...ofServers.keys()] : [...ofImages.keys()];
  return oneOf(names, random) ?? 'nothing';
}

/** Where people are, and what they start there. */
export type Surroundings = Pick<ImageHand, 'account' | 'stack' | 'vault'>;

/** What somebody did, in words; EC2 may have refused it, or there was nothing to do it with. */
export interface Done {
  words: string;
  isRefused: boolean;
}

/**
 * Lets somebody do that with one of the images or servers, if there is any.
 * @param number of the deed: for names that nobody has taken
 */
export function doDeed(surroundings: Surroundings, name: string, random: RandomStream, number: number): Done {
  const { account } = surroundings;
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
    if (onImage && place && imageId !== undefined) onImage({ ...surroundings, region: place, imageId, random, number });
    else if (onServer && instanceId !== undefined) onServer({ account, instanceId, random });
    else return { words: `${name}: there is nothing`, isRefused: true };
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'NotSimulated' || !('$metadata' in error)) throw error;
    return { words: `${name} ${imageId ?? instanceId}: ${error.name}`, isRefused: true };
  }
  return { words: `${name} ${imageId ?? instanceId}`, isRefused: false };
}

export function oneOf<Value>(values: readonly Value[], random: RandomStream): Value | undefined {
  return values[Math.floor(random.between(0, values.length))];
}
