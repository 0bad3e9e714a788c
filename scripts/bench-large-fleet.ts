import { createStack } from '../cli/simulation/stack.ts';
import { virtualClock } from '../engine/clock.ts';
import type { NamedPolicy } from '../shared/domain/policy.ts';
import { createAccount } from '../simulator/account.ts';
import { requestLimit } from '../simulator/token-buckets.ts';
import { fleet } from './bench-world.ts';

export interface LargeFleetFigures {
  /** Slots that have exactly one complete image. */
  captured: number;
  images: number;
  /** From the start of the run to its end. */
  seconds: number;
  /** The longest time that a bucket makes its calls take, and whose it is: of the calls that no capture can do without, and of all. */
  unavoidable: Bound;
  asMade: Bound;
  throttled: number;
  calls: Readonly<Record<string, number>>;
  /** From the request to stop until the request to start, of each instance. */
  standingSeconds: number[];
  transitions: number;
  cpuSeconds: number;
}

interface Bound {
  action: string;
  seconds: number;
}

const region = 'eu-west-1';
/** One for each instance, however little one looks. */
const necessary = ['StopInstances', 'CreateImage', 'StartInstances', 'CreateTags', 'DeleteTags'];

/** Captures so many instances, all due in the same minute. */
export async function captureLargeFleet(policy: NamedPolicy, count: number): Promise<LargeFleetFigures> {
  const cpu = process.cpuUsage();
  const clock = virtualClock('2026-11-21T00:00:00Z');
  const account = createAccount({ accountId: '111122223333', homeRegion: region, clock, seed: 1 });
  account.load(fleet(count));
  const stack = await createStack({ account, clock, seed: 1, policies: [policy] });
  const stoppedAtMs = new Map<string, number>();
  const standingSeconds: number[] = [];
  let throttled = 0;
  account.onCall(({ operation, input, atMs, errorCode }) => {
    if (errorCode === 'RequestLimitExceeded') throttled++;
    if (errorCode !== undefined || !('InstanceIds' in input) || !Array.isArray(input.InstanceIds)) return;
    const instanceId = String(input.InstanceIds[0]);
    if (operation === 'StopInstances') stoppedAtMs.set(instanceId, atMs);
    if (operation === 'StartInstances') standingSeconds.push((atMs - (stoppedAtMs.get(instanceId) ?? atMs)) / 1000);
  });
  const beganMs = clock.now();
  const executionArn = stack.capture({ policy: policy.name, scheduledAt: '2026-11-21T00:00:00Z' });
  await clock.run();
  const { status, cause, stopDate } = stack.engine.describeExecution(executionArn);
  if (status !== 'SUCCEEDED') throw new Error(`The run ended ${status}: ${cause ?? ''}`);
  const images = [...account.region(region).images.values()];
  const complete = images.filter(({ description }) =>
    description.Tags?.some(({ Key, Value }) => Key === 'ami-lifecycle:state' && Value === 'complete'),
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    captured: new Set(complete.map(({ description }) => description.SourceInstanceId)).size,
    images: images.length,
    seconds: ((stopDate?.getTime() ?? clock.now()) - beganMs) / 1000,
    unavoidable: longest(necessary.map((action) => [action, count])),
    asMade: longest(ec2Calls(account.calls.byOperation)),
    throttled,
    calls: account.calls.byOperation,
    standingSeconds,
    transitions: stack.engine.transitions(),
    cpuSeconds: (user + system) / 1e6,
  };
}

function ec2Calls(byOperation: Readonly<Record<string, number>>): [action: string, calls: number][] {
  return Object.entries(byOperation).flatMap(([operation, calls]) =>
    operation.startsWith('ec2:') ? [[operation.slice('ec2:'.length), calls]] : [],
  );
}

function longest(calls: readonly (readonly [action: string, calls: number])[]): Bound {
  return calls
    .map(([action, count]) => {
      const { capacity, refillPerSecond } = requestLimit(action);
      return { action, seconds: Math.max(0, count - capacity) / refillPerSecond };
    })
    .reduce((most, each) => (each.seconds > most.seconds ? each : most));
}
