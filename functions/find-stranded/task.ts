import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { type Instance, type Lease, leaseOf, standsStill } from '../../shared/domain/instance.ts';
import type { Meter } from '../../shared/domain/metrics.ts';
import {
  type HolderState,
  holderOf,
  isWorthAsking,
  judgeLease,
  notAsked,
  ownMachines,
  type RescueItem,
} from '../../shared/domain/rescue.ts';
import { tagKeys } from '../../shared/domain/tags.ts';

/** EventBridge's `Step Functions Execution Status Change`, as it comes. */
const ended = z.object({
  'detail-type': z.literal('Step Functions Execution Status Change'),
  detail: z.object({ executionArn: z.string().min(1) }),
});

/** A look at everything, by the schedule or by hand. */
const scheduled = z.strictObject({ scheduledAt: parts.instant.optional() });

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    event: z.union([ended, scheduled]),
    now: parts.instant,
  }),
  output: z.strictObject({
    stranded: z.int().min(0),
    /** Where the Map's items are; null where there are none. */
    items: z.strictObject({ bucket: z.string(), key: z.string() }).nullable(),
    /** Others, which an earlier rescue is still at work on. */
    underRescue: z.int().min(0),
    /** Instances that stand still under a lease of which nobody can tell whether it is ours, and so stay as they are. */
    unclear: z.array(z.string()),
  }),
  errors: awsErrors,
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  instances: { listTagged(key: string): Promise<Instance[]> };
  executions: { stateOf(executionArn: string): Promise<HolderState> };
  objects: { bucket: string; writeJson(key: string, content: unknown): Promise<void> };
  meter: Pick<Meter, 'count'>;
}

/** Finds the instances that nobody else will start for us any more, and writes one item for each to the work bucket. */
export function makeFindStranded({ instances, executions, objects, meter }: Ports) {
  return async ({ executionId, event, now }: Input): Promise<Output> => {
    const own = ownMachines(executionId);
    const items: RescueItem[] = [];
    const underRescue: Instance[] = [];
    const unclear: Instance[] = [];
    for (const instance of await leasedOnes(event)) {
      const lease = leaseOf(instance.tags);
      const holder = holderOf(lease, own);
      const state =
        lease && isWorthAsking(instance, holder, now) ? await executions.stateOf(lease.executionId) : notAsked;
      const verdict = judgeLease(instance, holder, state, now);
      if (verdict.action === 'leave') {
        if (verdict.reason === 'under-rescue') underRescue.push(instance);
        if (verdict.reason === 'unclear' && standsStill(instance)) unclear.push(instance);
      } else if (lease && holder !== 'nobody') {
        items.push(itemOf(instance, lease, holder, verdict));
      }
    }
    if (!('detail' in event)) count(items, underRescue, unclear);
    const key = `runs/${executionId.split(':').at(-1) ?? executionId}/items.json`;
    if (items.length > 0) await objects.writeJson(key, items);
    return {
      stranded: items.length,
      items: items.length > 0 ? { bucket: objects.bucket, key } : null,
      underRescue: underRescue.length,
      unclear: unclear.map(({ instanceId }) => instanceId),
    };
  };

  /** With half a lease as with a whole one; for an event only what the execution that has ended left behind. */
  async function leasedOnes(event: Input['event']): Promise<Instance[]> {
    const stopped = await instances.listTagged(tagKeys.stoppedBy);
    if ('detail' in event) {
      return stopped.filter(({ tags }) => tags[tagKeys.stoppedBy] === event.detail.executionArn);
    }
    const halves = await instances.listTagged(tagKeys.restartBy);
    return [...stopped, ...halves.filter(({ tags }) => leaseOf(tags) === undefined)];
  }

  /** Also that there are none; a look for one execution would say nothing of the others. */
  function count(items: readonly RescueItem[], underRescue: readonly Instance[], unclear: readonly Instance[]): void {
    const stranded = items.filter(({ stoodStill }) => stoodStill).length + underRescue.filter(standsStill).length;
    meter.count('Stranded', stranded, {});
    meter.count('LeasesUnclear', unclear.length, {});
  }
}

function itemOf(
  instance: Instance,
  lease: Lease,
  holder: RescueItem['holder'],
  { reason, overdueSince, tellsFailure }: Pick<RescueItem, 'reason' | 'overdueSince' | 'tellsFailure'>,
): RescueItem {
  const { instanceId } = instance;
  return { instanceId, lease, holder, reason, overdueSince, tellsFailure, stoodStill: standsStill(instance) };
}
