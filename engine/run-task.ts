import { longestTaskSeconds, type TaskState } from './definition.ts';
import { errorNames, StateFailure } from './errors.ts';
import { record, waitFor } from './flow.ts';
import { callFunction, callIntegration } from './integrations.ts';
import { exceedsPayloadLimit, type Json } from './json.ts';
import { type Call, type Handle, type Reply, startCall } from './task-call.ts';
import { evaluateInteger, type Template } from './templates.ts';
import { scopeOf, tooLarge, type Visit } from './visit.ts';

/** The names of the events of a task and the details that all of them carry: Lambda's own, or those of an integration. */
interface Chronicle {
  readonly prefix: 'LambdaFunction' | 'Task';
  readonly common: { readonly resource?: string; readonly resourceType?: string };
  /** What a result that is too large is called by. */
  readonly subject: string;
}

/** One attempt of a Task. */
export async function runTask(visit: Visit, state: TaskState): Promise<Json> {
  const { flow } = visit;
  const { resource } = state;
  if (resource.kind === 'integration' && resource.pattern === 'waitForTaskToken') {
    visit.taskToken = flow.runtime.tokens.create(flow.execution.arn);
  }
  const scope = scopeOf(visit);
  const argument = state.arguments
    ? (state.arguments.constant ?? (await state.arguments.evaluate(scope)))
    : visit.input;
  const timeoutSeconds = await seconds(state.timeoutSeconds, visit);
  const heartbeatSeconds = await seconds(state.heartbeatSeconds, visit);
  if (exceedsPayloadLimit(argument)) throw tooLarge(state.name, 'provided parameters');

  const call =
    resource.kind === 'function' ? callFunction(visit, resource, argument) : callIntegration(visit, resource, argument);
  const chronicle = chronicleOf(state);
  recordScheduled(visit, state, argument, timeoutSeconds, heartbeatSeconds);
  const started = record(flow, `${chronicle.prefix}Started`, startedDetails(chronicle));
  visit.decidedBy = started;
  const reply = await perform(visit, chronicle, call, { timeoutSeconds, heartbeatSeconds });
  visit.taskToken = undefined;
  return conclude(visit, chronicle, reply);
}

async function seconds(template: Template | undefined, visit: Visit): Promise<number | undefined> {
  return template && evaluateInteger(template, scopeOf(visit), { minimum: 1, maximum: longestTaskSeconds });
}

function chronicleOf({ resource }: TaskState): Chronicle {
  if (resource.kind === 'function') return { prefix: 'LambdaFunction', common: {}, subject: resource.arn };
  const common = { resource: resource.action, resourceType: resource.service };
  return { prefix: 'Task', common, subject: resource.service };
}

function startedDetails({ common }: Chronicle): Chronicle['common'] | undefined {
  return common.resource === undefined ? undefined : common;
}

function recordScheduled(
  { flow }: Visit,
  { resource }: TaskState,
  argument: Json,
  timeoutInSeconds: number | undefined,
  heartbeatInSeconds: number | undefined,
): void {
  if (resource.kind === 'function') {
    record(flow, 'LambdaFunctionScheduled', { input: argument, resource: resource.arn, timeoutInSeconds });
    return;
  }
  const { region } = flow.runtime.options;
  const names = { resource: resource.action, resourceType: resource.service };
  record(flow, 'TaskScheduled', { parameters: argument, region, ...names, timeoutInSeconds, heartbeatInSeconds });
}

interface Limits {
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
}

/**
 * Waits for the reply, the task's timeout or a missed heartbeat, whichever comes first; the call is dropped then. Only who
 * holds a token can send heartbeats, so only then are they expected.
 */
function perform({ flow }: Visit, chronicle: Chronicle, call: Call, limits: Limits): Promise<Reply> {
  const { clock } = flow.runtime;
  const { timeoutSeconds = Number.POSITIVE_INFINITY } = limits;
  const endMs = clock.now() + 1000 * timeoutSeconds;
  return waitFor<Reply>(flow, (settle, fail) => {
    const expire = (limitSeconds: number | undefined, error: string) =>
      limitSeconds === undefined
        ? undefined
        : clock.after(1000 * limitSeconds, () => settle({ kind: 'timedOut', error }));
    const timeout = expire(limits.timeoutSeconds, errorNames.timeout);
    const expectBeat = () =>
      call.taskToken === undefined ? undefined : expire(limits.heartbeatSeconds, errorNames.heartbeatTimeout);
    let heartbeat = expectBeat();
    const handle: Handle = startCall(flow, call, {
      settle,
      submitted: (output) => {
        try {
          record(flow, 'TaskSubmitted', { output, ...chronicle.common });
        } catch (error) {
          fail(error);
        }
      },
      beat: () => {
        heartbeat?.cancel();
        heartbeat = expectBeat();
      },
      // Where time jumps, the call and its timeout are due together: a call is made at once, or no more.
      isOver: () => clock.now() >= endMs,
    });
    return () => {
      timeout?.cancel();
      heartbeat?.cancel();
      handle.drop();
    };
  });
}

function conclude({ flow }: Visit, { prefix, common, subject }: Chronicle, reply: Reply): Json {
  if (reply.kind === 'succeeded' && !exceedsPayloadLimit(reply.output)) {
    record(flow, `${prefix}Succeeded`, { output: reply.output, ...common });
    return reply.output;
  }
  if (reply.kind === 'timedOut') {
    record(flow, `${prefix}TimedOut`, { error: reply.error, ...common });
    throw new StateFailure(reply.error, undefined);
  }
  const failure = reply.kind === 'failed' ? new StateFailure(reply.error, reply.cause) : tooLarge(subject);
  record(flow, `${prefix}Failed`, { error: failure.error, cause: failure.cause, ...common });
  throw failure;
}
