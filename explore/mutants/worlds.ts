import { captureWorlds } from './capture-worlds.ts';
import { retirementWorlds } from './retirement-worlds.ts';
import type { TrialWorld } from './trial-world.ts';

/** Every world that mutants are tried in. */
export const trialWorlds: readonly TrialWorld[] = [...captureWorlds, ...retirementWorlds];

export function trialWorldNamed(name: string): TrialWorld {
  const found = trialWorlds.find((world) => world.name === name);
  if (found) return found;
  throw new Error(`There is no trial world '${name}'; there are ${trialWorlds.map((world) => world.name).join(', ')}.`);
}
