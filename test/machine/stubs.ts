import * as z from 'zod';
import { type FunctionOutcome, functionFailure, type Json } from '../../engine/index.ts';
import { asTask } from '../../shared/runtime/as-task.ts';
import { usualAnswers } from './answers.ts';
import { type Call, isMishap, type Mishap, type Output, type Stubs, type TaskState, taskOf } from './tasks.ts';
import type { World } from './world.ts';

/** Longer than any task's timeout. */
const hangMs = 24 * 3_600_000;

export interface Stage {
  readonly stubs: Stubs;
  readonly world: World;
  /** Whether the machine itself was started with what nobody understands: then a refusal is no fault of its own. */
  readonly isInputWrong: boolean;
  readonly stop: (executionArn: string) => void;
  /** What the machine hands over, or a stub answers, and the real contract does not allow. */
  readonly breach: (sentence: string) => void;
}

/** What comes of a call: the answer of its stub, or of the happy path, held against the real contract. */
export async function outcomeOf<State extends TaskState>(
  state: State,
  call: Call,
  { stubs, world, isInputWrong, stop, breach }: Stage,
): Promise<FunctionOutcome> {
  const { contract } = taskOf[state];
  const input = contract.input.safeParse(call.payload);
  if (!input.success) {
    if (!isInputWrong) breach(`${state} is handed what its contract refuses: ${z.prettifyError(input.error)}`);
    return refused(state, call.payload);
  }
  const stub = stubs[state];
  const given = typeof stub === 'function' ? stub(input.data, call) : stub?.[call.number - 1];
  const answer: Output<State> | Mishap = given ?? (await usualAnswers[state](input.data, world, call));
  if (isMishap(answer)) {
    if (answer.mishap === 'stops') stop(call.executionArn);
    if (answer.mishap === 'stops' || answer.mishap === 'hangs') return { durationMs: hangMs, payload: null };
    if (answer.mishap === 'breaks') return { durationMs: 0, payload: answer.answer };
    return { durationMs: 0, error: answer.error, cause: answer.cause };
  }
  const output = contract.output.safeParse(answer);
  if (!output.success) breach(`The stub of ${state} breaks the contract: ${z.prettifyError(output.error)}`);
  const payload: Json = JSON.parse(JSON.stringify(answer));
  return { durationMs: 0, payload };
}

/** In the words of the edge that ships, as they are what people read. */
async function refused(state: TaskState, payload: Json): Promise<FunctionOutcome> {
  const edge = asTask<unknown, unknown>(taskOf[state].contract, async () => null);
  return Reflect.apply(edge, undefined, [payload, {}]).then(
    () => ({ durationMs: 0, error: 'NotRefused', cause: state }),
    (error: unknown) => functionFailure(error),
  );
}
