import type { Beginning, Story } from '../world.ts';

/** A small world in which nothing that must never happen does, unless the system is broken. */
export interface TrialWorld {
  name: string;
  /** One sentence. */
  tells: string;
  beginning: Beginning;
  prepare?: (story: Story) => Promise<void> | void;
  /** How long it is watched. Whatever was set off must be at rest by then. */
  hours: number;
  /** What must have come about by then and has not (invariant 14): a sentence each. */
  lacking: (story: Story) => string[];
}
