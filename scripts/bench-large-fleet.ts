import { createStack, type Stack } from '../cli/simulation/stack.ts';
import { type VirtualClock, virtualClock } from '../engine/clock.ts';
import type { NamedPolicy } from '../shared/domain/policy.ts';
import { type Account, createAccount } from '../simulator/account.ts';
import type { Behaviour } from '../simulator/behaviour.ts';
import { requestLimit } from '../simulator/token-buckets.ts';
import { fleet } from './bench-world.ts';

export interface LargeFleetFigures {
  count: number;
  /** Instances that have exactly one complete image, and all images. */
  captured: number;
  images: number;
  /** From the start of the run to its end. */
  seconds: number;
  /** From the start of the run until the last instance was started again. */
  lastStartSeconds: number;
  /** What captures take by themselves, from their turn to their end: half of them at most, and the one that ended last. */
  captureSeconds: { median: number; last: number };
  /** The longest time that a bucket makes its calls take, and whose it is: of the calls that no capture can do without, and of all. */
  unavoidable: Bound;
  asMade: Bound;
  throttled: Readonly<Record<string, number>>;
  calls: Readonly<Record<string, number>>;
  /** From the request to stop until the request to start, of each instance, and the longest that a throttled start took. */
  standingSeconds: number[];
  worstRefusalSeconds: number;
  transitions: number;
  mostTransitionsInASecond: number;
  mostFunctionsAtWork: number;
  cpuSeconds: number;
}

interface Bound {
  action: string;
  seconds: number;
}

const region = 'eu-west-1';
/** One for each instance, however little one looks. */
const necessary = ['StopInstances', 'CreateImage', 'StartInstances', 'CreateTags', 'DeleteTags'];

/** How much longer than the buckets demand a run may take. */
export const mostTimesTheLeast = 1.5;
/** Of an account and Region: Step Functions' smaller Regions (Developer Guide, service quotas), and Lambda's default. */
export const quotas = { transitionsInASecond: 800, functionsAtWork: 1000 };
const worstRefusalSeconds = 10;

/** Captures so many instances, all due in the same minute. */
export async function captureLargeFleet(
  policy: NamedPolicy,
  count: number,
  behaviour: Partial<Behaviour> = {},
): Promise<LargeFleetFigures> {
  const cpu = process.cpuUsage();
  const clock = virtualClock('2026-11-21T00:00:00Z');
  const account = createAccount({ accountId: '111122223333', homeRegion: region, clock, seed: 1, behaviour });
  account.load(fleet(count));
  const work = { now: 0, most: 0 };
  const onInvocation = (durationMs: number): void => {
    work.now++;
    work.most = Math.max(work.most, work.now);
    clock.after(durationMs, () => work.now--);
  };
  const stack = await createStack({ account, clock, seed: 1, policies: [policy], onInvocation });
  const beganMs = clock.now();
  const watched = watchInstances(account);
  const executionArn = stack.capture({ policy: policy.name, scheduledAt: '2026-11-21T00:00:00Z' });
  const transitions = watchTransitions(stack, clock, executionArn);
  await clock.run();
  const { status, cause, stopDate } = stack.engine.describeExecution(executionArn);
  if (status !== 'SUCCEEDED') throw new Error(`The run ended ${status}: ${cause ?? ''}`);
  const images = [...account.region(region).images.values()];
  const complete = images.filter(({ description }) =>
    description.Tags?.some(({ Key, Value }) => Key === 'ami-lifecycle:state' && Value === 'complete'),
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    count,
    captured: new Set(complete.map(({ description }) => description.SourceInstanceId)).size,
    images: images.length,
    seconds: ((stopDate?.getTime() ?? clock.now()) - beganMs) / 1000,
    lastStartSeconds: (watched.lastStartMs() - beganMs) / 1000,
    captureSeconds: captureSeconds(stack),
    unavoidable: longest(necessary.map((action) => [action, count])),
    asMade: longest(ec2Calls(account.calls.byOperation)),
    throttled: watched.throttled,
    calls: account.calls.byOperation,
    standingSeconds: watched.standingSeconds,
    worstRefusalSeconds: watched.worstRefusalSeconds(),
    transitions: stack.engine.transitions(),
    mostTransitionsInASecond: transitions.most,
    mostFunctionsAtWork: work.most,
    cpuSeconds: (user + system) / 1e6,
  };
}

/** What the buckets and the last capture by itself demand: what is started last has its image to wait for yet. */
export function leastSeconds({ unavoidable, captureSeconds }: LargeFleetFigures): number {
  return unavoidable.seconds + captureSeconds.last;
}

/** The same until the last start: whoever is started has stood still before. */
export function leastSecondsUntilStart({ unavoidable, standingSeconds }: LargeFleetFigures): number {
  return unavoidable.seconds + median(standingSeconds);
}

/** What of a run is not as it must be, in sentences; empty where all is well. */
export function breachesOf(figures: LargeFleetFigures): string[] {
  const { count, captured, images, seconds, lastStartSeconds, throttled } = figures;
  const others = Object.keys(throttled).filter((operation) => operation !== 'StartInstances');
  const longer = (what: string, took: number, least: number): string | false =>
    took > mostTimesTheLeast * least && `${what} took ${took.toFixed(0)} s; it could in ${least.toFixed(0)} s.`;
  const above = (what: string, most: number, limit: number): string | false =>
    most > limit && `${most} ${what}, more than ${limit}.`;
  return [
    (captured !== count || images !== count) && `${images} images of ${captured} instances, not of ${count}.`,
    longer('The run', seconds, leastSeconds(figures)),
    longer('Until the last start it', lastStartSeconds, leastSecondsUntilStart(figures)),
    others.length > 0 && `EC2 throttled ${others.join(', ')}.`,
    above('seconds until a throttled start succeeded', figures.worstRefusalSeconds, worstRefusalSeconds),
    above('state transitions in a second', figures.mostTransitionsInASecond, quotas.transitionsInASecond),
    above('functions at work at once', figures.mostFunctionsAtWork, quotas.functionsAtWork),
  ].filter((breach) => breach !== false);
}

function watchInstances(account: Account) {
  const throttled: Record<string, number> = {};
  const stoppedAtMs = new Map<string, number>();
  const refusedAtMs = new Map<string, number>();
  const standingSeconds: number[] = [];
  let worstRefusalMs = 0;
  let lastStartMs = 0;
  account.onCall(({ operation, input, atMs, errorCode }) => {
    if (errorCode === 'RequestLimitExceeded') throttled[operation] = (throttled[operation] ?? 0) + 1;
    if (!('InstanceIds' in input) || !Array.isArray(input.InstanceIds)) return;
    const instanceId = String(input.InstanceIds[0]);
    if (operation === 'StopInstances' && errorCode === undefined) stoppedAtMs.set(instanceId, atMs);
    if (operation !== 'StartInstances') return;
    if (errorCode !== undefined) {
      refusedAtMs.set(instanceId, Math.min(atMs, refusedAtMs.get(instanceId) ?? atMs));
      return;
    }
    standingSeconds.push((atMs - (stoppedAtMs.get(instanceId) ?? atMs)) / 1000);
    worstRefusalMs = Math.max(worstRefusalMs, atMs - (refusedAtMs.get(instanceId) ?? atMs));
    lastStartMs = Math.max(lastStartMs, atMs);
  });
  return {
    throttled,
    standingSeconds,
    worstRefusalSeconds: () => worstRefusalMs / 1000,
    lastStartMs: () => lastStartMs,
  };
}

/** Counts while the run goes on, second by second. */
function watchTransitions({ engine }: Stack, clock: VirtualClock, executionArn: string): { most: number } {
  const counted = { most: 0, before: engine.transitions() };
  const count = (): void => {
    const now = engine.transitions();
    counted.most = Math.max(counted.most, now - counted.before);
    counted.before = now;
    if (engine.describeExecution(executionArn).status === 'RUNNING') clock.after(1000, count);
  };
  clock.after(1000, count);
  return counted;
}

function captureSeconds({ engine }: Stack): LargeFleetFigures['captureSeconds'] {
  const captures = engine.listExecutions().flatMap(({ mapRunArn, startDate, stopDate, input }) => {
    if (mapRunArn === undefined || !stopDate) return [];
    const notBefore = typeof input === 'object' && input !== null && 'notBefore' in input ? input.notBefore : undefined;
    const turnMs = typeof notBefore === 'string' ? Date.parse(notBefore) : 0;
    const endMs = stopDate.getTime();
    return [{ endMs, seconds: (endMs - Math.max(startDate.getTime(), turnMs)) / 1000 }];
  });
  const last = captures.reduce((latest, each) => (each.endMs > latest.endMs ? each : latest));
  return { median: median(captures.map(({ seconds }) => seconds)), last: last.seconds };
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[numbers.length >> 1] ?? Number.NaN;
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
