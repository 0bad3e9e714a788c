import type * as z from 'zod';
import { contract, makeRetireImage } from '../../../functions/retire-image/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Image } from '../../../shared/domain/image.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import type { UsageReport } from '../../../shared/domain/usage-report.ts';
import { executionId } from '../domain/examples.ts';
import { fakeAccount } from './fake-account.ts';
import { within } from './fakes.ts';
import { home, imageOf, noon, retiring } from './retirement-examples.ts';

export type Account = ReturnType<typeof fakeAccount>;
export type Step = z.output<typeof contract.input>['step'];

export const imageId = 'ami-20261110';
export const permissionsKey = `launch-permissions/${home}/${imageId}.json`;
export const partner = { UserId: '111122223333' };
export const kept = [imageOf(21), imageOf(20)];

/** Two newer images that stay, and the one that this is about; if it is disabled, it was shared with nobody until then. */
export function accountWith(image: Image): Account {
  const account = fakeAccount({ [home]: [...kept, image] });
  if (image.state === 'disabled') account.world.objects.set(permissionsKey, '[]');
  return account;
}

/** The image is shared, by hand, and nobody else uses it: a report says so that was asked for two days ago. */
export function shareWithPartner(account: Account, report: Partial<UsageReport> = {}): Account {
  account.world.permissions.set(imageId, [partner]);
  account.world.usageReports.set(imageId, { state: 'available', createdAt: '2026-11-19T12:00:00Z', ...report });
  return account;
}

/** One step with that image, as a run at noon would take it; unless it is said, the policy is still what the run began with. */
export function retire(
  account: Account,
  step: Step,
  policy: NamedPolicy = retiring(),
  inForce: NamedPolicy | LifecycleError = policy,
  region = home,
) {
  const policies = {
    find: async (): Promise<NamedPolicy> => {
      if (inForce instanceof LifecycleError) throw inForce;
      return inForce;
    },
  };
  const task = within(contract, makeRetireImage({ region: home, policies, ...account }));
  const snapshotIds = ['snap-20261110', 'snap-second'];
  return task({ executionId, region, imageId, policy, step, snapshotIds, began: noon, now: noon });
}

/** All that a run leaves behind. */
export function stateOf({ world }: Account): unknown {
  const { images, permissions, objects, snapshots, usageReports } = world;
  return structuredClone({ images, permissions, objects, snapshots, usageReports });
}
