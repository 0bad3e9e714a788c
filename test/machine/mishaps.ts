import { fails, hangs, type Mishap, type TaskState, taskOf } from './tasks.ts';

/** Beside those of the contract: our bug, input that does not fit, a function that was killed, one that hangs. */
const otherErrors = ['TypeError', 'InputInvalid', 'Runtime.ExitError', 'States.Timeout'];

/** Whatever the function of a state may end in. */
export function errorsOf(state: TaskState): string[] {
  return [...taskOf[state].contract.errors, ...otherErrors];
}

export function mishapCalled(error: string): Mishap {
  return error === 'States.Timeout' ? hangs : fails(error);
}
