import type * as z from 'zod';
import type { Json } from '../../engine/index.ts';
import { contract as checkImage } from '../../functions/check-image/task.ts';
import { contract as checkInstance } from '../../functions/check-instance/task.ts';
import { contract as copyImage } from '../../functions/copy-image/task.ts';
import { contract as createImage } from '../../functions/create-image/task.ts';
import { contract as discardImage } from '../../functions/discard-image/task.ts';
import { contract as inspectInstance } from '../../functions/inspect-instance/task.ts';
import { contract as recordCapture } from '../../functions/record-capture/task.ts';
import { contract as releaseLease } from '../../functions/release-lease/task.ts';
import { contract as selectInstances } from '../../functions/select-instances/task.ts';
import { contract as shareImage } from '../../functions/share-image/task.ts';
import { contract as startInstance } from '../../functions/start-instance/task.ts';
import { contract as stopInstance } from '../../functions/stop-instance/task.ts';
import { contract as summariseRun } from '../../functions/summarise-run/task.ts';
import type { Contract } from '../../shared/domain/contract.ts';

/** The contract behind every Task state; two states may call one function. */
const contracts = {
  SelectInstances: selectInstances,
  InspectInstance: inspectInstance,
  StopInstance: stopInstance,
  CheckInstanceStopped: checkInstance,
  CreateImage: createImage,
  CheckImage: checkImage,
  DiscardImage: discardImage,
  StartInstance: startInstance,
  CheckInstanceRunning: checkInstance,
  ReleaseLease: releaseLease,
  CopyImage: copyImage,
  CheckImageCopied: checkImage,
  DiscardImageCopied: discardImage,
  ShareImage: shareImage,
  RecordCapture: recordCapture,
  SummariseRun: summariseRun,
};

/** The folder under functions/ of every Task state. */
export const functionOf: Readonly<Record<TaskState, string>> = {
  SelectInstances: 'select-instances',
  InspectInstance: 'inspect-instance',
  StopInstance: 'stop-instance',
  CheckInstanceStopped: 'check-instance',
  CreateImage: 'create-image',
  CheckImage: 'check-image',
  DiscardImage: 'discard-image',
  StartInstance: 'start-instance',
  CheckInstanceRunning: 'check-instance',
  ReleaseLease: 'release-lease',
  CopyImage: 'copy-image',
  CheckImageCopied: 'check-image',
  DiscardImageCopied: 'discard-image',
  ShareImage: 'share-image',
  RecordCapture: 'record-capture',
  SummariseRun: 'summarise-run',
};

export type TaskState = keyof typeof contracts;
type Inputs = { [State in TaskState]: z.output<(typeof contracts)[State]['input']> };
type Outputs = { [State in TaskState]: z.output<(typeof contracts)[State]['output']> };
export type Input<State extends TaskState> = Inputs[State];
export type Output<State extends TaskState> = Outputs[State];

export const contractOf: { readonly [State in TaskState]: Contract<Inputs[State], Outputs[State]> } = contracts;

export function isTaskState(name: string): name is TaskState {
  return Object.hasOwn(contracts, name);
}

/** What may come of a call instead of an answer. */
export type Mishap =
  | { readonly mishap: 'fails'; readonly error: string; readonly cause: string }
  | { readonly mishap: 'hangs' }
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

export function breaks(answer: Json): Mishap {
  return { mishap: 'breaks', answer };
}

export function isMishap(answer: object): answer is Mishap {
  return 'mishap' in answer;
}
