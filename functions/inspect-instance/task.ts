import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';
import type { Image } from '../../shared/domain/image.ts';
import { inspect, leaseMinutes } from '../../shared/domain/inspection.ts';
import { type Instance, isAlive, ownLease, type StopFacts } from '../../shared/domain/instance.ts';
import { imageName } from '../../shared/domain/naming.ts';
import { namedPolicySchema } from '../../shared/domain/policy.ts';
import { targetSchema, targetsOf } from '../../shared/domain/target.ts';

/** Whether the instance carries this execution's lease, whatever else is decided: then it is ours to start. */
const holdsLease = z.boolean();

const plan = {
  holdsLease,
  reason: z.string(),
  consistency: parts.consistency,
  notices: z.array(z.string()),
  targets: z.array(targetSchema),
  /** When the lease of an instance that is stopped runs out, counted from the stop. */
  leaseMinutes: z.int().min(1),
};

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    instanceId: parts.instanceId,
    policy: namedPolicySchema,
    slot: parts.slot,
    attempt: parts.attempt,
    since: parts.instant,
    now: parts.instant,
  }),
  output: z.discriminatedUnion('action', [
    z.strictObject({ action: z.literal('skip'), holdsLease, reason: z.string(), explanation: z.string() }),
    z.strictObject({ action: z.literal('wait'), holdsLease, reason: z.string(), waitSeconds: parts.waitSeconds }),
    z.strictObject({ action: z.literal('capture'), ...plan }),
    z.strictObject({ action: z.literal('stop'), ...plan, abandonedLease: z.string().nullable() }),
  ]),
  errors: [...awsErrors, 'InstanceGone'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  region: string;
  instances: {
    describe(instanceId: string): Promise<Instance | undefined>;
    stopFacts(instance: Instance): Promise<StopFacts>;
  };
  images: { findByName(name: string): Promise<Image | undefined> };
}

/** Decides how an instance is captured; changes nothing. */
export function makeInspectInstance({ region, instances, images }: Ports) {
  return async (input: Input): Promise<Output> => {
    const { executionId, instanceId, policy, slot, attempt, since, now } = input;
    const instance = await instances.describe(instanceId);
    if (!isAlive(instance)) {
      // Before we began, that is the end of the matter; once an image was under way, it is a loss.
      if (attempt > 1) {
        throw new LifecycleError('InstanceGone', `${instanceId} was terminated before its image was made.`, {
          instanceId,
        });
      }
      return { action: 'skip', holdsLease: false, reason: 'instance-gone', explanation: 'it is terminated' };
    }
    const [facts, existing] = await Promise.all([
      instances.stopFacts(instance),
      images.findByName(imageName(policy.name, instanceId, slot)),
    ]);
    const verdict = inspect({ instance, facts, policy, slot, executionId, existing, since, now });
    const answer = { ...verdict, holdsLease: ownLease(instance.tags, executionId) !== undefined };
    if (answer.action === 'skip' || answer.action === 'wait') return answer;
    return {
      ...answer,
      targets: targetsOf(policy, region),
      leaseMinutes: leaseMinutes(policy),
    };
  };
}
