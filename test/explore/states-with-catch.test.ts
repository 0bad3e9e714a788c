import { expect, it } from 'vitest';
import { explore } from '../../explore/exploration.ts';
import { statesWithCatch } from '../../explore/states-with-catch.ts';

it('A state that catches errors is found wherever it stands', () => {
  const capturing = statesWithCatch('capture-images');
  expect(capturing).toEqual(expect.arrayContaining(['CaptureInstances', 'CreateImage', 'DeliverImage', 'CopyImage']));
  expect(capturing).not.toContain('Begin');
  expect(new Set(capturing).size).toBe(capturing.length);
});

it('An exploration names those whose Catch it never entered', async () => {
  const world = 'capture-of-group-member';
  const options = { worlds: [world], pairs: 0, seed: 1, workers: 0 };
  const { caught, neverCaught } = await explore({ ...options, every: 40 });

  const seen = caught.map(({ state }) => state);
  expect(seen.length).toBeGreaterThan(0);
  expect([...seen, ...neverCaught].filter((state) => state.startsWith('capture-images ')).sort()).toEqual(
    statesWithCatch('capture-images').map((state) => `capture-images ${state}`),
  );
});
