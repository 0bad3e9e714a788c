import type * as z from 'zod';
import type { Json } from '../../engine/index.ts';
import { contract as applyArchiveRecord } from '../../functions/apply-archive-record/task.ts';
import { contract as checkImage } from '../../functions/check-image/task.ts';
import { contract as checkInstance } from '../../functions/check-instance/task.ts';
import { contract as checkStore } from '../../functions/check-store/task.ts';
import { contract as claimInstance } from '../../functions/claim-instance/task.ts';
import { contract as copyImage } from '../../functions/copy-image/task.ts';
import { contract as createImage } from '../../functions/create-image/task.ts';
import { contract as deleteSnapshots } from '../../functions/delete-snapshots/task.ts';
import { contract as discardImage } from '../../functions/discard-image/task.ts';
import { contract as discardRestore } from '../../functions/discard-restore/task.ts';
import { contract as findStranded } from '../../functions/find-stranded/task.ts';
import { contract as inspectInstance } from '../../functions/inspect-instance/task.ts';
import { contract as planRetirement } from '../../functions/plan-retirement/task.ts';
import { contract as recordArchive } from '../../functions/record-archive/task.ts';
import { contract as recordCapture } from '../../functions/record-capture/task.ts';
import { contract as releaseLease } from '../../functions/release-lease/task.ts';
import { contract as restoreImage } from '../../functions/restore-image/task.ts';
import { contract as retireImage } from '../../functions/retire-image/task.ts';
import { contract as selectInstances } from '../../functions/select-instances/task.ts';
import { contract as setStorageClass } from '../../functions/set-storage-class/task.ts';
import { contract as shareImage } from '../../functions/share-image/task.ts';
import { contract as startInstance } from '../../functions/start-instance/task.ts';
import { contract as stopInstance } from '../../functions/stop-instance/task.ts';
import { contract as storeImage } from '../../functions/store-image/task.ts';
import { contract as summariseRescue } from '../../functions/summarise-rescue/task.ts';
import { contract as summariseRetirement } from '../../functions/summarise-retirement/task.ts';
import { contract as summariseRun } from '../../functions/summarise-run/task.ts';
import { contract as wakeArchive } from '../../functions/wake-archive/task.ts';
import type { Contract } from '../../shared/domain/contract.ts';

/**
 * The function behind every state that calls one: its folder under functions/, and its contract. States of one name call
 * one function in whichever machine; two states of a machine may call the same.
 */
const tasks = {
  SelectInstances: { folder: 'select-instances', contract: selectInstances },
  InspectInstance: { folder: 'inspect-instance', contract: inspectInstance },
  StopInstance: { folder: 'stop-instance', contract: stopInstance },
  CheckInstanceStopped: { folder: 'check-instance', contract: checkInstance },
  CreateImage: { folder: 'create-image', contract: createImage },
  CheckImage: { folder: 'check-image', contract: checkImage },
  DiscardImage: { folder: 'discard-image', contract: discardImage },
  StartInstance: { folder: 'start-instance', contract: startInstance },
  CheckInstanceRunning: { folder: 'check-instance', contract: checkInstance },
  ReleaseLease: { folder: 'release-lease', contract: releaseLease },
  CopyImage: { folder: 'copy-image', contract: copyImage },
  CheckImageCopied: { folder: 'check-image', contract: checkImage },
  DiscardImageCopied: { folder: 'discard-image', contract: discardImage },
  ShareImage: { folder: 'share-image', contract: shareImage },
  RecordCapture: { folder: 'record-capture', contract: recordCapture },
  SummariseRun: { folder: 'summarise-run', contract: summariseRun },
  PlanRetirement: { folder: 'plan-retirement', contract: planRetirement },
  RetireImage: { folder: 'retire-image', contract: retireImage },
  DeleteSnapshots: { folder: 'delete-snapshots', contract: deleteSnapshots },
  SummariseRetirement: { folder: 'summarise-retirement', contract: summariseRetirement },
  StoreImage: { folder: 'store-image', contract: storeImage },
  CheckStore: { folder: 'check-store', contract: checkStore },
  SetStorageClass: { folder: 'set-storage-class', contract: setStorageClass },
  RecordArchive: { folder: 'record-archive', contract: recordArchive },
  WakeArchive: { folder: 'wake-archive', contract: wakeArchive },
  RestoreImage: { folder: 'restore-image', contract: restoreImage },
  DiscardRestore: { folder: 'discard-restore', contract: discardRestore },
  FindStranded: { folder: 'find-stranded', contract: findStranded },
  ClaimInstance: { folder: 'claim-instance', contract: claimInstance },
  SummariseRescue: { folder: 'summarise-rescue', contract: summariseRescue },
  ApplyArchiveRecord: { folder: 'apply-archive-record', contract: applyArchiveRecord },
};

export type TaskState = keyof typeof tasks;
type Inputs = { [State in TaskState]: z.output<(typeof tasks)[State]['contract']['input']> };
type Outputs = { [State in TaskState]: z.output<(typeof tasks)[State]['contract']['output']> };
export type Input<State extends TaskState> = Inputs[State];
export type Output<State extends TaskState> = Outputs[State];

export const taskOf: {
  readonly [State in TaskState]: {
    readonly folder: string;
    readonly contract: Contract<Inputs[State], Outputs[State]>;
  };
} = tasks;

export function isTaskState(name: string): name is TaskState {
  return Object.hasOwn(tasks, name);
}

/** What may come of a call instead of an answer. */
export type Mishap =
  | { readonly mishap: 'fails'; readonly error: string; readonly cause: string }
  | { readonly mishap: 'hangs' }
  /** Somebody stops the execution meanwhile. */
  | { readonly mishap: 'stops' }
  /** An answer that no contract allows, as a function of another version would give. */
  | { readonly mishap: 'breaks'; readonly answer: Json };

export interface Call {
  readonly state: TaskState;
  readonly payload: Json;
  /** Counts the calls that this execution made in this state, from 1. */
  readonly number: number;
  /** Since the run began. */
  readonly atSeconds: number;
  readonly executionArn: string;
}

type Answer<State extends TaskState> = Output<State> | Mishap;

/** Answers in their order, or a rule; where either has none left, the answer of the happy path follows. */
export type Stub<State extends TaskState> =
  | readonly Answer<State>[]
  | ((input: Input<State>, call: Call) => Answer<State> | undefined);

export type Stubs = { readonly [State in TaskState]?: Stub<State> };

/** A failure as Lambda hands it to Step Functions. */
export function fails(error: string, message = `${error} in a test`): Mishap {
  return { mishap: 'fails', error, cause: JSON.stringify({ errorType: error, errorMessage: message, trace: [] }) };
}

export const hangs: Mishap = { mishap: 'hangs' };

export const stops: Mishap = { mishap: 'stops' };

export function breaks(answer: Json): Mishap {
  return { mishap: 'breaks', answer };
}

export function isMishap(answer: object): answer is Mishap {
  return 'mishap' in answer;
}
