import type * as z from 'zod';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Image, Snapshot } from '../../../shared/domain/image.ts';
import {
  type Instance,
  type InstanceStatus,
  type Lease,
  leaseTags,
  type StopFacts,
} from '../../../shared/domain/instance.ts';
import type { MetricDimensions } from '../../../shared/domain/metrics.ts';
import { type Product, type Tags, tagKeys } from '../../../shared/domain/tags.ts';
import { anImage, aSnapshot, stopFacts } from '../domain/examples.ts';

/** Runs a task as its handler would: what goes in and what comes out keeps the contract, after a way through JSON. */
export function within<Input, Output>(
  contract: { input: z.ZodType<Input>; output: z.ZodType<Output> },
  task: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    const answer = await task(contract.input.parse(JSON.parse(JSON.stringify(input))));
    return contract.output.parse(JSON.parse(JSON.stringify(answer)));
  };
}

/** What AWS may answer to any call. */
export const throttled = new LifecycleError('AwsThrottled', 'too many requests');

/** EC2 instances that do at once what they are told, and note in `calls` what that was. */
export function fakeInstances(...list: Instance[]) {
  const known = new Map(list.map((instance) => [instance.instanceId, instance]));
  const calls: string[] = [];
  const change = (instanceId: string, different: Partial<Instance>): void => {
    const instance = known.get(instanceId);
    if (instance) known.set(instanceId, { ...instance, ...different });
  };
  return {
    calls,
    change,
    tagsOf: (instanceId: string): Tags => known.get(instanceId)?.tags ?? {},
    describe: async (instanceId: string): Promise<Instance | undefined> => known.get(instanceId),
    async status(instanceId: string): Promise<InstanceStatus | undefined> {
      const instance = known.get(instanceId);
      return instance && { state: instance.state, health: 'ok' };
    },
    stopFacts: async (_instance: Instance): Promise<StopFacts> => stopFacts(),
    async listTagged(key: string, instanceIds?: readonly string[]): Promise<Instance[]> {
      calls.push(`listTagged ${key}`);
      return [...known.values()].filter(
        ({ instanceId, tags }) => Object.hasOwn(tags, key) && (instanceIds?.includes(instanceId) ?? true),
      );
    },
    async stop(instanceId: string): Promise<void> {
      calls.push('stop');
      change(instanceId, { state: 'stopping' });
    },
    async start(instanceId: string): Promise<'started' | 'already' | 'refused'> {
      calls.push('start');
      change(instanceId, { state: 'pending' });
      return 'started';
    },
    async writeLease(instanceId: string, lease: Lease): Promise<void> {
      calls.push('writeLease');
      change(instanceId, { tags: { ...known.get(instanceId)?.tags, ...leaseTags(lease) } });
    },
    async removeLease(instanceId: string, { executionId }: Lease): Promise<void> {
      calls.push(`removeLease ${executionId}`);
      const ours = [tagKeys.stoppedBy, tagKeys.restartBy] as const;
      const rest = Object.entries(known.get(instanceId)?.tags ?? {}).filter(
        ([key]) => !ours.some((our) => our === key),
      );
      change(instanceId, { tags: Object.fromEntries(rest) });
    },
  };
}

/** The images of one Region. A new one is pending, and a name is taken once. */
export function fakeImages(...list: Image[]) {
  const known = new Map(list.map((image) => [image.imageId, image]));
  const calls: string[] = [];
  const requests: Record<string, unknown>[] = [];
  const add = async (request: { name: string; tags: Tags; instanceId?: string }): Promise<string | undefined> => {
    requests.push(request);
    if ([...known.values()].some(({ name }) => name === request.name)) return undefined;
    const imageId = `ami-${String(known.size + 1).padStart(8, '0')}`;
    known.set(
      imageId,
      anImage({
        imageId,
        name: request.name,
        state: 'pending',
        sourceInstanceId: request.instanceId,
        snapshotIds: [],
        tags: request.tags,
      }),
    );
    return imageId;
  };
  return {
    calls,
    requests,
    create: add,
    copy: add,
    describe: async (imageId: string): Promise<Image | undefined> => known.get(imageId),
    findByName: async (name: string): Promise<Image | undefined> =>
      [...known.values()].find((image) => image.name === name),
    snapshotsOf: async (_product: Product): Promise<Snapshot[]> => [
      aSnapshot('vol-00000001'),
      aSnapshot('vol-00000002'),
    ],
    async deregister(imageId: string): Promise<void> {
      calls.push(`deregister ${imageId}`);
      known.delete(imageId);
    },
    async deleteSnapshot(snapshotId: string): Promise<boolean> {
      calls.push(`delete ${snapshotId}`);
      return true;
    },
    async writeTags(imageId: string, tags: Tags): Promise<void> {
      calls.push(`tag ${imageId} ${JSON.stringify(tags)}`);
    },
  };
}

/** The Regions of an account; one that is not given does not exist. */
export function regions<Images>(each: Readonly<Record<string, Images>>): (region: string) => Images {
  return (region) => {
    const images = each[region];
    if (!images) throw new Error(`Nobody spoke of ${region}`);
    return images;
  };
}

/** A meter that notes `name=value` with its dimensions. */
export function fakeMeter() {
  const measured: string[] = [];
  const note = (name: string, value: number, dimensions: MetricDimensions): void => {
    measured.push([`${name}=${value}`, ...Object.values(dimensions)].join(' '));
  };
  return { measured, count: note, seconds: note, gigabytes: note };
}

/** The results that a distributed Map left in the bucket `work`: its manifest and the files that it names. */
export function fakeResults(items: readonly Readonly<Record<string, unknown>>[], directory = 'results') {
  const place = { bucket: 'work', key: `runs/ours/${directory}/manifest.json` };
  const fileOf = (status: string) => `${directory}/${status}_0.json`;
  const files: Record<string, unknown> = {
    [place.key]: {
      DestinationBucket: 'work',
      ResultFiles: { FAILED: [{ Key: fileOf('failed') }], PENDING: [], SUCCEEDED: [{ Key: fileOf('succeeded') }] },
    },
    [fileOf('failed')]: items.filter(({ Status }) => Status !== 'SUCCEEDED'),
    [fileOf('succeeded')]: items.filter(({ Status }) => Status === 'SUCCEEDED'),
  };
  const objectsIn = (bucket: string) => ({
    readJson: async (key: string): Promise<unknown> => (bucket === place.bucket ? files[key] : undefined),
  });
  return { place, objectsIn };
}

/** Notifications that note what was told to whom. */
/** Nobody can be told at present. */
export const noNotifications = {
  publish: async (): Promise<void> => {
    throw new Error('Throttled.');
  },
};

export function fakeNotifications() {
  const told: { topicArn: string; subject: string; message: string }[] = [];
  const publish = async (topicArn: string, subject: string, message: string): Promise<void> => {
    told.push({ topicArn, subject, message });
  };
  return { told, publish };
}
