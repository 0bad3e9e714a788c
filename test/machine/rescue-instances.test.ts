import { describe, expect, it } from 'vitest';
import { expectAllWalked } from './coverage.ts';
import { failuresOf } from './failures.ts';
import { instances } from './rescue-instances/instances.ts';
import { run } from './rescue-instances/run.ts';
import { runs } from './rescue-instances/runs.ts';

describe('A stranded instance', instances);
describe('A run', runs);

describe('A failure', () => {
  failuresOf({
    machine: 'rescue-instances',
    places: [
      { state: 'ClaimInstance' },
      { state: 'StartInstance' },
      { state: 'CheckInstanceRunning' },
      { state: 'ReleaseLease' },
    ],
    run: (tasks) => run({ tasks }),
    expectFailed: (done, error) => {
      expect(done.children).toMatchObject([{ status: 'FAILED', error }]);
      expect(done.told).toEqual([expect.stringContaining(error)]);
      expect(done).toMatchObject({ status: 'FAILED', error: 'RescueFailed' });
    },
    expectDone: (done) => expect(done).toMatchObject({ status: 'SUCCEEDED', output: { rescued: 1, failed: 0 } }),
  });
});

describe('The definition of rescue-instances', () => {
  it('is walked by these tests through every state, every Catch and every rule of every Choice', () => {
    expectAllWalked('rescue-instances', 40);
  });
});
