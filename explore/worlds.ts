import { unknownWord } from '../cli/nearest.ts';
import type { ExploredWorld } from './explored-world.ts';
import { archiveWorlds } from './worlds/archives.ts';
import { captureWorlds } from './worlds/captures.ts';
import { rescueWorlds } from './worlds/rescues.ts';
import { retireWorlds } from './worlds/retirements.ts';

/** Every world that is explored. */
export const worlds: readonly ExploredWorld[] = [...captureWorlds, ...retireWorlds, ...archiveWorlds, ...rescueWorlds];

/** @throws WorldUnknown that names the one that was probably meant */
export function worldNamed(name: string): ExploredWorld {
  const found = worlds.find((world) => world.name === name);
  if (found) return found;
  const names = worlds.map((world) => world.name);
  throw new WorldUnknown(unknownWord('world', name, names));
}

export class WorldUnknown extends Error {
  override readonly name = 'WorldUnknown';
}
