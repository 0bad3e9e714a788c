import { AsyncLocalStorage } from 'node:async_hooks';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Account } from './account.ts';
import { attempt, type Request } from './attempt.ts';
import { serviceException } from './exceptions.ts';
import { CallerKilled, NotSimulated, ReplyMissing, ServiceFailure } from './service-failure.ts';

export interface Caller {
  /** The function whose code runs, and so whose role its clients carry. */
  functionName: string;
}

interface Invocation {
  account: Account;
  functionName: string;
  elapsedMs: number;
  calls: number;
  /** The end of the last call so far: what a function asks at the same time is answered in the order of asking. */
  turn: Promise<unknown>;
  /** Ends the invocation at once. */
  kill: (error: InvocationKilled) => void;
}

/** The invocation died in the middle of its work, so many milliseconds after its beginning. */
export class InvocationKilled extends Error {
  readonly elapsedMs: number;

  constructor(message: string, elapsedMs: number) {
    super(message);
    this.name = 'InvocationKilled';
    this.elapsedMs = elapsedMs;
  }
}

const invocations = new AsyncLocalStorage<Invocation>();

/** How long the SDK waits for an answer before it gives up, and what it waits before another attempt. */
const timeoutMs = 20_000;
const throttledRetryMs = 500;
const failedRetryMs = 60;

/**
 * Runs `work` so that the SDK clients it uses are answered by `account`.
 * @returns its value, the simulated time that its calls took, and how many API calls it sent. What it throws is thrown
 *   on, with `elapsedMs` lost: ask `runAs` with a `work` that catches, where that matters. Where a fault kills the
 *   invocation, `work` never goes on, and InvocationKilled is thrown.
 */
export async function runAs<Value>(
  account: Account,
  caller: Caller,
  work: () => Promise<Value>,
): Promise<{ value: Value; elapsedMs: number; calls: number }> {
  const { promise: death, reject: kill } = Promise.withResolvers<never>();
  const invocation: Invocation = {
    account,
    functionName: caller.functionName,
    elapsedMs: 0,
    calls: 0,
    turn: Promise.resolve(),
    kill,
  };
  const value = await Promise.race([invocations.run(invocation, work), death]);
  return { value, elapsedMs: invocation.elapsedMs, calls: invocation.calls };
}

/**
 * Puts the simulated account under an SDK client: its commands never reach the network, and are answered by the account
 * of the `runAs` that they run in. Everything above, paginators and waiters included, is the SDK's own.
 */
export function putUnder(client: EC2Client | S3Client | SSMClient | SNSClient | AutoScalingClient | SFNClient): void {
  const { config } = client;
  let settings: Promise<[region: string, maxAttempts: number]> | undefined;
  // The six stacks differ only in the types of their commands, which is no matter to a middleware for all of them.
  const stack: Stack = client.middlewareStack;
  stack.add(
    (_next, context) => async (args) => {
      const service = serviceOf(context.clientName ?? '');
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      const invocation = invocations.getStore();
      if (!invocation) {
        throw new Error(
          `${operation} was called outside of runAs: wrap the work in runAs(account, { functionName }, work), so that it is known which simulated account answers.`,
        );
      }
      // A client's first call waits longer for its settings than its others do: without turns, order would depend on it.
      const answered = invocation.turn.then(async () => {
        settings ??= Promise.all([config.region(), config.maxAttempts()]);
        const [region, maxAttempts] = await settings;
        return sendUnlessKilled(invocation, { service, operation, region, input: args.input }, maxAttempts);
      });
      invocation.turn = answered.catch(() => {});
      return { response: {}, output: await answered };
    },
    { step: 'initialize', priority: 'low', name: 'simulatedAccount', override: true },
  );
}

type Handler = (args: { input: object }) => Promise<{ response: unknown; output: object }>;
interface Stack {
  add(
    middleware: (next: Handler, context: { clientName?: string; commandName?: string }) => Handler,
    options: { step: 'initialize'; priority: 'low'; name: string; override: boolean },
  ): void;
}

/**
 * What a killed invocation has called is never answered, and what it would call next never gets its turn: an error would
 * reach its code, which could still act on it.
 */
async function sendUnlessKilled(...[invocation, asked, maxAttempts]: Parameters<typeof send>): Promise<object> {
  try {
    return send(invocation, asked, maxAttempts);
  } catch (error) {
    if (!(error instanceof CallerKilled)) throw error;
    invocation.kill(new InvocationKilled(error.message, invocation.elapsedMs));
    return new Promise(() => {});
  }
}

/** One send with the SDK's own attempts: what a 5xx, a throttling or silence answered is asked again. */
function send(
  invocation: Invocation,
  asked: Pick<Request, 'service' | 'operation' | 'region' | 'input'>,
  maxAttempts: number,
): object {
  const { account } = invocation;
  const { world } = account.answering;
  const sendId = `send-${world.random.hexadecimal(16, 'send', account.calls.total)}`;
  let totalRetryDelay = 0;
  for (let attempts = 1; ; attempts++) {
    const requestId = `${sendId}-${attempts}`;
    invocation.calls++;
    invocation.elapsedMs += world.behaviour.latencyMs(
      asked.operation,
      world.random.running(`latency ${asked.operation}`),
    );
    const nowMs = account.clock.now() + invocation.elapsedMs;
    const request = { ...asked, caller: invocation.functionName, requestId, sendId, nowMs, direct: false };
    try {
      const output = attempt(account.answering, request);
      return { ...output, $metadata: { httpStatusCode: 200, requestId, attempts, totalRetryDelay } };
    } catch (error) {
      if (error instanceof ReplyMissing) invocation.elapsedMs += timeoutMs;
      const retryMs = delayBeforeRetry(error);
      if (retryMs !== undefined && attempts < maxAttempts) {
        invocation.elapsedMs += retryMs;
        totalRetryDelay += retryMs;
        continue;
      }
      if (error instanceof ServiceFailure) {
        throw serviceException(asked.service, error, requestId, attempts, totalRetryDelay);
      }
      if (error instanceof ReplyMissing) Object.assign(error, { $metadata: { attempts, totalRetryDelay } });
      throw error;
    }
  }
}

/** In milliseconds; undefined if the SDK would not ask again. */
function delayBeforeRetry(error: unknown): number | undefined {
  if (error instanceof ReplyMissing) return failedRetryMs;
  if (!(error instanceof ServiceFailure)) return undefined;
  if (/^(RequestLimitExceeded|Throttling|ThrottlingException|SlowDown)$/.test(error.code)) return throttledRetryMs;
  return error.statusCode >= 500 ? failedRetryMs : undefined;
}

function serviceOf(clientName: string): string {
  switch (clientName) {
    case 'EC2Client':
      return 'ec2';
    case 'S3Client':
      return 's3';
    case 'SSMClient':
      return 'ssm';
    case 'SNSClient':
      return 'sns';
    case 'AutoScalingClient':
      return 'auto-scaling';
    case 'SFNClient':
      return 'states';
    default:
      throw new NotSimulated(`the service of ${clientName}`, 'add a folder for it to simulator/ and name it here');
  }
}
