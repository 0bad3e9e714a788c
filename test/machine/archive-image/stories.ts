import { expect, it } from 'vitest';
import { callsIn, lastSecondOf, orderOf } from '../report.ts';
import { fails, type Output } from '../tasks.ts';
import { home, imageId, instantOf } from '../world.ts';
import { archive, key, run } from './run.ts';

const hourSeconds = 3600;
/** Step Functions ends an execution with more. */
const historyLimit = 25_000;

function copying(uploadId: string | null, progressPercent = 0): Output<'SetStorageClass'> {
  return { status: 'copying', uploadId, progressPercent };
}

/** An image on its way to S3. */
export function archives(): void {
  it('is stored, put into its class, recorded, and then said to be there', async () => {
    const done = await run();
    expect(orderOf(done)).toEqual(['StoreImage', 'CheckStore', 'SetStorageClass', 'RecordArchive']);
    const [store] = callsIn('StoreImage', done);
    const { executionArn } = store ?? {};
    expect(store?.payload).toEqual({
      executionId: executionArn,
      region: home,
      imageId,
      archive,
      now: instantOf(store),
    });
    expect(callsIn('CheckStore', done)[0]?.payload).toMatchObject({
      bucket: archive.bucket,
      key,
      since: instantOf(store),
    });
    expect(callsIn('SetStorageClass', done)[0]?.payload).toMatchObject({
      key,
      storageClass: 'DEEP_ARCHIVE',
      uploadId: null,
    });
    expect(callsIn('RecordArchive', done)[0]?.payload).toMatchObject({ imageId, key, storageClass: 'DEEP_ARCHIVE' });
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { imageId, archivedTo: `s3://ami-archive/${key}` } });
  });

  it('is archived where it is, and whoever started that may say so', async () => {
    const done = await run({
      input: {
        imageId,
        archive,
        region: 'us-east-1',
        AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: 'arn:aws:states:parent',
      },
    });
    expect(new Set(done.calls.map(({ payload }) => JSON.stringify(payload).includes('"region":"us-east-1"')))).toEqual(
      new Set([true]),
    );
    expect(JSON.stringify(callsIn('StoreImage', done))).not.toContain('arn:aws:states:parent');
    expect(done.status).toBe('SUCCEEDED');
  });

  it('is not stored again where it is archived already', async () => {
    const done = await run({ tasks: { StoreImage: [{ status: 'archived', key, refusal: '', waitSeconds: 15 }] } });
    expect(done.states).toEqual(['Begin', 'StoreImage', 'IsArchived', 'ArchiveSucceeded']);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { imageId, archivedTo: `s3://ami-archive/${key}` } });
  });

  it('costs at most 300 state transitions when it is stored for 20 hours, and is noticed within 20 minutes', async () => {
    const done = await run({ timing: { storeSeconds: 20 * hourSeconds } });
    expect(done.status).toBe('SUCCEEDED');
    expect(done.transitions).toBeLessThanOrEqual(300);
    expect(lastSecondOf('CheckStore', done)).toBeLessThan(20 * hourSeconds + 20 * 60);
  });

  it('waits for two days while other tasks fill the quota, and is not said to have been stored meanwhile', async () => {
    const done = await run({
      tasks: { StoreImage: (_, { atSeconds }) => (atSeconds < 40 * hourSeconds ? fails('QuotaExceeded') : undefined) },
    });
    expect(callsIn('CheckStore', done)[0]?.payload).toMatchObject({
      since: instantOf(callsIn('StoreImage', done).at(-1)),
    });
    expect(done.status).toBe('SUCCEEDED');
    expect(done.historyEvents).toBeLessThan(historyLimit / 3);
  });

  it('is kept, and the reason told, when EC2 fails at 60 percent', async () => {
    const failed = { status: 'failed', progressPercent: 60, reason: 'S3 said no', waitSeconds: 15 } as const;
    const done = await run({ tasks: { CheckStore: (_, { number }) => (number === 4 ? failed : undefined) } });
    expect(orderOf(done)).toEqual(['StoreImage', 'CheckStore']);
    expect(done).toMatchObject({ status: 'FAILED', error: 'ArchiveFailed' });
    expect(done.cause).toBe(`${imageId} could not be stored: S3 said no`);
  });

  it('lets its next look judge what EC2 refused to begin', async () => {
    const refused = { status: 'storing', key, refusal: 'There is a task already', waitSeconds: 15 } as const;
    const done = await run({ tasks: { StoreImage: [refused] } });
    expect(callsIn('CheckStore', done).map(({ payload }) => payload)).toEqual(
      callsIn('CheckStore', done).map(() => expect.objectContaining({ refusal: 'There is a task already' })),
    );
    expect(done.status).toBe('SUCCEEDED');
  });

  it('is copied into its class in as many invocations as that takes', async () => {
    const done = await run({ tasks: { SetStorageClass: [copying('upload-1'), copying('upload-1', 50)] } });
    expect(callsIn('SetStorageClass', done).map(({ payload }) => payload)).toMatchObject(
      [null, 'upload-1', 'upload-1'].map((uploadId) => ({ key, storageClass: 'DEEP_ARCHIVE', uploadId })),
    );
    expect(done.status).toBe('SUCCEEDED');
  });

  it('is copied anew when its upload was given up in between', async () => {
    const done = await run({ tasks: { SetStorageClass: [copying('upload-1'), copying(null), copying('upload-2')] } });
    expect(callsIn('SetStorageClass', done).map(({ payload }) => payload)).toMatchObject(
      [null, 'upload-1', null, 'upload-2'].map((uploadId) => ({ uploadId })),
    );
    expect(done.status).toBe('SUCCEEDED');
  });

  it('has room in its history for the largest that EC2 stores, after two days', async () => {
    // 5,000 GB in parts of 512 MiB, 16 to an invocation.
    const invocations = Math.ceil(5e12 / (16 * 512 * 1024 ** 2));
    const done = await run({
      timing: { storeSeconds: 47 * hourSeconds },
      tasks: { SetStorageClass: (_, { number }) => (number < invocations ? copying('upload-1') : undefined) },
    });
    expect(callsIn('SetStorageClass', done)).toHaveLength(invocations);
    expect(done.status).toBe('SUCCEEDED');
    expect(done.historyEvents).toBeLessThan(historyLimit / 3);
  });

  it('is refused, in words that people understand, where nobody said what to archive and where', async () => {
    for (const [wrongInput, sentence] of [
      [{}, 'imageId: Invalid input'],
      [{ imageId: 'i-1', archive }, 'imageId: is no image id'],
      [{ imageId, archive: { ...archive, storageClass: 'DEEPEST' } }, 'archive.storageClass: Invalid option'],
      [{ imageId, archive, bukket: 'x' }, 'Unrecognized key: "bukket"'],
    ] as const) {
      const done = await run({ wrongInput });
      expect(done).toMatchObject({ status: 'FAILED', error: 'InputInvalid', cause: expect.any(String) });
      expect(JSON.parse(done.cause ?? '').errorMessage).toContain('The input does not fit: ');
      expect(JSON.parse(done.cause ?? '').errorMessage).toContain(sentence);
      expect(callsIn('StoreImage', done)).toHaveLength(1);
    }
  });

  it('is not begun where the input is no object at all', async () => {
    const done = await run({ wrongInput: 'ami-1' });
    expect(done).toMatchObject({ status: 'FAILED', calls: [] });
  });
}
