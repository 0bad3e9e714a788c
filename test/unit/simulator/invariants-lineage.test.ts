import { DisableImageCommand, type Image } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { watchInvariants } from '../../../simulator/invariants.ts';
import { captureTags, world } from './world.ts';

const [ours, older, newer] = ['ami-00000000000000001', 'ami-00000000000000002', 'ami-00000000000000003'];
const origin = 'eu-central-1/ami-00000000000000004';

function image(ImageId: string, tags: Record<string, string>): Image {
  const own = Object.entries({ state: 'complete', ...tags });
  return {
    ImageId,
    State: 'available',
    Tags: [...captureTags, ...own.map(([key, Value]) => ({ Key: `ami-lifecycle:${key}`, Value }))],
  };
}

test('What another stack made stands in for none of a lineage, nor has a place in it', async () => {
  const images = [
    image(ours, { slot: '20261118T0300Z' }),
    image(older, { slot: '20261119T0300Z', origin }),
    image(newer, { slot: '20261120T0300Z', origin }),
  ];
  const { account, as, ec2 } = world({ contents: { instances: [], images } });
  const rules = { steps: ['disable'], graceDays: 7, launchTemplateVersions: 10, atLeast: 2 } as const;
  const watch = watchInvariants(account, undefined, { rulesOf: () => [rules] });
  const broken = () => watch.breaches.map(({ invariant, message }) => `${invariant} ${message.split('\n')[0]}`);
  const disable = (ImageId: string) => as('retire-image', () => ec2.send(new DisableImageCommand({ ImageId })));
  await disable(newer);
  expect(broken()).toEqual([
    expect.stringMatching(/^3 .* DisableImage would change \S+ in us-east-1, which another stack made\.$/),
  ]);
  await disable(ours);
  expect(broken().slice(1)).toEqual([
    expect.stringMatching(/^6 .* is the newest of its lineage in us-east-1\.$/),
    expect.stringMatching(/^6 .* 0 of at least 2 would be left in us-east-1\.$/),
  ]);
});
