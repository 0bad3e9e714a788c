import type { VirtualClock } from '../../engine/clock.ts';
import { parseEventPattern } from '../../engine/event-pattern.ts';
import { createEngine, type Engine, type Json, type ObjectStore } from '../../engine/index.ts';
import { parseSchedule } from '../../engine/schedule.ts';
import { startSchedule } from '../../engine/scheduler.ts';
import { defaultRetireCron, type NamedPolicy } from '../../shared/domain/policy.ts';
import type { Account } from '../../simulator/account.ts';
import type { FaultName } from '../../simulator/faults.ts';
import type { Rights } from '../../simulator/iam/rights.ts';
import type { Bucket } from '../../simulator/state.ts';
import {
  anyLease,
  befallExecution,
  befallInstances,
  letTimePass,
  parseExecutionArn,
  runExecutions,
} from './executions.ts';
import { type Functions, type Handler, invoke, loadFunctions, stackNames } from './functions.ts';
import { rightsOfFunctions, rightsOfMachines } from './roles.ts';
import { readWorkflow, substitutionsOf, type Workflow, workflowNames } from './workflows.ts';

export interface StackOptions {
  account: Account;
  clock: VirtualClock;
  seed: number;
  policies: readonly NamedPolicy[];
  /** Schedules start nothing after this instant; without it there are no schedules, and runs are started by hand. */
  schedulesUntilMs?: number;
  /** The same for the schedules that belong to no policy; by default as theirs. */
  rescuesUntilMs?: number;
  keepHistory?: 'all' | 'failed';
  /** Told of every function as it begins, and how long it will be at work. */
  onInvocation?: (durationMs: number) => void;
}

/** The system as it would be deployed into the account: engine, workflows, functions, parameters, triggers. */
export interface Stack {
  engine: Engine;
  /** What functions and state machines may do, by the policies that the stack began with. */
  rights: { functions: Rights; machines: Rights };
  /** Where what passes between the steps of a run is kept. */
  workBucket: Bucket;
  /** Starts a run by hand; returns the execution's ARN. */
  capture(input: { policy: string; scheduledAt: string; instanceIds?: readonly string[] }): string;
  /** Looks now for what is to be retired, archived and shared; returns the execution's ARN. */
  retire(input: { policy: string; scheduledAt: string; mode?: 'report' | 'enforce' }): string;
  /** Archives one image by hand. */
  archive(input: { imageId: string; archive: { bucket: string; prefix: string; storageClass: string } }): string;
  /** Makes an image of an archive. */
  restore(input: { bucket: string; key: string; region?: string; name?: string }): string;
  /** Looks now for instances that a capture has left standing; returns the execution's ARN. */
  rescue(): string;
  /** Publishes a policy, new or changed. */
  publish(policy: NamedPolicy): void;
  /** Deploys anew: all functions and workflows in a next version, other ones where they are given. */
  deploy(next: NextDeploy): void;
}

export interface NextDeploy {
  /** Whose rights the roles then give; they are published, too. */
  policies: readonly NamedPolicy[];
  /** By the folders of the functions. */
  handlers?: Readonly<Record<string, Handler>>;
  /** Instead of those of the same name. */
  workflows?: readonly Workflow[];
}

/** Puts the shipped definitions and handlers into a simulated account, with their schedules and event rules. */
export async function createStack(options: StackOptions): Promise<Stack> {
  const { account, clock, seed } = options;
  const region = account.homeRegion;
  const functions = await loadFunctions(region, account.accountId);
  /** What each deploy has published, in their order. */
  const versions: Functions[] = [];
  const workBucket = account.createBucket(stackNames.workBucket);
  const place = { region, accountId: account.accountId };
  const rights = rightsOfFunctions(place, options.policies);
  account.judgeBy(rights);
  const machineRights = rightsOfMachines(place);

  const engine = createEngine({
    clock,
    region,
    accountId: account.accountId,
    seed,
    keepClosedDays: 2,
    keepHistory: options.keepHistory ?? 'failed',
    async invokeFunction(name, payload, context) {
      const { stateMachine: machine } = parseExecutionArn(context.executionArn);
      const refusal = refusalOf(machineRights, machine, 'lambda:InvokeFunction', context.functionArn);
      if (refusal !== undefined) return { durationMs: 0, error: 'Lambda.AccessDeniedException', cause: refusal };
      const version = Number(context.functionArn.split(':')[7]);
      befallInstances(account, clock, name, payload);
      const outcome = await invoke(account, versions[version - 1] ?? new Map(), name, payload, context);
      options.onInvocation?.(outcome.durationMs);
      befallExecution(account, engine, name, context.executionArn);
      letTimePass(account, clock, name, outcome.durationMs);
      return outcome;
    },
    objects: objectsOf(account, machineRights),
    refusesStart: (machine, startedArn) => {
      // IAM knows versions by a condition alone, and the resource without them.
      const unqualified = startedArn.replace(/(:stateMachine:[^:]+):\d+$/, '$1');
      return refusalOf(machineRights, machine, 'states:StartExecution', unqualified);
    },
  });
  const workflows = workflowNames().map(readWorkflow);

  const release = ({ policies, handlers = {}, workflows: changed = [] }: NextDeploy): void => {
    const released = [...functions].map(
      ([name, each]) => [name, { ...each, handler: handlers[name] ?? each.handler }] as const,
    );
    versions.push(new Map(released));
    for (const shipped of workflows) {
      const workflow = changed.find(({ name }) => name === shipped.name) ?? shipped;
      const substitutions = substitutionsOf(workflow, region, account.accountId, versions.length);
      engine.addStateMachine(workflow.name, workflow.definition, { substitutions });
    }
    for (const policy of policies) stack.publish(policy);
  };
  const stack: Stack = {
    engine,
    rights: { functions: rights, machines: machineRights },
    workBucket,
    capture: (input) => engine.startExecution({ stateMachine: 'capture-images', input: { ...input } }).executionArn,
    retire: (input) => engine.startExecution({ stateMachine: 'retire-images', input: { ...input } }).executionArn,
    archive: (input) => engine.startExecution({ stateMachine: 'archive-image', input: { ...input } }).executionArn,
    restore: (input) => engine.startExecution({ stateMachine: 'restore-image', input: { ...input } }).executionArn,
    rescue: () => engine.startExecution({ stateMachine: 'rescue-instances', input: {} }).executionArn,
    publish(policy) {
      account.call('ssm', 'PutParameter', {
        Name: `${stackNames.policyPrefix}${policy.name}`,
        Value: JSON.stringify(policy),
        Type: 'String',
        Overwrite: true,
      });
    },
    deploy(next) {
      account.judgeBy(rightsOfFunctions(place, next.policies));
      release(next);
    },
  };
  release({ policies: options.policies });
  runExecutions(
    account,
    engine,
    workflows.flatMap(({ eventPattern }) => (eventPattern === undefined ? [] : [eventPattern])),
  );
  const { schedulesUntilMs, rescuesUntilMs = schedulesUntilMs } = options;
  for (const { name, eventPattern, scheduleExpression } of workflows) {
    if (eventPattern !== undefined) startOnEvents(account, engine, name, eventPattern);
    if (scheduleExpression !== undefined && rescuesUntilMs !== undefined) {
      startOnRate(stack, options, name, scheduleExpression, rescuesUntilMs);
    }
  }
  if (schedulesUntilMs !== undefined) startOnSchedules(stack, options, schedulesUntilMs);
  return stack;
}

/** What EventBridge does with a rule: the event is the execution's input. */
function startOnEvents(account: Account, engine: Engine, stateMachine: string, pattern: Json): void {
  const matches = parseEventPattern(pattern);
  account.onEvent((event) => {
    if (matches({ ...event })) engine.startExecution({ stateMachine, input: JSON.parse(JSON.stringify(event)) });
  });
}

/** What EventBridge Scheduler does: two schedules for each policy, one to capture and one to look what is to be retired. */
function startOnSchedules(stack: Stack, { account, clock, seed, policies }: StackOptions, untilMs: number): void {
  for (const { name, schedule, retire } of policies) {
    const { cron, timezone, flexibleMinutes } = schedule;
    const start = (expression: string, minutes: number, purpose: '' | '/retire'): void => {
      const plan = { clock, schedule: parseSchedule(expression), timezone, flexibleMinutes: minutes, untilMs };
      startSchedule({ ...plan, seed: `${seed}/${name}${purpose}` }, (scheduledAtMs) => {
        const input = { policy: name, scheduledAt: new Date(scheduledAtMs).toISOString() };
        if (purpose === '') account.fire('capture-images', () => void stack.capture(input));
        else account.fire('retire-images', () => void stack.retire(input));
      });
    };
    start(cron, flexibleMinutes, '');
    start(retire?.cron ?? defaultRetireCron, 0, '/retire');
  }
}

/**
 * What EventBridge Scheduler does for a workflow that looks after everything, every few minutes. A look that could find
 * nothing is left out, as it would change nothing: docs/decisions/0021-rescue.md.
 */
function startOnRate(
  { engine }: Stack,
  { account, clock, seed }: StackOptions,
  stateMachine: string,
  expression: string,
  untilMs: number,
): void {
  const plan = { clock, schedule: parseSchedule(expression), timezone: 'UTC', flexibleMinutes: 0, untilMs };
  startSchedule({ ...plan, seed: `${seed}/${stateMachine}` }, (scheduledAtMs) => {
    if (!anyLease(account)) return;
    const input = { scheduledAt: new Date(scheduledAtMs).toISOString() };
    account.fire(stateMachine, () => void engine.startExecution({ stateMachine, input }));
  });
}

/** Why a state machine's role does not let it do that; undefined where it does. */
function refusalOf(rights: Rights, machine: string, action: string, resource: string): string | undefined {
  if (!rights.refused(machine, [{ action, resource }])) return undefined;
  return `The role of ${machine} is not authorized to perform: ${action} on resource: ${resource}`;
}

/** S3 as Step Functions itself uses it: with the machine's role, and with faults of its own. */
function objectsOf(account: Account, rights: Rights): ObjectStore {
  const judge = (machine: string, action: string, bucket: string, key: string): void => {
    const refusal = refusalOf(rights, machine, action, `arn:aws:s3:::${bucket}/${key}`);
    if (refusal !== undefined) throw new Error(`Access Denied: ${refusal}`);
  };
  const befall = (fault: FaultName, machine: string): void => {
    const occasion = { function: machine, atMs: account.clock.now() };
    if (account.faults.strikes(fault, occasion)) throw new Error('We encountered an internal error. Please try again.');
  };
  return {
    async get(Bucket, Key, machine) {
      befall('items-unreadable', machine);
      judge(machine, 's3:GetObject', Bucket, Key);
      const { Body } = account.call('s3', 'GetObject', { Bucket, Key });
      return (await Body?.transformToString()) ?? '';
    },
    async put(Bucket, Key, Body, machine) {
      befall('results-unwritable', machine);
      judge(machine, 's3:PutObject', Bucket, Key);
      account.call('s3', 'PutObject', { Bucket, Key, Body });
    },
  };
}
