/**
 * Time, for everything that waits: executions, schedules, and whatever world the tasks act on.
 * All instants are milliseconds since the epoch, UTC.
 */
export interface Clock {
  /** The present instant, in epoch milliseconds. */
  now(): number;
  /**
   * Calls `action` once, `delayMs` from now (never before the present call has returned, or has jumped).
   * @param kind `punctual`: what goes on whether or not anybody looks; see `jump`. It must not wait for anything.
   */
  after(delayMs: number, action: () => void, kind?: TimerKind): Timer;
  /** Marks real asynchronous work (a Lambda handler, say), during which virtual time stands still. */
  busy<T>(work: Promise<T>): Promise<T>;
}

export type TimerKind = 'punctual';

export interface Timer {
  cancel(): void;
}

/** A clock that jumps to the next timer as soon as no work is running. */
export interface VirtualClock extends Clock {
  /**
   * Fires timers in order of time, and in order of insertion where times are equal, until none is left or the next
   * one lies after `untilMs`; the clock then stands at `untilMs`.
   */
  run(untilMs?: number): Promise<void>;
  /**
   * Moves time forward at once, by `milliseconds` of 0 or more. What is punctual and due in between fires at its own instant;
   * then time stands at its end, and what else was due fires late, in its order.
   */
  jump(milliseconds: number): void;
}

interface Entry {
  atMs: number;
  sequence: number;
  action: (() => void) | undefined;
  kind: TimerKind | undefined;
}

/**
 * Virtual time. After each timer the microtask queue is drained and all `busy` work awaited before the next timer
 * fires, one at a time: that order, not the host's scheduling, is what makes a seeded simulation repeat itself.
 */
export function virtualClock(startAt: number | string): VirtualClock {
  let nowMs = typeof startAt === 'string' ? Date.parse(startAt) : startAt;
  if (!Number.isFinite(nowMs)) throw new RangeError(`virtualClock: '${startAt}' is no instant`);
  let sequence = 0;
  let busyCount = 0;
  const timers = new TimerHeap();

  return {
    now: () => nowMs,
    after(delayMs, action, kind) {
      const entry: Entry = { atMs: nowMs + Math.max(0, delayMs), sequence: sequence++, action, kind };
      timers.push(entry);
      return {
        cancel: () => {
          entry.action = undefined;
        },
      };
    },
    async busy(work) {
      busyCount++;
      try {
        return await work;
      } finally {
        busyCount--;
      }
    },
    async run(untilMs = Number.POSITIVE_INFINITY) {
      await settled();
      for (let next = timers.peek(); next && next.atMs <= untilMs; next = timers.peek()) {
        timers.pop();
        if (!next.action) continue;
        nowMs = Math.max(nowMs, next.atMs);
        next.action();
        await settled();
      }
      if (Number.isFinite(untilMs)) nowMs = Math.max(nowMs, untilMs);
    },
    jump(milliseconds) {
      if (!(milliseconds >= 0)) throw new RangeError(`virtualClock: time cannot jump by ${milliseconds} ms`);
      const endMs = nowMs + milliseconds;
      const late: Entry[] = [];
      for (let next = timers.peek(); next && next.atMs <= endMs; next = timers.peek()) {
        timers.pop();
        if (next.kind !== 'punctual') late.push(next);
        else if (next.action) {
          nowMs = Math.max(nowMs, next.atMs);
          next.action();
        }
      }
      for (const entry of late) timers.push(entry);
      nowMs = endMs;
    },
  };

  async function settled(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve));
    while (busyCount > 0);
  }
}

/** Real time. A delay beyond what setTimeout takes (about 24.8 days) is waited for in parts. */
export function systemClock(): Clock {
  const longestDelayMs = 2 ** 31 - 1;
  return {
    now: () => Date.now(),
    after(delayMs, action) {
      let handle: NodeJS.Timeout;
      const wait = (remainingMs: number): void => {
        const partMs = Math.min(Math.max(0, remainingMs), longestDelayMs);
        handle = setTimeout(() => (remainingMs > partMs ? wait(remainingMs - partMs) : action()), partMs);
      };
      wait(delayMs);
      return { cancel: () => clearTimeout(handle) };
    },
    busy: (work) => work,
  };
}

/** A binary heap: a year of a hundred instances keeps tens of thousands of timers. */
class TimerHeap {
  #entries: Entry[] = [];

  peek(): Entry | undefined {
    return this.#entries[0];
  }

  push(entry: Entry): void {
    const heap = this.#entries;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || isBefore(above, entry)) break;
      heap[index] = above;
      heap[parent] = entry;
      index = parent;
    }
  }

  pop(): void {
    const heap = this.#entries;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    heap[0] = last;
    for (;;) {
      const left = 2 * index + 1;
      const [leftEntry, rightEntry] = [heap[left], heap[left + 1]];
      const child = leftEntry && rightEntry && isBefore(rightEntry, leftEntry) ? left + 1 : left;
      const smaller = heap[child];
      if (!smaller || isBefore(last, smaller)) return;
      heap[index] = smaller;
      heap[child] = last;
      index = child;
    }
  }
}

function isBefore(left: Entry, right: Entry): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.sequence < right.sequence);
}
