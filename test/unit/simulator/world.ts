import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client, type Instance, type Tag } from '@aws-sdk/client-ec2';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { virtualClock } from '../../../engine/clock.ts';
import { createAccount } from '../../../simulator/account.ts';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import type { AccountContents } from '../../../simulator/contents.ts';
import type { Fault } from '../../../simulator/faults.ts';
import { putUnder, runAs } from '../../../simulator/under-clients.ts';
import type { AccountEvent } from '../../../simulator/world.ts';

/** What most tests want: no lag, no empty pages, and durations that can be counted with. */
const plain: Partial<Behaviour> = {
  consistencyLagMs: () => 0,
  emptyPageProbability: 0,
  eventDelayMs: () => 0,
  latencyMs: () => 100,
  stopSeconds: () => 30,
  startSeconds: () => 10,
  statusCheckSeconds: () => 90,
  terminateSeconds: () => 20,
  snapshotStartSeconds: () => 2,
  rebootSeconds: () => 10,
  imageMinutes: () => 10,
  copyMinutes: () => 20,
  releaseSeconds: () => 0,
  replacementSeconds: () => 60,
};

export const web = 'i-00000000000000001';
export const database = 'i-00000000000000002';

/** A running instance with one root volume, unless told otherwise. */
export function instance(id: string, changes: Partial<Instance> = {}): Instance {
  const digits = id.slice(-3);
  return {
    InstanceId: id,
    ImageId: 'ami-00000000000000abc',
    InstanceType: 'm5.large',
    State: { Code: 16, Name: 'running' },
    RootDeviceName: '/dev/xvda',
    RootDeviceType: 'ebs',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeId: `vol-00000000000000${digits}` } }],
    Placement: { AvailabilityZone: 'us-east-1a' },
    Tags: [{ Key: 'Name', Value: `server ${digits}` }],
    ...changes,
  };
}

export function volumes(...ids: string[]): Pick<Instance, 'BlockDeviceMappings'> {
  return {
    BlockDeviceMappings: ids.map((VolumeId, index) => ({
      DeviceName: `/dev/xvd${'abcdef'[index] ?? 'z'}`,
      Ebs: { VolumeId, DeleteOnTermination: true },
    })),
  };
}

export const captureTags: Tag[] = [
  { Key: 'ami-lifecycle:policy', Value: 'gold' },
  { Key: 'ami-lifecycle:source', Value: web },
  { Key: 'ami-lifecycle:slot', Value: '20261121T0300Z' },
  { Key: 'ami-lifecycle:consistency', Value: 'stopped' },
];

export function tagSpecifications(tags: Tag[]) {
  return [
    { ResourceType: 'image' as const, Tags: tags },
    { ResourceType: 'snapshot' as const, Tags: tags },
  ];
}

interface Given {
  contents?: AccountContents;
  behaviour?: Partial<Behaviour>;
  faults?: Fault[];
  seed?: string | number;
}

/** An account with clients over it, and the hands to work with them. */
export function world(given: Given = {}) {
  const clock = virtualClock('2026-11-21T03:00:00Z');
  const account = createAccount({
    accountId: '111122223333',
    homeRegion: 'us-east-1',
    clock,
    seed: given.seed ?? 'test',
    behaviour: { ...plain, ...given.behaviour },
    faults: given.faults ?? [],
  });
  const notes = account.load(given.contents ?? { instances: [instance(web)] });
  const events: AccountEvent[] = [];
  account.onEvent((event) => events.push(event));
  const settings = { region: 'us-east-1', maxAttempts: 2 };
  const clients = {
    ec2: new EC2Client(settings),
    europe: new EC2Client({ ...settings, region: 'eu-west-1' }),
    s3: new S3Client(settings),
    ssm: new SSMClient(settings),
    sns: new SNSClient(settings),
    autoScaling: new AutoScalingClient(settings),
  };
  for (const client of Object.values(clients)) putUnder(client);
  return {
    account,
    clock,
    notes,
    events,
    ...clients,
    /** Does something as a function, and gives its value. */
    as: async <Value>(functionName: string, work: () => Promise<Value>): Promise<Value> =>
      (await clock.busy(runAs(account, { functionName }, work))).value,
    wait: (seconds: number): Promise<void> => clock.run(clock.now() + seconds * 1000),
    /** The instance as it is, whatever reads see. */
    instance: (id: string, region = 'us-east-1') => {
      const record = account.region(region).instances.get(id);
      if (!record) throw new Error(`${id} is not there`);
      return record.description;
    },
    image: (id: string | undefined, region = 'us-east-1') => {
      const record = account.region(region).images.get(id ?? '');
      if (!record) throw new Error(`${id ?? 'no image'} is not there`);
      return record.description;
    },
    snapshotsOf: (imageId: string | undefined, region = 'us-east-1') =>
      account.call('ec2', 'DescribeSnapshots', { Filters: [{ Name: 'description', Values: [`*${imageId}*`] }] }, region)
        .Snapshots ?? [],
  };
}

/** What a promise was rejected with. */
export async function errorOf(work: Promise<unknown>): Promise<Error & { code?: string; status?: number }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) {
      const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
      const hasStatus = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata;
      return Object.assign(error, {
        code: error.name,
        ...(hasStatus && typeof metadata.httpStatusCode === 'number' ? { status: metadata.httpStatusCode } : {}),
      });
    }
  }
  throw new Error('nothing was thrown');
}
