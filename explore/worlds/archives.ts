import type { Fault } from '../../simulator/faults.ts';
import type { Bucket } from '../../simulator/state.ts';
import type { ExploredWorld } from '../explored-world.ts';
import { hang, impatient } from '../hanging.ts';
import { home, server } from '../servers.ts';
import { tagsOf } from '../witness.ts';
import type { Beginning, Story } from '../world.ts';
import { hoursLater, quick } from './common.ts';

const vaultName = 'my-ami-archive';
const slot = '20261119T0300Z';
const web = server('web');

const beginning: Beginning = {
  at: '2026-11-21T12:00:00Z',
  policies: [impatient({ archive: { bucket: vaultName, prefix: 'gold/', when: { daily: 30 } } })],
  servers: [web],
  behaviour: { ...quick, wakeHours: () => 3 },
  rescuesUntil: '2026-11-22T00:00:00Z',
};

function vaultOf(story: Story): Bucket {
  return story.account.answering.world.buckets.get(vaultName) ?? story.account.createBucket(vaultName, home);
}

/** The one image that an archive was made of, or is to be. */
function imageId(story: Story): string {
  const ids = story.images().flatMap(({ id, tags }) => (tags['ami-lifecycle:slot'] === slot ? [id] : []));
  return ids[0] ?? '';
}

function archive(story: Story): void {
  const into = { bucket: vaultName, prefix: 'gold/', storageClass: 'DEEP_ARCHIVE' };
  story.stack.archive({ imageId: imageId(story), archive: into });
}

function lackingArchive(story: Story): string[] {
  const { objects } = vaultOf(story);
  const [key = ''] = [...objects.keys()].filter((each) => each.endsWith('.bin'));
  const image = story.account.region(home).images.get(imageId(story));
  const [uploads, object] = [story.account.region(home).multipartUploads.size, objects.get(key)];
  return [
    ...(object?.storageClass === 'DEEP_ARCHIVE' ? [] : [`The archive is ${object ? object.storageClass : 'missing'}.`]),
    ...(objects.has(`${key}.json`) ? [] : ['The archive has no record.']),
    ...(tagsOf(image?.description.Tags)['ami-lifecycle:archived-to'] === `s3://${vaultName}/${key}`
      ? []
      : ['The image does not say that it is archived.']),
    ...(uploads === 0 ? [] : [`${uploads} uploads were begun and never ended.`]),
  ];
}

function restore(story: Story, name?: string): void {
  const [key = ''] = [...vaultOf(story).objects.keys()].filter((each) => each.endsWith('.bin'));
  story.stack.restore({ bucket: vaultName, key, ...(name === undefined ? {} : { name }) });
}

function lackingRestore(story: Story): string[] {
  const images = story.images();
  const isWhole = images.some(
    ({ state, tags, snapshots, sharedWith }) =>
      state === 'available' &&
      tags['ami-lifecycle:state'] === 'complete' &&
      tags['ami-lifecycle:hold']?.startsWith('restored ') === true &&
      tags.team === 'platform' &&
      snapshots.length === 1 &&
      sharedWith.join() === '123456789012' &&
      // People shared the image alone.
      snapshots.every((each) => each.sharedWith.length === 0),
  );
  return isWhole ? [] : [`None of ${images.length} restored images is as it was: ${JSON.stringify(images)}`];
}

/** A restore of an archive whose image is gone. */
function restores(name: string, tells: string, faults: readonly Fault[] = []): ExploredWorld {
  return {
    name,
    workflow: 'restore-image',
    tells,
    beginning: { ...beginning, faults },
    async prepare(story) {
      vaultOf(story);
      const [ImageId = ''] = hang(story, web, [slot], { tags: { team: 'platform' } });
      const LaunchPermission = { Add: [{ UserId: '123456789012' }] };
      story.account.call('ec2', 'ModifyImageAttribute', { ImageId, LaunchPermission });
      archive(story);
      await hoursLater(story, 12);
      story.account.call('ec2', 'DeregisterImage', { ImageId, DeleteAssociatedSnapshots: true });
      await hoursLater(story, 1);
    },
    begin: (story) => restore(story),
    fails: faults.length > 0 ? ['restore-image'] : [],
    lacking: lackingRestore,
    mustTell: true,
    async again(story) {
      // What was cut short keeps its name, as NameTaken says.
      restore(story, 'restored-again');
      await hoursLater(story, 24);
      return [];
    },
    attempts: 1,
  };
}

export const archiveWorlds: readonly ExploredWorld[] = [
  {
    name: 'archive',
    workflow: 'archive-image',
    tells:
      'One image is archived by hand, in several parts, to another storage class; what was begun once before is given up',
    beginning: { ...beginning, servers: [large()], behaviour: { ...beginning.behaviour, usedFraction: () => 0.3 } },
    prepare(story) {
      const { name: Bucket } = vaultOf(story);
      const [ImageId = ''] = hang(story, large(), [slot]);
      story.account.call('s3', 'CreateMultipartUpload', { Bucket, Key: `gold/${ImageId}.bin` });
    },
    begin: archive,
    lacking: lackingArchive,
    mustTell: true,
    async again(story) {
      archive(story);
      await hoursLater(story, 24);
      return [];
    },
    attempts: 1,
  },
  restores(
    'restore',
    'An image that is gone is restored from a class that has to be woken, with its tags and those it is shared with',
  ),
  restores(
    'restore-discarded',
    'The answer to a restore is lost; it fails on the side of EC2, and is taken away before it is asked for again',
    [
      { fault: 'reply-lost', operation: 'CreateRestoreImageTask', nth: 1 },
      { fault: 'restore-fails', nth: 1 },
    ],
  ),
];

/** So large that its object is copied by parts. */
function large() {
  const { volumes, ...rest } = server('web');
  return { ...rest, volumes: volumes.map((volume) => ({ ...volume, Size: 40 })) };
}
