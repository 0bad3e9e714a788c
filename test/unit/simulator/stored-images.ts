import {
  CreateRestoreImageTaskCommand,
  CreateStoreImageTaskCommand,
  DescribeStoreImageTasksCommand,
  type Image,
} from '@aws-sdk/client-ec2';
import { CopyObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { captureTags, world } from './world.ts';

export const gold = 'ami-00000000000000001';
export const big = 'ami-00000000000000002';
export const other = 'ami-00000000000000003';
const minuteSeconds = 60;
export const daySeconds = 86_400;

type StoreInput = ConstructorParameters<typeof CreateStoreImageTaskCommand>[0];
type RestoreInput = ConstructorParameters<typeof CreateRestoreImageTaskCommand>[0];

/** An account with a bucket and available images; a task of either kind takes 20 minutes. */
export function archive(given: Parameters<typeof world>[0] = {}) {
  const all = world({
    contents: { instances: [] },
    ...given,
    behaviour: { storeMinutes: () => 20, restoreMinutes: () => 20, wakeHours: () => 4, ...given.behaviour },
  });
  all.account.createBucket('archive');
  const add = (ImageId: string, VolumeSize: number, changes: Partial<Image> = {}): void => {
    const SnapshotId = ImageId.replace('ami', 'snap');
    const Tags = [{ Key: 'device', Value: 'root' }];
    all.account.load({
      instances: [],
      snapshots: [{ SnapshotId, VolumeSize, State: 'completed', Encrypted: true, Tags }],
      images: [
        {
          ImageId,
          Name: `image ${ImageId.at(-1)}`,
          Description: 'nightly',
          State: 'available',
          CreationDate: '2026-11-01T00:00:00.000Z',
          Architecture: 'arm64',
          PlatformDetails: 'Red Hat Enterprise Linux',
          UsageOperation: 'RunInstances:0010',
          BootMode: 'uefi',
          RootDeviceType: 'ebs',
          RootDeviceName: '/dev/xvda',
          VirtualizationType: 'hvm',
          BlockDeviceMappings: [
            { DeviceName: '/dev/xvda', Ebs: { SnapshotId, VolumeSize, VolumeType: 'gp3', Encrypted: true } },
          ],
          Tags: captureTags,
          ...changes,
        },
      ],
    });
  };
  add(gold, 100);
  const store = (changes: Partial<StoreInput> = {}) =>
    all.as('store-image', () =>
      all.ec2.send(new CreateStoreImageTaskCommand({ ImageId: gold, Bucket: 'archive', ...changes })),
    );
  const tasks = (input: ConstructorParameters<typeof DescribeStoreImageTasksCommand>[0] = {}) =>
    all.as('check-store', async () => {
      const answer = await all.ec2.send(new DescribeStoreImageTasksCommand(input));
      return answer.StoreImageTaskResults ?? [];
    });
  const head = (Key = `${gold}.bin`) =>
    all.as('f', () => all.s3.send(new HeadObjectCommand({ Bucket: 'archive', Key })));
  const restore = (changes: Partial<RestoreInput> = {}) =>
    all.as('restore-image', () =>
      all.ec2.send(
        new CreateRestoreImageTaskCommand({
          Bucket: 'archive',
          ObjectKey: `${gold}.bin`,
          Name: 'restored',
          ...changes,
        }),
      ),
    );
  const minutes = (count: number) => all.wait(count * minuteSeconds);
  return { ...all, add, store, tasks, head, restore, minutes };
}

/** The same, with one image stored already. */
export async function stored(given: Parameters<typeof world>[0] = {}) {
  const all = archive(given);
  await all.store();
  await all.minutes(21);
  return all;
}

/** The same with an image so small that one copy can move its object into another class. */
export async function storedIn(StorageClass: 'GLACIER' | 'DEEP_ARCHIVE' | 'GLACIER_IR' | 'STANDARD_IA') {
  const all = archive();
  all.add(other, 8);
  await all.store({ ImageId: other });
  await all.minutes(21);
  const ObjectKey = `${other}.bin`;
  const inPlace = { Bucket: 'archive', Key: ObjectKey, CopySource: `archive/${ObjectKey}` };
  await all.as('f', () => all.s3.send(new CopyObjectCommand({ ...inPlace, StorageClass })));
  return { ...all, restore: (changes: Partial<RestoreInput> = {}) => all.restore({ ObjectKey, ...changes }) };
}
