import { describe, expect, it } from 'vitest';
import { parseJob, work } from '../../explore/jobs.ts';
import { parsePlacement, placementText } from '../../explore/placements.ts';
import { runWorld } from '../../explore/run.ts';
import { worldNamed } from '../../explore/worlds.ts';

const world = 'capture-of-group-member';
const first = parsePlacement('create-image/ec2:CreateImage@eu-west-1#1 image-fails');

describe('The second fault of a pair', () => {
  it('strikes where the run goes because of the first, too', async () => {
    const [plain, struck] = await Promise.all([runWorld(worldNamed(world), []), runWorld(worldNamed(world), [first])]);
    const usual = new Set(plain.sites.placements.map(placementText));
    const others = struck.sites.placements;
    const recovering = others.findIndex(({ at, word }) => at.startsWith('discard-image/') && word === 'throttled*2');
    expect(usual.has(placementText(others[recovering] ?? first))).toBe(false);

    const outcome = await work({ world, placements: [first], draw: (recovering + 0.5) / others.length });

    expect(outcome.placements).toEqual([first, others[recovering]]);
    expect(outcome.struck).toBe(2);
    expect(outcome.findings).toEqual([]);
  });
});

describe('Where a fault strikes already,', () => {
  it.each([
    ['the world has it', 'capture-again', []],
    ['it is the first of a pair', world, [first]],
  ])('the same is not placed once more, but another is: %s', async (_, name, placements) => {
    const { sites } = await runWorld(worldNamed(name), placements);
    const there = sites.placements
      .filter(({ at, nth }) => at === first.at && nth === first.nth)
      .map(({ word }) => word);
    expect(there).not.toContain('image-fails');
    expect(there).toContain('throttled*all');
  });
});

describe('What people do, together with a fault,', () => {
  it('is drawn as any other pair', async () => {
    const { sites } = await runWorld(worldNamed('capture-by-tag'), []);
    const restart = sites.placements.find(({ word }) => word === 'owner-restarts') ?? first;
    const outcome = await work({ world: 'capture-by-tag', placements: [restart], draw: 0.5 });
    expect(outcome.placements).toHaveLength(2);
    expect(outcome.findings).toEqual([]);
  });

  it.each([
    [
      'a restart under way when our late stop came',
      'stop-instance#1 owner-restarts + stop-instance#1 execution-aborted',
    ],
    [
      'a stop after our claim alone',
      'stop-instance/ec2:StopInstances@eu-west-1#1 throttled*all + stop-instance#5 owner-stops',
    ],
    [
      'a stop after the claims of two captures, of which one could not stop it',
      'stop-instance/ec2:StopInstances@eu-west-1#2 access-denied + stop-instance#3 owner-stops',
      'capture-under-two-policies',
    ],
  ])('breaks nothing: %s', async (_, placements, where = 'capture-by-tag') => {
    const { findings, struck } = await work(parseJob(`${where} ${placements}`));
    expect({ findings, struck }).toEqual({ findings: [], struck: 2 });
  });
});
