import { DeregisterImageCommand, DisableImageCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { watchInvariants } from '../../../simulator/invariants.ts';
import { captureTags, instance, web, world } from './world.ts';

const [oldest, newest] = ['ami-00000000000000001', 'ami-00000000000000002'];
const partner = '123456789012';
const days = (count: number): number => count * 86_400;
const ResourceTypes = [
  'ec2:Instance',
  'ec2:LaunchTemplate',
  'imagebuilder:ImageRecipe',
  'imagebuilder:ContainerRecipe',
].map((ResourceType) => ({ ResourceType }));

const images = [[oldest, '20261118T0300Z'] as const, [newest, '20261119T0300Z'] as const].map(([ImageId, slot]) => ({
  ImageId,
  Name: `gold/web/${slot}`,
  State: 'available' as const,
  Tags: [...captureTags, { Key: 'ami-lifecycle:slot', Value: slot }, { Key: 'ami-lifecycle:state', Value: 'complete' }],
}));

/** The older of two images, which is shared with a partner. */
function shared() {
  const { account, as, ec2, wait } = world({ contents: { instances: [instance(web)], images } });
  const watch = watchInvariants(account);
  const LaunchPermission = { Add: [{ UserId: partner }] };
  account.call('ec2', 'ModifyImageAttribute', { ImageId: oldest, LaunchPermission });
  const { foreignUse } = account.region('us-east-1');
  return {
    account,
    wait,
    disable: () => as('retire-image', () => ec2.send(new DisableImageCommand({ ImageId: oldest }))),
    deregister: () => as('retire-image', () => ec2.send(new DeregisterImageCommand({ ImageId: oldest }))),
    use: () => foreignUse.push({ imageId: oldest, accountId: partner, resourceType: 'ec2:Instance', count: 1 }),
    report: (more: object = {}) =>
      account.call('ec2', 'CreateImageUsageReport', { ImageId: oldest, ResourceTypes, ...more }),
    broken: () => watch.breaches.map(({ invariant }) => invariant),
  };
}

describe('4: an image is not taken from another account that uses it', () => {
  test('though nobody asked, neither of its steps', async () => {
    const { use, disable, deregister, wait, broken } = shared();
    use();
    await disable();
    await wait(days(7));
    await deregister();
    expect(broken()).toEqual([4, 4]);
  });

  test('though a report says so', async () => {
    const { use, report, disable, wait, broken } = shared();
    use();
    report();
    await wait(3600);
    await disable();
    expect(broken()).toEqual([4]);
  });

  test.each<[what: string, more: object, waitDays: number]>([
    ['is not there yet', {}, 0],
    ['is too old', {}, 17],
    ['was of another account', { AccountIds: ['111122223333'] }, 1],
    ['was of launch templates alone', { ResourceTypes: ResourceTypes.slice(1, 2) }, 1],
  ])('though the use came later, where the report %s', async (_, more, waitDays) => {
    const { use, report, disable, wait, broken } = shared();
    report(more);
    use();
    await wait(days(waitDays));
    await disable();
    expect(broken()).toEqual([4]);
  });

  test('but for a use that came later than the report', async () => {
    const { use, report, disable, wait, broken } = shared();
    report();
    use();
    await wait(3600);
    await disable();
    expect(broken()).toEqual([]);
  });

  test('but it may go where nobody shares it any more, or people disabled it', async () => {
    const { account, use, disable, deregister, wait, broken } = shared();
    use();
    account.call('ec2', 'DisableImage', { ImageId: oldest });
    await wait(days(1));
    account.call('ec2', 'EnableImage', { ImageId: oldest });
    await disable();
    await wait(days(7));
    await deregister();
    expect(broken()).toEqual([]);
  });
});
