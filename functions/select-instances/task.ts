import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { isLifecycleError, LifecycleError } from '../../shared/domain/errors.ts';
import type { Instance } from '../../shared/domain/instance.ts';
import { slotOf } from '../../shared/domain/naming.ts';
import { type NamedPolicy, namedPolicySchema } from '../../shared/domain/policy.ts';
import { isSelected, policyWords, selectorOf } from '../../shared/domain/selection.ts';
import { tagKeys } from '../../shared/domain/tags.ts';

const instanceArn = /^arn:[^:]+:ec2:[a-z0-9-]+:\d{12}:instance\/(i-[0-9a-z]{1,40})$/;

/** A run of one policy, by its schedule or by hand. */
const scheduled = z.strictObject({
  policy: z.string().min(1),
  scheduledAt: parts.instant,
  instanceIds: z.array(parts.instanceId).min(1).max(1000).optional(),
});

/** EventBridge's `Tag Change on Resource`, as it comes: the tag may name several policies. */
const tagged = z.object({
  'detail-type': z.literal('Tag Change on Resource'),
  time: parts.instant,
  resources: z.array(z.string().regex(instanceArn, 'is no ARN of an instance')).length(1),
  detail: z.object({ tags: z.record(z.string(), z.string()) }),
});

const output = z.strictObject({
  slot: parts.slot,
  /** The policies of the run by name: resolved once, so that an edit in mid-run changes nothing. */
  policies: z.record(z.string(), namedPolicySchema),
  /** Named, but not to be had: the others are captured all the same, and the run fails in the end. */
  unusable: z.array(z.strictObject({ policy: z.string(), Error: z.string(), Cause: z.string() })),
  selected: z.int().min(0),
  concurrency: z.int().min(1),
  items: z.strictObject({ bucket: z.string(), key: z.string() }),
});

export const contract = {
  input: z.strictObject({ executionId: parts.executionId, event: z.union([scheduled, tagged]) }),
  output,
  errors: [...awsErrors, 'PolicyNotFound', 'PolicyInvalid'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;
interface Trigger {
  policyNames: readonly string[];
  at: string;
  instanceIds?: readonly string[];
  /** What a tagging tells of its instance: a moment later EC2 may not show the tag yet. InspectInstance looks again. */
  tagged?: Pick<Instance, 'instanceId' | 'tags'>;
}

interface Ports {
  region: string;
  policies: { find(name: string): Promise<NamedPolicy> };
  instances: { listTagged(key: string, instanceIds?: readonly string[]): Promise<Instance[]> };
  objects: { bucket: string; writeJson(key: string, content: unknown): Promise<void> };
}

/** Resolves what is to be captured, and writes one item for each policy and instance to the work bucket. */
export function makeSelectInstances({ region, policies, instances, objects }: Ports) {
  return async ({ executionId, event }: Input): Promise<Output> => {
    const trigger = triggerOf(event);
    const { found, unusable } = await resolve(trigger.policyNames);
    const chosen = found.filter(({ schedule }) => !trigger.tagged || schedule.onTagged);
    const items: { policy: string; instanceId: string }[] = [];
    for (const policy of chosen) {
      const [key = tagKeys.policy] = Object.keys(selectorOf(policy));
      const present = trigger.tagged ? [trigger.tagged] : await instances.listTagged(key, trigger.instanceIds);
      for (const { tags, instanceId } of present) {
        if (isSelected(tags, policy)) items.push({ policy: policy.name, instanceId });
      }
    }
    const key = `runs/${nameOf(executionId)}/items.json`;
    await objects.writeJson(key, items);
    return {
      slot: slotOf(trigger.at),
      policies: Object.fromEntries(chosen.map((policy) => [policy.name, policy])),
      unusable,
      selected: items.length,
      concurrency: Math.max(1, ...chosen.map(({ capture }) => capture.concurrency)),
      items: { bucket: objects.bucket, key },
    };
  };

  /** One name that is misspelt in a tag must not cost the instance its other policies. */
  async function resolve(names: readonly string[]): Promise<{ found: NamedPolicy[]; unusable: Output['unusable'] }> {
    const found: NamedPolicy[] = [];
    const unusable: Output['unusable'] = [];
    for (const name of names) {
      try {
        const policy = await policies.find(name);
        refuseCopyAtHome(policy, region);
        found.push(policy);
      } catch (error) {
        if (!isLifecycleError(error, 'PolicyNotFound') && !isLifecycleError(error, 'PolicyInvalid')) throw error;
        if (names.length === 1) throw error;
        unusable.push({ policy: name, Error: error.name, Cause: error.message });
      }
    }
    return { found, unusable };
  }
}

function triggerOf(event: Input['event']): Trigger {
  if ('policy' in event) {
    const { policy, scheduledAt, instanceIds } = event;
    return { policyNames: [policy], at: scheduledAt, ...(instanceIds ? { instanceIds } : {}) };
  }
  const { tags } = event.detail;
  const [instanceId = ''] = event.resources.flatMap((arn) => instanceArn.exec(arn)?.[1] ?? []);
  return {
    policyNames: [...new Set(policyWords(tags[tagKeys.policy] ?? ''))],
    at: event.time,
    tagged: { instanceId, tags },
  };
}

/** A copy has the name of its source, and a name exists once in a Region. */
function refuseCopyAtHome({ name, copies }: NamedPolicy, region: string): void {
  if (!copies.some((copy) => copy.region === region)) return;
  throw new LifecycleError(
    'PolicyInvalid',
    `The policy '${name}' copies to ${region}, where its images are made; leave that Region out of copies.`,
    { policy: name, region },
  );
}

/** The last part of the execution's ARN; a colon would be legal in a key, but not in everything that reads one. */
function nameOf(executionId: string): string {
  return executionId.split(':').at(-1) ?? executionId;
}
