import { expect, it } from 'vitest';
import { callsIn, orderOf } from '../report.ts';
import { fails, stops } from '../tasks.ts';
import { home, imageId, instantOf } from '../world.ts';
import { everything, itemOf, policy, run } from './run.ts';

/** One image, or what is left of one. */
export function items(): void {
  it('is archived, takes its step and loses its snapshots, in this order', async () => {
    const done = await run({ items: [everything] });
    const archived = ['StoreImage', 'CheckStore', 'SetStorageClass', 'RecordArchive'];
    expect(orderOf(done)).toEqual([
      'PlanRetirement',
      ...archived,
      'RetireImage',
      'DeleteSnapshots',
      'SummariseRetirement',
    ]);
    const [item] = done.children;
    expect(item?.output).toEqual({
      outcomes: [
        { outcome: 'archived', reasons: [] },
        { outcome: 'deregistered', reasons: [] },
      ],
      kept: [],
    });
    expect(done).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcomes: { archived: 1, deregistered: 1 }, failed: 0, failure: null },
    });
  });

  it('is handed from step to step by name', async () => {
    const done = await run({ items: [everything] });
    const [retire] = callsIn('RetireImage', done);
    const [deletion] = callsIn('DeleteSnapshots', done);
    const { executionArn } = retire ?? {};
    expect(done.nested[0]?.input).toEqual({
      region: home,
      imageId,
      archive: { bucket: 'ami-archive', prefix: 'gold/', storageClass: 'DEEP_ARCHIVE' },
      AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: executionArn,
    });
    expect(retire?.payload).toMatchObject({ region: home, imageId, policy, step: 'deregister' });
    expect(retire?.payload).toMatchObject({ snapshotIds: ['snap-1', 'snap-2'] });
    expect(callsIn('DeleteSnapshots', done).map(({ payload }) => payload)).toEqual([
      {
        executionId: executionArn,
        region: home,
        policyName: 'gold',
        snapshotIds: ['snap-1', 'snap-2'],
        graceDays: null,
        now: instantOf(deletion),
      },
    ]);
  });

  it('keeps its snapshots where its step hands none over', async () => {
    const done = await run({
      items: [itemOf({ step: 'deregister', snapshotIds: ['snap-1'] })],
      tasks: { RetireImage: [{ outcome: 'spared', reasons: ['held: a demo is on'], snapshotIds: [] }] },
    });
    expect(callsIn('DeleteSnapshots', done)).toEqual([]);
    expect(done.told).toEqual([expect.stringContaining(`${imageId} in ${home} spared: held: a demo is on`)]);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { outcomes: { spared: 1 } } });
  });

  it('keeps its snapshots where it takes no step, whatever the plan noted of them', async () => {
    const done = await run({ items: [{ ...everything, step: null }] });
    expect(orderOf(done).slice(-3)).toEqual(['SetStorageClass', 'RecordArchive', 'SummariseRetirement']);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { outcomes: { archived: 1 } } });
  });

  it('is told of when a snapshot of it stays', async () => {
    const kept = [{ snapshotId: 'snap-2', reason: 'another image uses it' }];
    const done = await run({ items: [everything], tasks: { DeleteSnapshots: [{ deleted: 1, kept }] } });
    expect(done.children[0]?.output).toMatchObject({ kept });
    expect(done.told).toEqual([expect.stringContaining('its snapshot snap-2 stays: another image uses it')]);
  });

  it('may be no more than the snapshots that it left behind', async () => {
    const done = await run({ items: [itemOf({ imageId: null, snapshotIds: ['snap-7'] })] });
    expect(orderOf(done)).toEqual(['PlanRetirement', 'DeleteSnapshots', 'SummariseRetirement']);
    const [deletion] = callsIn('DeleteSnapshots', done);
    const { graceDays } = policy.retire ?? {};
    expect(deletion?.payload).toMatchObject({ snapshotIds: ['snap-7'], graceDays, now: instantOf(deletion) });
    expect(done.status).toBe('SUCCEEDED');
  });

  it.each(['ArchiveFailed', 'ArchiveRefused'])(
    'takes no step when its archive ends in %s, and others go on',
    async (error) => {
      const other = 'ami-00000000000000002';
      const done = await run({
        items: [everything, { ...everything, imageId: other }],
        tasks: { StoreImage: (input) => (input.imageId === imageId ? fails(error, 'It is too large.') : undefined) },
      });
      expect(callsIn('RetireImage', done).map(({ payload }) => payload)).toMatchObject([{ imageId: other }]);
      expect(done.children).toMatchObject([{ status: 'FAILED', error }, { status: 'SUCCEEDED' }]);
      expect(done.told).toEqual([expect.stringContaining(`${imageId} in ${home} ${error}: It is too large.`)]);
      expect(done).toMatchObject({ status: 'FAILED', error: 'RetirementFailed' });
    },
  );

  it('takes no step when EC2 could not store it, and people hear why', async () => {
    const failed = { status: 'failed', progressPercent: 60, reason: 'S3 said no', waitSeconds: 15 } as const;
    const done = await run({ items: [everything], tasks: { CheckStore: [failed] } });
    expect(callsIn('RetireImage', done)).toEqual([]);
    expect(done.children).toMatchObject([
      { error: 'ArchiveFailed', cause: `${imageId} could not be stored: S3 said no` },
    ]);
    expect(done.told).toEqual([expect.stringContaining('ArchiveFailed: ')]);
  });

  it('takes no step when somebody stops its archive', async () => {
    const done = await run({ items: [everything], tasks: { CheckStore: [stops] } });
    expect(done.nested).toMatchObject([{ status: 'ABORTED' }]);
    expect(callsIn('RetireImage', done)).toEqual([]);
    expect(done.children).toMatchObject([{ status: 'FAILED', error: 'ArchiveFailed' }]);
    expect(done.children[0]?.cause).toContain('ABORTED');
  });

  it('takes no step when its archive takes forever', async () => {
    const storing = { status: 'storing', progressPercent: 1, reason: '', waitSeconds: 3600 } as const;
    const done = await run({ items: [everything], tasks: { CheckStore: () => storing } });
    expect(done.nested).toMatchObject([{ status: 'TIMED_OUT' }]);
    expect(callsIn('RetireImage', done)).toEqual([]);
    expect(done.children).toMatchObject([{ status: 'FAILED', error: 'ArchiveFailed' }]);
    expect(done.children[0]?.cause).toContain('TIMED_OUT');
    expect(done.told).toHaveLength(1);
  });
}
