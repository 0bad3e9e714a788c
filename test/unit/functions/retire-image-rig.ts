import type * as z from 'zod';
import { contract, makeRetireImage } from '../../../functions/retire-image/task.ts';
import type { Image } from '../../../shared/domain/image.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
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

/** Two newer images that stay, and the one that this is about. */
export const accountWith = (image: Image): Account => fakeAccount({ [home]: [...kept, image] });

/** One step with that image, as a run at noon would take it. */
export function retire(account: Account, step: Step, policy: NamedPolicy = retiring()) {
  const task = within(contract, makeRetireImage({ region: home, ...account }));
  const snapshotIds = ['snap-20261110', 'snap-second'];
  return task({ executionId, region: home, imageId, policy, step, snapshotIds, now: noon });
}

/** All that a run leaves behind. */
export function stateOf({ world }: Account): unknown {
  const { images, permissions, objects, snapshots, usageReports } = world;
  return structuredClone({ images, permissions, objects, snapshots, usageReports });
}
