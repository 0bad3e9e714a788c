import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { isLifecycleError, LifecycleError } from '../../shared/domain/errors.ts';
import { type Instance, isAlive, isStoppedAgain, leaseOf } from '../../shared/domain/instance.ts';
import type { Meter } from '../../shared/domain/metrics.ts';
import { pollSeconds, secondsBetween } from '../../shared/domain/polling.ts';
import { tagKeys } from '../../shared/domain/tags.ts';

/** A read may lag behind our own write; EC2 names no limit, and seconds are usual. */
const visibilitySeconds = 60;
/** Capacity comes back within hours or not by waiting. */
const patienceSeconds = 12 * 60 * 60;

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    instanceId: parts.instanceId,
    /** When we stopped it, or since when a rescue knows it to stand still; null where nothing says that it was us. */
    stoppedAt: parts.instant.nullable(),
    /** When its restart was first due, and now. */
    since: parts.instant,
    now: parts.instant,
  }),
  output: z.strictObject({
    /**
     * `already`: it runs, and not by this very call. `waiting`: not startable from its present state yet. `not-ours`: another
     * execution holds it and will start it. `stopped-by-hand`: its owner started it since and stopped it again, and is not to be
     * overruled.
     */
    action: z.enum(['started', 'already', 'waiting', 'not-ours', 'stopped-by-hand', 'gone']),
    waitSeconds: parts.waitSeconds,
  }),
  errors: [...awsErrors, 'CapacityUnavailable', 'RestartFailed'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  instances: {
    describe(instanceId: string): Promise<Instance | undefined>;
    start(instanceId: string): Promise<'started' | 'already' | 'refused'>;
  };
  meter: Pick<Meter, 'count'>;
}

/** Starts an instance that this execution stopped, and no other. */
export function makeStartInstance({ instances, meter }: Ports) {
  return async (input: Input): Promise<Output> => {
    const { executionId, instanceId, stoppedAt, since, now } = input;
    const answer = (action: Output['action']): Output => ({
      action,
      waitSeconds:
        action === 'started' || action === 'already'
          ? pollSeconds('start', now, now)
          : pollSeconds('image', since, now),
    });
    const instance = await instances.describe(instanceId);
    if (!isAlive(instance)) return answer('gone');
    const lease = leaseOf(instance.tags);
    if (lease && lease.executionId !== executionId) return answer('not-ours');
    if (instance.state === 'running' || instance.state === 'pending') return answer('already');
    if (isStoppedAgain(instance, Date.parse(stoppedAt ?? ''))) return answer('stopped-by-hand');
    if (!lease) return answer(withoutLease(input));
    if (secondsBetween(since, now) > patienceSeconds) {
      throw new LifecycleError('RestartFailed', `${instanceId} could not be started for 12 hours.`, {
        instanceId,
        reason: instance.stateReason,
      });
    }
    try {
      const start = await instances.start(instanceId);
      return answer(start === 'refused' ? 'waiting' : start);
    } catch (error) {
      // People hear of it at once; the workflow goes on trying for hours.
      if (isLifecycleError(error, 'CapacityUnavailable')) meter.count('RestartDelayed', 1, {});
      throw error;
    }
  };
}

/**
 * What to do with an instance that stands still, and shows no lease. Nobody has the right to start it, nor to lease it anew.
 * @throws RestartFailed where we stopped it, so that people hear of it: no rescue finds it any more
 */
function withoutLease({ instanceId, stoppedAt, since, now }: Input): Output['action'] {
  // It may not show yet.
  if (secondsBetween(since, now) < visibilitySeconds) return 'waiting';
  if (stoppedAt === null) return 'not-ours';
  const message = `${instanceId} was stopped by us, and somebody has taken its tag ${tagKeys.stoppedBy} away, without which we may not start it: start it by hand.`;
  throw new LifecycleError('RestartFailed', message, { instanceId, stoppedAt });
}
