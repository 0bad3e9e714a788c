import { describe, expect, it } from 'vitest';
import { home, policy, server } from '../../explore/servers.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import {
  changes,
  daysLater,
  hang,
  impatient,
  lineOf,
  nightsUntil,
  retire,
  retireDaily,
  rungs,
  sharedWith,
} from './retiring.ts';
import { type Beginning, given, type Story } from './story.ts';

const noon = '2026-11-21T12:00:00Z';
const paris = 'eu-west-3';
const frankfurt = 'eu-central-1';
const web = server('web');

async function nights(count: number, more: Partial<Beginning> = {}): Promise<{ story: Story; ids: string[] }> {
  const story = await given({ at: noon, policies: [impatient()], servers: [web], ...more });
  return { story, ids: hang(story, web, nightsUntil('2026-11-21', count)) };
}

describe('A policy that is edited from thirty dailies to three', () => {
  const thirty = policy('gold', { retain: { daily: 30 }, retire: { mode: 'enforce' } });
  const three = (retire: object) => policy('gold', { retain: { daily: 3 }, retire: { mode: 'enforce', ...retire } });

  it.each([
    [
      'the part of the images',
      {},
      '27 of 30 images would take the same step, and 7 may: that needs a maxPercentPerRun of 90',
    ],
    [
      'the number',
      { maxPerRun: 20, maxPercentPerRun: 100 },
      '27 images would take a step, and 20 may: that needs a maxPerRun of 27',
    ],
  ])('hits the cap of %s: nothing is touched, and people are told', async (_, caps, excess) => {
    const { story } = await nights(30, { policies: [thirty] });
    const before = rungs(story);
    await retire(story);
    story.stack.publish(three(caps));

    const { status, error, cause, told, plan } = await retire(story);

    expect([status, error]).toEqual(['FAILED', 'BlastRadiusExceeded']);
    expect(cause).toContain(excess);
    expect(told).toContain(excess);
    expect(plan?.images.filter(({ actions }) => actions.includes('deprecate'))).toHaveLength(27);
    expect(rungs(story)).toEqual(before);
    expect(changes(story)).toEqual([]);
  });

  it('takes hold once the cap is raised', async () => {
    const { story } = await nights(30, { policies: [thirty] });
    story.stack.publish(three({}));
    await retire(story);
    story.stack.publish(three({ maxPercentPerRun: 90 }));

    const { status, told } = await retire(story);

    expect(status).toBe('SUCCEEDED');
    expect(told).toContain('27 deprecated');
    expect(Object.values(rungs(story)).filter((rung) => rung === 'available')).toHaveLength(3);
  });

  it('takes access back all the same from those whom it no longer names', async () => {
    const partner = '123456789012';
    const share = { accounts: [partner] };
    const { story, ids } = await nights(30, { policies: [policy('gold', { ...thirty, share })] });
    await retire(story);
    expect(ids.flatMap((id) => sharedWith(story, id))).toEqual(ids.map(() => partner));
    story.stack.publish(three({}));

    const { error } = await retire(story);

    expect(error).toBe('BlastRadiusExceeded');
    expect(ids.flatMap((id) => sharedWith(story, id))).toEqual([]);
  });
});

describe('An instance that is terminated', () => {
  it('leaves as many images as atLeast says, for good', async () => {
    const { story } = await nights(5, { policies: [impatient({ retain: { within: '1d', atLeast: 3 } })] });
    story.account.call('ec2', 'TerminateInstances', { InstanceIds: [web.id] });
    await daysLater(story, 300);

    await retireDaily(story, 4);

    expect(rungs(story)).toEqual({ '1119': 'available', '1120': 'available', '1121': 'available' });
  });

  it('leaves nothing in the end where the policy says so, step by step', async () => {
    const retain = { daily: 2, atLeast: 3, afterTermination: '30d' };
    const { story, ids } = await nights(3, { policies: [impatient({ retain })] });
    await retire(story);
    story.account.call('ec2', 'TerminateInstances', { InstanceIds: [web.id] });
    await daysLater(story, 1);

    const [first] = await retireDaily(story, 30);
    expect(first && lineOf(first, ids[0] ?? '').actions).toEqual(['note-source-gone']);
    expect(Object.values(rungs(story))).toEqual(['available', 'available', 'available']);
    await daysLater(story, 1);
    const [release] = await retireDaily(story, 3);

    expect(release && lineOf(release, ids[2] ?? '').reasons[0]).toMatch(/^its instance is gone since 2026-11-22T12:0/);
    expect(rungs(story)).toEqual({});
    expect(story.account.region(home).snapshots.size).toBe(0);
  });

  it('keeps what is held, though all else goes', async () => {
    const { story } = await nights(2, { policies: [impatient({ retain: { daily: 2, afterTermination: '1d' } })] });
    hang(story, web, ['20261119T0300Z'], { tags: { [tagKeys.hold]: 'the last of its kind' } });
    story.account.call('ec2', 'TerminateInstances', { InstanceIds: [web.id] });
    await daysLater(story, 1);
    await retireDaily(story, 5);
    expect(rungs(story)).toEqual({ '1119': 'available' });
  });
});

describe('Copies in other Regions', () => {
  const everywhere = impatient({
    retain: { daily: 3 },
    copies: [{ region: paris, retain: { daily: 1 } }, { region: frankfurt }],
  });

  async function inThreeRegions(more: Partial<Beginning> = {}): Promise<{ story: Story; ids: string[] }> {
    const world = await nights(5, { policies: [everywhere], ...more });
    for (const region of [paris, frankfurt]) hang(world.story, web, nightsUntil('2026-11-21', 5), { region });
    return world;
  }

  it('are kept by their own rule where they have one, and by that of the policy else', async () => {
    const { story } = await inThreeRegions();

    const [first] = await retireDaily(story, 3);

    const three = { '1119': 'available', '1120': 'available', '1121': 'available' };
    expect(rungs(story)).toEqual(three);
    expect(rungs(story, frankfurt)).toEqual(three);
    expect(rungs(story, paris)).toEqual({ '1121': 'available' });
    const newest = first?.plan?.images.find(({ region, name }) => region === paris && name.endsWith('20261121T0300Z'));
    expect(newest?.reasons).toContain(`newest copy of its lineage in ${paris}`);
  });

  it('stay in a Region that denies everything; in the others nothing goes that it may be copying, and all is said', async () => {
    const { story, ids } = await inThreeRegions({
      faults: [{ fault: 'access-denied', service: 'ec2', region: paris }],
    });

    const [first, , last] = await retireDaily(story, 3);

    expect([first?.status, first?.error]).toEqual(['FAILED', 'EvidenceIncomplete']);
    expect(first?.told).toContain(`Nothing was retired in ${paris}`);
    expect(first?.told).not.toContain(`Nothing was retired in ${home}`);
    expect(Object.values(rungs(story, paris))).toEqual(Array.from({ length: 5 }, () => 'available'));
    const hidden = { '1117': 'deprecated', '1118': 'deprecated' };
    expect(rungs(story)).toMatchObject(hidden);
    expect(rungs(story, frankfurt)).toMatchObject(hidden);
    expect(last && lineOf(last, ids[0] ?? '').reasons).toEqual([
      'no rule keeps it',
      `waits to know whether it is being copied to ${paris}`,
    ]);
  });

  it('fail the step, and people are told, where a Region stops to say what it copies after the plan was made', async () => {
    const { story, ids } = await inThreeRegions();
    await retireDaily(story, 1);
    await daysLater(story, 1);
    const before = rungs(story);
    story.account.faults.add({
      fault: 'access-denied',
      function: 'retire-image',
      operation: 'DescribeImages',
      region: paris,
    });

    const { error, told } = await retire(story);

    expect(error).toBe('EvidenceIncomplete');
    expect(told).toContain(`${ids[0]} in ${home} EvidenceIncomplete`);
    expect(rungs(story)).toEqual(before);
  });

  it('go on to be hidden by their rules where it is home that denies everything', async () => {
    const { story } = await inThreeRegions({ faults: [{ fault: 'access-denied', service: 'ec2', region: home }] });

    const [first] = await retireDaily(story, 3);

    expect(first?.error).toBe('EvidenceIncomplete');
    expect(Object.values(rungs(story))).toEqual(Array.from({ length: 5 }, () => 'available'));
    const hidden = Array.from({ length: 4 }, () => 'deprecated');
    expect(Object.values(rungs(story, paris))).toEqual([...hidden, 'available']);
  });

  it('may be made by hand where nobody can look, so the image stays until the Region says what it copies', async () => {
    const { story, ids } = await inThreeRegions({ behaviour: { copyMinutes: () => 4 * 24 * 60 } });
    const [wanted = ''] = ids;
    story.account.call('ec2', 'CopyImage', { SourceImageId: wanted, SourceRegion: home, Name: 'theirs' }, paris);
    const denial = story.account.faults.add({ fault: 'access-denied', operation: 'DescribeImages', region: paris });

    await retireDaily(story, 4);
    expect(rungs(story)).toMatchObject({ '1117': 'deprecated' });
    denial();
    await daysLater(story, 1);
    await retireDaily(story, 4);

    expect(Object.keys(rungs(story))).toEqual(['1119', '1120', '1121']);
    expect(story.account.region(paris).imageNames.has('theirs')).toBe(true);
  });
});

describe('An image that is held while it is disabled', () => {
  const once = { steps: ['disable'] };

  /** The oldest of four nights is disabled, and then held; forty more of another server are no longer wanted. */
  async function heldAmongOthers(
    second: object,
    faults: Beginning['faults'] = [],
  ): Promise<{ story: Story; id: string }> {
    const { story, ids } = await nights(4, { policies: [impatient({}, once)] });
    const [id = ''] = ids;
    await retire(story);
    expect(rungs(story)).toMatchObject({ '1118': 'disabled' });
    story.account.call('ec2', 'CreateTags', { Resources: [id], Tags: [{ Key: tagKeys.hold, Value: 'needed' }] });
    hang(story, server('other'), nightsUntil('2026-10-21', 40));
    for (const fault of faults) story.account.faults.add(fault);
    story.stack.publish(impatient({}, { ...once, ...second }));
    await daysLater(story, 1);
    return { story, id };
  }
  const others = (story: Story): number => Object.values(rungs(story)).filter((rung) => rung === 'disabled').length;

  it.each<[string, object, Beginning['faults'], string]>([
    ['a cap stops the rest', { maxPerRun: 3 }, [], 'BlastRadiusExceeded'],
    ['its policy only reports by now', { mode: 'report' }, [], ''],
    [
      'who uses the others is denied',
      {},
      [{ fault: 'access-denied', operation: 'DescribeAutoScalingGroups' }],
      'EvidenceIncomplete',
    ],
  ])('can be launched again after the next run, though %s', async (_, second, faults, error) => {
    const { story, id } = await heldAmongOthers(second, faults);

    const run = await retire(story);

    expect(run.error).toBe(error);
    expect(lineOf(run, id)).toMatchObject({ verdict: 'keep', actions: ['reinstate'] });
    expect(rungs(story)).toMatchObject({ '1118': 'available' });
    expect(others(story)).toBe(1);
    expect(run.told).toContain('1 reinstated');
    expect(run.told).not.toContain('would reinstate');
  });

  it('stays where it is when a run is only asked for a report, which says what it would do', async () => {
    const { story } = await heldAmongOthers({});
    const run = await retire(story, 'report');
    expect(rungs(story)).toMatchObject({ '1118': 'disabled' });
    expect(run.told).toContain('would reinstate 1');
  });
});

describe('A run that only reports', () => {
  it.each(['by the policy', 'by hand'])('touches nothing, and writes down every image (%s)', async (how) => {
    const mode = how === 'by hand' ? 'enforce' : 'report';
    const { story, ids } = await nights(6, { policies: [impatient({}, { mode })] });

    const run = await retire(story, how === 'by hand' ? 'report' : undefined);

    expect(run.status).toBe('SUCCEEDED');
    expect(run.plan?.mode).toBe('report');
    expect(run.plan?.images.map(({ imageId }) => imageId).toSorted()).toEqual(ids.toSorted());
    expect(run.plan?.images.filter(({ actions }) => actions.includes('deprecate'))).toHaveLength(4);
    expect(changes(story)).toEqual([]);
    await daysLater(story, 1);
    await retire(story, how === 'by hand' ? 'report' : undefined);
    expect(changes(story)).toEqual([]);
  });
});

describe('Captures and retirement by their schedules, across a clock change in Rome', () => {
  it.each([
    ['goes back', '2026-10-20T00:00:00Z', '2026-11-02T12:00:00Z', '20261025', '10:00', '11:00'],
    ['goes forward', '2027-03-23T00:00:00Z', '2027-04-05T12:00:00Z', '20270328', '11:00', '10:00'],
  ])(
    'keep two nights and take a step a day, each at noon, when the clock %s',
    async (_, at, schedulesUntil, day, before, after) => {
      const schedule = { cron: '0 3 * * ? *', timezone: 'Europe/Rome' };
      const story = await given({ at, schedulesUntil, policies: [impatient({ schedule })], servers: [web] });

      await story.until(schedulesUntil);

      // Five nights of each image's life: two wanted, then deprecated, disabled and gone.
      expect(Object.values(rungs(story))).toEqual(['disabled', 'deprecated', 'available', 'available']);
      const noons = story
        .accepted('DeregisterImage')
        .map(({ atMs }) => new Date(atMs).toISOString().replaceAll('-', '').slice(0, 14).split('T'));
      expect(noons.length).toBeGreaterThan(8);
      for (const [date = '', time] of noons) expect(time?.slice(0, 5)).toBe(date < day ? before : after);
      expect(new Set(noons.map(([date]) => date)).size).toBe(noons.length);
      await story.rest();
    },
  );
});
