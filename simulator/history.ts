/** One line of what happened: a call and its outcome, or an event. */
export interface HistoryEntry {
  atMs: number;
  what: string;
  region: string;
  /** Who called; 'user' for direct actions, 'event' for events. */
  by: string;
  resources: readonly string[];
  outcome: string;
}

export interface CallCounts {
  /** By `service:Operation`, every attempt counted. */
  readonly byOperation: Readonly<Record<string, number>>;
  /** By function name, then by `service:Operation`. */
  readonly byCaller: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly total: number;
}

export interface History {
  readonly counts: CallCounts;
  add(entry: HistoryEntry): void;
  count(operation: string, caller: string | undefined): void;
  /** The last entries, oldest first, one line each. */
  recent: () => string[];
}

const entriesKept = 20;

export function emptyHistory(): History {
  const entries: HistoryEntry[] = [];
  const byOperation: Record<string, number> = {};
  const byCaller: Record<string, Record<string, number>> = {};
  let total = 0;
  return {
    counts: {
      byOperation,
      byCaller,
      get total() {
        return total;
      },
    },
    add(entry) {
      entries.push(entry);
      if (entries.length > entriesKept) entries.shift();
    },
    count(operation, caller) {
      total++;
      byOperation[operation] = (byOperation[operation] ?? 0) + 1;
      if (caller === undefined) return;
      byCaller[caller] ??= {};
      const counts = byCaller[caller];
      counts[operation] = (counts[operation] ?? 0) + 1;
    },
    recent: () =>
      entries.map(({ atMs, what, region, by, resources, outcome }) =>
        `${new Date(atMs).toISOString()} ${region} ${by} ${what} ${resources.join(' ')} ${outcome}`.trimEnd(),
      ),
  };
}
