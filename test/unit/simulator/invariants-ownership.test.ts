import {
  CopyImageCommand,
  CreateImageCommand,
  CreateImageUsageReportCommand,
  CreateRestoreImageTaskCommand,
  CreateStoreImageTaskCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand, RestoreObjectCommand } from '@aws-sdk/client-s3';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { type WatchOptions, watchInvariants } from '../../../simulator/invariants.ts';
import { captureTags, database, instance, tagSpecifications, web, world } from './world.ts';

const foreign = { ImageId: 'ami-00000000000000001', Name: 'foreign', State: 'available' as const };
const ours = { ImageId: 'ami-00000000000000002', Name: 'ours', State: 'available' as const, Tags: captureTags };
const TagSpecifications = tagSpecifications(captureTags);
const leaseTags = [{ Key: 'ami-lifecycle:stopped-by', Value: 'execution-1' }];
const gold = { Tags: [{ Key: 'ami-lifecycle:policy', Value: 'gold' }] };

function watched(options: WatchOptions = {}) {
  const all = world({ contents: { instances: [instance(web, gold), instance(database)], images: [foreign, ours] } });
  const isSelected: WatchOptions['isSelected'] = (tags) => tags['ami-lifecycle:policy'] === 'gold';
  const watch = watchInvariants(all.account, undefined, { isSelected, ...options });
  all.account.createBucket('vault', 'us-east-1');
  return {
    ...all,
    broken: () => watch.breaches.map(({ invariant }) => invariant),
    found: () => watch.breaches.map(({ message }) => message.split('\n')[0]).join('\n'),
    us: (work: () => Promise<unknown>) => all.as('some-function', work),
  };
}

describe('of what is not ours', () => {
  test('no running instance is stopped, with a lease or without', async () => {
    const { us, ec2, wait, broken } = watched();
    const stop = (id: string) => us(() => ec2.send(new StopInstancesCommand({ InstanceIds: [id] })));
    const claim = (id: string) => us(() => ec2.send(new CreateTagsCommand({ Resources: [id], Tags: leaseTags })));
    await claim(web);
    await stop(web);
    expect(broken()).toEqual([]);
    await claim(database);
    expect(broken()).toEqual([3]);
    await stop(database);
    expect(broken()).toEqual([3, 3]);
    await wait(60);
    await stop(database);
    expect(broken()).toEqual([3, 3]);
  });

  test('of an instance nothing but the lease is written or taken away', async () => {
    const { account, us, ec2, broken, found } = watched();
    const policy = { Key: 'ami-lifecycle:policy', Value: 'gold' };
    const lease = [...leaseTags, { Key: 'ami-lifecycle:restart-by', Value: '2026-11-21T12:00:00Z' }];
    await us(() => ec2.send(new CreateTagsCommand({ Resources: [web], Tags: lease })));
    await us(() => ec2.send(new DeleteTagsCommand({ Resources: [web], Tags: lease })));
    expect(broken()).toEqual([]);
    await us(() => ec2.send(new CreateTagsCommand({ Resources: [web], Tags: [policy] })));
    await us(() => ec2.send(new DeleteTagsCommand({ Resources: [web], Tags: [...lease, policy] })));
    await us(() => ec2.send(new DeleteTagsCommand({ Resources: [web] })));
    await us(() => ec2.send(new DeleteTagsCommand({ Resources: [web], Tags: [] })));
    expect(broken()).toEqual([3, 3, 3, 3]);
    expect(found()).toContain(`DeleteTags would change every tag of ${web}.`);
    account.call('ec2', 'DeleteTags', { Resources: [web] });
    expect(broken()).toHaveLength(4);
  });

  test('no volume is tagged, nor anything else of which we have none', async () => {
    const { account, us, ec2, broken, found } = watched();
    const volumeId = 'vol-00000000000000001';
    await us(() => ec2.send(new CreateTagsCommand({ Resources: [ours.ImageId], Tags: leaseTags })));
    expect(broken()).toEqual([]);
    await us(() => ec2.send(new CreateTagsCommand({ Resources: [volumeId], Tags: leaseTags })));
    await us(() => ec2.send(new DeleteTagsCommand({ Resources: [volumeId] })));
    const template = new CreateTagsCommand({ Resources: ['lt-00000000000000001'], Tags: leaseTags });
    await expect(us(() => ec2.send(template))).rejects.toThrow('tagging lt-00000000000000001');
    expect(broken()).toEqual([3, 3, 3]);
    expect(found()).toContain(`CreateTags would change ${volumeId}.`);
    account.call('ec2', 'CreateTags', { Resources: [volumeId], Tags: leaseTags });
    expect(broken()).toHaveLength(3);
  });

  test('no image is made, but of what was selected when we stopped it', async () => {
    const { account, us, ec2, broken } = watched();
    const create = (InstanceId: string, Name: string) =>
      us(() => ec2.send(new CreateImageCommand({ InstanceId, Name, NoReboot: true, TagSpecifications })));
    await create(database, 'one');
    expect(broken()).toEqual([3]);
    await us(() => ec2.send(new CreateTagsCommand({ Resources: [web], Tags: leaseTags })));
    account.call('ec2', 'DeleteTags', { Resources: [web], Tags: [{ Key: 'ami-lifecycle:policy' }] });
    await create(web, 'two');
    // A second image of the same slot is another invariant's.
    expect(broken().filter((number) => number === 3)).toEqual([3]);
  });

  test('no image is copied, stored or reported on', async () => {
    const { us, ec2, europe, broken } = watched();
    const each = async ({ ImageId, Name }: { ImageId: string; Name: string }): Promise<void> => {
      const copy = { Name, SourceImageId: ImageId, SourceRegion: 'us-east-1', TagSpecifications };
      await us(() => europe.send(new CopyImageCommand(copy)));
      await us(() => ec2.send(new CreateStoreImageTaskCommand({ ImageId, Bucket: 'vault' })));
      const ResourceTypes = [{ ResourceType: 'ec2:Instance' }];
      await us(() => ec2.send(new CreateImageUsageReportCommand({ ImageId, ResourceTypes })));
    };
    await each(ours);
    expect(broken()).toEqual([]);
    await each(foreign);
    expect(broken().filter((number) => number === 3)).toEqual([3, 3, 3]);
  });

  test('no object is replaced, taken away or woken', async () => {
    const { account, us, s3, broken } = watched();
    const put = (Key: string) => us(() => s3.send(new PutObjectCommand({ Bucket: 'vault', Key, Body: 'us' })));
    await put('run.json');
    await put('run.json');
    await us(() => s3.send(new DeleteObjectCommand({ Bucket: 'vault', Key: 'run.json' })));
    await us(() => s3.send(new DeleteObjectCommand({ Bucket: 'vault', Key: 'nothing' })));
    expect(broken()).toEqual([]);
    account.call('s3', 'PutObject', { Bucket: 'vault', Key: 'theirs', Body: 'them', StorageClass: 'GLACIER' });
    const CopySource = 'vault/run.json';
    await put('run.json');
    await put('theirs');
    expect(broken()).toEqual([3]);
    account.call('s3', 'PutObject', { Bucket: 'vault', Key: 'others', Body: 'them', StorageClass: 'GLACIER' });
    const RestoreRequest = { Days: 1, GlacierJobParameters: { Tier: 'Standard' as const } };
    await us(() => s3.send(new RestoreObjectCommand({ Bucket: 'vault', Key: 'others', RestoreRequest })));
    await us(() => s3.send(new CopyObjectCommand({ Bucket: 'vault', Key: 'others', CopySource })));
    account.call('s3', 'PutObject', { Bucket: 'vault', Key: 'last', Body: 'them' });
    await us(() => s3.send(new DeleteObjectCommand({ Bucket: 'vault', Key: 'last' })));
    expect(broken()).toEqual([3, 3, 3, 3]);
  });

  test('nothing is changed in a way that nobody has thought of', async () => {
    const { us, ec2, ssm, found, broken } = watched();
    await us(() => ec2.send(new DescribeInstancesCommand({})));
    expect(broken()).toEqual([]);
    const launch = new RunInstancesCommand({ ImageId: ours.ImageId, MinCount: 1, MaxCount: 1 });
    await expect(us(() => ec2.send(launch))).rejects.toThrow('simulator/invariants/changed-resources.ts');
    const write = new PutParameterCommand({ Name: '/policies/gold', Value: '{}', Type: 'String' });
    await expect(us(() => ssm.send(write))).rejects.toThrow('the judgement of ssm:PutParameter');
    expect(broken()).toEqual([3, 3]);
    expect(found()).toContain('nobody judges ec2:RunInstances.');
  });
});

describe('of what comes out of an archive', () => {
  const restoredTags = [
    { Key: 'ami-lifecycle:archived-to', Value: `s3://vault/${ours.ImageId}.bin` },
    { Key: 'ami-lifecycle:origin', Value: `us-east-1/${ours.ImageId}` },
    { Key: 'ami-lifecycle:hold', Value: 'restored by execution-1' },
  ];

  async function archived() {
    const all = watched();
    all.account.call('ec2', 'CreateStoreImageTask', { ImageId: ours.ImageId, Bucket: 'vault' });
    await all.wait(86_400);
    const input = { Bucket: 'vault', ObjectKey: `${ours.ImageId}.bin` };
    const restore = (Name: string, tags = restoredTags) =>
      all.us(() =>
        all.ec2.send(new CreateRestoreImageTaskCommand({ ...input, Name, TagSpecifications: tagSpecifications(tags) })),
      );
    return { ...all, restore };
  }

  test('10: an execution restores one image', async () => {
    const { restore, broken } = await archived();
    await restore('one');
    await restore('two', [
      ...restoredTags.slice(0, 2),
      { Key: 'ami-lifecycle:hold', Value: 'restored by execution-2' },
    ]);
    expect(broken()).toEqual([]);
    await restore('three');
    expect(broken()).toEqual([10]);
  });

  test('9: it stays when its image is gone, whoever wrote it', async () => {
    const { account, us, ec2, s3, wait, broken, found } = watched();
    const Key = `${ours.ImageId}.bin`;
    const remove = (each: string) => us(() => s3.send(new DeleteObjectCommand({ Bucket: 'vault', Key: each })));
    const record = new PutObjectCommand({ Bucket: 'vault', Key: `${Key}.json`, Body: '{}' });
    const store = () => us(() => ec2.send(new CreateStoreImageTaskCommand({ ImageId: ours.ImageId, Bucket: 'vault' })));
    await store();
    await wait(86_400);
    await us(() => s3.send(record));
    await remove(`${Key}.json`);
    await remove(Key);
    expect(broken()).toEqual([]);
    await store();
    await wait(86_400);
    await us(() => s3.send(record));
    account.call('ec2', 'DeregisterImage', { ImageId: ours.ImageId });
    await remove(`${Key}.json`);
    await remove(Key);
    await remove(Key);
    expect(broken()).toEqual([9, 9]);
    expect(found()).toContain(`DeleteObject would take s3://vault/${Key}, all that is left of ${ours.ImageId}.`);
  });

  test('11: it says from its first moment where it came from, and that it is held', async () => {
    const { restore, found, broken } = await archived();
    await restore('one', restoredTags.slice(0, 1));
    expect(broken()).toEqual([11]);
    expect(found()).toContain('lacks origin, hold.');
  });
});
