import type { VirtualClock } from '../../engine/clock.ts';
import { parseEventPattern } from '../../engine/event-pattern.ts';
import { type Engine, type Json, RequestRefused } from '../../engine/index.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import type { Account } from '../../simulator/account.ts';
import { type DeedName, deedNames, type Fault } from '../../simulator/faults.ts';
import type { ExecutionFacts } from '../../simulator/states/executions.ts';

/**
 * Lets the account answer for the engine's executions, and send the events of their ends that some rule asks for; of all
 * others nobody would hear.
 */
export function runExecutions(account: Account, engine: Engine, patterns: readonly Json[]): void {
  account.runExecutions({
    find: (executionArn) => factsOf(engine, executionArn),
    stop: (executionArn, reason) => engine.stopExecution(executionArn, reason).stopDate,
  });
  const rules = patterns.map(parseEventPattern);
  engine.onStatusChange((event) => {
    if (!rules.some((matches) => matches(event))) return;
    const { source, resources, detail } = event;
    account.sendEvent({
      'detail-type': event['detail-type'],
      source,
      resources: [...resources],
      detail: { ...detail },
    });
  });
}

/** What Step Functions would say of it. It forgets what has ended 90 days ago, and what it has lost. */
function factsOf(engine: Engine, executionArn: string): ExecutionFacts | undefined {
  try {
    const { input, output, ...rest } = engine.describeExecution(executionArn);
    return {
      ...rest,
      input: JSON.stringify(input),
      ...(output === undefined ? {} : { output: JSON.stringify(output) }),
    };
  } catch (error) {
    if (error instanceof RequestRefused) return undefined;
    throw error;
  }
}

/** What may befall the execution that has just called a function: somebody stops it, or it is lost with its history. */
export function befallExecution(account: Account, engine: Engine, functionName: string, executionArn: string): void {
  const occasion = { function: functionName, atMs: account.clock.now() };
  if (account.faults.strikes('execution-aborted', occasion)) engine.stopExecution(executionArn);
  if (account.faults.strikes('execution-lost', occasion)) engine.loseExecution(executionArn);
  if (account.faults.strikes('runs-aborted', occasion)) abortRuns(engine, executionArn);
}

/** What may befall everybody: hours pass before the answer of a function is heard, or just when it was. */
export function letTimePass(account: Account, clock: VirtualClock, functionName: string, answersInMs: number): void {
  const occasion = { function: functionName, atMs: clock.now() };
  const jump = ({ seconds = 6 * 3600 }: Fault): void => clock.jump(seconds * 1000);
  const before = account.faults.strikes('task-times-out', occasion);
  if (before) jump(before);
  const after = account.faults.strikes('clock-jumps', occasion);
  // The answer is due that soon; what it leads to begins in the same instant.
  if (after) clock.after(answersInMs + 1, () => jump(after));
}

/** What people may do to an instance that is theirs. */
const deeds: Readonly<Record<DeedName, (account: Account, instanceId: string, clock: VirtualClock) => void>> = {
  'lease-removed': (account, InstanceId) => {
    const Tags = [tagKeys.stoppedBy, tagKeys.restartBy].map((Key) => ({ Key }));
    account.call('ec2', 'DeleteTags', { Resources: [InstanceId], Tags });
  },
  'owner-starts': (account, InstanceId) => byHand(account, 'StartInstances', InstanceId),
  'owner-stops': (account, InstanceId) => byHand(account, 'StopInstances', InstanceId),
  'owner-starts-and-stops': (account, InstanceId) => {
    byHand(account, 'StartInstances', InstanceId);
    account.clock.after(40_000, () => byHand(account, 'StopInstances', InstanceId));
  },
  'owner-restarts': (account, InstanceId, clock) => {
    byHand(account, 'StopInstances', InstanceId);
    clock.jump(toChangeMs);
    byHand(account, 'StartInstances', InstanceId);
    clock.jump(toChangeMs);
  },
};

/** A quick instance stops in that time, or starts, and no task has timed out when it has done both. */
const toChangeMs = 27_000;

/** What may befall the instances that carry a lease, or are to be stopped, while a function is about to be invoked. */
export function befallInstances(account: Account, clock: VirtualClock, functionName: string, payload: Json): void {
  const occasion = { function: functionName, atMs: account.clock.now() };
  const possible = deedNames.filter((name) => {
    const { isHeard, faults } = account.faults.couldStrike(name, occasion);
    return isHeard || faults.length > 0;
  });
  const leased = possible.length > 0 ? [...leasedIn(account)] : [];
  for (const name of possible) {
    const theirs =
      name === 'owner-restarts' ? toStop(functionName, payload).filter((id) => !leased.includes(id)) : leased;
    if (theirs.length === 0 || !account.faults.strikes(name, occasion)) continue;
    for (const instanceId of theirs) deeds[name](account, instanceId, clock);
  }
}

function toStop(functionName: string, payload: Json): string[] {
  const isNamed = functionName === 'stop-instance' && typeof payload === 'object' && payload !== null;
  const instanceId = isNamed && 'instanceId' in payload ? payload.instanceId : undefined;
  return typeof instanceId === 'string' ? [instanceId] : [];
}

/** What its state does not allow changes nothing. */
function byHand(account: Account, operation: 'StartInstances' | 'StopInstances', instanceId: string): void {
  try {
    account.call('ec2', operation, { InstanceIds: [instanceId] });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'IncorrectInstanceState') throw error;
  }
}

/** What the ARN of an execution says; a child is one item of a distributed Map. */
export function parseExecutionArn(executionArn: string): { stateMachine: string; isChild: boolean } {
  const [, stateMachine = '', label] = /:execution:([^:/]+)(\/)?/.exec(executionArn) ?? [];
  return { stateMachine, isChild: label !== undefined };
}

/** Of its state machine, by whichever of their executions; the children of a run end with it. */
function abortRuns(engine: Engine, executionArn: string): void {
  const { stateMachine } = parseExecutionArn(executionArn);
  for (const run of engine.listExecutions({ status: 'RUNNING', stateMachine })) {
    engine.stopExecution(run.executionArn);
  }
}

/** Whether any instance carries a lease, or half of one: else a rescue has nothing to look at. */
export function anyLease(account: Account): boolean {
  return leasedIn(account).next().done !== true;
}

function* leasedIn(account: Account): Generator<string> {
  for (const { id, description } of account.region(account.homeRegion).instances.values()) {
    if (description.Tags?.some(({ Key }) => Key === tagKeys.stoppedBy || Key === tagKeys.restartBy)) yield id;
  }
}
