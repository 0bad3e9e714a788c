import { RequestRefused } from './errors.ts';
import type { Json } from './json.ts';

/** What arrives for a task that waits for its token. */
export interface TokenWaiter {
  succeed(output: Json): void;
  fail(error: string | undefined, cause: string | undefined): void;
  heartbeat(): void;
}

/** The task tokens of the open tasks. A token belongs to one attempt of one task. */
export interface TaskTokens {
  create(executionArn: string): string;
  open(token: string, waiter: TokenWaiter): void;
  close(token: string): void;
  /** Throws RequestRefused: InvalidToken for what never was a token, TaskTimedOut for one whose task is over. */
  waiter(token: string): TokenWaiter;
}

export function createTaskTokens(): TaskTokens {
  const waiters = new Map<string, TokenWaiter>();
  let issued = 0;
  return {
    create(executionArn) {
      issued++;
      return Buffer.from(`${executionArn}#${issued}`).toString('base64');
    },
    open: (token, waiter) => void waiters.set(token, waiter),
    close: (token) => void waiters.delete(token),
    waiter(token) {
      const found = waiters.get(token);
      if (found) return found;
      const serial = Number(/#(\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1]);
      if (serial >= 1 && serial <= issued) {
        throw new RequestRefused('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
      }
      throw new RequestRefused('InvalidToken', "Invalid Token: 'Invalid token'");
    },
  };
}
