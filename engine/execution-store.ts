import type { Clock } from './clock.ts';
import { RequestRefused } from './errors.ts';
import type { Execution } from './execution.ts';

/** All executions that can still be described. */
export interface ExecutionStore {
  add(execution: Execution): void;
  find(arn: string): Execution | undefined;
  /** Throws ExecutionDoesNotExist. */
  get(arn: string): Execution;
  newestFirst(): readonly Execution[];
  /** Notes that an execution has ended: it is forgotten when its time is over. */
  closed(execution: Execution): void;
  /** Knows no more of it from now on. */
  remove(execution: Execution): void;
  runningTransitions(): number;
}

export function createExecutionStore(clock: Clock, keepMs: number): ExecutionStore {
  const executions = new Map<string, Execution>();
  /** In the order of their ends, which is the order in which they are forgotten. */
  const closed = new Set<Execution>();
  const forgetOld = (): void => {
    const beforeMs = clock.now() - keepMs;
    for (const execution of closed) {
      if ((execution.stopMs ?? 0) >= beforeMs) return;
      closed.delete(execution);
      executions.delete(execution.arn);
    }
  };
  const find = (arn: string): Execution | undefined => {
    forgetOld();
    return executions.get(arn);
  };
  return {
    add(execution) {
      forgetOld();
      executions.set(execution.arn, execution);
    },
    find,
    get(arn) {
      const execution = find(arn);
      if (execution) return execution;
      throw new RequestRefused('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    },
    newestFirst() {
      forgetOld();
      return [...executions.values()].reverse();
    },
    closed: (execution) => void closed.add(execution),
    remove(execution) {
      closed.delete(execution);
      executions.delete(execution.arn);
    },
    runningTransitions() {
      let sum = 0;
      for (const execution of executions.values()) if (!execution.ending) sum += execution.transitions;
      return sum;
    },
  };
}
