import { readdirSync } from 'node:fs';
import * as z from 'zod';
import { type VirtualClock, virtualClock } from '../../engine/clock.ts';
import { underEveryClient } from '../../shared/aws/clients.ts';
import type { ArchiveRecord } from '../../shared/domain/archive.ts';
import type { Contract } from '../../shared/domain/contract.ts';
import { type Account, createAccount } from '../../simulator/account.ts';
import { putUnder, runAs } from '../../simulator/under-clients.ts';
import { present } from './fitting.ts';

// Lines are to be read here, and the logger returns to the level of its environment at every call.
process.env.POWERTOOLS_LOG_LEVEL = 'INFO';

const root = new URL('../../functions/', import.meta.url);

export const functionNames = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const handlerSchema = z.object({ handler: z.custom<(event: unknown, context: object) => Promise<unknown>>() });
const contractSchema = z.object({
  contract: z.object({
    input: z.instanceof(z.ZodType),
    output: z.instanceof(z.ZodType),
    errors: z.custom<Contract<unknown, unknown>['errors']>(Array.isArray),
  }),
});

export interface Shipped {
  contract: Contract<unknown, unknown>;
  /** Calls it as Lambda does. */
  call: (event: unknown) => Promise<Ending>;
}

export interface Ending {
  output?: unknown;
  error?: unknown;
  /** What it wrote to the log, line by line. */
  lines: string[];
}

/** A function as it ships: its handler with its clients, over an account in which there is one of everything. */
export async function shipped(name: string): Promise<Shipped> {
  underEveryClient(putUnder);
  const { handler } = handlerSchema.parse(await import(new URL(`${name}/handler.ts`, root).href));
  const { contract } = contractSchema.parse(await import(new URL(`${name}/task.ts`, root).href));
  let account = await smallAccount();
  let calls = 0;
  const context = {
    functionName: name,
    awsRequestId: 'request-1',
    memoryLimitInMB: '256',
    functionVersion: '1',
    invokedFunctionArn: '',
  };
  return {
    contract,
    async call(event) {
      // It keeps what was written to it; and a full account would be another one.
      if (calls++ % 50 === 0) account = await smallAccount();
      return listening(async () => {
        try {
          const { value } = await runAs(account, { functionName: name }, () => handler(event, context));
          return { output: value };
        } catch (error) {
          return { error };
        }
      });
    },
  };
}

export function emptyAccount(clock = virtualClock('2026-11-21T00:00:00Z')): Account {
  const account = createAccount({
    accountId: '123456789012',
    homeRegion: 'eu-west-1',
    clock,
    seed: 1,
    // Thousands of calls are made in one moment.
    behaviour: { throttling: false },
  });
  account.createBucket('ami-lifecycle-test-work');
  return account;
}

/**
 * One running instance under a policy, its image with a snapshot, that policy, and a bucket with the archive of the image and
 * with the results of a Map whose one item was never started.
 */
async function smallAccount(): Promise<Account> {
  const clock = virtualClock('2026-11-21T00:00:00Z');
  const account = emptyAccount(clock);
  const { region, instance, image, snapshot, policy, bucket } = present;
  const volume = 'vol-0000000000000000d';
  const Tags = Object.entries({ policy, source: instance, slot: '20261120T0300Z', consistency: 'stopped' }).map(
    ([key, Value]) => ({ Key: `ami-lifecycle:${key}`, Value }),
  );
  const onVolume = { DeviceName: '/dev/xvda', Ebs: { VolumeId: volume, DeleteOnTermination: true } };
  account.load(
    {
      instances: [
        {
          InstanceId: instance,
          ImageId: 'ami-00000000000000abc',
          InstanceType: 'm5.large',
          State: { Code: 16, Name: 'running' },
          RootDeviceName: '/dev/xvda',
          RootDeviceType: 'ebs',
          BlockDeviceMappings: [onVolume],
          Placement: { AvailabilityZone: `${region}a` },
          Tags: [{ Key: 'ami-lifecycle:policy', Value: policy }],
        },
      ],
      volumes: [{ VolumeId: volume, Size: 8, AvailabilityZone: `${region}a`, State: 'in-use' }],
      images: [
        {
          ImageId: image,
          Name: 'gold/web/1',
          State: 'available',
          OwnerId: account.accountId,
          PlatformDetails: 'Linux/UNIX',
          UsageOperation: 'RunInstances',
          Architecture: 'x86_64',
          CreationDate: '2026-11-20T03:00:00.000Z',
          RootDeviceName: '/dev/xvda',
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshot, VolumeSize: 8 } }],
          Tags,
        },
      ],
      snapshots: [
        {
          SnapshotId: snapshot,
          VolumeId: volume,
          VolumeSize: 8,
          State: 'completed',
          StartTime: new Date('2026-11-20T03:00:00Z'),
          Description: `Created by CreateImage(${instance}) for ${image}`,
          Tags,
        },
      ],
    },
    region,
  );
  account.createBucket(bucket);
  await storeImage(account, clock);
  const put = (Key: string, content: unknown) =>
    account.call('s3', 'PutObject', { Bucket: bucket, Key, Body: JSON.stringify(content) });
  put(present.resultsKey, { ResultFiles: { FAILED: [{ Key: 'runs/1/FAILED_0.json' }], SUCCEEDED: [], PENDING: [] } });
  put('runs/1/FAILED_0.json', [{ Status: 'FAILED', Error: 'States.Timeout', Cause: 'It took too long.' }]);
  account.call('ssm', 'PutParameter', {
    Name: `${process.env.POLICY_PREFIX ?? ''}${policy}`,
    Value: JSON.stringify({ name: policy, schedule: { cron: '0 3 * * ? *' } }),
    Type: 'String',
  });
  return account;
}

/** The image's object, and its record, by which it had another name: one that is free. */
async function storeImage(account: Account, clock: VirtualClock): Promise<void> {
  const { bucket, image, region, archiveKey, instance, policy } = present;
  account.call('ec2', 'CreateStoreImageTask', { ImageId: image, Bucket: bucket });
  await clock.run();
  const { sizeBytes = 0, eTag = '' } = account.answering.world.buckets.get(bucket)?.objects.get(archiveKey) ?? {};
  const record: ArchiveRecord = {
    version: 1,
    imageId: image,
    region,
    name: 'gold/web/0',
    description: '',
    tags: { 'ami-lifecycle:policy': policy, 'ami-lifecycle:source': instance },
    launchPermissions: [],
    deprecatesAt: '',
    createdAt: '2026-11-20T03:00:00.000Z',
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    architecture: 'x86_64',
    bootMode: '',
    blockDeviceMappings: [],
    sizeBytes,
    eTag,
    archivedAt: '2026-11-20T04:00:00.000Z',
  };
  account.call('s3', 'PutObject', { Bucket: bucket, Key: `${archiveKey}.json`, Body: JSON.stringify(record) });
}

const writeOut = process.stdout.write.bind(process.stdout);
const writeError = process.stderr.write.bind(process.stderr);

/** What is logged meanwhile goes no further than to the test. */
export async function listening(act: () => Promise<Omit<Ending, 'lines'>>): Promise<Ending> {
  const lines: string[] = [];
  const note = (chunk: unknown): boolean => {
    lines.push(String(chunk));
    return true;
  };
  process.stdout.write = note;
  process.stderr.write = note;
  try {
    return { ...(await act()), lines };
  } finally {
    process.stdout.write = writeOut;
    process.stderr.write = writeError;
  }
}
