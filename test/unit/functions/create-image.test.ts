import { describe, expect, it } from 'vitest';
import { contract, makeCreateImage } from '../../../functions/create-image/task.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Instance } from '../../../shared/domain/instance.ts';
import { pollSeconds } from '../../../shared/domain/polling.ts';
import { type Consistency, tagKeys } from '../../../shared/domain/tags.ts';
import {
  anImage,
  anInstance,
  aPolicy,
  beginning,
  executionId,
  imageName,
  instanceId,
  productTags,
  slot,
} from '../domain/examples.ts';
import { fakeImages, fakeInstances, within } from './fakes.ts';

interface Case {
  instance?: Partial<Instance> | 'unknown';
  images?: Parameters<typeof makeCreateImage>[0]['images'];
  capture?: Record<string, unknown>;
  consistency?: Consistency;
  attempt?: number;
  leased?: boolean;
}

function create(example: Case) {
  const { instance = {}, images = fakeImages(), capture = {}, consistency = 'stopped' } = example;
  const { attempt = 1, leased = true } = example;
  const instances = fakeInstances(...(instance === 'unknown' ? [] : [anInstance({ state: 'stopped', ...instance })]));
  const createImage = within(contract, makeCreateImage({ instances, images }));
  const policy = aPolicy({ capture });
  return createImage({ executionId, instanceId, policy, slot, consistency, attempt, leased, now: beginning });
}

async function requestFor(example: Case): Promise<Record<string, unknown>> {
  const images = fakeImages();
  await create({ ...example, images });
  return images.requests[0] ?? {};
}

describe('an image', () => {
  it('is asked for once, and watched closely as its instance stands still', async () => {
    expect(await create({})).toEqual({
      imageId: 'ami-00000001',
      adopted: false,
      consistency: 'stopped',
      volumeIds: ['vol-00000001', 'vol-00000002'],
      waitSeconds: pollSeconds('snapshots', beginning, beginning),
    });
  });

  it('is watched patiently when nothing stands still for it', async () => {
    expect(await create({ leased: false })).toMatchObject({ waitSeconds: pollSeconds('image', beginning, beginning) });
  });

  it('carries its name and its tags from its first moment', async () => {
    expect(await requestFor({ capture: { tags: { team: 'platform' } } })).toMatchObject({
      instanceId,
      name: imageName,
      reboot: false,
      excludeDevices: [],
      tags: { ...productTags, [tagKeys.consistency]: 'stopped', Name: 'db-1', team: 'platform' },
    });
  });

  it("does not carry its instance's tags where the policy says no", async () => {
    const { tags } = await requestFor({ capture: { copyInstanceTags: false } });
    expect(tags).not.toHaveProperty('Name');
  });

  it('leaves out the devices that the policy excludes, as far as the instance has them', async () => {
    const request = await requestFor({ capture: { excludeDevices: ['/dev/sdf', '/dev/sdz'] } });
    expect(request).toMatchObject({ excludeDevices: ['/dev/sdf'] });
  });

  it.each<[Consistency, Instance['state'], reboot: boolean]>([
    ['rebooted', 'running', true],
    ['crash', 'running', false],
    ['stopped', 'stopped', false],
  ])('that is to be %s lets EC2 reboot a %s instance: %s', async (consistency, state, reboot) => {
    const request = await requestFor({ instance: { state }, consistency });
    expect(request).toMatchObject({ reboot, tags: { [tagKeys.consistency]: consistency } });
  });

  it.each(['running', 'pending'] as const)('claims no more than it holds when somebody made it %s', async (state) => {
    const images = fakeImages();
    expect(await create({ instance: { state }, images })).toMatchObject({ consistency: 'crash' });
    expect(images.requests).toEqual([
      expect.objectContaining({ reboot: false, tags: expect.objectContaining({ [tagKeys.consistency]: 'crash' }) }),
    ]);
  });

  it.each(['stopping', 'stopped'] as const)('claims no reboot of an instance that is %s', async (state) => {
    const request = await requestFor({ instance: { state }, consistency: 'rebooted' });
    expect(request).toMatchObject({ reboot: false, tags: { [tagKeys.consistency]: 'crash' } });
  });
});

describe('an image that exists already', () => {
  it('is adopted, not doubled, when the answer to the first call was lost', async () => {
    const images = fakeImages();
    const first = await create({ images });
    expect(await create({ images })).toEqual({ ...first, adopted: true });
  });

  it('is adopted though it failed, as its end is the next step', async () => {
    const images = fakeImages(anImage({ state: 'failed' }));
    expect(await create({ images })).toMatchObject({ adopted: true });
  });

  it.each([
    ['has none of our tags', anImage({ tags: {} })],
    ['was made of another instance', anImage({ sourceInstanceId: 'i-0000000f' })],
    ['is that of another slot', anImage({ tags: { ...productTags, [tagKeys.slot]: '20261120T0300Z' } })],
  ])('is not ours when it %s', async (_says, taken) => {
    await expect(create({ images: fakeImages(taken) })).rejects.toMatchObject({
      name: 'NameTaken',
      details: { imageId: taken.imageId, name: imageName },
    });
  });

  it('is looked for again when EC2 does not show it yet', async () => {
    const images = { ...fakeImages(), create: async () => undefined };
    await expect(create({ images })).rejects.toMatchObject({ name: 'AwsUnavailable' });
  });
});

it.each(['terminated', 'shutting-down'] as const)('no image is asked for of an instance that is %s', async (state) => {
  const images = fakeImages();
  await expect(create({ instance: { state }, images })).rejects.toMatchObject({ name: 'InstanceGone' });
  await expect(create({ instance: 'unknown', images })).rejects.toMatchObject({ name: 'InstanceGone' });
  expect(images.requests).toEqual([]);
});

describe('an instance whose lease somebody else has taken over', () => {
  const rescued = { tags: { [tagKeys.stoppedBy]: `${executionId}-rescue`, [tagKeys.restartBy]: beginning } };

  it('may run before its snapshots start, so its image is not called stopped', async () => {
    expect(await create({ instance: rescued })).toMatchObject({ consistency: 'crash' });
    expect(await requestFor({ instance: rescued })).toMatchObject({ tags: { [tagKeys.consistency]: 'crash' } });
  });

  it.each([
    ['our lease', { leased: true, instance: { tags: { [tagKeys.stoppedBy]: executionId } } }],
    ['a lease that is not shown yet', { leased: true }],
    ['no need of a lease, as its owner stopped it', { leased: false, instance: rescued }],
  ])('is another than one with %s', async (_, example) => {
    expect(await create(example)).toMatchObject({ consistency: 'stopped' });
  });
});

it('a quota that is used up is left to the workflow', async () => {
  const full = new LifecycleError('QuotaExceeded', 'CreateImage: too many snapshots');
  const refuse = async () => {
    throw full;
  };
  await expect(create({ images: { ...fakeImages(), create: refuse } })).rejects.toBe(full);
});

describe('the volumes of an image', () => {
  it('are those that are wanted of what is attached now', async () => {
    expect(await create({ capture: { excludeDevices: ['/dev/sdf'] } })).toMatchObject({ volumeIds: ['vol-00000001'] });
  });
});

it('does not adopt a failed image in the second attempt: it is deregistered, and shown a little longer', async () => {
  const images = () => fakeImages(anImage({ state: 'failed' }));
  expect(await create({ images: images(), attempt: 1 })).toMatchObject({ adopted: true });
  await expect(create({ images: images(), attempt: 2 })).rejects.toMatchObject({ name: 'AwsUnavailable' });
});
