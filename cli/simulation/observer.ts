import type { StatusChangeEvent } from '../../engine/index.ts';
import type { Account } from '../../simulator/account.ts';
import { type Capture, captureOf, policiesOf } from './captures.ts';
import { type Downtime, watchDowntimes } from './downtimes.ts';
import { type Lives, watchLives } from './lives.ts';
import { type RescuedInstance, rescuedOf } from './rescues.ts';
import { countsOf, itemOutcome, planOf, policyOf, type Retirement } from './retirements.ts';
import { readRunFiles } from './run-files.ts';
import type { Stack } from './stack.ts';

/** One execution, whatever it was of. */
interface Ended {
  executionArn: string;
  startedAtMs: number;
  status: string;
  error: string;
  cause: string;
}

/** One execution of capture-images. */
export interface Run extends Ended {
  /** The policies that it was started for. */
  policies: string[];
  captures: Capture[];
}

/** One execution of rescue-instances; of the looks that found nothing, only those that failed. */
export interface Rescue extends Ended {
  instances: RescuedInstance[];
}

/** One execution of archive-image or restore-image that did not succeed. */
export interface FailedTransfer extends Ended {
  machine: 'archive-image' | 'restore-image';
  /** Started by a run of retire-images, which tells of the failure itself. */
  isNested: boolean;
}

export interface Observer {
  readonly runs: readonly Run[];
  readonly retirements: readonly Retirement[];
  readonly failedTransfers: readonly FailedTransfer[];
  readonly rescues: readonly Rescue[];
  /** By instance, in order of time. */
  readonly downtimes: ReadonlyMap<string, readonly Downtime[]>;
  /** The lives of all images, where they are followed. */
  readonly lives: Lives | undefined;
}

export interface ObserverOptions {
  /** Keep in mind what became of every image: a few kilobytes for each. */
  followImages?: boolean;
  /** Take plans away once they are read: a year of them would be gigabytes. */
  clearPlans?: boolean;
}

/** Watches a stack from outside, as its owner would: executions as they end, instances as they stop and run. */
export function observe(account: Account, { engine, workBucket }: Stack, options: ObserverOptions = {}): Observer {
  const { followImages = false, clearPlans = false } = options;
  const runs: Run[] = [];
  const retirements: Retirement[] = [];
  const failedTransfers: FailedTransfer[] = [];
  const rescues: Rescue[] = [];
  const lives = followImages ? watchLives(account) : undefined;

  engine.onStatusChange(({ detail }) => {
    if (detail.status === 'RUNNING') return;
    const machine = machineOf(detail.executionArn);
    if (machine === 'capture-images') {
      const { results } = readRunFiles(workBucket, detail.name, true);
      const hasImage = availableImages(account);
      const captures = results.map((result) => captureOf(result, hasImage));
      runs.push({ ...endedOf(detail), policies: policiesOf(detail.input), captures });
    } else if (machine === 'retire-images') {
      const files = readRunFiles(workBucket, detail.name, clearPlans);
      const plan = planOf(files);
      const items = files.results.map(itemOutcome);
      retirements.push({ ...endedOf(detail), policy: policyOf(detail.input), ...countsOf(plan, items) });
      if (plan) lives?.planned(plan);
      for (const item of items) lives?.acted(item);
    } else if (machine === 'rescue-instances') {
      const instances = readRunFiles(workBucket, detail.name, clearPlans).results.map(rescuedOf);
      if (instances.length > 0 || detail.status !== 'SUCCEEDED') rescues.push({ ...endedOf(detail), instances });
    } else if (machine === 'archive-image' || machine === 'restore-image') {
      if (detail.status !== 'SUCCEEDED') {
        const isNested = detail.input?.includes('AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID') ?? false;
        failedTransfers.push({ ...endedOf(detail), machine, isNested });
      }
      lives?.transferred(machine, detail);
    }
  });
  return { runs, retirements, failedTransfers, rescues, downtimes: watchDowntimes(account), lives };
}

/** Whether an image of a name is available at home; they are listed at the first question, which most runs never ask. */
function availableImages(account: Account): (name: string) => boolean {
  let names: Set<string> | undefined;
  return (name) => {
    const { images } = account.region(account.homeRegion);
    names ??= new Set(
      [...images.values()].map(({ description: { State, Name } }) => (State === 'available' && Name) || ''),
    );
    return names.has(name);
  };
}

function endedOf(detail: StatusChangeEvent['detail']): Ended {
  const { executionArn, startDate, status, error, cause } = detail;
  return { executionArn, startedAtMs: startDate, status, error: error ?? '', cause: cause ?? '' };
}

/** The machine's name in an execution's ARN; the children of a distributed Map carry its label beside it. */
function machineOf(executionArn: string): string {
  return executionArn.split(':')[6] ?? '';
}
