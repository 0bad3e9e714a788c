import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { type Instance, type Lease, leaseOf } from '../../shared/domain/instance.ts';

export const contract = {
  input: z.strictObject({ executionId: parts.executionId, instanceId: parts.instanceId }),
  output: z.strictObject({ released: z.boolean() }),
  errors: awsErrors,
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  instances: {
    describe(instanceId: string): Promise<Instance | undefined>;
    removeLease(instanceId: string, lease: Lease): Promise<void>;
  };
}

/** Takes this execution's claim from an instance that runs again. */
export function makeReleaseLease({ instances }: Ports) {
  return async ({ executionId, instanceId }: Input): Promise<Output> => {
    const lease = leaseOf((await instances.describe(instanceId))?.tags ?? {});
    if (lease?.executionId !== executionId) return { released: false };
    await instances.removeLease(instanceId, lease);
    return { released: true };
  };
}
