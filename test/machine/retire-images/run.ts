import type { PlanItem } from '../../../shared/domain/plan.ts';
import { runMachine, type Given as Something } from '../rig.ts';
import { gold, home, imageId, startedAt } from '../world.ts';

export interface Given extends Something {
  /** Default: one image, which is deprecated. */
  readonly items?: readonly PlanItem[];
}

/** With all that retire-images acts on. */
export const policy = gold({
  archive: { bucket: 'ami-archive', prefix: 'gold/', when: { monthly: 12 }, storageClass: 'DEEP_ARCHIVE' },
  share: { accounts: ['123456789012'] },
  retain: { last: 3 },
  retire: { mode: 'enforce' },
});

/** What is to be done with one image; nothing but what `fields` say. */
export function itemOf(fields: Partial<PlanItem>): PlanItem {
  return { region: home, imageId, archive: false, share: false, step: null, snapshotIds: [], ...fields };
}

/** An image that is archived, deregistered with two snapshots, and of which the rest of the world hears. */
export const everything = itemOf({ archive: true, step: 'deregister', snapshotIds: ['snap-1', 'snap-2'], share: true });

/** Runs retire-images as the policy's schedule does. */
export function run({ items = [itemOf({ step: 'deprecate' })], ...given }: Given = {}) {
  const input = { policy: policy.name, scheduledAt: startedAt };
  return runMachine('retire-images', { input, items: items.map((item) => ({ ...item })) }, { policy, ...given });
}
