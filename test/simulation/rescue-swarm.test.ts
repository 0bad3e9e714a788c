import { describe, expect, it } from 'vitest';
import { database, policy, server } from '../../explore/servers.ts';
import type { Fault, FaultName } from '../../simulator/faults.ts';
import { type RandomStream, seededRandom } from '../../simulator/random.ts';
import { given } from './story.ts';

const seeds = Array.from({ length: 30 }, (_, index) => index + 1);

/** What may go wrong, and how often at most. */
const dangers: readonly [FaultName, number][] = [
  ['execution-aborted', 0.1],
  ['execution-lost', 0.1],
  ['lost-event', 1],
  ['duplicate-event', 1],
  ['throttled', 0.2],
  ['unavailable', 0.2],
  ['timed-out', 0.05],
  ['reply-lost', 0.1],
  ['stale-read', 0.5],
  ['killed-before', 0.1],
  ['killed-after', 0.1],
  ['capacity-gone', 0.8],
  ['start-falls-back', 0.4],
];

function faultsOf(random: RandomStream): Fault[] {
  return dangers
    .filter(([fault]) => fault.startsWith('execution') || random.chance(0.5))
    .map(([fault, most]) => ({ fault, probability: most * random.fraction() }));
}

describe('Whatever becomes of the executions, of captures and rescues alike,', () => {
  it.each(seeds)('no instance stays behind, and no lease (seed %i)', async (seed) => {
    const random = seededRandom(seed).stream('rescue swarm');
    const servers = [database({ under: 'gold silver' }), server('web'), server('queue', { state: 'stopped' })];
    const restartWhen = random.chance(0.3) ? 'image-available' : 'snapshots-started';
    const story = await given({
      seed,
      at: '2026-11-21T03:00:00Z',
      policies: [policy('gold', { capture: { restartWhen, timeoutHours: 3 } }), policy('silver')],
      servers,
      faults: faultsOf(random),
      rescuesUntil: '2026-11-23T03:00:00Z',
      mayLeave: ['failed images', 'snapshots without an image'],
    });
    const before = servers.map(story.state);

    story.begin('gold');
    story.begin('silver');
    await story.until('2026-11-21T15:00:00Z');
    story.account.faults.clear();
    await story.rest();

    expect(servers.map(story.state)).toEqual(before);
  });
});
