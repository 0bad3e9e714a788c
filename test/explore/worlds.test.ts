import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { catalogue } from '../../explore/catalogue.ts';
import type { Placement } from '../../explore/placements.ts';
import { runWorld } from '../../explore/run.ts';
import { worlds } from '../../explore/worlds.ts';

describe('In the worlds that are explored', () => {
  const placements: Placement[] = [];

  beforeAll(async () => {
    for (const world of worlds) placements.push(...(await runWorld(world, [])).sites.placements);
  }, 300_000);

  it('every function meets faults', () => {
    const functions = readdirSync(`${projectDirectory}/functions`, { withFileTypes: true });
    const names = functions.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const met = new Set(placements.map(({ at }) => at.split('/')[0]));

    expect(names.filter((name) => !met.has(name))).toEqual([]);
  });

  it('every fault has its place, and everything that is fired or awaited can go astray', () => {
    const used = new Set(placements.map(({ word }) => word));
    const events = new Set(placements.filter(({ word }) => word === 'lost-event').map(({ at }) => at));

    expect(catalogue.filter(({ word }) => !used.has(word)).map(({ word }) => word)).toEqual([]);
    expect([...events].sort()).toEqual([
      'event:Scheduled capture-images@eu-west-1',
      'event:Scheduled rescue-instances@eu-west-1',
      'event:Scheduled retire-images@eu-west-1',
      'event:Step Functions Execution Status Change@eu-west-1',
      'event:Tag Change on Resource@eu-west-1',
    ]);
  });
});
