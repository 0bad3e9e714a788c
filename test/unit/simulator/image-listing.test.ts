import { paginateDescribeImages } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { data, gold, root, shared, silver, twoImages } from './two-images.ts';
import { web, world } from './world.ts';

describe('a listing of images', () => {
  test('finds those of a snapshot once each, from the snapshot on until the deregistration', async () => {
    const { describe: images, deregister, account: simulated, wait } = twoImages();
    const of = async (...Values: string[]) =>
      (await images({ Filters: [{ Name: 'block-device-mapping.snapshot-id', Values }] })).map(({ ImageId }) => ImageId);
    expect(await of(root, data, shared)).toEqual([gold, silver]);
    expect(await of(root)).toEqual([gold]);
    expect(await of('snap-0000000000000ffff')).toEqual([]);
    const many = Array.from({ length: 198 }, (_, n) => `snap-${String(n + 1000).padStart(17, '0')}`);
    expect(await of(...many, shared, root)).toEqual([gold, silver]);
    const { ImageId } = simulated.call('ec2', 'CreateImage', { InstanceId: web, Name: 'fresh', NoReboot: true });
    await wait(700);
    const fresh = simulated.region('us-east-1').images.get(ImageId ?? '')?.snapshotIds ?? [];
    expect(await of(...fresh)).toEqual([ImageId]);
    await deregister();
    expect(await of(root, data)).toEqual([]);
    expect(await of(shared)).toEqual([silver]);
  });

  test('gives fifty thousand images in fifty pages, each image once', async () => {
    const ids = Array.from({ length: 50_000 }, (_, n) => `ami-${String(n).padStart(17, '0')}`);
    const images = ids.map((ImageId, n) => ({
      ImageId,
      Name: `image ${n}`,
      State: n % 100 === 0 ? ('disabled' as const) : ('available' as const),
      Tags: [{ Key: 'ami-lifecycle:policy', Value: 'gold' }],
    }));
    const { as, ec2 } = world({ contents: { instances: [], images } });
    const input = { Owners: ['self'], Filters: [{ Name: 'tag:ami-lifecycle:policy', Values: ['gold'] }] };
    const pages = paginateDescribeImages({ client: ec2, pageSize: 1000 }, { ...input, IncludeDisabled: true });
    const found = await as('f', async () => {
      const listed: (string | undefined)[][] = [];
      for await (const page of pages) listed.push((page.Images ?? []).map(({ ImageId }) => ImageId));
      return listed;
    });
    expect(found).toHaveLength(50);
    expect(found.flat()).toEqual(ids);
  });
});
