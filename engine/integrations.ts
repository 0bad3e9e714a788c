import type { TaskResource } from './definition.ts';
import { errorNames, FatalFailure, RequestRefused } from './errors.ts';
import type { Ending, Execution } from './execution.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { type FunctionOutcome, functionFailure, type IntegrationOutcome } from './options.ts';
import type { Runtime } from './runtime.ts';
import type { Call, Reply } from './task-call.ts';
import { causeAt, type Visit } from './visit.ts';

type FunctionResource = Extract<TaskResource, { kind: 'function' }>;
type IntegrationResource = Extract<TaskResource, { kind: 'integration' }>;
type Begun = Parameters<Call['begin']>;

/** A Task whose resource is a function's own ARN: its payload is the result. */
export function callFunction(visit: Visit, resource: FunctionResource, argument: Json): Call {
  return {
    begin: (...begun) => invoke(visit, resource.functionName, resource.arn, argument, (payload) => payload, begun),
  };
}

export function callIntegration(visit: Visit, resource: IntegrationResource, argument: Json): Call {
  const taskToken = visit.taskToken;
  if (resource.key === 'lambda:invoke') return callLambdaInvoke(visit, argument, taskToken);
  if (resource.key === 'states:startExecution') return callStartExecution(visit, resource, argument, taskToken);
  return { taskToken, begin: (...begun) => callOther(visit, resource, argument, begun) };
}

/** Handlers get and give copies, as on Lambda: what they do to an object afterwards must not reach the state machine. */
function copied(value: Json): Json {
  const copy: unknown = JSON.parse(JSON.stringify(value ?? null));
  return copy as Json;
}

function invoke(
  visit: Visit,
  name: string,
  functionArn: string,
  payload: Json,
  envelope: (payload: Json, requestId: string) => Json,
  [reply, isOver]: Begun,
): () => void {
  const { flow, state } = visit;
  const { options, random } = flow.runtime;
  const requestId = random.uuid();
  const invocation = { executionArn: flow.execution.arn, requestId, functionArn, state: state.name };
  const answered = async (): Promise<FunctionOutcome> => {
    const outcome = await options.invokeFunction(name, copied(payload), invocation);
    return 'error' in outcome ? outcome : { ...outcome, payload: copied(outcome.payload) };
  };
  return work<FunctionOutcome>(
    flow.runtime,
    isOver,
    async () => {
      const outcome = await answered().catch(functionFailure);
      if ('error' in outcome) {
        const { error, cause } = outcome;
        flow.runtime.noteFailure({
          executionArn: flow.execution.arn,
          functionName: name,
          state: state.name,
          error,
          cause,
        });
      }
      return outcome;
    },
    (outcome) =>
      reply(
        'error' in outcome
          ? { kind: 'failed', error: outcome.error, cause: outcome.cause }
          : { kind: 'succeeded', output: envelope(outcome.payload, requestId) },
      ),
  );
}

/**
 * Does real work in a timer of its own, so that on a virtual clock one call is made after the other, and hands its outcome
 * on `durationMs` later.
 */
function work<T extends { readonly durationMs?: number }>(
  { clock }: Runtime,
  isOver: () => boolean,
  run: () => Promise<T>,
  deliver: (outcome: T) => void,
): () => void {
  let isDropped = false;
  const perform = async (): Promise<void> => {
    const outcome = await run();
    if (!isDropped) timer = clock.after(outcome.durationMs ?? 0, () => deliver(outcome));
  };
  let timer = clock.after(0, () => {
    if (!isOver()) void clock.busy(perform());
  });
  return () => {
    isDropped = true;
    timer.cancel();
  };
}

function callLambdaInvoke(visit: Visit, argument: Json, taskToken: string | undefined): Call {
  const { FunctionName: functionName, Payload: payload = {} } = isJsonObject(argument) ? argument : {};
  if (typeof functionName !== 'string') throw missing(visit, 'FunctionName');
  const { region, accountId } = visit.flow.runtime.options;
  const name = functionName.replace(/^arn:[^:]*:lambda:[^:]*:[^:]*:function:/, '').replace(/:.*$/, '');
  const arn = functionName.startsWith('arn:')
    ? functionName
    : `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
  return { taskToken, begin: (...begun) => invoke(visit, name, arn, payload, lambdaEnvelope, begun) };
}

function lambdaEnvelope(payload: Json, requestId: string): JsonObject {
  const contentLength = `${Buffer.byteLength(JSON.stringify(payload))}`;
  return {
    ExecutedVersion: '$LATEST',
    Payload: payload,
    SdkHttpMetadata: {
      AllHttpHeaders: {
        'Content-Length': [contentLength],
        'Content-Type': ['application/json'],
        'X-Amz-Executed-Version': ['$LATEST'],
        'x-amzn-RequestId': [requestId],
      },
      HttpHeaders: {
        'Content-Length': contentLength,
        'Content-Type': 'application/json',
        'X-Amz-Executed-Version': '$LATEST',
        'x-amzn-RequestId': requestId,
      },
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: 200,
  };
}

function missing(visit: Visit, field: string): FatalFailure {
  return new FatalFailure(causeAt(visit, `The field '${field}' is required but was missing`));
}

function callOther(visit: Visit, { key }: IntegrationResource, argument: Json, [reply, isOver]: Begun): () => void {
  const { flow, state, taskToken } = visit;
  const integration = flow.runtime.options.integrations?.[key];
  if (!integration) throw new Error(`the engine was given no integration '${key}'`);
  const call = {
    executionArn: flow.execution.arn,
    state: state.name,
    ...(taskToken === undefined ? {} : { taskToken }),
  };
  const answered = async (): Promise<IntegrationOutcome> => {
    const outcome = await integration(copied(argument), call);
    return 'error' in outcome ? outcome : { ...outcome, output: copied(outcome.output) };
  };
  return work<IntegrationOutcome>(
    flow.runtime,
    isOver,
    () => answered().catch(toIntegrationFailure),
    (outcome) =>
      reply(
        'error' in outcome
          ? { kind: 'failed', error: outcome.error, cause: outcome.cause }
          : { kind: 'succeeded', output: outcome.output },
      ),
  );
}

function toIntegrationFailure(error: unknown): IntegrationOutcome {
  return error instanceof Error
    ? { error: error.name, cause: error.message }
    : { error: errorNames.taskFailed, cause: String(error) };
}

function callStartExecution(
  visit: Visit,
  { pattern }: IntegrationResource,
  argument: Json,
  taskToken: string | undefined,
): Call {
  const { runtime } = visit.flow;
  const fields = isJsonObject(argument) ? argument : {};
  const { StateMachineArn: stateMachineArn, Input: input = {}, Name: name } = fields;
  if (typeof stateMachineArn !== 'string') throw missing(visit, 'StateMachineArn');
  let started: Execution | undefined;
  const begin: Call['begin'] = (reply, isOver) => {
    const timer = runtime.clock.after(0, () => {
      if (isOver()) return;
      const refusal = runtime.options.refusesStart?.(visit.flow.execution.stateMachineName, stateMachineArn);
      if (refusal !== undefined) {
        reply({ kind: 'failed', error: 'StepFunctions.AccessDeniedException', cause: refusal });
        return;
      }
      try {
        started = runtime.start({ stateMachineArn, name: typeof name === 'string' ? name : undefined, input });
      } catch (error) {
        if (!(error instanceof RequestRefused)) throw error;
        reply({ kind: 'failed', error: `StepFunctions.${error.name}Exception`, cause: error.message });
        return;
      }
      reply({ kind: 'succeeded', output: startedOutput(started, runtime.random.uuid()) });
    });
    return () => timer.cancel();
  };
  if (pattern !== 'sync' && pattern !== 'sync:2') return { taskToken, begin };
  const afterwards: Call['afterwards'] = (_output, reply) =>
    started ? awaitExecution(runtime, started, pattern === 'sync:2', reply) : () => undefined;
  return { begin, afterwards };
}

function startedOutput(execution: Execution, requestId: string): JsonObject {
  return {
    ExecutionArn: execution.arn,
    SdkHttpMetadata: { HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: requestId },
    StartDate: execution.startMs,
  };
}

/** A parent that stops waiting (a timeout, an abort) takes its child with it, as far as AWS promises that. */
function awaitExecution(
  runtime: Runtime,
  execution: Execution,
  isParsed: boolean,
  reply: (reply: Reply) => void,
): () => void {
  const onClosed = (ending: Ending): void => {
    const description = describedToParent(execution, ending, isParsed);
    const isSuccess = ending.status === 'SUCCEEDED';
    timer = runtime.clock.after(0, () =>
      reply(
        isSuccess
          ? { kind: 'succeeded', output: description }
          : { kind: 'failed', error: errorNames.taskFailed, cause: JSON.stringify(description) },
      ),
    );
  };
  let timer: { cancel(): void } | undefined;
  if (execution.ending) onClosed(execution.ending);
  else execution.closed.add(onClosed);
  return () => {
    timer?.cancel();
    execution.closed.delete(onClosed);
    if (!execution.ending) runtime.close(execution, { status: 'ABORTED' });
  };
}

function describedToParent(execution: Execution, ending: Ending, isParsed: boolean): JsonObject {
  const payload = (value: Json): Json => (isParsed ? value : JSON.stringify(value));
  return {
    ...(ending.cause === undefined ? {} : { Cause: ending.cause }),
    ...(ending.error === undefined ? {} : { Error: ending.error }),
    ExecutionArn: execution.arn,
    Input: payload(execution.input),
    InputDetails: { Included: true },
    Name: execution.name,
    ...(ending.output === undefined ? {} : { Output: payload(ending.output) }),
    OutputDetails: { Included: true },
    StartDate: execution.startMs,
    StateMachineArn: execution.stateMachineArn,
    Status: ending.status,
    ...(execution.stopMs === undefined ? {} : { StopDate: execution.stopMs }),
  };
}
