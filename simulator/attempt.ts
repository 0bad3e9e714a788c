import type { Fault, FaultOccasion } from './faults.ts';
import type { History } from './history.ts';
import { needsOf } from './iam/needs.ts';
import type { Need } from './iam/rights.ts';
import { CallerKilled, NotSimulated, ReplyMissing, refuse, ServiceFailure } from './service-failure.ts';
import { operationOf } from './services.ts';
import type { TokenBuckets } from './token-buckets.ts';
import type { Call, World } from './world.ts';

/** One API call before it is answered. */
export interface Request {
  service: string;
  operation: string;
  region: string;
  input: object;
  caller: string | undefined;
  requestId: string;
  sendId: string;
  nowMs: number;
  /** A user's own action: no faults, no rate limits, no lag. */
  direct: boolean;
}

/** What listeners learn of a call that was answered. `output` is absent where it failed with `errorCode`. */
export interface AnsweredCall {
  service: string;
  operation: string;
  region: string;
  input: object;
  output?: object;
  errorCode?: string;
  caller: string | undefined;
  atMs: number;
}

export interface Answering {
  world: World;
  buckets: TokenBuckets;
  history: History;
  /** Told before the call takes effect, and after. */
  before(request: Request): void;
  after(call: AnsweredCall): void;
}

/**
 * Answers one attempt: what stands in its way first (faults, rate limits), then the operation, then what can go wrong
 * with the reply. Throws ServiceFailure, ReplyMissing, CallerKilled or NotSimulated.
 */
export function attempt(answering: Answering, request: Request): object {
  const { world, history } = answering;
  const { service, operation, region, caller, nowMs } = request;
  const simulated = operationOf(service, operation);
  const resources = resourcesIn(request.input);
  const occasion: FaultOccasion = { service, operation, region, function: caller, resources, atMs: nowMs };
  const strikes: Call['strikes'] = (name, ...others) =>
    request.direct ? undefined : world.faults.strikes(name, { ...occasion, resources: [...resources, ...others] });
  const answered = (outcome: string, rest: { output?: object; errorCode?: string }): void => {
    const by = caller ?? 'user';
    history.add({ atMs: nowMs, what: `${service}:${operation}`, region, by, resources, outcome });
    answering.after({ service, operation, region, input: request.input, caller, atMs: nowMs, ...rest });
  };

  history.count(`${service}:${operation}`, caller);
  try {
    if (!request.direct) obstacles(answering, request, resources.length, strikes);
    checkRights(world, request);
    answering.before(request);
    const call: Call = {
      world,
      region: world.region(region),
      service,
      operation,
      nowMs,
      caller,
      requestId: request.requestId,
      sendId: request.sendId,
      stalenessMs: request.direct ? undefined : 0,
      strikes,
    };
    const stalenessMs = staleness(call, occasion, (each) => simulated.answer(each, request.input));
    const output = simulated.answer({ ...call, stalenessMs }, request.input);
    answered('ok', { output });
    if (strikes('killed-after-call')) throw new CallerKilled(operation);
    if (strikes('reply-lost')) {
      throw new ReplyMissing(`The reply to ${operation} was lost; it did take effect.`);
    }
    return output;
  } catch (error) {
    if (error instanceof ServiceFailure) answered(error.code, { errorCode: error.code });
    else if (error instanceof NotSimulated) answered('NotSimulated', { errorCode: 'NotSimulated' });
    throw error;
  }
}

function obstacles(answering: Answering, request: Request, resourceCount: number, strikes: Call['strikes']): void {
  const { service, operation } = request;
  if (strikes('killed-before-call')) throw new CallerKilled(operation);
  if (strikes('access-denied')) refuseAccess(answering.world, request, `${service}:${operation}`);
  if (strikes('throttled')) throw throttlingOf(service);
  if (strikes('unavailable')) {
    refuse(service === 's3' ? 'ServiceUnavailable' : 'Unavailable', 'The server is overloaded.', 503);
  }
  if (strikes('internal-error')) refuse('InternalError', 'An internal error has occurred.', 500);
  if (strikes('timed-out')) throw new ReplyMissing(`${operation} timed out; it took no effect.`);
  if (service !== 'ec2' || !answering.world.behaviour.throttling) return;
  const { input } = request;
  const isWide = !('Filters' in input || 'MaxResults' in input || 'NextToken' in input || resourceCount > 0);
  if (!answering.buckets.take(request.region, operation, isWide, resourceCount, request.nowMs)) {
    throw throttlingOf(service);
  }
}

/** What the caller's role does not give is refused before anything is looked at. Users' own calls are not judged. */
function checkRights(world: World, request: Request): void {
  const { caller, region } = request;
  if (request.direct || caller === undefined || !world.rights) return;
  const lacking = world.rights.refused(caller, needsOf(world, world.region(region), request));
  if (lacking) refuseAccess(world, request, sentenceOf(lacking));
}

function sentenceOf({ action, resource, context }: Need): string {
  const on = resource === '*' ? '' : ` on resource: ${resource}`;
  // What AWS does not say, and who mends a role must know.
  const tags = context?.resourceTags ? ` tagged ${JSON.stringify(context.resourceTags)}` : '';
  return `${action}${on} because no identity-based policy allows the ${action} action${tags}`;
}

function refuseAccess(world: World, { service, caller = 'user' }: Request, what: string): never {
  return refuse(
    service === 'ec2'
      ? 'UnauthorizedOperation'
      : jsonServices.has(service)
        ? 'AccessDeniedException'
        : service === 'sns'
          ? 'AuthorizationError'
          : 'AccessDenied',
    `You are not authorized to perform this operation. User: arn:aws:sts::${world.accountId}:assumed-role/${caller} is not authorized to perform: ${what}`,
    403,
  );
}

/** Those that speak JSON end the names of their errors in `Exception`. */
const jsonServices: ReadonlySet<string> = new Set(['ssm', 'states']);

function throttlingOf(service: string): ServiceFailure {
  switch (service) {
    case 'ec2':
      return new ServiceFailure('RequestLimitExceeded', 'Request limit exceeded.', 503);
    case 's3':
      return new ServiceFailure('SlowDown', 'Please reduce your request rate.', 503);
    case 'ssm':
    case 'states':
      return new ServiceFailure('ThrottlingException', 'Rate exceeded', 400);
    default:
      return new ServiceFailure('Throttling', 'Rate exceeded', 400);
  }
}

/** How far back this call sees: a fault that would change nothing of the answer has no occasion. */
function staleness(call: Call, occasion: FaultOccasion, answer: (call: Call) => object): number | undefined {
  if (call.stalenessMs === undefined || !/^(Describe|Get|List|Head)/.test(call.operation)) return call.stalenessMs;
  const { isHeard, faults } = call.world.faults.couldStrike('stale-read', occasion);
  if (!isHeard && faults.length === 0) return 0;
  const furthestMs = Math.max(isHeard ? stalenessOf() : 0, ...faults.map(stalenessOf));
  const [fresh, stale] = [0, furthestMs].map((stalenessMs) => textOf(() => answer({ ...call, stalenessMs })));
  if (fresh === stale) return 0;
  const fault = call.strikes('stale-read');
  return fault ? stalenessOf(fault) : 0;
}

function stalenessOf({ seconds = 30 }: Pick<Fault, 'seconds'> = {}): number {
  return seconds * 1000;
}

/** Tokens are never twice the same. */
function textOf(answer: () => object): string {
  try {
    return JSON.stringify(answer(), (key, value: unknown) => (key === 'NextToken' ? undefined : value));
  } catch (error) {
    if (error instanceof ServiceFailure) return error.code;
    throw error;
  }
}

const singleResources = [
  'InstanceId',
  'ImageId',
  'SourceImageId',
  'SnapshotId',
  'LaunchTemplateId',
  'Key',
  'ObjectKey',
  'Name',
  'TopicArn',
  'executionArn',
];
const resourceLists = ['InstanceIds', 'ImageIds', 'SnapshotIds', 'VolumeIds', 'Resources'];

/** The resources that a request names: what faults match by, and rate limits count. */
function resourcesIn(input: object): string[] {
  const found: string[] = [];
  for (const [name, value] of Object.entries(input)) {
    if (typeof value === 'string' && singleResources.includes(name)) found.push(value);
    else if (Array.isArray(value) && resourceLists.includes(name)) {
      for (const id of value) if (typeof id === 'string') found.push(id);
    }
  }
  return found;
}
