import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import { type Instance, isAlive, type Lease, leaseOf } from '../../shared/domain/instance.ts';
import { pollSeconds } from '../../shared/domain/polling.ts';
import { autoScalingGroupKey, type Tags, tagKeys } from '../../shared/domain/tags.ts';

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    instanceId: parts.instanceId,
    leaseMinutes: z.int().min(1),
    /** The execution whose lease has been waited for in vain, if any: it may be replaced. */
    abandonedLease: z.string().nullable(),
    now: parts.instant,
  }),
  output: z.strictObject({
    /** `yielded`: another holds the instance. `changed`: it is not what was inspected, and is to be inspected again. */
    action: z.enum(['stopping', 'yielded', 'changed']),
    waitSeconds: parts.waitSeconds,
  }),
  errors: [...awsErrors, 'InstanceGone', 'StopRefused'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  instances: {
    describe(instanceId: string): Promise<Instance | undefined>;
    writeLease(instanceId: string, lease: Lease): Promise<void>;
    stop(instanceId: string): Promise<void>;
  };
}

/** Claims the instance in its own tags, then stops it: should all else fail, the tags tell who must start it again. */
export function makeStopInstance({ instances }: Ports) {
  return async ({ executionId, instanceId, leaseMinutes, abandonedLease, now }: Input): Promise<Output> => {
    const yielded: Output = { action: 'yielded', waitSeconds: pollSeconds('image', now, now) };
    const isOthers = (lease: Lease | undefined): boolean =>
      lease !== undefined && lease.executionId !== executionId && lease.executionId !== abandonedLease;

    /** Who was stopped under the name of an earlier launch would be taken for one that its owner stopped, for ever. */
    const nameLatest = async (shown: Instance | undefined, lease: Lease): Promise<void> => {
      if (!isAlive(shown) || isOthers(leaseOf(shown.tags))) return;
      const { launchedAt } = shown;
      if (!(Date.parse(launchedAt) > Date.parse(lease.launchedAt))) return;
      await instances.writeLease(instanceId, { ...lease, launchedAt });
    };

    const instance = await instances.describe(instanceId);
    if (!isAlive(instance)) {
      throw new LifecycleError('InstanceGone', `${instanceId} was terminated before it could be stopped.`, {
        instanceId,
      });
    }
    const lease = leaseOf(instance.tags);
    if (isOthers(lease)) return yielded;
    if (instance.state !== 'running') {
      // A repeated attempt finds its own work done.
      if (lease?.executionId !== executionId || instance.state === 'pending') return { ...yielded, action: 'changed' };
      await nameLatest(instance, lease);
      return { ...yielded, action: 'stopping' };
    }
    // Many minutes of retries may lie between the inspection and this.
    if (mustNotStop(instance.tags)) return { ...yielded, action: 'changed' };
    const restartBy = new Date(Date.parse(now) + leaseMinutes * 60_000).toISOString();
    const { launchedAt } = instance;
    await instances.writeLease(instanceId, { executionId, restartBy, launchedAt });
    // Tags know no compare-and-set: of two that claim at once the later stays, and the other sees it here.
    const seen = await instances.describe(instanceId);
    if (isOthers(leaseOf(seen?.tags ?? {}))) return yielded;
    // Its owner was quick to start it anew: the lease must name what is stopped.
    if (seen?.launchedAt !== instance.launchedAt) return { ...yielded, action: 'changed' };
    await instances.stop(instanceId);
    // Both looks may have shown what was before its restart, or it was restarted between two sends of this call.
    await nameLatest(await instances.describe(instanceId), { executionId, restartBy, launchedAt });
    // Hardly any instance stops faster than this.
    return { action: 'stopping', waitSeconds: 15 };
  };
}

function mustNotStop(tags: Tags): boolean {
  return tags[tagKeys.skip] !== undefined || tags[autoScalingGroupKey] !== undefined;
}
