import type { PlanItem, ShareItem } from '../../../shared/domain/plan.ts';
import { runMachine, type Given as Something } from '../rig.ts';
import { gold, home, imageId, startedAt } from '../world.ts';

export interface Given extends Something {
  /** Default: one image, which is deprecated. */
  readonly items?: readonly PlanItem[];
  /** Default: none. */
  readonly shares?: readonly ShareItem[];
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
  return { region: home, imageId, archive: false, step: null, snapshotIds: [], ...fields };
}

/** An image that is archived, and deregistered with two snapshots. */
export const everything = itemOf({ archive: true, step: 'deregister', snapshotIds: ['snap-1', 'snap-2'] });

/** That it is shared otherwise than the policy says. */
export const shared: ShareItem = { region: home, imageId };

/** Runs retire-images as the policy's schedule does. */
export function run({ items = [itemOf({ step: 'deprecate' })], shares = [], ...given }: Given = {}) {
  const input = { policy: policy.name, scheduledAt: startedAt };
  const maps = { items: items.map((item) => ({ ...item })), shares: shares.map((share) => ({ ...share })) };
  return runMachine('retire-images', { input, ...maps }, { policy, ...given });
}
