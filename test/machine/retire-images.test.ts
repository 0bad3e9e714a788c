import { describe, expect, it } from 'vitest';
import { expectAllWalked } from './coverage.ts';
import { failuresOf } from './failures.ts';
import { items } from './retire-images/items.ts';
import { everything, run, shared } from './retire-images/run.ts';
import { runs } from './retire-images/runs.ts';
import { sharing } from './retire-images/sharing.ts';

describe('An image', items);
describe('A run', runs);
describe('Sharing', sharing);

describe('A failure', () => {
  failuresOf({
    machine: 'retire-images',
    places: [{ state: 'RetireImage' }, { state: 'DeleteSnapshots' }],
    run: (tasks) => run({ tasks, items: [everything] }),
    expectFailed: (done, error) => {
      expect(done.children).toMatchObject([{ status: 'FAILED', error }]);
      expect(done.told).toEqual([expect.stringContaining(error)]);
      expect(done).toMatchObject({
        status: 'FAILED',
        error: error === 'EvidenceIncomplete' ? 'EvidenceIncomplete' : 'RetirementFailed',
      });
    },
    expectDone: (done) => expect(done).toMatchObject({ status: 'SUCCEEDED', output: { failed: 0 } }),
  });
});

describe('A failure to share', () => {
  failuresOf({
    machine: 'retire-images',
    places: [{ state: 'ShareImage' }],
    run: (tasks) => run({ tasks, shares: [shared] }),
    expectFailed: (done, error) => {
      expect(done.children).toMatchObject([{ status: 'FAILED', error }, { status: 'SUCCEEDED' }]);
      expect(done.told).toEqual([expect.stringContaining(error)]);
      expect(done).toMatchObject({ status: 'FAILED', error: 'RetirementFailed' });
    },
    expectDone: (done) => expect(done).toMatchObject({ status: 'SUCCEEDED', output: { failed: 0 } }),
  });
});

describe('The definition of retire-images', () => {
  it('is walked by these tests through every state, every Catch and every rule of every Choice', () => {
    expectAllWalked('retire-images', 40);
  });
});
