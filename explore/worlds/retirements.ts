import type { ExploredWorld } from '../explored-world.ts';
import { hang, hungImageId, impatient, nightsUntil } from '../hanging.ts';
import { home, server } from '../servers.ts';
import { tagsOf } from '../witness.ts';
import type { Beginning, Story } from '../world.ts';
import { hoursLater, missharedSnapshots, quick, tagByHand } from './common.ts';

const paris = 'eu-west-3';
const partner = '123456789012';
const vault = 'my-ami-archive';
/** Retirement runs daily at noon; nothing is captured. */
const never = { cron: '0 3 1 1 ? *', timezone: 'UTC' };
const web = server('web');

const beginning: Beginning = {
  at: '2026-11-21T11:50:00Z',
  policies: [],
  servers: [web],
  behaviour: quick,
  schedulesUntil: '2026-12-31T00:00:00Z',
  rescuesUntil: '2026-11-22T00:00:00Z',
};

/** Where an image stands once nothing moves any more, by its Region and night, and with whom it is shared. */
interface Standing {
  id: string;
  line: string;
}

function standing(story: Story, region: string): Standing[] {
  return story.images(region).map(({ id, tags, state, sharedWith }) => {
    const slot = tags['ami-lifecycle:slot'] ?? '';
    return { id, line: [region, slot.slice(4, 8), state, ...sharedWith].join(' ') };
  });
}

/**
 * What is there and should not be, and the other way round; each with its image, as people are told of images by their ids.
 * Snapshots are always whose the policy says, as people share none by hand.
 */
function differences(story: Story, expected: readonly string[]): string[] {
  const found = [home, paris].flatMap((region) => standing(story, region));
  const lines = new Set(found.map(({ line }) => line));
  const accounts = story.policies[0]?.share?.accounts ?? [];
  const ofSnapshots = [home, paris].flatMap((region) =>
    story.images(region).flatMap((image) => missharedSnapshots(image, accounts)),
  );
  return [
    ...expected.filter((line) => !lines.has(line)).map((line) => `There is no ${line}: ${idAt(line)}.`),
    ...found.filter(({ line }) => !expected.includes(line)).map(({ id, line }) => `There is still ${line}: ${id}.`),
    ...ofSnapshots,
  ];
}

/** The image of that Region and night, wherever it stands now. */
function idAt(line: string): string {
  const [region = '', night = ''] = line.split(' ');
  return hungImageId({ region, instanceId: web.id, slot: `2026${night}T0300Z` });
}

type Retirements = Pick<ExploredWorld, 'name' | 'tells' | 'prepare' | 'fails' | 'lacking' | 'lastsHours'> & {
  fields: Readonly<Record<string, unknown>>;
  /** By default as many as there are steps. */
  attempts?: number;
};

/** By default three runs: one for each step. */
function retirements({
  name,
  tells,
  prepare,
  fails = [],
  lacking,
  fields,
  lastsHours = 49,
  attempts = 3,
}: Retirements): ExploredWorld {
  return {
    name,
    workflow: 'retire-images',
    tells,
    beginning: { ...beginning, policies: [impatient({ schedule: never, ...fields })] },
    ...(prepare ? { prepare } : {}),
    begin: () => {},
    fails,
    lastsHours,
    lacking,
    mustTell: true,
    // Grace is counted from each step, so hours can cost a day.
    mayBeLate: true,
    async again(story) {
      await hoursLater(story, 24);
      return [];
    },
    attempts,
  };
}

function snapshotsOf(story: Story, imageId: string): string[] {
  return [...(story.account.region(home).images.get(imageId)?.snapshotIds ?? [])];
}

/** Does something in the moment before a function's first call from that instant on. */
function justBefore({ account, clock }: Story, caller: string, fromMs: number, act: () => void): void {
  const stop = account.beforeCall((request) => {
    if (request.caller !== caller || clock.now() < fromMs) return;
    stop();
    act();
  });
}

export const retireWorlds: readonly ExploredWorld[] = [
  retirements({
    name: 'retire',
    tells: 'Of five images one goes in three days; two are kept by rule, one is held, one is used; all are shared',
    fields: { share: { accounts: [partner] } },
    prepare(story) {
      const [held = '', used = ''] = hang(story, web, nightsUntil('2026-11-20', 5));
      tagByHand(story, held, { 'ami-lifecycle:hold': 'evidence' });
      const { instance, volumes } = server('user', { under: null, changes: { ImageId: used } });
      story.account.load({ instances: [instance], volumes });
    },
    lacking: (story) =>
      differences(
        story,
        ['1116', '1117', '1119', '1120'].map((night) => `${home} ${night} available ${partner}`),
      ),
  }),
  retirements({
    name: 'retire-copies',
    tells: 'An image and its copy in Paris go in three days, and leave no snapshot',
    fields: { retain: { daily: 1 }, copies: [{ region: paris }] },
    prepare(story) {
      hang(story, web, nightsUntil('2026-11-20', 2));
      hang(story, web, nightsUntil('2026-11-20', 2), { region: paris });
    },
    lacking: (story) => differences(story, [`${home} 1120 available`, `${paris} 1120 available`]),
  }),
  retirements({
    name: 'retire-slowly',
    tells: 'One image of two is disabled, and goes two days later, for which a run in between has to wait',
    lastsHours: 49,
    attempts: 3,
    fields: {
      retain: { daily: 1 },
      retire: { mode: 'enforce', steps: ['disable', 'deregister'], graceDays: 2, maxPercentPerRun: 100 },
    },
    prepare: (story) => {
      hang(story, web, nightsUntil('2026-11-20', 2));
    },
    lacking: (story) => differences(story, [`${home} 1120 available`]),
  }),
  retirements({
    name: 'retire-in-haste',
    tells:
      'Of three images two are to be disabled; in that moment one is held, and a server is launched from the other',
    // The day after, what was disabled all the same comes back.
    lastsHours: 73,
    attempts: 4,
    // A hold of that very moment is not seen: only the role spares the image.
    fails: ['retire-image', 'retire-images'],
    fields: { retain: { daily: 1 } },
    prepare(story) {
      const [held = '', used = ''] = hang(story, web, nightsUntil('2026-11-20', 3));
      justBefore(story, 'retire-image', story.clock.now() + 24 * 3_600_000, () => {
        tagByHand(story, held, { 'ami-lifecycle:hold': 'evidence' });
        const launch = { ImageId: used, InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1 };
        story.account.call('ec2', 'RunInstances', launch);
      });
    },
    lacking: (story) =>
      differences(
        story,
        ['1118', '1119', '1120'].map((night) => `${home} ${night} available`),
      ),
  }),
  retirements({
    name: 'retire-shared-in-haste',
    tells:
      'Of three images two are to be disabled; in that moment somebody shares both by hand, and one of them is used elsewhere',
    // A day is lost while a report is made of each; then one comes back, and the other one goes.
    lastsHours: 97,
    attempts: 5,
    fields: { retain: { daily: 1 } },
    prepare(story) {
      const [used = '', unused = ''] = hang(story, web, nightsUntil('2026-11-20', 3));
      justBefore(story, 'retire-image', story.clock.now() + 24 * 3_600_000, () => {
        for (const ImageId of [used, unused]) {
          const LaunchPermission = { Add: [{ UserId: partner }] };
          story.account.call('ec2', 'ModifyImageAttribute', { ImageId, LaunchPermission });
        }
        const { foreignUse } = story.account.region(home);
        foreignUse.push({ imageId: used, accountId: partner, resourceType: 'ec2:Instance', count: 1 });
      });
    },
    lacking: (story) => differences(story, [`${home} 1118 available ${partner}`, `${home} 1120 available`]),
  }),
  retirements({
    name: 'retire-orphans',
    tells:
      'One snapshot has been without its image for nine days, and goes; another one since today, and is noted; of a third that is noted somebody has made an image',
    lastsHours: 25,
    attempts: 2,
    fields: { retain: { daily: 1 } },
    prepare(story) {
      // What is younger than a week may be of an image that is being made.
      const slots = [...nightsUntil('2026-11-11', 2), '20261120T0300Z'];
      const [old = '', young = '', kept = ''] = hang(story, web, slots);
      const since = { 'ami-lifecycle:orphaned-since': '2026-11-12T12:00:00Z' };
      const [snapshotId = ''] = snapshotsOf(story, old);
      for (const ImageId of [old, young]) story.account.call('ec2', 'DeregisterImage', { ImageId });
      tagByHand(story, snapshotId, since);
      const [used = ''] = snapshotsOf(story, kept);
      tagByHand(story, used, since);
    },
    lacking(story) {
      const orphans = story.witness
        .orphans(home)
        .map((id) => story.account.region(home).snapshots.get(id)?.description);
      const [newest] = story.images();
      const misnoted = newest?.snapshots.filter(({ tags }) => 'ami-lifecycle:orphaned-since' in tags) ?? [];
      const unnoted = orphans.filter((each) => tagsOf(each?.Tags)['ami-lifecycle:orphaned-since'] === undefined);
      return [
        ...differences(story, [`${home} 1120 available`]),
        ...(orphans.length <= 1
          ? []
          : [`There are still without an image: ${orphans.map((each) => each?.SnapshotId).join(', ')}.`]),
        ...unnoted.map((each) => `Nothing notes that ${each?.SnapshotId} is without an image.`),
        ...misnoted.map(({ id }) => `It is still noted that ${id} is without an image.`),
      ];
    },
  }),
  retirements({
    name: 'retire-archived',
    tells: 'Two images are archived; then the older one goes',
    // The first run archives, and may not see yet that it did.
    lastsHours: 73,
    attempts: 4,
    fields: { retain: { daily: 1 }, archive: { bucket: vault, prefix: 'gold/', when: { daily: 30 } } },
    prepare(story) {
      story.account.createBucket(vault, home);
      hang(story, web, nightsUntil('2026-11-20', 2));
    },
    lacking(story) {
      const objects = story.account.answering.world.buckets.get(vault)?.objects;
      const ids = nightsUntil('2026-11-20', 2).map((slot) => hungImageId({ region: home, instanceId: web.id, slot }));
      return [
        ...differences(story, [`${home} 1120 available`]),
        ...ids.filter((id) => !objects?.has(`gold/${id}.bin.json`)).map((id) => `There is no archive of ${id}.`),
      ];
    },
  }),
  retirements({
    name: 'retire-backwards',
    tells: 'An image that a person had shared is disabled and wanted again: it comes back to whom it was shared with',
    lastsHours: 23.5,
    attempts: 1,
    fields: { retain: { daily: 1 } },
    async prepare(story) {
      const [ImageId = ''] = hang(story, web, nightsUntil('2026-11-20', 2));
      const LaunchPermission = { Add: [{ UserId: partner }] };
      story.account.call('ec2', 'ModifyImageAttribute', { ImageId, LaunchPermission });
      // Deprecated on the first day, and disabled on the second.
      await hoursLater(story, 24.5);
      story.stack.publish(impatient({ schedule: never, retain: { daily: 2 } }));
    },
    lacking: (story) => differences(story, [`${home} 1119 available ${partner}`, `${home} 1120 available`]),
  }),
  retirements({
    name: 'retire-of-gone',
    tells: 'The instance of an image is gone, which is noted, as its images are wanted for some days more',
    lastsHours: 1,
    fields: { retain: { daily: 1, afterTermination: '9d' } },
    prepare: (story) => {
      hang(story, server('gone'), nightsUntil('2026-11-20', 1));
    },
    attempts: 1,
    lacking: (story) =>
      story
        .images()
        .filter(({ tags }) => tags['ami-lifecycle:source-gone-since'] === undefined)
        .map(({ id }) => `Nothing notes that the instance of ${id} is gone.`),
  }),
  retirements({
    name: 'retire-shared-copy',
    tells: 'An image that a person copied, with its tags but without those of its snapshots, is shared with everybody',
    lastsHours: 1,
    attempts: 1,
    // No role may change what does not carry our tags.
    fails: ['share-image'],
    fields: { share: { public: true, accounts: [partner] } },
    prepare(story) {
      const [ImageId = ''] = hang(story, web, nightsUntil('2026-11-20', 1));
      const Resources = snapshotsOf(story, ImageId);
      const Tags = ['policy', 'source', 'slot', 'consistency'].map((key) => ({ Key: `ami-lifecycle:${key}` }));
      story.account.call('ec2', 'DeleteTags', { Resources, Tags });
    },
    lacking: (story) => differences(story, [`${home} 1120 available ${partner} all`]),
  }),
];
