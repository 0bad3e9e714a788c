import { describe, expect, it } from 'vitest';
import { database, policy, server } from '../../explore/servers.ts';
import { given } from './story.ts';

const hourMs = 3_600_000;
const another = 'arn:aws:states:eu-west-1:111122223333:execution:capture-images:another';
const othersLease = { 'ami-lifecycle:stopped-by': another, 'ami-lifecycle:restart-by': '2026-11-21T02:00:00.000Z' };

describe('Two policies on one instance at the same hour', () => {
  it.each([1, 2, 3, 4, 5])(
    'both have their image, and neither starts what the other needs stopped (seed %i)',
    async (seed) => {
      const both = database({ under: 'gold silver' });
      const story = await given({ seed, policies: [policy('gold'), policy('silver')], servers: [both] });

      story.begin('gold');
      story.begin('silver');
      await story.rest();

      const images = story.images();
      expect(new Set(images.map(({ tags }) => tags['ami-lifecycle:policy']))).toEqual(new Set(['gold', 'silver']));
      expect(images).toHaveLength(2);
      expect(images.map(({ tags }) => tags['ami-lifecycle:state'])).toEqual(['complete', 'complete']);
      expect(images.map(({ tags }) => tags['ami-lifecycle:consistency'])).toEqual(['stopped', 'stopped']);
      expect(images.flatMap(({ snapshots }) => snapshots.map(({ instanceWas }) => instanceWas))).toEqual(
        Array.from({ length: 6 }, () => 'stopped'),
      );
      expect(story.state(both)).toBe('running');
      expect(story.runs.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    },
  );

  it('wait for each other also where one waits for its image', async () => {
    const both = server('both', { under: 'gold silver' });
    const story = await given({
      policies: [policy('gold', { capture: { restartWhen: 'image-available' } }), policy('silver')],
      servers: [both],
      behaviour: { imageMinutes: () => 60 },
    });

    story.begin('gold');
    await story.until('2026-11-21T00:05:00Z');
    story.begin('silver');
    await story.rest();

    expect(story.images().map(({ tags }) => tags['ami-lifecycle:state'])).toEqual(['complete', 'complete']);
    expect(story.accepted('StopInstances', both)).toHaveLength(2);
    expect(story.state(both)).toBe('running');
  });
});

describe('An instance that another execution holds', () => {
  it('is waited for, and captured as soon as it is free', async () => {
    const web = server('web', { tags: othersLease });
    const story = await given({ policies: [policy('gold')], servers: [web] });
    story.begin('gold');
    await story.until('2026-11-21T00:45:00Z');
    expect(story.calls('StopInstances')).toEqual([]);

    story.account.call('ec2', 'DeleteTags', {
      Resources: [web.id],
      Tags: [{ Key: 'ami-lifecycle:stopped-by' }, { Key: 'ami-lifecycle:restart-by' }],
    });
    await story.rest();

    const [stop] = story.calls('StopInstances', web);
    expect(stop?.atMs).toBeLessThan(Date.parse('2026-11-21T01:00:00Z'));
    expect(story.image().tags['ami-lifecycle:consistency']).toBe('stopped');
  });

  it('is captured after two hours, when its lease is abandoned and it runs', async () => {
    const web = server('web', { tags: othersLease });
    const story = await given({ policies: [policy('gold')], servers: [web] });

    await story.capture('gold');

    const [stop] = story.calls('StopInstances', web);
    const waitedMs = (stop?.atMs ?? 0) - Date.parse('2026-11-21T00:00:00Z');
    expect(waitedMs).toBeGreaterThanOrEqual(2 * hourMs);
    expect(waitedMs).toBeLessThan(2.4 * hourMs);
    expect(story.image().tags['ami-lifecycle:consistency']).toBe('stopped');
    expect(story.state(web)).toBe('running');
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('that stands still is captured after two hours as it stands, promised nothing, and not started by us', async () => {
    const web = server('web', { tags: othersLease, state: 'stopped' });
    const story = await given({ policies: [policy('gold')], servers: [web], mayLeave: ['leases'] });

    await story.capture('gold');

    expect(story.image().tags['ami-lifecycle:consistency']).toBe('crash');
    expect(story.calls('StartInstances')).toEqual([]);
    expect(story.state(web)).toBe('stopped');
    expect(story.tags(web)['ami-lifecycle:stopped-by']).toBe(another);
  });
});
