import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invoke, loadFunctions, stackNames } from '../cli/simulation/functions.ts';
import { projectDirectory } from '../cli/simulation/project.ts';
import { bundleFunctions } from '../deploy/bundle.ts';
import { virtualClock } from '../engine/clock.ts';
import { type NamedPolicy, namedPolicySchema } from '../shared/domain/policy.ts';
import { type Account, createAccount } from '../simulator/account.ts';
import { attempt } from '../simulator/attempt.ts';
import { ServiceFailure } from '../simulator/service-failure.ts';
import { agedFleet } from './bench-aged-fleet.ts';
import type { AskedCall, FromFunction, ToFunction, Usage, Work } from './bench-planning-function.ts';

const region = 'eu-west-1';
const accountId = '111122223333';
const servers = 200;
const days = 250;
const today = '2026-11-21T03:00:00Z';
const now = '2026-11-21T12:00:00Z';

/** The runtime takes what it gets; so much is enough to stay within 256 MiB in all. */
const limits = ['--max-old-space-size=160', '--max-semi-space-size=8'];

export interface PlanningFigures {
  images: number;
  candidates: number;
  /** How often each operation was called. */
  calls: Readonly<Record<string, number>>;
  /** What the function takes with all its calls, in simulated time. */
  elapsedSeconds: number;
  /** The function in a process of its own, and the same calls of another that forgets what they answer. */
  planning: Usage;
  listing: Usage;
}

/** Plans for 50,000 images, of which so many of the oldest of each of 200 servers are no longer wanted. */
export async function planOnce(candidatesPerServer: number): Promise<PlanningFigures> {
  const account = createAccount({
    accountId,
    homeRegion: region,
    clock: virtualClock(now),
    seed: 1,
    behaviour: { emptyPageProbability: 0 },
  });
  account.load(agedFleet(servers, days, today));
  account.createBucket(stackNames.workBucket);
  const policy = policyOf(days - candidatesPerServer);
  account.call('ssm', 'PutParameter', {
    Name: `${stackNames.policyPrefix}${policy.name}`,
    Value: JSON.stringify(policy),
    Type: 'String',
  });
  const event = {
    executionId: `arn:aws:states:${region}:${accountId}:execution:retire-images:measured`,
    event: { policy: policy.name, scheduledAt: now },
    now,
  };

  const functions = await loadFunctions(region, accountId);
  const outcome = await invoke(account, functions, 'plan-retirement', event, {
    requestId: 'measured',
    functionArn: `arn:aws:lambda:${region}:${accountId}:function:plan-retirement`,
  });
  if ('error' in outcome) throw new Error(`Planning failed: ${outcome.error}: ${outcome.cause}`);
  const calls = { ...account.calls.byCaller['plan-retirement'] };
  const planned = JSON.stringify(outcome.payload).match(/"planned":(\d+)/)?.[1];
  if (Number(planned) !== servers * candidatesPerServer) throw new Error(`${planned} images were planned.`);

  const asked: AskedCall[] = [];
  const directory = mkdtempSync(join(tmpdir(), 'ami-lifecycle-bench-'));
  try {
    const bundle = join(directory, 'handler.mjs');
    for (const { content } of await bundleFunctions(['plan-retirement'])) writeFileSync(bundle, content);
    const planning = await run({ event }, bundle, account, asked);
    const listing = await run({ calls: asked }, bundle, account, []);
    return {
      images: account.region(region).images.size,
      candidates: servers * candidatesPerServer,
      calls,
      elapsedSeconds: outcome.durationMs / 1000,
      planning,
      listing,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Keeps so many days, and what is rarer lies within them. */
function policyOf(daily: number): NamedPolicy {
  return namedPolicySchema.parse({
    name: 'gold',
    schedule: { cron: '0 3 * * ? *', timezone: 'Europe/Rome' },
    retain: { last: 3, daily, weekly: 26, monthly: 6, atLeast: 3 },
    retire: { mode: 'enforce', maxPerRun: 50_000, maxPercentPerRun: 100 },
  });
}

/** Does the work in a process of its own, and answers what it asks from the account. */
function run(work: Work, bundle: string, account: Account, asked: AskedCall[]): Promise<Usage> {
  const child = fork(join(projectDirectory, 'scripts', 'bench-planning-function.ts'), [bundle], {
    serialization: 'advanced',
    execArgv: limits,
    env: { ...process.env, AWS_REGION: region },
  });
  const send = (message: ToFunction): void => void child.send(message);
  return new Promise((resolve, reject) => {
    let usage: Usage | undefined;
    child.on('message', (message: FromFunction) => {
      if ('ready' in message) send({ work });
      else if ('usage' in message) usage = message.usage;
      else {
        asked.push(message.call);
        send(answer(account, message.call));
      }
    });
    onEnd(child, () => (usage ? resolve(usage) : reject(new Error('The planning process ended early.'))));
  });
}

function onEnd(child: ChildProcess, act: () => void): void {
  child.on('exit', act);
  child.on('error', act);
}

const services: Readonly<Record<string, string>> = {
  EC2Client: 'ec2',
  AutoScalingClient: 'auto-scaling',
  S3Client: 's3',
  SSMClient: 'ssm',
};

/** Without faults and rate limits: how long the calls take is no matter here. An object that is not there is refused. */
function answer(account: Account, { clientName, operation, region: asked, input }: AskedCall): ToFunction {
  const service = services[clientName] ?? clientName;
  const ids = { requestId: 'measured', sendId: 'measured' };
  const request = { service, operation, region: asked, input, caller: 'plan-retirement', ...ids };
  try {
    return { output: attempt(account.answering, { ...request, nowMs: account.clock.now(), direct: true }) };
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    return { refusal: { name: error.code, message: error.message } };
  }
}
