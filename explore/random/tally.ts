import { parseExecutionArn } from '../../cli/simulation/executions.ts';
import type { Stack } from '../../cli/simulation/stack.ts';
import type { Account } from '../../simulator/account.ts';
import { servers } from './server-deeds.ts';

/** How often something happened, by its name. */
export type Counts = Readonly<Record<string, number>>;

/** What went on in one world, or in many together. */
export interface Figures {
  /** By the words of the report: what the system did, and how large the world became. */
  doings: Counts;
  /** Spans of time in which a fault might strike, and how often it did, by its name. */
  windows: Counts;
  strikes: Counts;
  /** What people set about, and what of it was refused to them or had nothing to act on. */
  deeds: Counts;
  refusals: Counts;
}

export const noFigures: Figures = { doings: {}, windows: {}, strikes: {}, deeds: {}, refusals: {} };

export interface Tally {
  window(fault: string): void;
  deed(name: string, isRefused?: boolean): void;
  /** Notes how large the world is now. */
  look(): void;
  figures(): Figures;
}

/** What a call of the system is counted as, where it was accepted: by its operation, and where it matters by whose it is. */
const doingOf: Readonly<Record<string, string>> = {
  StopInstances: 'Instances stopped',
  StartInstances: 'Instances started',
  CreateImage: 'Images captured',
  CopyImage: 'Images copied',
  CreateStoreImageTask: 'Images archived',
  CreateRestoreImageTask: 'Images restored',
  EnableImageDeprecation: 'Images deprecated',
  DisableImage: 'Images disabled',
  EnableImage: 'Images enabled again',
  CreateImageUsageReport: 'Usage reports asked for',
  DeleteSnapshot: 'Snapshots deleted by themselves',
  Publish: 'Messages to people',
  'retire-image DeregisterImage': 'Images retired for good',
  'discard-image DeregisterImage': 'Images discarded',
  'discard-restore DeregisterImage': 'Images discarded',
};

/** What is measured once a day, and of several worlds the largest of which counts, not the sum. */
export const sizes: readonly string[] = ['Servers at once', 'Images at once', 'Snapshots at once'];

/** Counts from now on what goes on in a world. */
export function keepTally(account: Account, { engine }: Pick<Stack, 'engine'>): Tally {
  const doings = counter();
  const [windows, strikes, deeds, refusals] = [counter(), counter(), counter(), counter()];
  account.faults.onStrike(({ fault }) => strikes.add(fault));
  account.onCall(({ operation, caller, errorCode }) => {
    if (caller === undefined) return;
    doings.add('Calls of AWS');
    if (errorCode !== undefined) return;
    const doing = doingOf[`${caller} ${operation}`] ?? doingOf[operation];
    if (doing !== undefined) doings.add(doing);
  });
  engine.onStatusChange(({ detail: { executionArn, status } }) => {
    // A child of a Map is a part of its run.
    if (parseExecutionArn(executionArn).isChild) return;
    if (status === 'RUNNING') doings.add('Runs');
    else if (status !== 'SUCCEEDED') doings.add('Runs that failed or were aborted');
  });
  return {
    window: (fault) => windows.add(fault),
    deed(name, isRefused = false) {
      deeds.add(name);
      if (isRefused) refusals.add(name);
    },
    look() {
      const regions = account.regions();
      const sum = (of: (region: (typeof regions)[number]) => number): number =>
        regions.reduce((total, region) => total + of(region), 0);
      doings.reach('Servers at once', servers(account).length);
      doings.reach(
        'Images at once',
        sum(({ images }) => images.size),
      );
      doings.reach(
        'Snapshots at once',
        sum(({ snapshots }) => snapshots.size),
      );
    },
    figures: () => ({
      doings: doings.counts(),
      windows: windows.counts(),
      strikes: strikes.counts(),
      deeds: deeds.counts(),
      refusals: refusals.counts(),
    }),
  };
}

interface Counter {
  add(name: string): void;
  /** Keeps the largest number so far. */
  reach(name: string, size: number): void;
  counts(): Counts;
}

function counter(): Counter {
  const counts = new Map<string, number>();
  return {
    add: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1),
    reach: (name, size) => void counts.set(name, Math.max(size, counts.get(name) ?? 0)),
    counts: () => Object.fromEntries(counts),
  };
}
