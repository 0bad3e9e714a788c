import type { Fault } from '../../simulator/faults.ts';
import { hang, impatient, nightsUntil, tagList } from '../hanging.ts';
import { home, server } from '../servers.ts';
import type { Beginning, Story } from '../world.ts';
import { quick, tagByHand } from '../worlds/common.ts';
import type { TrialWorld } from './trial-world.ts';

const vault = 'my-ami-archive';
const paris = 'eu-west-3';
/** Retirement runs daily at noon; nothing is captured. */
const never = { cron: '0 3 1 1 ? *', timezone: 'UTC' };
const web = server('web');
const dayHours = 24;
/** Every image is archived, and one stays. */
const archiving = { retain: { daily: 1 }, archive: { bucket: vault, prefix: 'gold/', when: { daily: 30 } } };

type Fields = Readonly<Record<string, unknown>>;

interface Retirement extends Pick<TrialWorld, 'name' | 'tells' | 'prepare'> {
  fields?: Fields;
  retire?: Fields;
  faults?: readonly Fault[];
  /** How often retirement runs. */
  runs: number;
  /** The nights whose images must be gone in the end. What must stay is for other invariants to say. */
  gone?: readonly string[];
}

function retirement(world: Retirement): TrialWorld {
  const { fields = {}, retire = {}, faults = [], runs, gone = [], ...rest } = world;
  const beginning: Beginning = {
    at: '2026-11-21T11:50:00Z',
    policies: [impatient({ schedule: never, ...fields }, retire)],
    servers: [web],
    // Most pages come empty, with others to follow.
    behaviour: { ...quick, emptyPageProbability: 0.6 },
    faults,
    schedulesUntil: '2026-12-31T00:00:00Z',
    rescuesUntil: '2026-11-21T12:00:00Z',
  };
  // Until an hour after the last run.
  const hours = (runs - 1) * dayHours + 1 + 1 / 6;
  return { ...rest, beginning, hours, lacking: (story) => stillThere(story, gone) };
}

function stillThere(story: Story, nights: readonly string[]): string[] {
  const found = story.images(home).map(({ tags }) => (tags['ami-lifecycle:slot'] ?? '').slice(4, 8));
  return nights.flatMap((night) => (found.includes(night) ? [`The image of ${night} is still there.`] : []));
}

/** A running instance that was launched from that image. */
function launchFrom({ account }: Story, imageId: string): void {
  const { instance, volumes } = server(`from ${imageId}`, { under: null, changes: { ImageId: imageId } });
  account.load({ instances: [instance], volumes });
}

/** A snapshot that a person made, and gave the name of a policy to. */
function loadForeignSnapshot({ account }: Story): void {
  const snapshot = {
    SnapshotId: 'snap-0123456789abcdef0',
    VolumeId: web.volumes[0]?.VolumeId,
    VolumeSize: 8,
    State: 'completed' as const,
    Progress: '100%',
    StartTime: new Date('2026-01-01T00:00:00Z'),
    Description: 'before the migration',
    Tags: tagList({ 'ami-lifecycle:policy': 'gold' }),
  };
  account.load({ instances: [], snapshots: [snapshot] });
}

function snapshotOf({ account }: Story, imageId: string): string {
  const [snapshotId = ''] = account.region(home).images.get(imageId)?.snapshotIds ?? [];
  return snapshotId;
}

/** A launch template that launches from another image, and mounts a snapshot of this one. */
function mountSnapshotOf(story: Story, imageId: string, otherId: string): string {
  const SnapshotId = snapshotOf(story, imageId);
  const BlockDeviceMappings = [{ DeviceName: '/dev/sdf', Ebs: { SnapshotId } }];
  const LaunchTemplateData = { ImageId: otherId, BlockDeviceMappings };
  story.account.call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'farm', LaunchTemplateData });
  return SnapshotId;
}

/** An image of a person, of the snapshot of one of ours. */
function loadImageOfSnapshot(story: Story, imageId: string): void {
  const ours = story.account.region(home).images.get(imageId)?.description ?? {};
  const { Tags: _tags, SourceInstanceId: _source, ...rest } = ours;
  story.account.load({ instances: [], images: [{ ...rest, ImageId: 'ami-0fedcba9876543210', Name: 'by-hand' }] });
}

/** Two images that are archived at noon; the older one goes then, and takes its next step at once. */
function whileArchiving(name: string, tells: string, happens: (story: Story, imageId: string) => void): TrialWorld {
  return retirement({
    name,
    tells,
    fields: archiving,
    retire: { steps: ['disable', 'deregister'] },
    prepare(story) {
      story.account.createBucket(vault, home);
      const [older = ''] = hang(story, web, nightsUntil('2026-11-20', 2));
      story.onceAfter('CreateStoreImageTask', 5, () => happens(story, older));
    },
    runs: 1,
  });
}

export const retirementWorlds: readonly TrialWorld[] = [
  retirement({
    name: 'five days',
    tells: 'Of six images one goes, in three steps; two are kept by rule, one is held, and two are used',
    retire: { graceDays: 2 },
    prepare(story) {
      const [configured = '', held = '', launched = ''] = hang(story, web, nightsUntil('2026-11-20', 6));
      tagByHand(story, held, { 'ami-lifecycle:hold': 'evidence' });
      launchFrom(story, launched);
      const LaunchConfigurationName = 'farm';
      const CreatedTime = new Date('2026-01-01T00:00:00Z');
      story.account.load({
        instances: [],
        launchConfigurations: [{ LaunchConfigurationName, ImageId: configured, InstanceType: 't3.large', CreatedTime }],
      });
      loadForeignSnapshot(story);
    },
    runs: 5,
    gone: ['1118'],
  }),
  retirement({
    name: 'silent templates',
    tells: 'A launch template uses an image, and whoever asks for launch templates is refused',
    faults: [{ fault: 'access-denied', operation: 'DescribeLaunchTemplateVersions' }],
    prepare(story) {
      const [ImageId, newer] = hang(story, web, nightsUntil('2026-11-20', 3));
      const LaunchTemplateName = 'farm';
      story.account.call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName, LaunchTemplateData: { ImageId } });
      // So many that references tell of the newest alone; the default is the first all the same.
      for (let version = 2; version < 14; version++) {
        const LaunchTemplateData = { ImageId: newer };
        story.account.call('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateName, LaunchTemplateData });
      }
    },
    runs: 3,
  }),
  retirement({
    name: 'an older version',
    tells: 'Of a launch template with three versions only that in the middle names the image that no rule keeps',
    retire: { launchTemplateVersions: 2 },
    prepare(story) {
      const [oldest, , newest] = hang(story, web, nightsUntil('2026-11-20', 3));
      const LaunchTemplateName = 'farm';
      const [first, ...others] = [newest, oldest, newest].map((ImageId) => ({ ImageId }));
      story.account.call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName, LaunchTemplateData: first });
      for (const LaunchTemplateData of others) {
        story.account.call('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateName, LaunchTemplateData });
      }
    },
    runs: 3,
  }),
  retirement({
    name: 'snapshot mounted',
    tells: 'A launch template mounts a snapshot of an image that no rule keeps',
    prepare(story) {
      const [oldest = '', , newest = ''] = hang(story, web, nightsUntil('2026-11-20', 3));
      mountSnapshotOf(story, oldest, newest);
    },
    runs: 3,
  }),
  retirement({
    name: 'orphan mounted',
    tells: 'Somebody deregistered an image, and a launch template mounts a snapshot that it left; its grace is over',
    prepare(story) {
      const [oldest = '', , newest = ''] = hang(story, web, nightsUntil('2026-11-20', 3));
      const snapshotId = mountSnapshotOf(story, oldest, newest);
      story.account.call('ec2', 'DeregisterImage', { ImageId: oldest });
      tagByHand(story, snapshotId, { 'ami-lifecycle:orphaned-since': '2026-11-01T12:00:00Z' });
    },
    runs: 2,
  }),
  retirement({
    name: 'snapshot held',
    tells: 'Somebody holds a snapshot of an image that no rule keeps',
    prepare(story) {
      const [oldest = ''] = hang(story, web, nightsUntil('2026-11-20', 3));
      tagByHand(story, snapshotOf(story, oldest), { 'ami-lifecycle:hold': 'evidence' });
    },
    runs: 4,
  }),
  retirement({
    name: 'orphan held',
    tells: 'Somebody deregistered an image, and holds a snapshot that it left; its grace is over',
    prepare(story) {
      const [oldest = ''] = hang(story, web, nightsUntil('2026-11-20', 3));
      const snapshotId = snapshotOf(story, oldest);
      story.account.call('ec2', 'DeregisterImage', { ImageId: oldest });
      const tags = { 'ami-lifecycle:hold': 'evidence', 'ami-lifecycle:orphaned-since': '2026-11-01T12:00:00Z' };
      tagByHand(story, snapshotId, tags);
    },
    runs: 2,
  }),
  retirement({
    name: 'at least three',
    tells: 'The rules keep one image, and three stay at least',
    fields: { retain: { last: 1, atLeast: 3 } },
    prepare: (story) => void hang(story, web, nightsUntil('2026-11-20', 4)),
    runs: 3,
    gone: ['1117'],
  }),
  retirement({
    name: 'counting rules',
    tells: 'Of nine images each rule that counts keeps one that no other keeps, the oldest stays for it, and one goes',
    fields: { retain: { last: 2, hourly: 2, daily: 2, weekly: 2, monthly: 2, yearly: 3 } },
    prepare(story) {
      const today = ['0920', '0910', '0800'].map((time) => `20261121T${time}Z`);
      const earlier = ['20261120', '20261114', '20261113', '20261030', '20251231', '20250601'];
      hang(story, web, [...today, ...earlier.map((day) => `${day}T0300Z`)]);
    },
    runs: 3,
    gone: ['1113'],
  }),
  retirement({
    name: 'within two days',
    tells: 'Of three images two stay that are less than two days apart',
    fields: { retain: { within: '2d' } },
    prepare: (story) => void hang(story, web, nightsUntil('2026-11-20', 3)),
    runs: 3,
    gone: ['1118'],
  }),
  retirement({
    name: 'another stack',
    tells: 'Another stack of the account has a policy of the same name, and copies into our home',
    fields: { retain: { daily: 2 } },
    prepare(story) {
      hang(story, web, nightsUntil('2026-11-20', 3));
      hang(story, server('theirs'), nightsUntil('2026-11-10', 3), { madeBy: 'eu-south-1' });
    },
    runs: 3,
    gone: ['1118'],
  }),
  retirement({
    name: 'copies that stay longer',
    tells: 'Of three images one stays, and of their copies in Paris two',
    fields: { retain: { daily: 1 }, copies: [{ region: paris, retain: { daily: 2 } }] },
    prepare(story) {
      hang(story, web, nightsUntil('2026-11-20', 3));
      hang(story, web, nightsUntil('2026-11-20', 3), { region: paris });
    },
    runs: 3,
    gone: ['1118', '1119'],
  }),
  retirement({
    name: 'instance gone',
    tells: 'An instance has just been terminated, and its images stay for a month',
    fields: { retain: { daily: 2, afterTermination: '30d' } },
    prepare(story) {
      hang(story, web, nightsUntil('2026-11-20', 2));
      story.account.call('ec2', 'TerminateInstances', { InstanceIds: [web.id] });
    },
    runs: 5,
  }),
  retirement({
    name: 'archived',
    tells: 'Two images are archived; then the older one goes',
    fields: archiving,
    prepare(story) {
      story.account.createBucket(vault, home);
      hang(story, web, nightsUntil('2026-11-20', 2));
    },
    runs: 4,
    gone: ['1119'],
  }),
  retirement({
    name: 'archive deleted',
    tells: 'Somebody deletes the archives of two images of which one is to go',
    fields: archiving,
    prepare(story) {
      const { objects } = story.account.createBucket(vault, home);
      hang(story, web, nightsUntil('2026-11-20', 2));
      story.clock.after(12 * 3_600_000, () => {
        for (const Key of [...objects.keys()]) story.account.call('s3', 'DeleteObject', { Bucket: vault, Key });
      });
    },
    runs: 4,
  }),
  whileArchiving('held while archived', 'An image that is to go is held while it is being archived', (story, imageId) =>
    tagByHand(story, imageId, { 'ami-lifecycle:hold': 'evidence' }),
  ),
  whileArchiving(
    'launched while archived',
    'An image that is to go is launched from while it is being archived',
    launchFrom,
  ),
  retirement({
    name: 'over the cap',
    tells: 'Two images would go, and the policy lets one go in a run',
    retire: { maxPerRun: 1 },
    prepare: (story) => void hang(story, web, nightsUntil('2026-11-20', 4)),
    runs: 1,
  }),
  retirement({
    name: 'over the share',
    tells: 'Ten images of twelve would go, and the policy lets a quarter go in a run',
    retire: { maxPercentPerRun: 25 },
    prepare: (story) => void hang(story, web, nightsUntil('2026-11-20', 12)),
    runs: 1,
  }),
  retirement({
    name: 'snapshot in use',
    tells: 'An image goes whose snapshot somebody has made another image of',
    prepare(story) {
      const [oldest = ''] = hang(story, web, nightsUntil('2026-11-20', 3));
      loadImageOfSnapshot(story, oldest);
    },
    runs: 3,
    gone: ['1118'],
  }),
];
