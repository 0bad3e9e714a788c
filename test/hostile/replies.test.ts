import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../engine/clock.ts';
import { archivesIn } from '../../shared/aws/archives.ts';
import { type Underlay, underEveryClient } from '../../shared/aws/clients.ts';
import { executionsIn } from '../../shared/aws/executions.ts';
import { imagesIn } from '../../shared/aws/images.ts';
import { instancesIn } from '../../shared/aws/instances.ts';
import { objectsIn } from '../../shared/aws/objects.ts';
import { policiesIn } from '../../shared/aws/policies.ts';
import { retirementIn } from '../../shared/aws/retirement.ts';
import { sharingIn } from '../../shared/aws/sharing.ts';
import { snapshotsIn } from '../../shared/aws/snapshots.ts';
import { usesIn } from '../../shared/aws/uses.ts';
import { isLifecycleError } from '../../shared/domain/errors.ts';
import type { Instance } from '../../shared/domain/instance.ts';
import { createAccount } from '../../simulator/account.ts';
import { putUnder, runAs } from '../../simulator/under-clients.ts';
import { instance, web } from '../unit/simulator/world.ts';

const region = 'us-east-1';
const clock = virtualClock('2026-11-21T00:00:00Z');
const account = createAccount({
  accountId: '123456789012',
  homeRegion: region,
  clock,
  seed: 1,
  behaviour: { throttling: false, emptyPageProbability: 0 },
});

/** What an answer loses: the numbers choose where, and how. Undefined while answers are whole. */
let harm: { place: number; how: number }[] | undefined;
/** The name of a field that all answers lack, wherever it stands. */
let lose: string | undefined;

/** Answers as SDK hands them over, without what AWS always sends. Where pages end, and bodies, is left as it is. */
function lessened(output: object): object {
  const { $metadata, Body, ...rest } = Object.assign({ $metadata: undefined, Body: undefined }, output);
  const copy = structuredClone(rest);
  for (const [holder, key] of placesIn(copy)) if (key === lose) Reflect.deleteProperty(holder, key);
  for (const { place, how } of harm ?? []) {
    const places = placesIn(copy);
    const [holder, key] = places[place % Math.max(1, places.length)] ?? [];
    if (!holder || key === undefined) continue;
    const value: unknown = Reflect.get(holder, key);
    if (how === 0 && Array.isArray(value)) value.length = 0;
    else if (how === 1 && isObject(value) && !Array.isArray(value) && !(value instanceof Date)) {
      for (const inner of Object.keys(value)) Reflect.deleteProperty(value, inner);
    } else if (!Array.isArray(holder)) Reflect.deleteProperty(holder, key);
  }
  return { ...copy, $metadata, ...(Body === undefined ? {} : { Body }) };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function placesIn(value: unknown): [object, string | number][] {
  if (!isObject(value) || value instanceof Date) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value).filter((key) => key !== 'NextToken');
  return keys.flatMap((key) => [[value, key], ...placesIn(Reflect.get(value, key))]);
}

type Handler = (args: { input: object }) => Promise<{ response: unknown; output: object }>;
interface Stack {
  add(
    middleware: (next: Handler) => Handler,
    options: { step: 'initialize'; priority: 'high'; name: string; override: boolean },
  ): void;
}

const underlay: Underlay = (client) => {
  putUnder(client);
  const stack: Stack = client.middlewareStack;
  stack.add(
    (next) => async (args) => {
      const answer = await next(args);
      return harm || lose ? { ...answer, output: lessened(answer.output) } : answer;
    },
    { step: 'initialize', priority: 'high', name: 'lessenedAnswers', override: true },
  );
};
underEveryClient(underlay);

// Something of everything that is asked for.
const tags = {
  'ami-lifecycle:policy': 'gold',
  'ami-lifecycle:source': web,
  'ami-lifecycle:slot': '20261121T0300Z',
  'ami-lifecycle:hold': 'a reason',
};
const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const TagSpecifications = (['image', 'snapshot'] as const).map((ResourceType) => ({ ResourceType, Tags }));
account.load({
  instances: [instance(web, { Tags: [{ Key: 'ami-lifecycle:policy', Value: 'gold' }] })],
  volumes: [{ VolumeId: 'vol-00000000000000001', Size: 8, AvailabilityZone: 'us-east-1a', State: 'in-use' }],
});
account.createBucket('vault');
const startDate = new Date('2026-11-21T00:00:00Z');
account.runExecutions({
  find: (executionArn) => ({
    executionArn,
    stateMachineArn: 'a',
    name: 'b',
    status: 'RUNNING',
    startDate,
    input: '{}',
  }),
  stop: () => startDate,
});
const { ImageId: image = '' } = account.call('ec2', 'CreateImage', {
  InstanceId: web,
  Name: 'one',
  NoReboot: true,
  TagSpecifications,
});
await clock.run();
account.call('ec2', 'CreateStoreImageTask', { ImageId: image, Bucket: 'vault' });
account.call('ec2', 'CreateLaunchTemplate', {
  LaunchTemplateName: 'farm',
  LaunchTemplateData: { ImageId: image, InstanceType: 'm5.large' },
});
account.call('auto-scaling', 'CreateLaunchConfiguration', {
  LaunchConfigurationName: 'old',
  ImageId: image,
  InstanceType: 'm5.large',
});
account.call('auto-scaling', 'CreateAutoScalingGroup', {
  AutoScalingGroupName: 'web',
  LaunchTemplate: { LaunchTemplateName: 'farm', Version: '$Latest' },
  MinSize: 0,
  MaxSize: 1,
  AvailabilityZones: ['us-east-1a'],
});
account.call('ec2', 'ModifyImageAttribute', {
  ImageId: image,
  LaunchPermission: { Add: [{ UserId: '111122223333' }] },
});
account.call('ssm', 'PutParameter', {
  Name: '/p/gold',
  Value: '{"name":"gold","schedule":{"cron":"rate(1 day)"}}',
  Type: 'String',
});
account.call('s3', 'PutObject', { Bucket: 'vault', Key: 'plan.json', Body: '{}' });
await clock.run();
const [snapshot = ''] = account.region(region).snapshots.keys();
const key = `${image}.bin`;

const whole = async <Value>(work: () => Promise<Value>): Promise<Value> =>
  (await runAs(account, { functionName: 'a' }, work)).value;
const described: Instance | undefined = await whole(() => instancesIn(region).describe(web));
if (!described) throw new Error('The account has no instance: mend the beginning of this test.');
const copies = new Map<string, number>();

const reads: Readonly<Record<string, () => Promise<unknown>>> = {
  'instances.describe': () => instancesIn(region).describe(web),
  'instances.listTagged': () => instancesIn(region).listTagged('ami-lifecycle:policy'),
  'instances.goneOf': () => instancesIn(region).goneOf([web]),
  'instances.stopFacts': () => instancesIn(region).stopFacts(described),
  'instances.status': () => instancesIn(region).status(web),
  'images.describe': () => imagesIn(region).describe(image),
  'images.findByName': () => imagesIn(region).findByName('one'),
  'images.snapshotsOf': () =>
    imagesIn(region).snapshotsOf({ policyName: 'gold', instanceId: web, slot: '20261121T0300Z' }),
  'images.listOf': () => imagesIn(region).listOf('gold', region),
  'snapshots.listOf': () => snapshotsIn(region).listOf('gold', region),
  'snapshots.usedOf': () => snapshotsIn(region).usedOf([snapshot]),
  'snapshots.heldAs': () => snapshotsIn(region).heldAs('a reason'),
  'snapshots.holdsOn': () => snapshotsIn(region).holdsOn([snapshot]),
  'snapshots.tagsOf': () => snapshotsIn(region).tagsOf(snapshot),
  'sharing.launchPermissions': () => sharingIn(region).launchPermissions(image),
  'sharing.snapshotAccounts': () => sharingIn(region).snapshotAccounts(snapshot),
  'sharing.blocksPublicAccess': () => sharingIn(region).blocksPublicAccess(),
  'archives.object': () => archivesIn(region).object('vault', key),
  'archives.flaw': () => archivesIn(region).flaw('vault', key, [image]),
  'archives.record': () => archivesIn(region).record('vault', key),
  'archives.storeTask': () => archivesIn(region).storeTask(image, 'vault', key),
  'archives.particulars': () => archivesIn(region).particulars(image),
  'archives.beginParts': () => archivesIn(region).beginParts('vault', key, 'STANDARD_IA', {}),
  'uses.of': () => usesIn(region).of([{ imageId: image, snapshotIds: [snapshot] }], { launchTemplateVersions: 10 }),
  'uses.mounting': () => usesIn(region).mounting([snapshot]),
  'uses.copying': () => usesIn(region).copying(),
  'policies.find': () => policiesIn(region, '/p/').find('gold'),
  'objects.readJson': () => objectsIn(region, 'vault').readJson('plan.json'),
  'executions.stateOf': () => executionsIn(region).stateOf(`arn:aws:states:${region}:123456789012:execution:a:b`),
  'retirement.deregister': () => {
    const number = (copies.get('made') ?? 0) + 1;
    copies.set('made', number);
    const { ImageId = '' } = account.call('ec2', 'CopyImage', {
      SourceImageId: image,
      SourceRegion: region,
      Name: `copy ${number}`,
    });
    return retirementIn(region).deregisterWithSnapshots(ImageId);
  },
};

/** Whatever is missing shows in one of these, where it is not an error. */
function judge(value: unknown, path: string): void {
  if (typeof value === 'number') expect(value, path).not.toBeNaN();
  if (typeof value === 'string') {
    expect(value, path).not.toMatch(/undefined|NaN|Invalid Date|\[object/);
    if (/(?:Id|Ids\.\d+|deviceName)$/.test(path)) expect(value, path).not.toBe('');
  }
  if (value instanceof Map)
    for (const [inner, each] of value) {
      judge(inner, `${path}.keyId`);
      judge(each, `${path}.${inner}`);
    }
  else if (value instanceof Set) for (const each of value) judge(each, `${path}.setId`);
  else if (isObject(value)) for (const [inner, each] of Object.entries(value)) judge(each, `${path}.${inner}`);
}

const harms = fc.array(fc.record({ place: fc.nat(1000), how: fc.nat(4) }), { minLength: 1, maxLength: 3 });

describe('an answer of AWS that lacks something', () => {
  it.each(Object.keys(reads))('is no answer, or enough of one: %s', { timeout: 600_000 }, async (name) => {
    const read = reads[name];
    if (!read) throw new Error(`No read is called ${name}.`);
    harm = undefined;
    await whole(read);
    await fc.assert(
      fc.asyncProperty(harms, async (drawn) => {
        harm = drawn;
        try {
          judge(await whole(read), name);
        } catch (error) {
          if (!isLifecycleError(error)) throw error;
          expect(error.message).toMatch(/lacks|does not|not known|No policy/);
        } finally {
          harm = undefined;
        }
      }),
      { numRuns: Math.ceil(10_000 / Object.keys(reads).length), seed: 20_261_121 },
    );
  });

  it.each<[says: string, name: string, lost: string]>([
    ['the state of an image, which would pass for failed and be discarded', 'images.describe', 'State'],
    ['the id of a held snapshot, which would be deleted', 'snapshots.holdsOn', 'SnapshotId'],
    [
      'whether there is an instance store, whose data a stop would lose',
      'instances.stopFacts',
      'InstanceStorageSupported',
    ],
    ['whether an instance is protected from being stopped', 'instances.stopFacts', 'DisableApiStop'],
    ['the state of an instance, which would pass for stopped', 'instances.status', 'InstanceState'],
    ['which volume a device is, whose snapshot would not be waited for', 'instances.describe', 'VolumeId'],
    ['which image somebody refers to', 'uses.of', 'ImageId'],
    ['the key of a tag, which might be a hold', 'images.describe', 'Key'],
    ['the length of an archive', 'archives.object', 'ContentLength'],
  ])('is told by name, and tried again: %s', async (_says, name, lost) => {
    const read = reads[name];
    if (!read) throw new Error(`No read is called ${name}.`);
    lose = lost;
    try {
      await expect(whole(read)).rejects.toMatchObject({
        name: 'AwsUnavailable',
        message: expect.stringContaining(lost),
      });
    } finally {
      lose = undefined;
    }
  });
});
