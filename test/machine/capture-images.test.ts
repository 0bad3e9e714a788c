import { describe, expect, it } from 'vitest';
import { walked, waysOfDefinition } from './coverage.ts';
import { budgets } from './stories/budgets.ts';
import { deliveries } from './stories/deliveries.ts';
import { failures } from './stories/failures.ts';
import { images } from './stories/images.ts';
import { interruptions } from './stories/interruptions.ts';
import { runs } from './stories/runs.ts';

// All in one file: vitest gives every file a process of its own, and the last test asks what all of them walked.
describe('An instance', interruptions);
describe('An image', images);
describe('A delivery', deliveries);
describe('A run', runs);
describe('A capture', budgets);
describe('A failure', failures);

describe('The definition', () => {
  it('is walked by these tests through every state, every Catch and every rule of every Choice', () => {
    const ways = waysOfDefinition();
    expect(ways.size).toBeGreaterThan(100);
    expect([...ways].filter((way) => !walked.has(way))).toEqual([]);
    // What the histories tell and the definition does not know would be a fault of the reading.
    expect([...walked].filter((way) => !ways.has(way))).toEqual([]);
  });
});
