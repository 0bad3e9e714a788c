/**
 * Which resources carry a value: `name=…`, `tag:k=…`. It spares a listing with filters the walk through all resources;
 * the filters still decide, the index only proposes.
 */
export interface LookupIndex {
  add(id: string, terms: Iterable<string>): void;
  remove(id: string, terms: Iterable<string>): void;
  /** The identifiers under a term, in the order of their addition. */
  under(term: string): ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

export function lookupIndex(): LookupIndex {
  const byTerm = new Map<string, Set<string>>();
  return {
    add(id, terms) {
      for (const term of terms) {
        const ids = byTerm.get(term);
        if (ids) ids.add(id);
        else byTerm.set(term, new Set([id]));
      }
    },
    remove(id, terms) {
      for (const term of terms) {
        const ids = byTerm.get(term);
        ids?.delete(id);
        if (ids?.size === 0) byTerm.delete(term);
      }
    },
    under: (term) => byTerm.get(term) ?? none,
  };
}
