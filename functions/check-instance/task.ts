import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import { type Health, type Instance, isAlive } from '../../shared/domain/instance.ts';
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
     * not to be overruled. `gone`: terminated; nothing is left to run.
     */
    status: z.enum(['reached', 'waiting', 'fell-back', 'stopped-by-hand', 'gone']),
    reason: z.string(),
    waitSeconds: parts.waitSeconds,
  }),
  errors: [...awsErrors, 'InstanceGone', 'StopTimedOut', 'RestartFailed'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  instances: {
    describe(instanceId: string): Promise<Instance | undefined>;
    health(instanceId: string): Promise<Health>;
  };
  meter: Pick<Meter, 'count'>;
}

/** Looks whether an instance has stopped, or runs and passes its status checks. */
export function makeCheckInstance({ instances, meter }: Ports) {
  return async (input: Input): Promise<Output> => {
    const instance = await instances.describe(input.instanceId);
    if (input.until === 'stopped') return stopProgress(input, isAlive(instance) ? instance : undefined);
    if (!isAlive(instance)) return answer(input, 'gone', 'terminated');
    const health = instance.state === 'running' ? await instances.health(input.instanceId) : undefined;
    const progress = startProgress(input, instance, health);
    // As where EC2 refuses: people hear of it at once, and the workflow tries again for hours.
    if (progress.status === 'fell-back') meter.count('RestartDelayed', 1, {});
    return progress;
  };
}

function stopProgress(input: Input, instance: Instance | undefined): Output {
  const { instanceId, since, now } = input;
  if (!instance) {
    throw new LifecycleError('InstanceGone', `${instanceId} was terminated while it was being stopped.`, {
      instanceId,
    });
  }
  if (instance.state === 'stopped') return answer(input, 'reached', instance.stateReason);
  if (secondsBetween(since, now) > stopPatienceSeconds) {
    throw new LifecycleError('StopTimedOut', `${instanceId} is still ${instance.state} half an hour after its stop.`, {
      instanceId,
      state: instance.state,
    });
  }
  return answer(input, 'waiting', instance.state);
}

function startProgress(input: Input, instance: Instance, health: Health | undefined): Output {
  const { instanceId, since, now } = input;
  if (health === 'ok') return answer(input, 'reached', 'running');
  if (instance.state === 'stopped') {
    // EC2 writes whole seconds.
    const isByHand = Date.parse(instance.stoppedByHandAt) > Date.parse(since) + 1000;
    return answer(input, isByHand ? 'stopped-by-hand' : 'fell-back', instance.stateReason);
  }
  if (secondsBetween(since, now) > healthPatienceSeconds) {
    throw new LifecycleError(
      'RestartFailed',
      `${instanceId} is ${instance.state} an hour after its start, its status checks ${health ?? 'unknown'}.`,
      { instanceId, state: instance.state, health },
    );
  }
  return answer(input, 'waiting', health ?? instance.state);
}

function answer({ until, since, now }: Input, status: Output['status'], reason: string): Output {
  return { status, reason, waitSeconds: pollSeconds(until === 'stopped' ? 'stop' : 'image', since, now) };
}
