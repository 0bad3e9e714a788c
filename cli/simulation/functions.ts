import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { FunctionOutcome, Json } from '../../engine/index.ts';
import { functionFailure } from '../../engine/index.ts';
import { underEveryClient } from '../../shared/aws/clients.ts';
import type { Account } from '../../simulator/account.ts';
import type { FaultName } from '../../simulator/faults.ts';
import { InvocationKilled, putUnder, runAs } from '../../simulator/under-clients.ts';
import { projectDirectory } from './project.ts';

export type Handler = (event: unknown, context: object) => Promise<unknown>;

interface DeployedFunction {
  handler: Handler;
  timeoutSeconds: number;
}

export type Functions = ReadonlyMap<string, DeployedFunction>;

/** What a warm invocation takes beside its calls of AWS, in milliseconds. */
export const overheadMs = 25;

const settingsSchema = z.object({ timeout: z.number().positive() });

/** The variables that functions find in a simulation; see functions/<name>/function.yml for those of a stack. */
export const stackNames = {
  stack: 'ami-lifecycle-simulation',
  workBucket: 'ami-lifecycle-work',
  policyPrefix: '/ami-lifecycle/simulation/policies/',
} as const;

/**
 * Loads the handlers that ship, with the simulated account under their clients. They read their environment when they
 * are loaded, as on Lambda, so one process serves one Region.
 */
export async function loadFunctions(region: string, accountId: string): Promise<Functions> {
  if (loadedRegion !== undefined && loadedRegion !== region) {
    throw new Error(`The functions are loaded for ${loadedRegion}; another Region needs another process.`);
  }
  loadedRegion = region;
  Object.assign(process.env, {
    AWS_REGION: region,
    STACK_NAME: stackNames.stack,
    WORK_BUCKET: stackNames.workBucket,
    POLICY_PREFIX: stackNames.policyPrefix,
    NOTIFICATION_TOPIC_ARN: `arn:aws:sns:${region}:${accountId}:ami-lifecycle`,
    // A simulation looks at the world, not at logs; and a year of them would be gigabytes.
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_TRACE_ENABLED: 'false',
    // Else the X-Ray library follows every promise of the process, at a fifth of the time.
    AWS_XRAY_MANUAL_MODE: 'true',
  });
  underEveryClient(putUnder);
  const directory = join(projectDirectory, 'functions');
  const names = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const loaded = new Map<string, DeployedFunction>();
  for (const { name } of names) {
    const deployed = deployedFunctions.get(name) ?? (await loadFunction(join(directory, name), name));
    deployedFunctions.set(name, deployed);
    loaded.set(name, deployed);
  }
  return loaded;
}

/** They are the same for every stack of this process. */
const deployedFunctions = new Map<string, DeployedFunction>();

async function loadFunction(directory: string, name: string): Promise<DeployedFunction> {
  const { handler } = await importHandler(name);
  // CloudFormation's short tags say nothing about time, so they may stay unknown.
  const settings = parse(readFileSync(join(directory, 'function.yml'), 'utf8'), { logLevel: 'silent' });
  return { handler, timeoutSeconds: settingsSchema.parse(settings).timeout };
}

let loadedRegion: string | undefined;

type ImportHandler = (name: string) => Promise<{ handler: Handler }>;
let importHandler: ImportHandler = (name) => import(join(projectDirectory, 'functions', name, 'handler.ts'));

/** Functions loaded from now on are not their sources: a test hands over their bundles. */
export function loadHandlersBy(by: ImportHandler): void {
  importHandler = by;
  deployedFunctions.clear();
}

/** Invokes a function as Lambda would: it may be killed, fail, or run out of time; its calls of AWS take simulated time. */
export async function invoke(
  account: Account,
  functions: Functions,
  name: string,
  payload: Json,
  context: { requestId: string; functionArn: string },
): Promise<FunctionOutcome> {
  const deployed = functions.get(name);
  if (!deployed) throw new Error(`No function is called ${name}: add functions/${name}, or mend the definition.`);
  const failed = (durationMs: number, error: string, message: string): FunctionOutcome => ({
    durationMs,
    error,
    cause: JSON.stringify({ errorType: error, errorMessage: `RequestId: ${context.requestId} ${message}` }),
  });
  const killed = (durationMs: number, error = 'Runtime.ExitError'): FunctionOutcome =>
    failed(durationMs, error, 'Error: Runtime exited with error: signal: killed');
  const strikes = (fault: FaultName): boolean =>
    account.faults.strikes(fault, { function: name, atMs: account.clock.now() }) !== undefined;
  if (strikes('function-throttled')) {
    const cause = 'Rate Exceeded. (Service: Lambda, Status Code: 429)';
    return { durationMs: 0, error: 'Lambda.TooManyRequestsException', cause };
  }
  if (account.killsInvocation(name, 'before')) return killed(overheadMs);
  const lambdaContext = {
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: context.functionArn,
    memoryLimitInMB: '256',
    awsRequestId: context.requestId,
  };
  const ran = await runAs(account, { functionName: name }, async () => {
    try {
      const result: Json = toJson(await deployed.handler(payload, lambdaContext));
      return { payload: result };
    } catch (error) {
      return functionFailure(error);
    }
  }).catch((error: unknown) => {
    if (error instanceof InvocationKilled) return error;
    throw error;
  });
  const durationMs = overheadMs + ran.elapsedMs;
  if (ran instanceof InvocationKilled || account.killsInvocation(name, 'after')) return killed(durationMs);
  if (strikes('out-of-memory')) return killed(durationMs, 'Runtime.OutOfMemory');
  const limitMs = deployed.timeoutSeconds * 1000;
  if (durationMs > limitMs) {
    return failed(limitMs, 'Sandbox.Timedout', `Error: Task timed out after ${deployed.timeoutSeconds}.00 seconds`);
  }
  if (strikes('response-too-large')) {
    const message = 'Error: Response payload size exceeded maximum allowed payload size (6291556 bytes).';
    return failed(durationMs, 'Function.ResponseSizeTooLarge', message);
  }
  // Step Functions itself refuses what it gets then.
  if (strikes('answer-too-large')) return { durationMs, payload: 'x'.repeat(262_145) };
  return { durationMs, ...ran.value };
}

/** What passes between a function and its machine is JSON text, so `undefined` and the like do not pass. */
function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null));
}
