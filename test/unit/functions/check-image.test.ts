import { describe, expect, it } from 'vitest';
import { contract, makeCheckImage } from '../../../functions/check-image/task.ts';
import type { Image, Snapshot } from '../../../shared/domain/image.ts';
import type { Instance } from '../../../shared/domain/instance.ts';
import { pollSeconds } from '../../../shared/domain/polling.ts';
import {
  after,
  anImage,
  anInstance,
  aSnapshot,
  beginning,
  executionId,
  imageId,
  instanceId,
  slot,
} from '../domain/examples.ts';
import { fakeImages, fakeInstances, regions, throttled, within } from './fakes.ts';

const capture = { policyName: 'gold', instanceId, slot };
const awaited = { ...capture, volumeIds: ['vol-00000001', 'vol-00000002'] };

interface Case {
  image?: Partial<Image> | 'unknown';
  snapshots?: Snapshot[];
  awaits?: typeof awaited | null;
  waitedSeconds?: number;
  /** What has become of the instance, which stood still at the beginning. */
  instance?: Partial<Instance>;
}

const instances = fakeInstances();

async function look({ image = {}, snapshots, awaits = awaited, waitedSeconds = 60, instance }: Case) {
  const images = fakeImages(...(image === 'unknown' ? [] : [anImage({ state: 'pending', ...image })]));
  const shown = { ...images, ...(snapshots ? { snapshotsOf: async () => snapshots } : {}) };
  const imagesIn = regions({ 'eu-west-2': shown });
  const known = fakeInstances(...(instance ? [anInstance(instance)] : []));
  const checkImage = within(contract, makeCheckImage({ instances: known, imagesIn }));
  const now = after(waitedSeconds);
  return checkImage({
    executionId,
    region: 'eu-west-2',
    imageId,
    awaits,
    stillSince: instance ? { ...capture, at: beginning } : null,
    timeoutHours: 24,
    since: beginning,
    now,
  });
}

describe('an image that is being made', () => {
  it('is pending, and its instance may run again once every snapshot has started', async () => {
    expect(await look({})).toEqual({
      status: 'pending',
      snapshotsStarted: true,
      disturbed: null,
      reason: '',
      waitSeconds: pollSeconds('image', beginning, after(60)),
    });
  });

  it('is watched closely while its instance stands still for it', async () => {
    const answer = await look({ snapshots: [aSnapshot('vol-00000001')], waitedSeconds: 600 });
    const waitSeconds = pollSeconds('snapshots', beginning, after(600));
    expect(answer).toEqual({ status: 'pending', snapshotsStarted: false, disturbed: null, reason: '', waitSeconds });
  });

  it('is left alone for ten seconds while its snapshots are looked at: every call keeps an instance waiting', async () => {
    const failed = { state: 'failed' } as const;
    expect(await look({ image: failed, snapshots: [], waitedSeconds: 9 })).toMatchObject({
      status: 'pending',
      snapshotsStarted: false,
    });
    expect(await look({ image: failed, waitedSeconds: 9 })).toMatchObject({
      status: 'pending',
      snapshotsStarted: true,
    });
    expect(await look({ image: failed, waitedSeconds: 10 })).toMatchObject({ status: 'failed' });
    expect(await look({ image: failed, awaits: null, waitedSeconds: 9 })).toMatchObject({ status: 'failed' });
  });

  it('is asked after by its own capture: the snapshots of others do not count', async () => {
    const asked: unknown[] = [];
    const snapshotsOf = async (product: unknown) => {
      asked.push(product);
      return [];
    };
    const images = { ...fakeImages(anImage({ state: 'pending' })), snapshotsOf };
    const input = { executionId, region: 'eu-west-2', imageId, awaits: awaited, stillSince: null, timeoutHours: 24 };
    const checkImage = makeCheckImage({ instances, imagesIn: regions({ 'eu-west-2': images }) });
    expect(await checkImage({ ...input, since: beginning, now: after(60) })).toMatchObject({ snapshotsStarted: false });
    expect(asked).toEqual([expect.objectContaining(capture)]);
  });

  it('is watched patiently when nothing stands still for it, without a look at its snapshots', async () => {
    const answer = await look({ awaits: null, waitedSeconds: 3600 });
    const waitSeconds = pollSeconds('image', beginning, after(3600));
    expect(answer).toEqual({ status: 'pending', snapshotsStarted: false, disturbed: null, reason: '', waitSeconds });
  });

  it('may be unknown to EC2 for five minutes', async () => {
    expect(await look({ image: 'unknown', snapshots: [], waitedSeconds: 300 })).toMatchObject({ status: 'pending' });
  });

  it('may take as long as the policy lets it', async () => {
    expect(await look({ waitedSeconds: 24 * 3600 })).toMatchObject({ status: 'pending' });
  });
});

describe('an image that is available', () => {
  it('leaves nothing to wait for', async () => {
    const answer = await look({ image: { state: 'available' }, snapshots: [] });
    expect(answer).toMatchObject({ status: 'available', snapshotsStarted: true });
  });

  it('counts as such when somebody disabled it since: it must not be thrown away', async () => {
    expect(await look({ image: { state: 'disabled' } })).toMatchObject({ status: 'available' });
  });

  it('counts however late it came', async () => {
    expect(await look({ image: { state: 'available' }, waitedSeconds: 30 * 3600 })).toMatchObject({
      status: 'available',
    });
  });
});

describe('an image has failed', () => {
  it.each<[says: string, example: Case, reason: string | RegExp]>([
    [
      'with the reason of AWS',
      { image: { state: 'failed', stateReason: 'Client.InternalError' } },
      'Client.InternalError',
    ],
    ['without one', { image: { state: 'failed' } }, /gives no reason/],
    ['when EC2 does not know it after five minutes', { image: 'unknown', waitedSeconds: 301 }, /does not know/],
    ['when it takes longer than the policy lets it', { waitedSeconds: 24 * 3600 + 1 }, /24 hours/],
  ])('%s', async (_says, example, reason) => {
    const answer = await look(example);
    expect(answer).toMatchObject({ status: 'failed', snapshotsStarted: false, reason: expect.stringMatching(reason) });
  });
});

it("leaves AWS's errors to the workflow", async () => {
  const describeImage = async () => {
    throw throttled;
  };
  const imagesIn = regions({ 'eu-west-1': { ...fakeImages(), describe: describeImage } });
  const input = { executionId, region: 'eu-west-1', imageId, awaits: null, stillSince: null, timeoutHours: 24 };
  await expect(makeCheckImage({ instances, imagesIn })({ ...input, since: beginning, now: beginning })).rejects.toBe(
    throttled,
  );
});

it('an instance does not stand still for hours for snapshots that do not start', async () => {
  const nothing = { snapshots: [], waitedSeconds: 1801 };
  expect(await look(nothing)).toMatchObject({ status: 'failed', reason: expect.stringContaining('half an hour') });
  expect(await look({ ...nothing, waitedSeconds: 1800 })).toMatchObject({ status: 'pending' });
  expect(await look({ ...nothing, awaits: null })).toMatchObject({ status: 'pending' });
});

describe('an image of an instance that stood still', () => {
  const snapshotsAt = (...seconds: number[]) =>
    seconds.map((each) => ({ ...aSnapshot('vol-00000001'), startedAt: after(each) }));
  const both = { ...awaited, volumeIds: ['vol-00000001'] };
  const started = (launchedSeconds: number): Partial<Instance> => ({
    state: 'pending',
    launchedAt: after(launchedSeconds),
  });

  it('is disturbed where somebody started it before its last snapshot had started', async () => {
    const snapshots = snapshotsAt(30, 45);
    expect(await look({ awaits: both, snapshots, instance: started(40) })).toMatchObject({ disturbed: true });
    // EC2 writes whole seconds: it may have been started just before the snapshot of the same second.
    expect(await look({ awaits: both, snapshots, instance: started(45) })).toMatchObject({ disturbed: true });
    expect(await look({ image: { state: 'available' }, awaits: null, snapshots, instance: started(40) })).toMatchObject(
      { status: 'available', disturbed: true },
    );
  });

  it('is not where it was started afterwards, or not at all, or long before it stood still', async () => {
    const snapshots = snapshotsAt(30, 45);
    expect(await look({ awaits: both, snapshots, instance: started(46) })).toMatchObject({ disturbed: false });
    expect(await look({ awaits: both, snapshots, instance: started(-1) })).toMatchObject({ disturbed: false });
    const still = { state: 'stopped', launchedAt: '' } as const;
    expect(await look({ awaits: both, snapshots, instance: still })).toMatchObject({ disturbed: false });
  });

  it('is not asked after before its snapshots have started', async () => {
    expect(await look({ snapshots: snapshotsAt(30), instance: started(20) })).toMatchObject({
      snapshotsStarted: false,
      disturbed: null,
    });
  });
});
