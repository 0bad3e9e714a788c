import { DeleteTagsCommand, DisableImageCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { watchInvariants } from '../../../simulator/invariants.ts';
import { captureTags, instance, web, world } from './world.ts';

const [older, newer] = ['20261118T0300Z', '20261119T0300Z'].map((slot, index) => ({
  ImageId: `ami-0000000000000000${index}`,
  Name: `gold/web/${slot}`,
  State: 'available' as const,
  Tags: [...captureTags, { Key: 'ami-lifecycle:slot', Value: slot }, { Key: 'ami-lifecycle:state', Value: 'complete' }],
}));

test('5: a hold that we took away holds, until people say otherwise', async () => {
  const images = [older, newer].flatMap((each) => each ?? []);
  const { as, ec2, account, wait } = world({ contents: { instances: [instance(web)], images } });
  const { breaches } = watchInvariants(account);
  const Resources = [older?.ImageId ?? ''];
  const Tags = [{ Key: 'ami-lifecycle:hold', Value: 'audit' }];
  const step = () => as('retire-image', () => ec2.send(new DisableImageCommand({ ImageId: older?.ImageId })));
  account.call('ec2', 'CreateTags', { Resources, Tags });
  await wait(120);
  await as('retire-image', () => ec2.send(new DeleteTagsCommand({ Resources, Tags })));
  await wait(120);
  await step();
  expect(breaches.map(({ invariant }) => invariant)).toEqual([5]);
  expect(breaches[0]?.message).toContain(`disable would take ${older?.ImageId}, whose hold we took away.`);
  account.call('ec2', 'EnableImage', { ImageId: older?.ImageId });
  account.call('ec2', 'CreateTags', { Resources, Tags });
  account.call('ec2', 'DeleteTags', { Resources, Tags });
  await wait(120);
  await step();
  expect(breaches).toHaveLength(1);
});
