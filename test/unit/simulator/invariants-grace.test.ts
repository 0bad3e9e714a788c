import { DeregisterImageCommand, DisableImageCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { RetirementRules } from '../../../simulator/invariants/retirement.ts';
import { watchInvariants } from '../../../simulator/invariants.ts';
import { captureTags, instance, web, world } from './world.ts';

const dayInSeconds = 86_400;
const rules: RetirementRules = {
  steps: ['disable', 'deregister'],
  graceDays: 7,
  launchTemplateVersions: 10,
  atLeast: 1,
};
const slots = ['20261117T0300Z', '20261118T0300Z', '20261119T0300Z', '20261120T0300Z'];
const images = slots.map((slot, index) => ({
  ImageId: `ami-0000000000000000${index}`,
  Name: `gold/web/${slot}`,
  State: 'available' as const,
  Tags: [...captureTags, { Key: 'ami-lifecycle:slot', Value: slot }, { Key: 'ami-lifecycle:state', Value: 'complete' }],
}));
const [atOnce, later, early] = images.map(({ ImageId }) => ImageId);

test('7: what people took back a moment ago may still be taken for standing, as no read need show it yet; its grace is over all the same', async () => {
  const { as, ec2, account, wait } = world({ contents: { instances: [instance(web)], images } });
  const { breaches } = watchInvariants(account, undefined, { rulesOf: () => [rules] });
  const disable = (ImageId = '') => as('retire-image', () => ec2.send(new DisableImageCommand({ ImageId })));
  const deregister = (ImageId = '') => as('retire-image', () => ec2.send(new DeregisterImageCommand({ ImageId })));
  await disable(atOnce);
  await disable(later);
  await wait(dayInSeconds);
  await disable(early);
  await wait(6 * dayInSeconds);
  for (const ImageId of [atOnce, later, early]) account.call('ec2', 'EnableImage', { ImageId });

  await deregister(atOnce);
  expect(breaches).toEqual([]);
  await deregister(early);
  expect(breaches.map(({ invariant }) => invariant)).toEqual([7]);
  await wait(120);
  await deregister(later);
  expect(breaches.map(({ invariant }) => invariant)).toEqual([7, 7]);
});
