import { type Given, runMachine } from '../rig.ts';

export const bucket = 'ami-archive';
export const key = 'gold/ami-00000000000000009.bin';

/** Runs restore-image; by default at home, under the name that the image had. */
export function run(given: Given = {}) {
  return runMachine('restore-image', { input: { bucket, key } }, given);
}
