import { describe, expect, it } from 'vitest';
import { database, policy, server } from '../../explore/servers.ts';
import { given } from './story.ts';

const paris = 'eu-west-3';

function manyTags(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`tag ${String(index).padStart(2, '0')}`, 'x']),
  );
}

describe('Images and snapshots', () => {
  it('carry the tags of instance and policy from their first moment, copies too', async () => {
    const story = await given({
      policies: [policy('gold', { capture: { tags: { team: 'platform' } }, copies: [{ region: paris }] })],
      servers: [database({ tags: { cost: '4711' } })],
    });

    await story.capture('gold');

    for (const region of ['eu-west-1', paris]) {
      const { tagsAtBirth, snapshots } = story.image(region);
      for (const tags of [tagsAtBirth, ...snapshots.map((snapshot) => snapshot.tagsAtBirth)]) {
        expect(tags).toMatchObject({
          Name: 'database',
          team: 'platform',
          cost: '4711',
          'ami-lifecycle:policy': 'gold',
          'ami-lifecycle:source': database().id,
          'ami-lifecycle:slot': '20261121T0000Z',
          'ami-lifecycle:consistency': 'stopped',
          'ami-lifecycle:state': 'capturing',
        });
      }
    }
  });

  it('carry none of the instance where the policy does not want them', async () => {
    const story = await given({
      policies: [policy('gold', { capture: { copyInstanceTags: false } })],
      servers: [server('web')],
    });

    await story.capture('gold');

    expect(Object.keys(story.image().tags).filter((key) => !key.startsWith('ami-lifecycle:'))).toEqual([]);
  });

  it('are made of an instance with all tags that leave room for the lease, and fit into what EC2 allows', async () => {
    // Name, policy and 46 more leave two of fifty.
    const web = server('web', { tags: manyTags(46) });
    const story = await given({
      policies: [policy('gold', { capture: { tags: { team: 'platform' } }, copies: [{ region: paris }] })],
      servers: [web],
    });

    await story.capture('gold');

    for (const region of ['eu-west-1', paris]) {
      const { tags, snapshots } = story.image(region);
      for (const all of [tags, ...snapshots.map((snapshot) => snapshot.tags)]) {
        expect(Object.keys(all).length).toBeLessThanOrEqual(50);
        expect(Object.keys(all).length).toBeGreaterThan(40);
        expect(all).toMatchObject({ team: 'platform', 'ami-lifecycle:source': web.id });
      }
    }
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });
});

describe('An instance that carries all fifty tags already', () => {
  it('is captured as it runs, as a stop without a lease would tell nobody who must start it', async () => {
    const web = server('web', { tags: manyTags(48) });
    const story = await given({ policies: [policy('gold')], servers: [web] });

    await story.capture('gold');

    expect(story.calls('StopInstances')).toEqual([]);
    expect(story.journey(web)).toEqual([]);
    expect(story.image().tags['ami-lifecycle:consistency']).toBe('crash');
    expect(story.lastRun()).toMatchObject({ status: 'SUCCEEDED', captures: [{ reason: 'crash (no-room-for-lease)' }] });
  });
});
