import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import { type Instance, isAlive, type Lease, leaseOf } from '../../shared/domain/instance.ts';
import { secondsBetween } from '../../shared/domain/polling.ts';
import { isStoppedByOwner, rescueItemSchema } from '../../shared/domain/rescue.ts';

/** A read may lag behind our own write; EC2 names no limit, and seconds are usual. */
const visibilitySeconds = 120;

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    item: rescueItemSchema,
    /** When this execution began to claim the instance, and now. */
    since: parts.instant,
    now: parts.instant,
  }),
  output: z.strictObject({
    /**
     * `claimed`: it carries our claim. `claiming`: the claim is written, and not to be seen yet. `stopped-by-owner`: it is
     * not to be started, and its lease is to go. `yielded`: its lease is gone, or another's. `gone`: terminated.
     */
    action: z.enum(['claimed', 'claiming', 'stopped-by-owner', 'yielded', 'gone']),
    waitSeconds: parts.waitSeconds,
  }),
  errors: awsErrors,
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  instances: {
    describe(instanceId: string): Promise<Instance | undefined>;
    writeLease(instanceId: string, lease: Lease): Promise<void>;
  };
}

/**
 * Takes over the lease that a stranded instance was found with, so that of two rescues one goes on, and whoever looks
 * meanwhile sees who is at work. The claim says since when the instance should run, and which launch of it was stopped.
 */
export function makeClaimInstance({ instances }: Ports) {
  return async ({ executionId, item, since, now }: Input): Promise<Output> => {
    const { instanceId, lease: found, holder, overdueSince } = item;
    const answer = (action: Output['action']): Output => ({ action, waitSeconds: 5 });
    const instance = await instances.describe(instanceId);
    if (!isAlive(instance)) return answer('gone');
    const lease = leaseOf(instance.tags);
    if (lease?.executionId === executionId) return answer('claimed');
    // Tags know no compare-and-set: of two that claim at once the later stays, and the other sees it here.
    const isFound =
      lease?.executionId === found.executionId &&
      lease.restartBy === found.restartBy &&
      lease.launchedAt === found.launchedAt;
    if (!isFound) return answer('yielded');
    if (isStoppedByOwner(instance, holder)) return answer('stopped-by-owner');
    if (secondsBetween(since, now) > visibilitySeconds) {
      throw new LifecycleError(
        'AwsUnavailable',
        `${instanceId} does not show its new tags two minutes after they were written.`,
        {
          instanceId,
        },
      );
    }
    await instances.writeLease(instanceId, { executionId, restartBy: overdueSince, launchedAt: lease.launchedAt });
    return answer('claiming');
  };
}
