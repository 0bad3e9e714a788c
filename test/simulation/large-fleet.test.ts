import { expect, it } from 'vitest';
import { breachesOf, captureLargeFleet } from '../../scripts/bench-large-fleet.ts';
import { namedPolicySchema } from '../../shared/domain/policy.ts';

// The ten thousand are in docs/performance.md; these show in seconds what would go wrong with those.
it('hundreds of instances that are due at once are captured once each, as fast as the limits of AWS let them', async () => {
  const policy = namedPolicySchema.parse({
    name: 'gold',
    schedule: { cron: '0 3 * * ? *' },
    capture: { concurrency: 10_000 },
  });
  const figures = await captureLargeFleet(policy, 400, { imageMinutes: () => 5 });
  expect(breachesOf(figures)).toEqual([]);
  expect(figures).toMatchObject({ captured: 400, images: 400 });
  // Or nothing was measured.
  expect(figures.mostTransitionsInASecond).toBeGreaterThan(100);
  expect(figures.mostFunctionsAtWork).toBeGreaterThan(1);
});
