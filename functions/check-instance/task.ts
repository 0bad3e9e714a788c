import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import {
  type Instance,
  type InstanceState,
  type InstanceStatus,
  isAlive,
  isStoppedAgain,
  launchStoppedMs,
  ownLease,
} from '../../shared/domain/instance.ts';
import type { Meter } from '../../shared/domain/metrics.ts';
import { pollSeconds, secondsBetween } from '../../shared/domain/polling.ts';

/** EC2 forces a shutdown that hangs after some minutes; what takes longer than this will not end by itself. */
const stopPatienceSeconds = 30 * 60;
/** A boot with file system checks may be slow; what is not healthy by then needs a person. */
const healthPatienceSeconds = 60 * 60;

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    instanceId: parts.instanceId,
    until: z.enum(['stopped', 'running']),
    /** When the change was asked for, and now. */
    since: parts.instant,
    now: parts.instant,
  }),
  output: z.strictObject({
    /**
     * `fell-back`: a start that EC2 accepted ended in `stopped` again. `stopped-by-hand`: its owner stopped it since, and is
     * not to be overruled. `started-by-hand`: it had stopped, and runs again. `gone`: terminated; nothing is left to run.
     */
    status: z.enum(['reached', 'waiting', 'fell-back', 'stopped-by-hand', 'started-by-hand', 'gone']),
    reason: z.string(),
    waitSeconds: parts.waitSeconds,
  }),
  errors: [...awsErrors, 'InstanceGone', 'StopTimedOut', 'RestartFailed'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  instances: {
    status(instanceId: string): Promise<InstanceStatus | undefined>;
    describe(instanceId: string): Promise<Instance | undefined>;
  };
  meter: Pick<Meter, 'count'>;
}

/** Looks whether an instance has stopped, or runs and passes its status checks. */
export function makeCheckInstance({ instances, meter }: Ports) {
  return async (input: Input): Promise<Output> => {
    const { instanceId, until } = input;
    const status = await instances.status(instanceId);
    // After its stop it should not run; a look may still show it so, and its owner may have started it since.
    const isStrange = until === 'stopped' && (status?.state === 'pending' || status?.state === 'running');
    if (status && !isStrange && (status.state === until || underWay.has(status.state))) return progress(input, status);
    // Whether it is gone, and who stopped it, is in the other listing.
    const instance = await instances.describe(instanceId);
    if (!isAlive(instance)) return gone(input);
    if (until === 'stopped' && isLaunchedAgain(instance, input)) {
      return answer(input, 'started-by-hand', instance.state);
    }
    if (until === 'stopped' || instance.state !== 'stopped') {
      return progress(input, { state: instance.state, health: 'initializing' });
    }
    const isByHand = isStoppedByHand(instance, input);
    // As where EC2 refuses: people hear of it at once, and the workflow tries again for hours.
    if (!isByHand) meter.count('RestartDelayed', 1, {});
    return answer(input, isByHand ? 'stopped-by-hand' : 'fell-back', instance.stateReason);
  };
}

/** Another's lease, and one of an earlier version, does not say which launch it was that we stopped. */
function isLaunchedAgain({ launchedAt, tags }: Instance, { executionId, since }: Input): boolean {
  return Date.parse(launchedAt) > launchStoppedMs(ownLease(tags, executionId), Date.parse(since));
}

/** As StartInstance has it; without a launch to go by only the time of the start is known. EC2 writes whole seconds. */
function isStoppedByHand(instance: Instance, { executionId, since }: Input): boolean {
  const namesLaunch = !Number.isNaN(Date.parse(ownLease(instance.tags, executionId)?.launchedAt ?? ''));
  if (namesLaunch && instance.launchedAt !== '') return isStoppedAgain(instance, Number.NaN);
  return Date.parse(instance.stoppedByHandAt) > Date.parse(since) + 1000;
}

/** From these an instance may yet come to either end. */
const underWay: ReadonlySet<InstanceState> = new Set(['pending', 'running', 'stopping']);

function progress(input: Input, { state, health }: InstanceStatus): Output {
  const { instanceId, until, since, now } = input;
  if (state === until && (until === 'stopped' || health === 'ok')) return answer(input, 'reached', state);
  const waitedSeconds = secondsBetween(since, now);
  if (until === 'stopped' && waitedSeconds > stopPatienceSeconds) {
    const message = `${instanceId} is still ${state} half an hour after its stop.`;
    throw new LifecycleError('StopTimedOut', message, { instanceId, state });
  }
  const checks = state === 'running' ? health : 'unknown';
  if (until === 'running' && waitedSeconds > healthPatienceSeconds) {
    const message = `${instanceId} is ${state} an hour after its start, its status checks ${checks}.`;
    throw new LifecycleError('RestartFailed', message, { instanceId, state, health: checks });
  }
  return answer(input, 'waiting', until === 'running' && state === 'running' ? health : state);
}

function gone(input: Input): Output {
  const { instanceId, until } = input;
  if (until === 'running') return answer(input, 'gone', 'terminated');
  throw new LifecycleError('InstanceGone', `${instanceId} was terminated while it was being stopped.`, { instanceId });
}

function answer({ until, since, now }: Input, status: Output['status'], reason: string): Output {
  // What fell back stands still: it is started again soon.
  const pace = status === 'fell-back' ? 'image' : until === 'stopped' ? 'stop' : 'start';
  return { status, reason, waitSeconds: pollSeconds(pace, since, now) };
}
