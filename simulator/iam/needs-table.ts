import type { RegionState } from '../state.ts';
import type { World } from '../world.ts';
import type { Need } from './rights.ts';

/** Where a request is made. */
export interface Place {
  world: World;
  region: RegionState;
}

export type AnyNeeds = (input: object, place: Place) => readonly Need[];
export type NeedsTable = Readonly<Record<string, AnyNeeds>>;

/** What an operation needs, by its input. */
export function needs<Input extends object>(of: (input: Input, place: Place) => readonly Need[]): AnyNeeds {
  // The client that sends a command has checked its type; here its input arrives untyped.
  return (input, place) => of(input as Input, place);
}
