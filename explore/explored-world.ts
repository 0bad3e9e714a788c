import type { Beginning, Story } from './world.ts';

/** A small world whose faults are explored: what happens in it, and what must have come of it in the end. */
export interface ExploredWorld {
  name: string;
  /** The state machine that it is about. */
  workflow: string;
  /** One sentence. */
  tells: string;
  beginning: Beginning;
  /** What happened before, without faults. */
  prepare?: (story: Story) => Promise<void> | void;
  /** Sets off what is explored; faults may strike from here on, until everything has come to rest. */
  begin: (story: Story) => Promise<void> | void;
  /** Functions and state machines that are to fail in it, or to be denied something, though no fault strikes. */
  fails?: readonly string[];
  /** How long faults may strike at least, in hours: by default until everything rests. */
  lastsHours?: number;
  /** What its workflow is for, and is not reached: a sentence each. `sinceMs` is when the present attempt began. */
  lacking: (story: Story, sinceMs: number) => string[];
  /** Whether people must have been told of what is lacking when everything has come to rest. */
  mustTell: boolean;
  /** No time is promised for what it does, so nobody tells of what only makes it late. */
  mayBeLate?: true;
  /**
   * The next attempt, without faults: it runs to its end. People may also repeat by hand what reached too little; what that
   * promises and does not do comes back, a sentence each.
   */
  again: (story: Story, wasLacking: boolean) => Promise<readonly string[]>;
  /** After so many further attempts nothing may be lacking. With none everything must be there as soon as all rests. */
  attempts: number;
}
