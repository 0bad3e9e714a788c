import { expect, onTestFinished } from 'vitest';
import {
  build,
  executionsUnderWay,
  type Harm,
  harmsIn,
  type Story,
  type Beginning as WorldBeginning,
} from '../../explore/world.ts';
import type { InvariantNumber } from '../../simulator/invariants.ts';

export type { Story } from '../../explore/world.ts';

export interface Beginning extends WorldBeginning {
  /** Harm that this story is about; any other ends it in failure. */
  mayLeave?: readonly Harm[];
  /** Invariants that cannot hold in this story; it says why. */
  mayBreak?: readonly InvariantNumber[];
}

/** Builds a world and lets a story be told in it; when the story is over, no harm may be left. */
export async function given(beginning: Beginning): Promise<Story> {
  const story = await build(beginning);
  onTestFinished(() => expectNoHarm(story, beginning));
  return story;
}

function expectNoHarm(story: Story, { mayLeave = [], mayBreak = [] }: Beginning): void {
  const left = harmsIn(story);
  for (const harm of mayLeave) left[harm] = [];
  const breaches = story.witness.watch.breaches.filter(({ invariant }) => !mayBreak.includes(invariant));
  expect(breaches.map(({ message }) => message)).toEqual([]);
  expect(executionsUnderWay(story)).toEqual([]);
  expect(left).toEqual({ 'standing instances': [], leases: [], 'failed images': [], 'snapshots without an image': [] });
}
