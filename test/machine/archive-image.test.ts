import { describe, expect, it } from 'vitest';
import { run } from './archive-image/run.ts';
import { archives } from './archive-image/stories.ts';
import { expectAllWalked } from './coverage.ts';
import { failuresOf } from './failures.ts';

describe('An image', archives);

describe('A failure', () => {
  failuresOf({
    machine: 'archive-image',
    places: [
      { state: 'StoreImage' },
      { state: 'CheckStore' },
      { state: 'SetStorageClass' },
      { state: 'RecordArchive' },
    ],
    run: (tasks) => run({ tasks }),
    expectFailed: (done, error) => expect(done).toMatchObject({ status: 'FAILED', error }),
    expectDone: (done) => expect(done).toMatchObject({ status: 'SUCCEEDED', output: { imageId: expect.any(String) } }),
  });
});

describe('The definition of archive-image', () => {
  it('is walked by these tests through every state, every Catch and every rule of every Choice', () => {
    expectAllWalked('archive-image', 25);
  });
});
