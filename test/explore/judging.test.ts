import { describe, expect, it } from 'vitest';
import { isAwaited } from '../../explore/catalogue.ts';
import { watchFalseWords } from '../../explore/false-words.ts';
import { hang, tagList } from '../../explore/hanging.ts';
import { retireLeftovers } from '../../explore/leftovers.ts';
import { calmed } from '../../explore/random/generate.ts';
import { home, server } from '../../explore/servers.ts';
import { slotAt, slotMs } from '../../explore/slots.ts';
import { build, harmsIn, type Story } from '../../explore/world.ts';
import { keeping } from '../../explore/worlds/captures.ts';
import { tagByHand } from '../../explore/worlds/common.ts';

const web = server('web');
const paris = 'eu-west-3';

function given(): Promise<Story> {
  return build({ at: '2026-11-21T11:00:00Z', policies: [keeping('gold')], servers: [web] });
}

const stopped = { 'ami-lifecycle:consistency': 'stopped' };

/** An image of an instance that runs, which says otherwise, as its snapshots may. */
async function capturedRunning(story: Story, lying: ('image' | 'snapshot')[]): Promise<string> {
  const { ImageId = '' } = story.account.call('ec2', 'CreateImage', {
    InstanceId: web.id,
    Name: 'gold/web',
    NoReboot: true,
    TagSpecifications: lying.map((ResourceType) => ({ ResourceType, Tags: tagList(stopped) })),
  });
  await story.rest();
  return ImageId;
}

describe('A lease of which only the deadline is left', () => {
  it('is left behind as a whole one is', async () => {
    const story = await given();
    tagByHand(story, web.id, { 'ami-lifecycle:restart-by': '2026-11-21T12:00:00Z' });

    expect(harmsIn(story).leases).toEqual([web.id]);
  });
});

describe('An image that is said to be of a stopped instance, and is not', () => {
  it.each([
    ['and then complete', [{ 'ami-lifecycle:state': 'complete' }], 1],
    ['and is never complete', [], 0],
    [
      'but says so no more when it is complete',
      [{ 'ami-lifecycle:consistency': 'crash' }, { 'ami-lifecycle:state': 'complete' }],
      0,
    ],
  ] as const)('is found at the moment that says so: %s', async (_, notes, count) => {
    const story = await given();
    const found = watchFalseWords(story.account);
    const ImageId = await capturedRunning(story, ['image']);
    for (const tags of notes) tagByHand(story, ImageId, tags);

    expect(found.map(({ invariant }) => invariant)).toEqual(Array.from({ length: count }, () => 15));
  });
});

describe('An image that is corrected when it is complete', () => {
  const corrected = { 'ami-lifecycle:consistency': 'crash' };
  const complete = { 'ami-lifecycle:state': 'complete' };

  /** One that ran while its image was made, which says otherwise, and what came of that here and in Paris. */
  async function disturbed() {
    const story = await given();
    const found = watchFalseWords(story.account);
    const ImageId = await capturedRunning(story, ['image', 'snapshot']);
    const source = { SourceImageId: ImageId, SourceRegion: home };
    const { ImageId: copyId = '' } = story.account.call('ec2', 'CopyImage', { Name: 'gold/web', ...source }, paris);
    await story.rest();
    const [snapshotId = ''] = story.account.region(home).images.get(ImageId)?.snapshotIds ?? [];
    const [copiedId = ''] = story.account.region(paris).images.get(copyId)?.snapshotIds ?? [];
    const origin = { ...stopped, 'ami-lifecycle:origin': `${home}/${ImageId}` };
    tagByHand(story, copyId, origin, paris);
    tagByHand(story, copiedId, stopped, paris);
    const ids = (): string[] => found.map(({ what }) => what.split(' ')[0] ?? '');
    return { story, ids, ImageId, snapshotId, copyId, copiedId };
  }

  it('is corrected with its snapshots, or they are found', async () => {
    const { story, ids, ImageId, snapshotId } = await disturbed();
    tagByHand(story, ImageId, { ...corrected, ...complete });

    expect(ids()).toEqual([snapshotId]);
  });

  it('is corrected with its copies and theirs, or they are found as they are complete', async () => {
    const { story, ids, ImageId, snapshotId, copyId, copiedId } = await disturbed();
    tagByHand(story, snapshotId, corrected);
    tagByHand(story, ImageId, { ...corrected, ...complete });
    expect(ids()).toEqual([]);
    tagByHand(story, copyId, complete, paris);

    expect(ids()).toEqual([copyId, copiedId]);
  });

  it('and is no finding where all of them are', async () => {
    const { story, ids, ImageId, snapshotId, copyId, copiedId } = await disturbed();
    tagByHand(story, snapshotId, corrected);
    tagByHand(story, ImageId, { ...corrected, ...complete });
    tagByHand(story, copiedId, corrected, paris);
    tagByHand(story, copyId, { ...corrected, ...complete }, paris);

    expect(ids()).toEqual([]);
  });
});

describe('What is good for nothing', () => {
  const slots = ['20261110T0300Z', '20261120T0300Z'];

  it('is gone after three runs of the retirement: a capture that was never completed, as there is a better one', async () => {
    const story = await given();
    hang(story, web, slots.slice(0, 1), { tags: { 'ami-lifecycle:state': 'capturing' } });
    hang(story, web, slots.slice(1));

    expect(await retireLeftovers(story)).toEqual([]);
    expect(story.images().map(({ tags }) => tags['ami-lifecycle:slot'])).toEqual(slots.slice(1));
    expect(story.clock.now()).toBeLessThanOrEqual(Date.parse('2026-11-24T11:00:00Z'));
  });

  it('is a finding where retirement does not take it away in time', async () => {
    const story = await given();
    const [useless = ''] = hang(story, web, slots.slice(0, 1), { tags: { 'ami-lifecycle:state': 'capturing' } });
    hang(story, web, slots.slice(1));
    story.account.faults.add({ fault: 'access-denied', function: 'plan-retirement' });

    expect(await retireLeftovers(story)).toMatchObject([{ invariant: 8, what: `Nothing takes away ${useless}.` }]);
  });
});

describe('An event is awaited', () => {
  const tagged = {
    source: 'aws.tag',
    'detail-type': 'Tag Change on Resource',
    detail: {
      service: 'ec2',
      'resource-type': 'instance',
      'changed-tag-keys': ['ami-lifecycle:policy'],
      tags: { 'ami-lifecycle:policy': 'gold' },
    },
  };

  it('where the pattern of a rule asks for it, or a schedule fires it', () => {
    expect(isAwaited({ operation: 'Tag Change on Resource', event: tagged, atMs: 0 })).toBe(true);
    expect(isAwaited({ operation: 'Scheduled capture-images', atMs: 0 })).toBe(true);
  });

  it('and where no rule does its loss is nobody’s', () => {
    const detail = { ...tagged.detail, 'changed-tag-keys': ['Name'] };
    expect(isAwaited({ operation: 'Tag Change on Resource', event: { ...tagged, detail }, atMs: 0 })).toBe(false);
  });
});

describe('When everything calms down', () => {
  it('the last edit of a policy stays, and only what holds it back is lifted', () => {
    const edit = { fields: { copies: [] }, retire: { graceDays: 2, mode: 'report', maxPerRun: 3 } };

    expect(calmed(edit)).toEqual({
      fields: { copies: [] },
      retire: { graceDays: 2, mode: 'enforce', maxPercentPerRun: 100, maxPerRun: 1_000_000 },
    });
  });
});

describe('A slot', () => {
  it('is the minute of an instant, and that again', () => {
    expect(slotAt(Date.parse('2026-11-21T03:04:59.999Z'))).toBe('20261121T0304Z');
    expect(new Date(slotMs('20261121T0304Z')).toISOString()).toBe('2026-11-21T03:04:00.000Z');
  });
});
