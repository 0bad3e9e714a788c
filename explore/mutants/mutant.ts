/** A part of a file that is replaced; `from` must stand in it exactly once. */
export interface Edit {
  file: string;
  from: string;
  to: string;
}

/**
 * Where the system is tried: the name of a trial world or of one that is explored, and faults as `placements.ts` writes
 * them; or one that is judged as random ones are, such as `random world 2 of 20 days`, which is its seed and how long it lives.
 */
export interface Circumstances {
  world: string;
  placement?: string;
}

/** The system with a mistake in it that one invariant must catch, and no other. */
export interface Mutant extends Circumstances {
  invariant: number;
  /** What it does wrong, as a sentence. */
  name: string;
  edits: readonly Edit[];
}
