import { describe, expect, it } from 'vitest';
import { contract, makeCheckStore } from '../../../functions/check-store/task.ts';
import { after, beginning, imageId } from '../domain/examples.ts';
import { anObject, fakeArchives, region, url, where } from './fake-archives.ts';
import { regions, within } from './fakes.ts';

type World = NonNullable<Parameters<typeof fakeArchives>[0]>;

function check(world: World, { waitedSeconds = 60, refusal = '' } = {}) {
  const task = makeCheckStore({ archivesIn: regions({ [region]: fakeArchives(world) }) });
  return within(contract, task)({ ...where, imageId, refusal, since: beginning, now: after(waitedSeconds) });
}

const minutes = 60;
const hours = 3600;
const ours = { startedAt: after(1), progressPercent: 60, reason: '' };
const earlier = { ...ours, startedAt: after(-3600) };

describe('an image that is being stored', () => {
  it('is waited for, ever longer', async () => {
    const task = { state: 'in-progress', ...ours } as const;
    expect(await check({ task })).toEqual({ status: 'storing', progressPercent: 60, reason: '', waitSeconds: 15 });
    expect(await check({ task }, { waitedSeconds: 47 * hours })).toMatchObject({
      status: 'storing',
      waitSeconds: 1200,
    });
  });

  it('is given up after two days', async () => {
    const task = { state: 'in-progress', ...ours } as const;
    const answer = await check({ task }, { waitedSeconds: 48 * hours + 1 });
    expect(answer).toMatchObject({ status: 'failed', reason: 'not stored after 48 hours' });
  });

  it('is stored when its object is there, whoever began', async () => {
    expect(await check({ task: { state: 'completed', ...ours } })).toMatchObject({
      status: 'stored',
      progressPercent: 100,
    });
    expect(await check({ task: { state: 'completed', ...earlier } }, { refusal: 'no' })).toMatchObject({
      status: 'stored',
    });
  });
});

describe('an image is not stored', () => {
  it.each<[reason: string, world: World]>([
    ['disk on fire', { task: { state: 'failed', ...ours, reason: 'disk on fire' } }],
    ['EC2 gives no reason', { task: { state: 'failed', ...ours } }],
    [
      `EC2 says that it is stored, but ${url} is not there`,
      { task: { state: 'completed', ...ours }, object: undefined },
    ],
    [`${url} is empty`, { task: { state: 'completed', ...ours }, object: anObject({ sizeBytes: 0 }) }],
  ])('when its own task ended badly: %s', async (reason, world) => {
    expect(await check(world)).toMatchObject({ status: 'failed', reason });
  });
});

describe('a task that is not shown yet', () => {
  it.each<[reason: string, world: World]>([
    ['EC2 knows no task that stores it', { task: undefined }],
    ['of old', { task: { state: 'failed', ...earlier, reason: 'of old' } }],
    [
      `EC2 says that it is stored, but ${url} is not there`,
      { task: { state: 'completed', ...earlier }, object: undefined },
    ],
  ])('is waited for ten minutes, whatever became of earlier ones: %s', async (reason, world) => {
    expect(await check(world, { waitedSeconds: 10 * minutes })).toMatchObject({ status: 'storing', reason: '' });
    expect(await check(world, { waitedSeconds: 10 * minutes + 1 })).toMatchObject({ status: 'failed', reason });
  });

  it.each<[what: string, world: World]>([
    ['no task', { task: undefined }],
    ['an earlier one', { task: { state: 'failed', ...earlier, reason: 'of old' } }],
  ])('is waited for two minutes where EC2 refused, and its reason told then: %s', async (_, world) => {
    const refusal = 'no such bucket';
    expect(await check(world, { waitedSeconds: 2 * minutes, refusal })).toMatchObject({ status: 'storing' });
    const answer = await check(world, { waitedSeconds: 2 * minutes + 1, refusal });
    expect(answer).toMatchObject({ status: 'failed', reason: refusal });
  });
});
