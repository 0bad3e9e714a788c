import { type Given, runMachine } from '../rig.ts';
import { imageId } from '../world.ts';

export const archive = { bucket: 'ami-archive', prefix: 'gold/', storageClass: 'DEEP_ARCHIVE' };
export const key = `gold/${imageId}.bin`;

/** Runs archive-image; by default for an image at home. */
export function run(given: Given = {}) {
  return runMachine('archive-image', { input: { imageId, archive } }, given);
}
