import { describe, it } from 'vitest';
import { budgets } from './capture-images/budgets.ts';
import { deliveries } from './capture-images/deliveries.ts';
import { failures } from './capture-images/failures.ts';
import { images } from './capture-images/images.ts';
import { interruptions } from './capture-images/interruptions.ts';
import { runs } from './capture-images/runs.ts';
import { expectAllWalked } from './coverage.ts';

// All in one file, as the last test asks what all of them walked.
describe('An instance', interruptions);
describe('An image', images);
describe('A delivery', deliveries);
describe('A run', runs);
describe('A capture', budgets);
describe('A failure', failures);

describe('The definition of capture-images', () => {
  it('is walked by these tests through every state, every Catch and every rule of every Choice', () => {
    expectAllWalked('capture-images', 100);
  });
});
