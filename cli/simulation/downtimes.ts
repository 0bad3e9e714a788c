import * as z from 'zod';
import type { Account } from '../../simulator/account.ts';

/**
 * An instance that a function took from service: from the stop, or from the reboot that CreateImage makes, until it runs
 * and passes its status checks.
 */
export interface Downtime {
  fromMs: number;
  /** Infinity while it is not back. */
  untilMs: number;
}

const stopsSchema = z.object({
  StoppingInstances: z.array(z.object({ InstanceId: z.string(), PreviousState: z.object({ Name: z.string() }) })),
});
const createImageSchema = z.object({ InstanceId: z.string(), NoReboot: z.boolean().optional() });

/** Watches the instances of the home Region, by id. What their owner does to them by hand is no downtime of ours. */
export function watchDowntimes(account: Account): ReadonlyMap<string, readonly Downtime[]> {
  const downtimes = new Map<string, Downtime[]>();
  const instance = (id: string) => account.region(account.homeRegion).instances.get(id);

  const begin = (id: string, atMs: number): void => {
    const all = downtimes.get(id) ?? [];
    downtimes.set(id, all);
    const last = all.at(-1);
    // Taken from service again before it was back: that is one long downtime.
    if (last && last.untilMs > atMs) last.untilMs = Number.POSITIVE_INFINITY;
    else all.push({ fromMs: atMs, untilMs: Number.POSITIVE_INFINITY });
  };
  const end = (id: string): void => {
    const last = downtimes.get(id)?.at(-1);
    const record = instance(id);
    if (last && record) last.untilMs = Math.max(record.checksPassAtMs, record.checksFailUntilMs);
  };

  account.onCall(({ operation, input, output, errorCode, caller, atMs }) => {
    if (errorCode !== undefined || caller === undefined) return;
    if (operation === 'StopInstances') {
      for (const { InstanceId, PreviousState } of stopsSchema.parse(output).StoppingInstances) {
        if (PreviousState.Name === 'running') begin(InstanceId, atMs);
      }
    } else if (operation === 'CreateImage') {
      const { InstanceId, NoReboot } = createImageSchema.parse(input);
      if (NoReboot || instance(InstanceId)?.description.State?.Name !== 'running') return;
      begin(InstanceId, atMs);
      end(InstanceId);
    }
  });
  account.onEvent((event) => {
    if (event['detail-type'] !== 'EC2 Instance State-change Notification') return;
    const id = String(event.detail['instance-id']);
    const last = downtimes.get(id)?.at(-1);
    if (last?.untilMs !== Number.POSITIVE_INFINITY) return;
    // An event comes late: one of before the stop says nothing of its end.
    if (event.detail.state === 'running' && Date.parse(event.time) > last.fromMs) end(id);
    else if (event.detail.state === 'terminated') downtimes.get(id)?.pop();
  });
  return downtimes;
}
