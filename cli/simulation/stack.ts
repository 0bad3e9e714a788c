import type { VirtualClock } from '../../engine/clock.ts';
import { parseEventPattern } from '../../engine/event-pattern.ts';
import { createEngine, type Engine } from '../../engine/index.ts';
import { parseSchedule } from '../../engine/schedule.ts';
import { startSchedule } from '../../engine/scheduler.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import type { Account } from '../../simulator/account.ts';
import type { Bucket } from '../../simulator/state.ts';
import { invoke, loadFunctions, stackNames } from './functions.ts';
import { functionNameOf, readWorkflow } from './workflows.ts';

export interface StackOptions {
  account: Account;
  clock: VirtualClock;
  seed: number;
  policies: readonly NamedPolicy[];
  /** Schedules start nothing after this instant; without it there are no schedules, and runs are started by hand. */
  schedulesUntilMs?: number;
  keepHistory?: 'all' | 'failed';
}

/** The system as it would be deployed into the account: engine, workflows, functions, parameters, triggers. */
export interface Stack {
  engine: Engine;
  /** Where what passes between the steps of a run is kept. */
  workBucket: Bucket;
  /** Starts a run by hand; returns the execution's ARN. */
  capture(input: { policy: string; scheduledAt: string; instanceIds?: readonly string[] }): string;
  /** Publishes a policy, new or changed. */
  publish(policy: NamedPolicy): void;
}

const captureImages = 'capture-images';

/** Puts the shipped definitions and handlers into a simulated account, with their schedules and event rules. */
export async function createStack(options: StackOptions): Promise<Stack> {
  const { account, clock, seed } = options;
  const region = account.homeRegion;
  const functions = await loadFunctions(region, account.accountId);
  const workBucket = account.createBucket(stackNames.workBucket);

  const engine = createEngine({
    clock,
    region,
    accountId: account.accountId,
    seed,
    keepClosedDays: 2,
    keepHistory: options.keepHistory ?? 'failed',
    invokeFunction: (name, payload, context) => invoke(account, functions, name, payload, context),
    objects: objectsOf(account),
  });
  const workflow = readWorkflow(captureImages);
  engine.addStateMachine(workflow.name, workflow.definition, {
    substitutions: Object.fromEntries(
      workflow.functionKeys.map((key) => [
        key,
        `arn:aws:lambda:${region}:${account.accountId}:function:${functionNameOf(key)}`,
      ]),
    ),
  });

  const stack: Stack = {
    engine,
    workBucket,
    capture: (input) => engine.startExecution({ stateMachine: captureImages, input: { ...input } }).executionArn,
    publish(policy) {
      account.call('ssm', 'PutParameter', {
        Name: `${stackNames.policyPrefix}${policy.name}`,
        Value: JSON.stringify(policy),
        Type: 'String',
        Overwrite: true,
      });
    },
  };
  for (const policy of options.policies) stack.publish(policy);
  startOnTagging(account, engine, workflow.eventPattern);
  if (options.schedulesUntilMs !== undefined) startOnSchedules(stack, options, options.schedulesUntilMs);
  return stack;
}

/** What EventBridge does with the rule of `Tag Change on Resource`: the event is the execution's input. */
function startOnTagging(account: Account, engine: Engine, pattern: Parameters<typeof parseEventPattern>[0]): void {
  const matches = parseEventPattern(pattern);
  account.onEvent((event) => {
    if (matches({ ...event }))
      engine.startExecution({ stateMachine: captureImages, input: JSON.parse(JSON.stringify(event)) });
  });
}

/** What EventBridge Scheduler does: one schedule for each policy. */
function startOnSchedules(stack: Stack, { clock, seed, policies }: StackOptions, untilMs: number): void {
  for (const { name, schedule } of policies) {
    const { cron, timezone, flexibleMinutes } = schedule;
    const plan = { clock, schedule: parseSchedule(cron), timezone, flexibleMinutes, seed: `${seed}/${name}`, untilMs };
    startSchedule(plan, (scheduledAtMs) => {
      stack.capture({ policy: name, scheduledAt: new Date(scheduledAtMs).toISOString() });
    });
  }
}

/** S3 as Step Functions itself uses it: with its own role, so outside of functions and their faults. */
function objectsOf(account: Account) {
  return {
    async get(Bucket: string, Key: string): Promise<string> {
      const { Body } = account.call('s3', 'GetObject', { Bucket, Key });
      return (await Body?.transformToString()) ?? '';
    },
    async put(Bucket: string, Key: string, Body: string): Promise<void> {
      account.call('s3', 'PutObject', { Bucket, Key, Body });
    },
  };
}
