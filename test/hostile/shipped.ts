import { readdirSync } from 'node:fs';
import * as z from 'zod';
import { virtualClock } from '../../engine/clock.ts';
import { underEveryClient } from '../../shared/aws/clients.ts';
import type { Contract } from '../../shared/domain/contract.ts';
import { type Account, createAccount } from '../../simulator/account.ts';
import { putUnder, runAs } from '../../simulator/under-clients.ts';

// Lines are to be read here, and the logger returns to the level of its environment at every call.
process.env.POWERTOOLS_LOG_LEVEL = 'INFO';

const root = new URL('../../functions/', import.meta.url);

export const functionNames = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const handlerSchema = z.object({ handler: z.custom<(event: unknown, context: object) => Promise<unknown>>() });
const contractSchema = z.object({
  contract: z.object({
    input: z.instanceof(z.ZodType),
    output: z.instanceof(z.ZodType),
    errors: z.custom<Contract<unknown, unknown>['errors']>(Array.isArray),
  }),
});

export interface Shipped {
  contract: Contract<unknown, unknown>;
  /** Calls it as Lambda does, in an account that is empty. */
  call: (event: unknown) => Promise<Ending>;
}

export interface Ending {
  output?: unknown;
  error?: unknown;
  /** What it wrote to the log, line by line. */
  lines: string[];
}

/** A function as it ships: its handler with its clients, over an account in which there is nothing. */
export async function shipped(name: string): Promise<Shipped> {
  underEveryClient(putUnder);
  const { handler } = handlerSchema.parse(await import(new URL(`${name}/handler.ts`, root).href));
  const { contract } = contractSchema.parse(await import(new URL(`${name}/task.ts`, root).href));
  let account = emptyAccount();
  let calls = 0;
  const context = {
    functionName: name,
    awsRequestId: 'request-1',
    memoryLimitInMB: '256',
    functionVersion: '1',
    invokedFunctionArn: '',
  };
  return {
    contract,
    async call(event) {
      // It keeps what was written to it; and an account that fills up would be none of nothing.
      if (calls++ % 500 === 0) account = emptyAccount();
      return listening(async () => {
        try {
          const { value } = await runAs(account, { functionName: name }, () => handler(event, context));
          return { output: value };
        } catch (error) {
          return { error };
        }
      });
    },
  };
}

export function emptyAccount(): Account {
  const account = createAccount({
    accountId: '123456789012',
    homeRegion: 'eu-west-1',
    clock: virtualClock('2026-11-21T00:00:00Z'),
    seed: 1,
  });
  account.createBucket('ami-lifecycle-test-work');
  return account;
}

const writeOut = process.stdout.write.bind(process.stdout);
const writeError = process.stderr.write.bind(process.stderr);

/** What is logged meanwhile goes no further than to the test. */
export async function listening(act: () => Promise<Omit<Ending, 'lines'>>): Promise<Ending> {
  const lines: string[] = [];
  const note = (chunk: unknown): boolean => {
    lines.push(String(chunk));
    return true;
  };
  process.stdout.write = note;
  process.stderr.write = note;
  try {
    return { ...(await act()), lines };
  } finally {
    process.stdout.write = writeOut;
    process.stderr.write = writeError;
  }
}
