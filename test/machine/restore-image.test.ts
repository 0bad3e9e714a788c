import { describe, expect, it } from 'vitest';
import { expectAllWalked } from './coverage.ts';
import { failuresOf } from './failures.ts';
import { run } from './restore-image/run.ts';
import { restores } from './restore-image/stories.ts';

describe('An archive', restores);

describe('A failure', () => {
  const failed = {
    status: 'failed',
    snapshotsStarted: false,
    disturbed: null,
    reason: 'too late',
    waitSeconds: 15,
  } as const;
  failuresOf({
    machine: 'restore-image',
    places: [
      { state: 'WakeArchive' },
      { state: 'RestoreImage' },
      { state: 'CheckImage' },
      { state: 'DiscardRestore', tasks: { CheckImage: [failed] } },
      { state: 'ApplyArchiveRecord' },
    ],
    run: (tasks) => run({ tasks }),
    expectFailed: (done, error) => expect(done).toMatchObject({ status: 'FAILED', error }),
    // What was to be discarded is gone then, and the restore has failed for that.
    expectDone: ({ states }) => expect(['RestoreSucceeded', 'RestoreFailed']).toContain(states.at(-1)),
  });
});

describe('The definition of restore-image', () => {
  it('is walked by these tests through every state, every Catch and every rule of every Choice', () => {
    expectAllWalked('restore-image', 30);
  });
});
