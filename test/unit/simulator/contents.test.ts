import { describe, expect, test } from 'vitest';
import { database, instance, volumes, web, world } from './world.ts';

describe('what an account begins with', () => {
  test('is made up where an instance has a volume that nobody describes, and that is said', () => {
    const { account, notes } = world({ contents: { instances: [instance(web), instance(database)] } });
    expect(notes).toEqual([
      {
        note: 'a volume that is attached but not described was made up, with a size that is common',
        count: 2,
        examples: ['vol-00000000000000001', 'vol-00000000000000002'],
      },
    ]);
    const sizes = [...account.region('us-east-1').volumes.values()].map(({ description }) => description.Size);
    expect(sizes.every((size) => size !== undefined && size >= 8 && size <= 50)).toBe(true);
  });

  test('takes described volumes as they are, and attaches them where an instance says so', () => {
    const { account, notes } = world({
      contents: {
        instances: [instance(web, volumes('vol-00000000000000007'))],
        volumes: [{ VolumeId: 'vol-00000000000000007', Size: 77, State: 'available' }],
      },
    });
    expect(notes).toEqual([]);
    expect(account.region('us-east-1').volumes.get('vol-00000000000000007')?.description).toMatchObject({
      Size: 77,
      State: 'in-use',
      Attachments: [{ InstanceId: web }],
    });
  });

  test('has arrived where it was on its way', () => {
    const { instance: now, notes } = world({
      contents: {
        instances: [
          instance(web, { State: { Code: 64, Name: 'stopping' } }),
          instance(database, { State: { Code: 32, Name: 'shutting-down' } }),
        ],
      },
    });
    expect(now(web).State).toEqual({ Code: 80, Name: 'stopped' });
    expect(now(database).State?.Name).toBe('terminated');
    expect(notes.map(({ note }) => note)).toContain('an instance that was stopping begins as stopped');
  });

  test('holds its snapshots as long as its images do', () => {
    const { account } = world({
      contents: {
        instances: [],
        images: [
          {
            ImageId: 'ami-00000000000000001',
            Name: 'old',
            State: 'available',
            BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-00000000000000001' } }],
          },
        ],
        snapshots: [{ SnapshotId: 'snap-00000000000000001', VolumeSize: 8, State: 'completed' }],
      },
    });
    const remove = () => account.call('ec2', 'DeleteSnapshot', { SnapshotId: 'snap-00000000000000001' });
    expect(remove).toThrow('is currently in use by ami-00000000000000001');
  });

  test('has copied snapshots that share nothing, although one volume ID stands on all of them', () => {
    const copies = ['snap-00000000000000001', 'snap-00000000000000002'].map((SnapshotId) => ({
      SnapshotId,
      VolumeId: 'vol-ffffffff',
      VolumeSize: 8,
      State: 'completed' as const,
    }));
    const { account } = world({ contents: { instances: [], snapshots: copies } });
    const records = [...account.region('us-east-1').snapshots.values()];
    expect(records.map(({ storedGigabytes }) => storedGigabytes)).toEqual(
      records.map(({ usedGigabytes }) => usedGigabytes),
    );
  });

  test('may be of several Regions, one after the other', () => {
    const { account } = world();
    account.load({ instances: [instance(web)] }, 'eu-west-1');
    expect(account.regions().map(({ name, instances }) => [name, instances.size])).toEqual([
      ['us-east-1', 1],
      ['eu-west-1', 1],
    ]);
  });

  test('goes in once', () => {
    const { account } = world();
    expect(account.load({ instances: [instance(web)] })).toMatchObject([{ count: 1, examples: [web] }]);
  });

  test('leaves out disabled images from listings unless they are asked for', () => {
    const { account } = world({
      contents: { instances: [], images: [{ ImageId: 'ami-00000000000000001', Name: 'old', State: 'disabled' }] },
    });
    expect(account.call('ec2', 'DescribeImages', { Owners: ['self'] }).Images).toEqual([]);
    expect(account.call('ec2', 'DescribeImages', { Owners: ['self'], IncludeDisabled: true }).Images).toHaveLength(1);
    expect(account.call('ec2', 'DescribeImages', { Owners: ['amazon'], IncludeDisabled: true }).Images).toEqual([]);
  });
});
