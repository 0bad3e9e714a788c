import type { InvariantNumber } from '../simulator/invariants.ts';
import type { Beginning, Story } from './world.ts';

/** A small world whose faults are explored: what happens in it, and what must have come of it in the end. */
export interface ExploredWorld {
  name: string;
  /** The state machine that it is about. */
  workflow: string;
  /** One sentence. */
  tells: string;
  beginning: Beginning;
  /** Invariants that cannot hold in this world; it says why. */
  mayBreak?: readonly InvariantNumber[];
  /** What happened before, without faults. */
  prepare?: (story: Story) => Promise<void> | void;
  /** Sets off what is explored; faults may strike from here on, until everything has come to rest. */
  begin: (story: Story) => void;
  /** How long faults may strike at least, in hours: by default until everything rests. */
  lastsHours?: number;
  /** What its workflow is for, and is not reached: a sentence each. `sinceMs` is when the present attempt began. */
  lacking: (story: Story, sinceMs: number) => string[];
  /** Whether people must have been told of what is lacking when everything has come to rest. */
  mustTell: boolean;
  /** The next attempt, without faults: it runs to its end. People may also repeat by hand what reached too little. */
  again: (story: Story, wasLacking: boolean) => Promise<void>;
  /** After so many further attempts nothing may be lacking. */
  attempts: number;
}
