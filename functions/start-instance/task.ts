import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { isLifecycleError, LifecycleError } from '../../shared/domain/errors.ts';
import { type Instance, isAlive, leaseOf } from '../../shared/domain/instance.ts';
import type { Meter } from '../../shared/domain/metrics.ts';
import { pollSeconds, secondsBetween } from '../../shared/domain/polling.ts';

/** A read may lag behind our own write; EC2 names no limit, and seconds are usual. */
const visibilitySeconds = 60;
/** Capacity comes back within hours or not by waiting. */
const patienceSeconds = 12 * 60 * 60;

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    instanceId: parts.instanceId,
    /** When its restart was first due, and now. */
    since: parts.instant,
    now: parts.instant,
  }),
  output: z.strictObject({
    /** `waiting`: not startable from its present state yet. `not-ours`: another execution holds it and will start it. */
    action: z.enum(['started', 'waiting', 'not-ours', 'gone']),
    waitSeconds: parts.waitSeconds,
  }),
  errors: [...awsErrors, 'CapacityUnavailable', 'RestartFailed'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  instances: {
    describe(instanceId: string): Promise<Instance | undefined>;
    start(instanceId: string): Promise<boolean>;
  };
  meter: Pick<Meter, 'count'>;
}

/** Starts an instance that this execution stopped, and no other. */
export function makeStartInstance({ instances, meter }: Ports) {
  return async ({ executionId, instanceId, since, now }: Input): Promise<Output> => {
    const answer = (action: Output['action']): Output => ({
      action,
      waitSeconds: action === 'started' ? pollSeconds('start', now, now) : pollSeconds('image', since, now),
    });
    const instance = await instances.describe(instanceId);
    if (!isAlive(instance)) return answer('gone');
    const lease = leaseOf(instance.tags);
    if (lease && lease.executionId !== executionId) return answer('not-ours');
    if (instance.state === 'running' || instance.state === 'pending') return answer('started');
    // Our lease may not show yet. If it is not there a little later, then whoever stopped the instance, it was not us.
    if (!lease) return answer(secondsBetween(since, now) < visibilitySeconds ? 'waiting' : 'not-ours');
    if (secondsBetween(since, now) > patienceSeconds) {
      throw new LifecycleError('RestartFailed', `${instanceId} could not be started for 12 hours.`, {
        instanceId,
        reason: instance.stateReason,
      });
    }
    try {
      return answer((await instances.start(instanceId)) ? 'started' : 'waiting');
    } catch (error) {
      // People hear of it at once; the workflow goes on trying for hours.
      if (isLifecycleError(error, 'CapacityUnavailable')) meter.count('RestartDelayed', 1, {});
      throw error;
    }
  };
}
