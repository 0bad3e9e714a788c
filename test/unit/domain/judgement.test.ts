import { describe, expect, it } from 'vitest';
import type { Image } from '../../../shared/domain/image.ts';
import { endsWithInstance, judgeLineage } from '../../../shared/domain/judgement.ts';
import { rungTags } from '../../../shared/domain/ladder.ts';
import { type Tags, tagKeys } from '../../../shared/domain/tags.ts';
import { after, anImage, anImageOf, aPolicy, dailies, beginning as now, slot } from './examples.ts';
import { archives, candidates, judged, under } from './lineages.ts';

const day = 86_400;

describe('an image is kept', () => {
  it('with every reason that there is', () => {
    const [newest, second, third] = judgeLineage(dailies(3), under({ last: 1, daily: 2, within: '2d', atLeast: 2 }));
    expect(newest?.keeps).toEqual([
      'last 1 of 1',
      'daily 1 of 2',
      'within 2d of the newest',
      'one of the newest 2, the least that stays',
      'newest of its lineage',
    ]);
    expect(second?.keeps).toHaveLength(3);
    expect(third).toMatchObject({ keeps: [], because: 'no rule keeps it' });
  });

  it('by the days of the zone of the policy', () => {
    const images = ['20261120T2330Z', '20261120T1200Z', '20261119T1200Z'].map((each) => anImageOf(each));
    const goes = (timezone: string) =>
      candidates(images, under({ daily: 2 }, { fields: { schedule: { cron: '0 3 * * ? *', timezone } } }));
    // In Rome the newest is of the 21st, so that the next is the newest of the 20th.
    expect(goes('Europe/Rome')).toEqual(['20261119T1200Z']);
    expect(goes('UTC')).toEqual(['20261120T1200Z']);
  });

  it.each(['', 'the auditors want it'])('while somebody holds it, with the reason %j', (reason) => {
    const held = anImageOf('20260101T0300Z', { tags: { [tagKeys.hold]: reason } });
    expect(judged([...dailies(3), held], held, under({ last: 1 })).keeps).toEqual([
      `held: ${reason || 'no reason given'}`,
    ]);
  });

  it('as the newest even where it is deprecated already', () => {
    const [newest, ...older] = dailies(2);
    const retiring = anImageOf(slot, { deprecatesAt: after(-day), tags: { [tagKeys.state]: 'retiring' } });
    expect(newest?.imageId).toBe(retiring.imageId);
    expect(judged([retiring, ...older], retiring, under({ atLeast: 1 })).keeps).toContain('newest of its lineage');
  });

  it('where the policy retires nothing', () => {
    const judgements = judgeLineage(dailies(9), under({ last: 1 }, { policy: aPolicy() }));
    expect(judgements.map(({ keeps }) => keeps)).toEqual(new Array(9).fill(['the policy retires nothing']));
  });

  it('in a Region that the policy no longer copies to', () => {
    const abroad = { region: 'eu-west-3', homeRegion: 'eu-west-1' };
    const rules = { retain: { last: 1 }, retire: {} };
    const everyReason = (copies: object[]) =>
      judgeLineage(dailies(3), under({ last: 1 }, { ...abroad, policy: aPolicy({ ...rules, copies }) })).map(
        ({ keeps }) => keeps,
      );
    const reason = 'the policy no longer copies to eu-west-3, so nothing is retired there';
    expect(everyReason([])).toEqual(new Array(3).fill([reason]));
    expect(everyReason([{ region: 'eu-central-1' }, { region: 'eu-west-2' }])).toEqual(new Array(3).fill([reason]));
    expect(everyReason([{ region: 'eu-west-3' }]).filter((keeps) => keeps.length === 0)).toHaveLength(2);
  });

  it.each(['ami-a', 'ami-b'])('as the newest of its slot by its id, whichever is listed first: %s', (first) => {
    const [one, other] = ['ami-a', 'ami-b'].map((imageId) => anImageOf(slot, { imageId }));
    if (!one || !other) throw new Error('no images');
    const images = first === 'ami-a' ? [one, other] : [other, one];
    expect(judged(images, one, under({ atLeast: 1 })).keeps).toEqual([
      'one of the newest 1, the least that stays',
      'newest of its lineage',
    ]);
    expect(judged(images, other, under({ atLeast: 1 })).keeps).toEqual([]);
  });

  it('as the second newest where the newest is disabled: that can be launched from', () => {
    const [newest, second, ...older] = dailies(4);
    if (!newest || !second) throw new Error('no images');
    const disabled: Image = { ...newest, state: 'disabled' };
    expect(candidates([disabled, second, ...older], under({ last: 1 }))).not.toContain(second.tags[tagKeys.slot]);
  });
});

describe('what cannot be launched from neither counts nor serves', () => {
  it.each<[says: string, different: Partial<Image>, because: string]>([
    ['disabled by hand', { state: 'disabled' }, 'disabled by hand'],
    ['failed', { state: 'failed' }, 'EC2 could not make it'],
    ['never completed', { tags: { [tagKeys.state]: 'capturing' } }, 'its capture was never completed'],
  ])('an image that is %s leaves its place to the next', (_says, different, because) => {
    const out = anImageOf('20261110T0400Z', different);
    const inIt = anImageOf('20261110T0300Z');
    const images = [...dailies(2), out, inIt];
    expect(judged(images, out, under({ daily: 3 }))).toMatchObject({ keeps: [], because });
    expect(judged(images, inIt, under({ daily: 3 })).keeps).toEqual(['daily 3 of 3']);
  });

  it('but one that we disabled does, as it may be wanted again', () => {
    const disabled = anImageOf('20261110T0400Z', { state: 'disabled', tags: { [tagKeys.state]: 'retiring' } });
    expect(judged([...dailies(2), disabled], disabled, under({ daily: 3 })).keeps).toEqual(['daily 3 of 3']);
  });

  it('and what we disabled is not told as disabled by hand', () => {
    const tags = rungTags({}, { step: 'disable', since: after(-day) });
    const disabled = anImageOf('20261110T0300Z', { state: 'disabled', tags });
    expect(judged([...dailies(3), disabled], disabled, under({ last: 1 }))).toMatchObject({
      keeps: [],
      because: 'no rule keeps it',
    });
  });

  it('but not one that a person disabled, also where we noted that', () => {
    const rung = { step: 'disable', since: after(0), isByHand: true } as const;
    const disabled = anImageOf('20261110T0400Z', { state: 'disabled', tags: rungTags({}, rung) });
    expect(judged([...dailies(2), disabled], disabled, under({ daily: 3 }))).toMatchObject({
      keeps: [],
      because: 'disabled by hand',
    });
  });

  it('but one that a person disabled stays where it is all that is left, until its instance is over', () => {
    const all = ['20261110T0300Z', '20261110T0400Z'].map((slot) => anImageOf(slot, { state: 'disabled' }));
    const [older, newer] = all;
    if (!older || !newer) throw new Error('no images');
    expect(judged(all, newer, under({ daily: 3 })).keeps).toEqual(['disabled by hand, but the newest there is']);
    expect(judged(all, older, under({ daily: 3 })).keeps).toEqual([]);
    expect(judged([...all, anImageOf('20261101T0300Z')], newer, under({ daily: 3 })).keeps).toEqual([]);
  });

  it('one that a person disabled stays for want of another, whatever newer one was never made', () => {
    const createdAt = after(-30 * day);
    const capturing = { [tagKeys.state]: 'capturing' };
    const disabled = anImageOf('20261110T0300Z', { state: 'disabled', createdAt });
    const failed = anImageOf('20261111T0300Z', { state: 'failed', createdAt });
    const unfinished = anImageOf('20261112T0300Z', { state: 'disabled', createdAt, tags: capturing });
    const images = [disabled, failed, unfinished];
    expect(judged(images, disabled, under({ last: 1 })).keeps).toEqual(['disabled by hand, but the newest there is']);
    expect(judged(images, failed, under({ last: 1 })).keeps).toEqual([]);
  });

  it('one that we disabled is not the newest that always stays', () => {
    const disabled = anImageOf('20261122T0300Z', { state: 'disabled', tags: { [tagKeys.state]: 'retiring' } });
    const images = [disabled, ...dailies(3)];
    expect(candidates(images, under({ atLeast: 2 }))).toEqual(['20261119T0300Z', '20261122T0300Z']);
  });
});

describe('what is being made, or was left half made,', () => {
  const week = 7 * day;
  const making = (different: Partial<Image>, ageSeconds: number): Image =>
    anImage({
      ...different,
      imageId: 'ami-making',
      createdAt: after(-ageSeconds),
      tags: { ...dailies(30)[20]?.tags, ...different.tags },
    });
  const capturing = { tags: { [tagKeys.state]: 'capturing' } };

  it.each<[says: string, image: Image, keeps: string[]]>([
    ['is kept while EC2 makes it, however long', making({ state: 'pending' }, 99 * day), ['EC2 is still making it']],
    ['is kept for a week, as its capture may go on', making(capturing, week - 1), ['its capture may not be over']],
    ['is no longer wanted after that week', making(capturing, week), []],
    [
      'is kept for a week where EC2 failed, as that may be tried again',
      making({ state: 'failed' }, week - 1),
      ['its capture may not be over'],
    ],
    ['is no longer wanted a week after EC2 failed', making({ state: 'failed' }, week), []],
    [
      'is kept where its age is not known',
      { ...making(capturing, week), createdAt: '' },
      ['its capture may not be over'],
    ],
  ])('%s', (_says, image, keeps) => {
    expect(judged([...dailies(3), image], image, under({ daily: 1 })).keeps).toEqual(keeps);
  });

  it.each<[says: string, state: Image['state'], others: Image[], isKept: boolean]>([
    ['stays where there is nothing else', 'available', [], true],
    ['stays where there is nothing else, even disabled', 'disabled', [], true],
    ['stays where all that is complete is older', 'available', dailies(30).slice(25), true],
    [
      'stays where the complete one of its slot is disabled',
      'available',
      [{ ...anImageOf('20261101T0300Z'), state: 'disabled' }],
      true,
    ],
    ['goes once a newer one is complete', 'available', dailies(1), false],
    ['goes where the newer one is only deprecated', 'available', [anImageOf(slot, { deprecatesAt: now })], false],
    ['goes without one where it failed', 'failed', [], false],
  ])('%s', (_says, state, others, isKept) => {
    const image = making({ ...capturing, state }, 2 * week);
    expect(judged([...others, image], image, under({ daily: 1 })).keeps.length > 0).toBe(isKept);
  });

  it('goes on its way down as such: it never comes to count as complete', () => {
    const image = making({ tags: { [tagKeys.state]: 'capturing', [tagKeys.rung]: `deprecate ${now}` } }, 2 * week);
    expect(judged([...dailies(3), image], image, under({ daily: 7 }))).toMatchObject({
      keeps: [],
      because: 'its capture was never completed',
    });
  });
});

it.each([
  ['where nothing else is left', []],
  ['where an older one is complete', [anImageOf('20261001T0300Z')]],
])('of images that were never completed, only the newest is the newest there is, %s', (_, complete) => {
  const capturing = { tags: { [tagKeys.state]: 'capturing' }, createdAt: after(-30 * day) };
  const [older, newer] = [anImageOf('20261020T0300Z', capturing), anImageOf('20261021T0300Z', capturing)];
  const all = [...complete, older, newer];
  expect(judged(all, newer, under({ last: 3 })).keeps).toEqual(['never completed, but the newest there is']);
  expect(judged(all, older, under({ last: 3 }))).toMatchObject({
    keeps: [],
    because: 'its capture was never completed',
  });
});

describe('tags that people broke', () => {
  it.each(['', 'yesterday', '2026-11-10', '20261110T0300', '20261310T0300Z', '20260230T0300Z', '20261110T0300Z '])(
    'keep an image whose slot reads %j, and take no place from another',
    (text) => {
      const broken = anImageOf('20261110T0300Z', { tags: { [tagKeys.slot]: text } });
      const images = [broken, ...dailies(3)];
      expect(judged(images, broken, under({ last: 3 })).keeps).toEqual(['its tag ami-lifecycle:slot cannot be right']);
      expect(candidates(images, under({ last: 3 }))).toEqual([]);
    },
  );

  it('keep an image without a slot', () => {
    const { [tagKeys.slot]: _, ...tags } = anImageOf(slot).tags;
    const broken = anImage({ imageId: 'ami-broken', tags });
    expect(judged([broken, ...dailies(3)], broken, under({ last: 1 })).keeps).toHaveLength(1);
  });

  it('keep an image without an instance: whose newest it would be is not known', () => {
    const { [tagKeys.source]: _, ...tags } = anImageOf('20261101T0300Z').tags;
    const broken = anImage({ imageId: 'ami-broken', tags });
    const other = anImage({ imageId: 'ami-other', tags: { ...tags, [tagKeys.slot]: '20261102T0300Z' } });
    for (const image of [broken, other]) {
      expect(judged([broken, other], image, under({ last: 1 })).keeps).toEqual([
        'its tag ami-lifecycle:source is missing',
      ]);
    }
  });

  it('let no slot that lies ahead take the place of the newest image', () => {
    const ahead = anImageOf('20991231T0000Z');
    const images = [ahead, ...dailies(3)];
    expect(candidates(images, under({ within: '14d' }))).toEqual([]);
    expect(judged(images, ahead, under({ within: '14d' })).keeps).toEqual([
      'its tag ami-lifecycle:slot cannot be right',
    ]);
  });

  it('do not mistake a capture whose time is an hour ahead for one of those', () => {
    const ahead = anImageOf('20261121T0400Z');
    expect(judged([ahead, ...dailies(3)], ahead, under({ last: 1 })).keeps).toContain('last 1 of 1');
  });
});

describe('when the instance is gone', () => {
  const retain = { last: 2, afterTermination: '90d' };
  const noted = (since: string): Image[] =>
    dailies(3).map((image) => ({ ...image, tags: { ...image.tags, [tagKeys.sourceGoneSince]: since } }));

  it('that is first written on every image, and the rules go on', () => {
    const judgements = judgeLineage(dailies(3), under(retain, { isSourceGone: true }));
    expect(judgements.map(({ noteSourceGone }) => noteSourceGone)).toEqual([true, true, true]);
    expect(candidates(dailies(3), under(retain, { isSourceGone: true }))).toEqual(['20261119T0300Z']);
  });

  it('nothing goes where the policy retires nothing', () => {
    const images = noted('2026-01-01T00:00:00Z');
    expect(
      candidates(images, under(retain, { isSourceGone: true, fields: { retain: undefined, retire: undefined } })),
    ).toEqual([]);
  });

  it('it is written once', () => {
    const judgements = judgeLineage(noted(after(-day)), under(retain, { isSourceGone: true }));
    expect(judgements.some(({ noteSourceGone }) => noteSourceGone)).toBe(false);
  });

  it.each<[says: string, sinceSeconds: number, left: number]>([
    ['the rules hold to the last second', 90 * day - 1, 2],
    ['nothing is wanted any more after that', 90 * day, 0],
  ])('%s', (_says, sinceSeconds, left) => {
    const images = noted(after(-sinceSeconds));
    expect(3 - candidates(images, under(retain, { isSourceGone: true })).length).toBe(left);
  });

  it('the reason says since when', () => {
    const [first] = judgeLineage(noted('2026-01-01T00:00:00Z'), under(retain, { isSourceGone: true }));
    expect(first).toMatchObject({ keeps: [], because: 'its instance is gone since 2026-01-01T00:00:00Z' });
  });

  it('the floors end too, but no hold does', () => {
    const [first, ...others] = noted(after(-99 * day));
    if (!first) throw new Error('no image');
    const held = { ...first, tags: { ...first.tags, [tagKeys.hold]: '' } };
    const circumstances = under({ atLeast: 3, afterTermination: '90d' }, { isSourceGone: true });
    expect(candidates([held, ...others], circumstances)).toEqual(['20261119T0300Z', '20261120T0300Z']);
  });

  it('it counts from the first note, whichever image bears it', () => {
    const [first, second, third] = noted(after(-99 * day));
    if (!first || !second || !third) throw new Error('no images');
    const later = (image: Image): Image => ({ ...image, tags: { ...image.tags, [tagKeys.sourceGoneSince]: now } });
    const images = [later(first), later(second), third];
    expect(candidates(images, under(retain, { isSourceGone: true }))).toHaveLength(3);
  });

  it('what is left goes on going after the first has gone', () => {
    for (const left of noted(after(-99 * day))) {
      expect(candidates([left], under(retain, { isSourceGone: true }))).toHaveLength(1);
    }
  });

  it('a capture that never completed goes with the others', () => {
    const [newest] = noted(after(-99 * day));
    if (!newest) throw new Error('no image');
    const image = { ...newest, createdAt: after(-99 * day), tags: { ...newest.tags, [tagKeys.state]: 'capturing' } };
    expect(candidates([image], under(retain, { isSourceGone: true }))).toHaveLength(1);
  });

  it('the rules go on for ever without afterTermination, and nothing is written', () => {
    const circumstances = under({ last: 2 }, { isSourceGone: true });
    expect(candidates(noted('2000-01-01T00:00:00Z'), circumstances)).toHaveLength(1);
    expect(judgeLineage(dailies(3), circumstances).some(({ noteSourceGone }) => noteSourceGone)).toBe(false);
  });

  it.each<[says: string, retain: object | undefined, ofACopy: object | undefined, expected: boolean]>([
    ['has a rule for it', retain, undefined, true],
    ['has one for its copies only', { last: 2 }, retain, true],
    ['has none', { last: 2 }, { last: 1 }, false],
    ['has none, nor any for its copies', { last: 2 }, undefined, false],
  ])('it is looked for by a policy that %s, or not: $3', (_says, own, ofACopy, expected) => {
    const copies = [{ region: 'eu-west-1' }, { region: 'eu-central-1', retain: ofACopy }];
    expect(endsWithInstance(aPolicy({ retain: own, retire: {}, copies }))).toBe(expected);
  });

  it('a note alone means nothing while the instance is there', () => {
    expect(candidates(noted('2000-01-01T00:00:00Z'), under(retain))).toHaveLength(1);
  });

  it.each(['', 'x', '1', '2000', 'long ago', '2000-13-01T00:00:00Z'])(
    'a note that reads %j is written anew',
    (since) => {
      const judgements = judgeLineage(noted(since), under(retain, { isSourceGone: true }));
      expect(judgements.every(({ noteSourceGone }) => noteSourceGone)).toBe(true);
      expect(judgements.filter(({ keeps }) => keeps.length === 0)).toHaveLength(1);
    },
  );
});

describe('copies', () => {
  const copies = [{ region: 'eu-west-1', retain: { last: 1 } }, { region: 'eu-central-1' }];

  it.each<[says: string, region: string, left: number]>([
    ['are kept by the rules of their Region', 'eu-west-1', 1],
    ['are kept by those of the policy where their Region has none', 'eu-central-1', 3],
    ['leave the images where they are made alone', 'eu-south-1', 3],
  ])('%s', (_says, region, left) => {
    const circumstances = under({ last: 3 }, { region, fields: { copies } });
    expect(5 - candidates(dailies(5), circumstances).length).toBe(left);
  });

  it('have no say over the images where these are made, even where a copy names that Region', () => {
    const fields = { copies: [{ region: 'eu-south-1', retain: { last: 1 } }] };
    expect(5 - candidates(dailies(5), under({ last: 3 }, { fields })).length).toBe(3);
  });

  it('keep the newest of each Region, which keeps the next copy incremental', () => {
    const [newest] = judgeLineage(dailies(1), under({ last: 3 }, { region: 'eu-west-1', fields: { copies } }));
    expect(newest?.keeps).toContain('newest copy of its lineage in eu-west-1');
  });

  it.each([
    ['eu-west-1', 'whose rules know no end', 1],
    ['eu-central-1', 'which has none of its own', 0],
  ])('in %s, %s, outlive their instance by those rules', (region, _says, left) => {
    const tags: Tags = { [tagKeys.sourceGoneSince]: '2026-01-01T00:00:00Z' };
    const circumstances = under(
      { last: 1, afterTermination: '1d' },
      { isSourceGone: true, region, fields: { copies } },
    );
    expect(1 - candidates([anImageOf(slot, { tags })], circumstances).length).toBe(left);
  });

  it('are never archived: the images are', () => {
    const archive = { bucket: 'my-archive', when: { last: 9 } };
    const fields = { copies, archive };
    expect(archives(dailies(3), under({ last: 3 }, { fields }))).toHaveLength(3);
    expect(archives(dailies(3), under({ last: 3 }, { region: 'eu-west-1', fields }))).toEqual([]);
  });
});
