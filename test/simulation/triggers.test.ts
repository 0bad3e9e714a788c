import { describe, expect, it } from 'vitest';
import { policy, type Server, server } from '../../explore/servers.ts';
import { given, type Story } from './story.ts';

function tag(story: Story, of: Server, value: string): void {
  story.account.call('ec2', 'CreateTags', {
    Resources: [of.id],
    Tags: [{ Key: 'ami-lifecycle:policy', Value: value }],
  });
}

describe('A schedule', () => {
  it.each([0, 1, 5, 40, 600, 7200])(
    'that fires again %i seconds later makes one image, with one stop',
    async (seconds) => {
      const web = server('web');
      const story = await given({ at: '2026-11-21T03:00:00Z', policies: [policy('gold')], servers: [web] });

      story.begin('gold', '2026-11-21T03:00:00Z');
      await story.until(new Date(Date.parse('2026-11-21T03:00:00Z') + seconds * 1000).toISOString());
      story.begin('gold', '2026-11-21T03:00:00Z');
      await story.rest();

      expect(story.image().tags).toMatchObject({
        'ami-lifecycle:slot': '20261121T0300Z',
        'ami-lifecycle:state': 'complete',
        'ami-lifecycle:consistency': 'stopped',
      });
      expect(story.journey(web)).toEqual(['stopping', 'stopped', 'pending', 'running']);
      expect(story.runs.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    },
  );

  it('that selects no instance succeeds, and troubles nobody', async () => {
    const story = await given({ policies: [policy('gold')], servers: [server('web', { under: 'silver' })] });

    await story.capture('gold');

    expect(story.lastRun().status).toBe('SUCCEEDED');
    expect(story.images()).toEqual([]);
    expect(story.account.notifications).toEqual([]);
  });

  it('that names a policy that does not exist fails, and says its name', async () => {
    const story = await given({ policies: [policy('gold')], servers: [server('web')] });

    await story.capture('glod');

    expect(story.lastRun()).toMatchObject({ status: 'FAILED', error: 'PolicyNotFound' });
    expect(story.account.notifications[0]?.message).toContain("No policy is called 'glod'.");
  });
});

describe('An instance that is tagged at noon', () => {
  const untilNoon = async (policies = [policy('gold')], more: Partial<Parameters<typeof given>[0]> = {}) => {
    const web = server('web', { under: null });
    const story = await given({ at: '2026-11-21T11:00:00Z', policies, servers: [web, server('other')], ...more });
    await story.until('2026-11-21T12:00:00Z');
    return { story, web };
  };

  it('is captured at once, and no other with it', async () => {
    const { story, web } = await untilNoon();

    tag(story, web, 'gold');
    await story.rest();

    const [stop] = story.calls('StopInstances', web);
    expect(stop?.atMs).toBeLessThan(Date.parse('2026-11-21T12:00:30Z'));
    expect(story.image().tags).toMatchObject({
      'ami-lifecycle:source': web.id,
      'ami-lifecycle:slot': '20261121T1200Z',
    });
  });

  it('starts one run, though our own work changes its tags, too', async () => {
    const { story, web } = await untilNoon();

    tag(story, web, 'gold');
    await story.rest();

    const tagEvents = story.witness.events.filter((event) => event['detail-type'] === 'Tag Change on Resource');
    expect(tagEvents.length).toBeGreaterThanOrEqual(3);
    expect(story.runs).toHaveLength(1);
  });

  it('waits for its schedule where its policy does not capture on tagging', async () => {
    const { story, web } = await untilNoon([
      policy('gold', { schedule: { cron: '0 3 * * ? *', timezone: 'UTC', onTagged: false } }),
    ]);

    tag(story, web, 'gold');
    await story.rest();

    expect(story.images()).toEqual([]);
    expect(story.runs.map(({ status }) => status)).toEqual(['SUCCEEDED']);
  });

  it('is captured under each policy that the tag names', async () => {
    const { story, web } = await untilNoon([policy('gold'), policy('silver')]);

    tag(story, web, 'gold silver');
    await story.rest();

    expect(new Set(story.images().map(({ tags }) => tags['ami-lifecycle:policy']))).toEqual(
      new Set(['gold', 'silver']),
    );
    expect(story.images()).toHaveLength(2);
    expect(story.state(web)).toBe('running');
  });

  it('with a name that is no policy starts a run that fails and says the name', async () => {
    const { story, web } = await untilNoon();

    tag(story, web, 'glod');
    await story.rest();

    expect(story.images()).toEqual([]);
    expect(story.lastRun()).toMatchObject({ status: 'FAILED', error: 'PolicyNotFound' });
    expect(story.account.notifications[0]?.message).toContain("'glod'");
  });

  it('with one good name and one bad is captured under the good one, and the run fails for the bad one', async () => {
    const { story, web } = await untilNoon();

    tag(story, web, 'gold glod');
    await story.rest();

    expect(story.image().tags).toMatchObject({ 'ami-lifecycle:policy': 'gold', 'ami-lifecycle:state': 'complete' });
    expect(story.lastRun()).toMatchObject({ status: 'FAILED', error: 'PolicyNotFound' });
    expect(story.account.notifications[0]?.message).toContain("'glod'");
  });

  it('and untagged again later starts nothing by that', async () => {
    const { story, web } = await untilNoon();
    tag(story, web, 'gold');
    await story.rest();

    story.account.call('ec2', 'DeleteTags', { Resources: [web.id], Tags: [{ Key: 'ami-lifecycle:policy' }] });
    await story.rest();

    expect(story.runs).toHaveLength(1);
    expect(story.images()).toHaveLength(1);
  });

  it('and untagged before its capture begins is left alone', async () => {
    const { story, web } = await untilNoon();
    tag(story, web, 'gold');
    story.account.call('ec2', 'DeleteTags', { Resources: [web.id], Tags: [{ Key: 'ami-lifecycle:policy' }] });
    await story.rest();

    expect(story.images()).toEqual([]);
    expect(story.journey(web)).toEqual([]);
    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'skipped', reason: 'not-selected' });
  });

  it('is captured though EC2 does not show its tag yet', async () => {
    const { story, web } = await untilNoon([policy('gold')], {
      faults: [{ fault: 'stale-read', function: 'select-instances' }],
    });
    tag(story, web, 'gold');
    await story.rest();

    expect(story.image().tags['ami-lifecycle:source']).toBe(web.id);
  });

  it('with tags that are none of ours starts nothing', async () => {
    const { story, web } = await untilNoon();

    story.account.call('ec2', 'CreateTags', { Resources: [web.id], Tags: [{ Key: 'Name', Value: 'new' }] });
    await story.rest();

    expect(story.runs).toEqual([]);
  });

  it('has one image when its event comes twice', async () => {
    const { story, web } = await untilNoon([policy('gold')], { faults: [{ fault: 'duplicate-event' }] });

    tag(story, web, 'gold');
    await story.rest();

    expect(story.runs).toHaveLength(2);
    expect(story.images()).toHaveLength(1);
    expect(story.accepted('StopInstances', web)).toHaveLength(1);
  });

  it('keeps the slot of the tagging when its event comes an hour late', async () => {
    const { story, web } = await untilNoon([policy('gold')], { behaviour: { eventDelayMs: () => 3_600_000 } });

    tag(story, web, 'gold');
    await story.rest();

    expect(story.image().tags['ami-lifecycle:slot']).toBe('20261121T1200Z');
    expect(story.state(web)).toBe('running');
  });

  it('is captured by the schedule of the night when its event is lost', async () => {
    const { story, web } = await untilNoon([policy('gold')], {
      faults: [{ fault: 'lost-event', operation: 'Tag Change on Resource' }],
      schedulesUntil: '2026-11-22T12:00:00Z',
    });

    tag(story, web, 'gold');
    await story.until('2026-11-22T02:59:00Z');
    expect(story.images()).toEqual([]);
    await story.rest();

    expect(story.images().map(({ tags }) => tags['ami-lifecycle:slot'])).toEqual(['20261122T0300Z', '20261122T0300Z']);
  });
});
