import type { Tally } from './tally.ts';

/** What decides whether a resource becomes part of an account. */
export interface Admission<Entry> {
  idOf: (entry: Entry) => string | undefined;
  /** How to speak of an entry without an ID; by default its number in the list. */
  nameOf?: (entry: Entry) => string;
  /** The Region that it is in, undefined if it cannot be told; absent for what does not say where it is. */
  placeOf?: (entry: Entry) => string | undefined;
  /** Why it is left out, whatever its Region. */
  reasonAgainst?: (entry: Entry) => string | undefined;
}

/** The Region to be simulated, and those that could be instead. */
export interface RegionChoice {
  region: string;
  others: readonly string[];
}

/** The entries that belong to the chosen Region, each ID once; every other is told to `tally`. */
export function admit<Entry>(
  what: string,
  entries: readonly Entry[],
  { idOf, nameOf, placeOf, reasonAgainst }: Admission<Entry>,
  { region, others }: RegionChoice,
  tally: Tally,
): Entry[] {
  const seen = new Set<string>();
  return entries.filter((entry, index) => {
    const id = idOf(entry);
    const refuse = (reason: string, mend?: string): boolean => {
      tally.leaveOut(what, id || (nameOf?.(entry) ?? `number ${index + 1}`), reason, mend);
      return false;
    };
    if (!id) return refuse('without an ID');
    if (seen.has(id)) return refuse('listed more than once; the first is taken');
    seen.add(id);
    const reason = reasonAgainst?.(entry);
    if (reason) return refuse(reason);
    const place = placeOf ? placeOf(entry) : region;
    if (place === undefined) return refuse('without an Availability Zone that is known');
    return (
      place === region ||
      refuse(`in ${place}`, others.includes(place) ? `simulate it with --region ${place}` : undefined)
    );
  });
}
