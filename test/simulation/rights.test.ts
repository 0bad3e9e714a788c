import {
  CopyImageCommand,
  CreateImageCommand,
  CreateStoreImageTaskCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DeregisterImageCommand,
  DisableImageCommand,
  EnableImageDeprecationCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import { GetParameterCommand, GetParametersCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { stackNames } from '../../cli/simulation/functions.ts';
import { functionFolders } from '../../deploy/function-files.ts';
import { home, policy, server } from '../../explore/servers.ts';
import { build } from '../../explore/world.ts';
import * as clients from '../../shared/aws/clients.ts';
import { runAs } from '../../simulator/under-clients.ts';
import { archiving, hangOne, vaultName } from './archiving.ts';
import { tag } from './retiring.ts';
import { given, type Story } from './story.ts';

const ours = server('ours');
const theirs = server('theirs', { under: null, tags: { environment: 'test' } });

/** What a function throws that is told to do this, whatever it was written for. */
async function attempted(story: Story, functionName: string, act: () => Promise<unknown>): Promise<string> {
  // So much in one moment EC2 would throttle, before it asks for any right.
  await story.clock.run(story.clock.now() + 1000);
  const { value } = await runAs(story.account, { functionName }, () =>
    act().then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    ),
  );
  return value;
}

/** Every right that there is, one image of ours, one that is held, one that was restored and is, and one of somebody else. */
async function fullRights() {
  const all = archiving({}, { copies: [{ region: 'eu-central-1', kmsKeyId: 'alias/ami' }] });
  const story = await build({ policies: [all], servers: [ours, theirs] });
  story.account.createBucket(vaultName);
  const region = story.account.region(home);
  const plain = hangOne(story, ours);
  story.account.call('s3', 'PutObject', { Bucket: vaultName, Key: plain.key, Body: 'blocks' });
  const evidence = { 'ami-lifecycle:hold': 'evidence' };
  const archivedTo = { 'ami-lifecycle:archived-to': plain.url };
  const held = hangOne(story, ours, {}, '20261118T0300Z').imageId;
  const restored = hangOne(story, ours, {}, '20261117T0300Z').imageId;
  const withSnapshots = (id: string): string[] => [id, ...(region.images.get(id)?.snapshotIds ?? [])];
  for (const id of withSnapshots(held)) tag(story, id, evidence);
  for (const id of withSnapshots(restored)) tag(story, id, { ...evidence, ...archivedTo });
  const { ImageId = '' } = story.account.call('ec2', 'CreateImage', { InstanceId: theirs.id, Name: 'theirs' });
  await story.rest();
  const [, SnapshotId = ''] = withSnapshots(ImageId);
  // Somebody else's, who lets this account use it.
  const SourceImageId = 'ami-0123456789abcdef0';
  story.account.load({
    instances: [],
    images: [{ ImageId: SourceImageId, Name: 'foreign', OwnerId: '123456789012', State: 'available' }],
  });
  return {
    story,
    ImageId,
    SnapshotId,
    SourceImageId,
    plain,
    held: withSnapshots(held),
    restored: withSnapshots(restored),
  };
}

const { story, ImageId, SnapshotId, SourceImageId, plain, held, restored } = await fullRights();
const [heldImage = '', heldSnapshot = ''] = held;
const ec2 = clients.ec2(home);
const hold = { Key: 'ami-lifecycle:hold' };
const Tags = [{ Key: 'ami-lifecycle:policy', Value: 'gold' }];
const InstanceIds = [theirs.id];

const misdeeds: Record<string, () => Promise<unknown>> = {
  'deregister an image of others': () => ec2.send(new DeregisterImageCommand({ ImageId })),
  'disable an image of others': () => ec2.send(new DisableImageCommand({ ImageId })),
  'deprecate an image of others': () =>
    ec2.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt: new Date('2027-01-01T00:00:00Z') })),
  'store an image of others': () => ec2.send(new CreateStoreImageTaskCommand({ ImageId, Bucket: `${vaultName}/gold` })),
  'share a snapshot of others': () =>
    ec2.send(
      new ModifySnapshotAttributeCommand({ SnapshotId, CreateVolumePermission: { Add: [{ UserId: '123456789012' }] } }),
    ),
  'start an instance that nobody has stopped for us': () => ec2.send(new StartInstancesCommand({ InstanceIds })),
  'deregister an image that is held': () => ec2.send(new DeregisterImageCommand({ ImageId: heldImage })),
  'disable an image that is held': () => ec2.send(new DisableImageCommand({ ImageId: heldImage })),
  'delete a snapshot that is held': () => ec2.send(new DeleteSnapshotCommand({ SnapshotId: heldSnapshot })),
  'take a hold from an image': () => ec2.send(new DeleteTagsCommand({ Resources: [heldImage], Tags: [hold] })),
  'take a hold from a snapshot': () => ec2.send(new DeleteTagsCommand({ Resources: [heldSnapshot], Tags: [hold] })),
  'take all tags from an image that is held': () => ec2.send(new DeleteTagsCommand({ Resources: [heldImage] })),
  'deregister a restored image that people hold': () =>
    ec2.send(new DeregisterImageCommand({ ImageId: restored[0] ?? '' })),
  'take a hold of people from what was restored': () =>
    ec2.send(new DeleteTagsCommand({ Resources: restored, Tags: [hold] })),
  'say that an image of ours is of another policy': () =>
    ec2.send(
      new CreateTagsCommand({ Resources: [plain.imageId], Tags: [{ Key: 'ami-lifecycle:policy', Value: 'silver' }] }),
    ),
  'delete a snapshot of others': () => ec2.send(new DeleteSnapshotCommand({ SnapshotId })),
  'share an image of others': () =>
    ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { Add: [{ Group: 'all' }] } })),
  'stop an instance without our tags': () => ec2.send(new StopInstancesCommand({ InstanceIds })),
  'make an image of an instance without our tags': () =>
    ec2.send(
      new CreateImageCommand({
        InstanceId: theirs.id,
        Name: 'stolen',
        TagSpecifications: [
          { ResourceType: 'image', Tags },
          { ResourceType: 'snapshot', Tags },
        ],
      }),
    ),
  'make an image of others look like ours': () => ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags })),
  'copy an image of another account': () =>
    ec2.send(new CopyImageCommand({ SourceImageId, SourceRegion: home, Name: 'copy' })),
  'make an image of another account look like ours by a copy': () =>
    ec2.send(
      new CopyImageCommand({
        SourceImageId,
        SourceRegion: home,
        Name: 'copy',
        TagSpecifications: [{ ResourceType: 'image', Tags }],
      }),
    ),
  'tag a copy as whatever it pleases': () =>
    ec2.send(
      new CopyImageCommand({
        SourceImageId: ImageId,
        SourceRegion: home,
        Name: 'copy',
        TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'approved', Value: 'yes' }] }],
      }),
    ),
  'put an instance under a policy': () => ec2.send(new CreateTagsCommand({ Resources: InstanceIds, Tags })),
  'take a policy from an instance': () =>
    ec2.send(new DeleteTagsCommand({ Resources: [ours.id], Tags: [{ Key: 'ami-lifecycle:policy' }] })),
  'take all tags from an instance': () => ec2.send(new DeleteTagsCommand({ Resources: [ours.id] })),
  'terminate an instance': () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [ours.id] })),
  'delete an archive': () =>
    clients.s3(home).send(new DeleteObjectCommand({ Bucket: vaultName, Key: 'silver/secret.bin' })),
  'read what is not of a run': () =>
    clients.s3(home).send(new GetObjectCommand({ Bucket: story.stack.workBucket.name, Key: 'secrets.json' })),
  'write a policy of its own': () =>
    clients
      .ssm(home)
      .send(new PutParameterCommand({ Name: `${stackNames.policyPrefix}gold`, Value: '{}', Overwrite: true })),
  'read a parameter that is no policy': () =>
    clients.ssm(home).send(new GetParameterCommand({ Name: '/passwords/root' })),
  'read several of them at once': () =>
    clients.ssm(home).send(new GetParametersCommand({ Names: ['/passwords/root'] })),
  'publish to a topic that no policy names': () =>
    clients
      .sns(home)
      .send(new PublishCommand({ TopicArn: `arn:aws:sns:${home}:111122223333:paging`, Message: 'wake up' })),
};

describe.each(Object.entries(misdeeds))('A task that was made to %s', (_, act) => {
  it.each(functionFolders())('is refused by the role of %s', async (folder) => {
    const errors = ['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException', 'AuthorizationError'];
    expect(errors).toContain(await attempted(story, folder, act));
  });
});

const someone = { Add: [{ UserId: '123456789012' }] };
const s3 = clients.s3(home);

/** What no condition can keep a malicious task from, as docs/security.md says; each with an image of ours and its archive. */
const limits: [
  what: string,
  whose: string[],
  act: (id: string, snapshotId: string, key: string) => Promise<unknown>,
][] = [
  // One changes its class by a copy onto itself; for the other EC2 writes with its rights.
  [
    'overwrite an archive',
    ['set-storage-class', 'store-image'],
    (_, __, Key) => s3.send(new PutObjectCommand({ Bucket: vaultName, Key, Body: 'nothing' })),
  ],
  ['delete an archive', ['store-image'], (_, __, Key) => s3.send(new DeleteObjectCommand({ Bucket: vaultName, Key }))],
  [
    'share an image of ours',
    ['retire-image', 'share-image'],
    (id) => ec2.send(new ModifyImageAttributeCommand({ ImageId: id, LaunchPermission: someone })),
  ],
  [
    'share a snapshot of ours',
    ['share-image'],
    (_, id) => ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId: id, CreateVolumePermission: someone })),
  ],
  ['disable an image of ours', ['retire-image'], (id) => ec2.send(new DisableImageCommand({ ImageId: id }))],
  [
    'deregister an image of ours that is complete',
    ['retire-image'],
    (id) => ec2.send(new DeregisterImageCommand({ ImageId: id })),
  ],
];

/** Images enough for every role and deed, each with a name of its own. */
let slots = 0;
function hangAnother(tags: Record<string, string> = {}) {
  const slot = new Date(Date.UTC(2026, 9, 1, slots++)).toISOString().replaceAll(/[-:]|\d\d\.000/g, '');
  return hangOne(story, ours, { tags }, slot);
}

it.each(limits)('To %s is in the power of these alone: %j', async (_, whose, act) => {
  const may: string[] = [];
  for (const folder of functionFolders()) {
    const { imageId, key } = hangAnother();
    const [snapshotId = ''] = story.account.region(home).images.get(imageId)?.snapshotIds ?? [];
    story.account.call('s3', 'PutObject', { Bucket: vaultName, Key: key, Body: 'blocks' });
    if ((await attempted(story, folder, () => act(imageId, snapshotId, key))) === 'done') may.push(folder);
  }
  expect(may).toEqual(whose);
});

it('Whoever takes failed images away may take none that is complete, and none that is held', async () => {
  const deregistered = (state: string, tags: Record<string, string> = {}) => {
    const { imageId } = hangAnother({ 'ami-lifecycle:state': state, ...tags });
    return attempted(story, 'discard-image', () => ec2.send(new DeregisterImageCommand({ ImageId: imageId })));
  };
  expect(await deregistered('complete')).toBe('UnauthorizedOperation');
  expect(await deregistered('retiring')).toBe('UnauthorizedOperation');
  expect(await deregistered('capturing', { 'ami-lifecycle:hold': 'evidence' })).toBe('UnauthorizedOperation');
  expect(await deregistered('capturing')).toBe('done');
});

it('A function may do what its role is for', async () => {
  const act = () => ec2.send(new StopInstancesCommand({ InstanceIds: [ours.id] }));
  expect(await attempted(await build({ policies: [policy('gold')], servers: [ours] }), 'stop-instance', act)).toBe(
    'done',
  );
});

describe('A policy that selects by tags of the user', () => {
  const production = policy('gold', {
    select: { tags: { environment: 'prod*', tier: 'db' } },
    schedule: { cron: '0 3 * * ? *', onTagged: false },
  });
  const selected = server('db', { under: null, tags: { environment: 'production', tier: 'db' } });

  it('has its instances stopped, imaged and started, without any tag of ours on them', async () => {
    const told = await given({ policies: [production], servers: [selected] });
    await told.capture('gold');
    expect(told.lastRun().status).toBe('SUCCEEDED');
    expect(told.image().tags['ami-lifecycle:consistency']).toBe('stopped');
  });

  it.each<[what: string, tags: Record<string, string>, answer: string]>([
    ['all of its tags', { environment: 'prod-2', tier: 'db' }, 'done'],
    ['one of them', { environment: 'production' }, 'UnauthorizedOperation'],
    ['another value', { environment: 'test', tier: 'db' }, 'UnauthorizedOperation'],
    ['our tag, by which no policy selects', { 'ami-lifecycle:policy': 'gold' }, 'UnauthorizedOperation'],
  ])('lets an instance be stopped that has %s: %j is %s', async (_, tags, answer) => {
    const other = server('other', { under: null, tags });
    const told = await build({ policies: [production], servers: [other] });
    const act = () => ec2.send(new StopInstancesCommand({ InstanceIds: [other.id] }));
    expect(await attempted(told, 'stop-instance', act)).toBe(answer);
  });
});

describe('A policy that is published without the deploy that it needs', () => {
  it('fails by name, and leaves the instance running', async () => {
    const told = await given({ policies: [policy('gold', { capture: { consistency: 'crash' } })], servers: [ours] });
    told.stack.publish(policy('gold'));

    await told.capture('gold');

    expect(told.lastRun().status).toBe('FAILED');
    expect(told.account.notifications[0]?.message).toContain('AccessDenied');
    expect(told.journey(ours)).toEqual([]);
  });

  it('has copies that fail, as their key is not ours to use', async () => {
    const told = await given({ policies: [policy('gold')], servers: [ours] });
    told.account.region('eu-central-1').keys.add('alias/ami');
    told.stack.publish(policy('gold', { copies: [{ region: 'eu-central-1', kmsKeyId: 'alias/ami' }] }));

    await told.capture('gold');

    expect(told.account.notifications[0]?.message).toContain('Given key ID is not accessible');
    expect(told.state(ours)).toBe('running');
  });
});
