import type { RandomStream } from './random.ts';

/**
 * What a person may do to each instance that carries a lease, just before `function` is invoked; it has an occasion only where
 * there is one. `owner-starts-and-stops`: stops it again 40 s later. `owner-restarts`: what is about to be stopped, and carries no
 * lease yet, in the seconds that the invocation is on its way.
 */
export const deedNames = [
  'lease-removed',
  'owner-starts',
  'owner-stops',
  'owner-starts-and-stops',
  'owner-restarts',
] as const;
export type DeedName = (typeof deedNames)[number];

export type FaultName =
  /** For the harness. */
  | DeedName
  /** The API's rate limit answers, before anything happens. */
  | 'throttled'
  /** 503 and 500, before anything happens. */
  | 'unavailable'
  | 'internal-error'
  /** No answer, and nothing happened. */
  | 'timed-out'
  /** No answer, but it happened. */
  | 'reply-lost'
  /** A read shows what was up to `seconds` (default 30) ago; it has an occasion only where that is another answer. */
  | 'stale-read'
  | 'access-denied'
  | 'image-fails'
  | 'copy-fails'
  /** DeregisterImage answers `internal-error` for a snapshot, which stays. */
  | 'snapshot-deletion-fails'
  /** The task or image fails when `atShare` (default 0.6) of its time is over. */
  | 'store-fails'
  | 'restore-fails'
  /** The restored image has the platform details and usage operation of plain Linux. */
  | 'restore-loses-billing'
  /** A usage report ends as `error`. */
  | 'usage-report-fails'
  | 'capacity-gone'
  /** StartInstances answers 200, then the instance is `stopped` again. */
  | 'start-falls-back'
  /** The instance stays `stopping` for `seconds` (default 3 hours). */
  | 'stop-hangs'
  /** The status checks of a started instance stay `impaired` for `seconds` (default for ever). */
  | 'status-checks-fail'
  /** The invocation dies in the middle: its call takes no effect any more, or just did; of neither it hears. */
  | 'killed-before-call'
  | 'killed-after-call'
  /** For the harness: the invocation of `function` dies before or after its work. */
  | 'killed-before'
  | 'killed-after'
  /** For the harness: Lambda does not invoke `function`, as too many are at work. */
  | 'function-throttled'
  /** For the harness: Step Functions cannot read a Map's items, or write its results, for the state machine `function`. */
  | 'items-unreadable'
  | 'results-unwritable'
  /** For the harness: the invocation dies after its work, as Lambda names it where memory ran out. */
  | 'out-of-memory'
  /** For the harness: what the function answers is more than Step Functions takes, or more than Lambda hands on. */
  | 'answer-too-large'
  | 'response-too-large'
  /** For the harness: the execution that called `function` is stopped by hand, or lost with its history, after that call. */
  | 'execution-aborted'
  | 'execution-lost'
  /** The same of all runs of its state machine, whichever of their children called. */
  | 'runs-aborted'
  /** For the harness: time moves on by `seconds` (default 6 hours) before anybody hears what `function` answered. */
  | 'task-times-out'
  /** The same as soon as it was heard, in the midst of whatever is waited for then. */
  | 'clock-jumps'
  /**
   * An event is never delivered, twice, or `seconds` (default an hour) later; `operation` is then its detail type. The same of
   * what a schedule fires, whose `operation` is `Scheduled` and what it starts.
   */
  | 'lost-event'
  | 'duplicate-event'
  | 'late-event';

/** All conditions given must hold. Without `nth` and `probability` the fault strikes every time. */
export interface Fault {
  fault: FaultName;
  /** For example 'CreateImage'. */
  operation?: string;
  service?: string;
  region?: string;
  /** Only calls of this function, for example 'create-image'. */
  function?: string;
  /** Only calls that name this resource. */
  resource?: string;
  /** Only the nth time (from 1) that all the other conditions hold. */
  nth?: number;
  /** With `nth`: also the times after it, so many in all (default 1). */
  times?: number;
  /** From 0 to 1. */
  probability?: number;
  /** From the first instant (included) to the second (excluded), in epoch milliseconds. */
  between?: readonly [fromMs: number, untilMs: number];
  seconds?: number;
  /** From 0 to 1. */
  atShare?: number;
  message?: string;
}

/** What a fault may be matched with. */
export interface FaultOccasion {
  service?: string;
  operation?: string;
  region?: string;
  function?: string | undefined;
  resources?: readonly string[];
  /** Where an event is to be delivered: all of it, as a rule's pattern would look at it. */
  event?: object;
  atMs: number;
}

type OccasionListener = (name: FaultName, occasion: FaultOccasion, struck: Fault | undefined) => void;
type StrikeListener = (fault: Fault, occasion: FaultOccasion) => void;

export interface Faults {
  /** Adds a fault, also in mid-run; the function that is returned takes it away again. */
  add(fault: Fault): () => void;
  clear(): void;
  /** The first fault of that name that strikes now. Asking counts as an occasion for `nth` and `probability`. */
  strikes(name: FaultName, occasion: FaultOccasion): Fault | undefined;
  /** Whether anybody would hear of such an occasion, and the faults that it could be one for. Counts as none. */
  couldStrike(name: FaultName, occasion: FaultOccasion): { isHeard: boolean; faults: Fault[] };
  /** Hears of every fault that strikes. */
  onStrike(listener: StrikeListener): void;
  /** Hears of every occasion for a fault, with the fault that strikes, if one does. Returns what ends the hearing. */
  onOccasion(listener: OccasionListener): () => void;
}

export function faultPlan(initial: readonly Fault[], random: RandomStream): Faults {
  const byName = new Map<FaultName, { fault: Fault; occasions: number }[]>();
  const listeners = new Set<OccasionListener>();
  const strikeListeners = new Set<StrikeListener>();
  const add = (fault: Fault): (() => void) => {
    const entry = { fault, occasions: 0 };
    const entries = byName.get(fault.fault);
    if (entries) entries.push(entry);
    else byName.set(fault.fault, [entry]);
    return () => {
      const present = byName.get(fault.fault) ?? [];
      const position = present.indexOf(entry);
      if (position >= 0) present.splice(position, 1);
    };
  };
  for (const fault of initial) add(fault);

  return {
    add,
    clear: () => byName.clear(),
    couldStrike: (name, occasion) => ({
      isHeard: listeners.size > 0,
      faults: (byName.get(name) ?? []).map(({ fault }) => fault).filter((fault) => matches(fault, occasion)),
    }),
    onStrike: (listener) => void strikeListeners.add(listener),
    onOccasion(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    strikes(name, occasion) {
      let struck: Fault | undefined;
      for (const entry of byName.get(name) ?? []) {
        if (!matches(entry.fault, occasion)) continue;
        entry.occasions++;
        if (!isItsTurn(entry.fault, entry.occasions)) continue;
        if (entry.fault.probability !== undefined && !random.chance(entry.fault.probability)) continue;
        struck ??= entry.fault;
      }
      for (const listener of listeners) listener(name, occasion, struck);
      if (struck) for (const listener of strikeListeners) listener(struck, occasion);
      return struck;
    },
  };
}

function isItsTurn({ nth, times = 1 }: Fault, occasions: number): boolean {
  return nth === undefined || (occasions >= nth && occasions < nth + times);
}

function matches(fault: Fault, occasion: FaultOccasion): boolean {
  if (fault.operation !== undefined && fault.operation !== occasion.operation) return false;
  if (fault.service !== undefined && fault.service !== occasion.service) return false;
  if (fault.region !== undefined && fault.region !== occasion.region) return false;
  if (fault.function !== undefined && fault.function !== occasion.function) return false;
  if (fault.resource !== undefined && !occasion.resources?.includes(fault.resource)) return false;
  if (fault.between && (occasion.atMs < fault.between[0] || occasion.atMs >= fault.between[1])) return false;
  return true;
}
