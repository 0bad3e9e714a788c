import type { LoadNote } from '../contents.ts';

/** Resources of the folder that the account will not hold, for one reason. */
export interface LeftOut {
  /** The kind of resource: `instance`, `volume`, `image`, … */
  what: string;
  reason: string;
  count: number;
  /** The first few: their IDs, or their place in the JSON where they have none. */
  examples: string[];
  /** What would bring them in, where anything does. */
  mend?: string;
}

const exampleCount = 3;

/** Counts what is left out and what is noted, so that nothing is lost in silence. */
export interface Tally {
  leaveOut(what: string, example: string, reason: string, mend?: string): void;
  note(note: string, example?: string): void;
  leftOut(): LeftOut[];
  notes(): LoadNote[];
}

export function createTally(): Tally {
  const leftOut = new Map<string, LeftOut>();
  const notes = new Map<string, LoadNote>();
  return {
    leaveOut(what, example, reason, mend) {
      const key = `${what}\n${reason}`;
      const entry = leftOut.get(key) ?? {
        what,
        reason,
        count: 0,
        examples: [],
        ...(mend === undefined ? {} : { mend }),
      };
      leftOut.set(key, entry);
      count(entry, example);
    },
    note(note, example) {
      const entry = notes.get(note) ?? { note, count: 0, examples: [] };
      notes.set(note, entry);
      count(entry, example);
    },
    leftOut: () => [...leftOut.values()],
    notes: () => [...notes.values()],
  };
}

function count(entry: { count: number; examples: string[] }, example: string | undefined): void {
  entry.count++;
  if (example !== undefined && entry.examples.length < exampleCount) entry.examples.push(example);
}
