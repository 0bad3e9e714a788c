import { describe, expect, it } from 'vitest';
import { database, policy, type Server, server } from '../../explore/servers.ts';
import type { Fault, FaultName } from '../../simulator/faults.ts';
import { type RandomStream, seededRandom } from '../../simulator/random.ts';
import { given } from './story.ts';

const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
const paris = 'eu-west-3';

/** What may go wrong, and how often at most. */
const dangers: readonly [FaultName, number][] = [
  ['throttled', 0.2],
  ['unavailable', 0.2],
  ['timed-out', 0.05],
  ['reply-lost', 0.1],
  ['stale-read', 0.5],
  ['killed-before', 0.1],
  ['killed-after', 0.1],
  ['image-fails', 0.3],
  ['copy-fails', 0.3],
  ['capacity-gone', 0.5],
  ['start-falls-back', 0.4],
];

function faultsOf(random: RandomStream): Fault[] {
  return dangers
    .filter(() => random.chance(0.5))
    .map(([fault, most]) => ({ fault, probability: most * random.fraction() }));
}

function serversOf(random: RandomStream): Server[] {
  const all = [
    database({ under: 'gold silver' }),
    server('web'),
    server('queue', { state: 'stopped', under: 'silver' }),
    server('farm', { group: 'farm' }),
    server('spot', { changes: { InstanceLifecycle: 'spot' } }),
    server('guarded', { extras: { stopProtected: true }, under: 'silver gold' }),
    server('skipped', { tags: { 'ami-lifecycle:skip': 'not now' } }),
  ];
  return all.filter(() => random.chance(0.7));
}

describe('Whatever goes wrong', () => {
  it.each(seeds)(
    'a run captures everything or says that it did not, and no instance stays behind (seed %i)',
    async (seed) => {
      const random = seededRandom(seed).stream('swarm');
      const servers = serversOf(random);
      const restartWhen = random.chance(0.3) ? 'image-available' : 'snapshots-started';
      const story = await given({
        seed,
        servers,
        policies: [policy('gold', { capture: { restartWhen }, copies: [{ region: paris }] }), policy('silver')],
        faults: faultsOf(random),
        behaviour: { failedImagesForgetSnapshots: random.chance(0.5) },
        // A capture that fails after its restart leaves its lease for whoever looks after it.
        mayLeave: ['leases', 'failed images', 'snapshots without an image'],
      });
      const before = servers.map(story.state);

      story.begin('gold');
      story.begin('silver');
      if (random.chance(0.3)) story.begin('gold');
      await story.rest();

      expect(servers.map(story.state)).toEqual(before);
      const isGood = story.runs.every(({ status }) => status === 'SUCCEEDED');
      expect(story.runs.map(({ status }) => status)).not.toContain('TIMED_OUT');
      if (!isGood) return;
      const wanted = servers
        .filter(({ instance }) => !instance.Tags?.some(({ Key }) => Key === 'ami-lifecycle:skip'))
        .flatMap((of) => (story.tags(of)['ami-lifecycle:policy'] ?? '').split(' ').map((name) => `${name} ${of.id}`));
      const complete = (region?: string) =>
        story
          .images(region)
          .filter(({ tags }) => tags['ami-lifecycle:state'] === 'complete')
          .map(({ tags }) => `${tags['ami-lifecycle:policy']} ${tags['ami-lifecycle:source']}`)
          .sort();
      expect(complete()).toEqual(wanted.toSorted());
      expect(complete(paris)).toEqual(wanted.filter((name) => name.startsWith('gold')).sort());
      expect(
        servers.flatMap((of) => Object.keys(story.tags(of)).filter((key) => key === 'ami-lifecycle:stopped-by')),
      ).toEqual([]);
    },
  );
});
