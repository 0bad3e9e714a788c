import { parseExecutionArn } from '../cli/simulation/executions.ts';
import { type Finding, finding } from './judge.ts';
import type { Story } from './world.ts';

/**
 * Watches a run without any fault, from now on: in it nothing may fail, and no function may ask for what its role denies. A
 * system that tries again, is refused by its own rights, and tells people of it keeps its promises, and is broken all the same.
 * @param fails the functions and state machines that are to fail in this world
 */
export function watchBlame({ account, stack }: Story, fails: readonly string[] = []): { findings: () => Finding[] } {
  const blame = new Set<string>();
  const add = (who: string, what: string): void => {
    if (!fails.includes(who)) blame.add(`Without any fault ${what}.`);
  };
  account.onCall(({ caller, operation, errorCode = '' }) => {
    if (caller !== undefined && /Unauthorized|AccessDenied/.test(errorCode)) {
      add(caller, `${caller} asks for ${operation}, which its role denies`);
    }
  });
  stack.engine.onStatusChange(({ detail: { executionArn, status } }) => {
    if (status !== 'SUCCEEDED' && status !== 'RUNNING')
      add(parseExecutionArn(executionArn).stateMachine, `${executionArn} is ${status}`);
  });
  return { findings: () => [...blame].map((what) => finding({ account }, 14, what)) };
}
