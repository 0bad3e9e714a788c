import { describe, expect, it } from 'vitest';
import type { Image } from '../../../shared/domain/image.ts';
import { deprecationFrom, isRetiring, nextStep, rungOf, rungTags, rungToNote } from '../../../shared/domain/ladder.ts';
import type { Step } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { after, anImage, aPolicy, beginning as now } from './examples.ts';

const all: Step[] = ['deprecate', 'disable', 'deregister'];
const day = 86_400;

function ago(seconds: number): string {
  return after(-seconds);
}

/** An image that stands on a rung since so many seconds, by a step of ours. */
function standing(step: 'deprecate' | 'disable', seconds: number): Image {
  return anImage({
    state: step === 'disable' ? 'disabled' : 'available',
    deprecatesAt: ago(seconds),
    tags: rungTags({}, { step, since: ago(seconds) }),
  });
}

describe('an image that is no longer wanted', () => {
  it.each<[says: string, image: Image, steps: Step[], graceDays: number, next: string]>([
    ['begins with the first step', anImage(), all, 7, 'deprecate'],
    ['begins with the first step that the policy has', anImage(), ['disable', 'deregister'], 7, 'disable'],
    ['goes at once where the policy has one step only', anImage(), ['deregister'], 7, 'deregister'],
    ['stays deprecated for its grace', standing('deprecate', 6 * day), all, 7, 'wait'],
    ['is disabled once its grace is over', standing('deprecate', 7 * day), all, 7, 'disable'],
    ['stays disabled for its grace', standing('disable', 6 * day), all, 7, 'wait'],
    ['is deregistered once its grace is over', standing('disable', 7 * day), all, 7, 'deregister'],
    [
      'skips the step that the policy leaves out',
      standing('deprecate', 7 * day),
      ['deprecate', 'deregister'],
      7,
      'deregister',
    ],
    ['may be two hours early, as a run is not to the second', standing('deprecate', 7 * day - 7200), all, 7, 'disable'],
    ['may not be earlier than that', standing('deprecate', 7 * day - 7201), all, 7, 'wait'],
    ['takes a step each run without a grace', standing('deprecate', 0), all, 0, 'disable'],
    ['keeps its first day, when it has one', standing('deprecate', 22 * 3600 - 1), all, 1, 'wait'],
    [
      'stays disabled for ever without a last step',
      standing('disable', 999 * day),
      ['deprecate', 'disable'],
      7,
      'wait',
    ],
    ['stays deprecated for ever without another step', standing('deprecate', 999 * day), ['deprecate'], 7, 'wait'],
  ])('%s', (_says, image, steps, graceDays, next) => {
    const what = nextStep(image, steps, graceDays, now);
    expect('step' in what ? what.step : 'wait' in what ? 'wait' : 'note').toBe(next);
  });

  it('stays for its grace where the time of its last step lies in the future', () => {
    const image = anImage({ deprecatesAt: now, tags: rungTags({}, { step: 'deprecate', since: after(day) }) });
    expect(nextStep(image, all, 7, now)).toEqual({ wait: `deprecated since ${after(day)}; 7 days of grace` });
  });

  it('goes at once, if at all, where EC2 could not make it: nobody can launch from it', () => {
    const failed = anImage({ state: 'failed' });
    expect(nextStep(failed, all, 7, now)).toEqual({ step: 'deregister', reason: 'EC2 could not make it' });
    expect(nextStep(failed, ['deprecate'], 7, now)).toEqual({
      wait: 'EC2 could not make it, and the policy deregisters nothing',
    });
  });

  it('is told since when it stands where it does', () => {
    expect(nextStep(standing('disable', 8 * day), all, 7, now)).toEqual({
      step: 'deregister',
      reason: `disabled since ${ago(8 * day)}`,
    });
    expect(nextStep(standing('disable', 8 * day), ['disable'], 7, now)).toEqual({
      wait: 'stays disabled, as the policy has no further step',
    });
  });
});

describe('what people changed by hand begins a new grace', () => {
  it.each<[says: string, image: Image, note: Step]>([
    ['an image that they deprecated', anImage({ deprecatesAt: ago(99 * day) }), 'deprecate'],
    ['an image that they disabled', anImage({ state: 'disabled' }), 'disable'],
    [
      'an image that we deprecated and they disabled',
      { ...standing('deprecate', 99 * day), state: 'disabled' },
      'disable',
    ],
    [
      'an image that we disabled and they enabled',
      { ...standing('disable', 99 * day), state: 'available' },
      'deprecate',
    ],
    ...['', 'x', 'deprecate', 'deprecate 1', 'deprecate 2020', 'deprecate soon', 'DEPRECATE 2020-01-01T00:00:00Z'].map(
      (rung): [string, Image, Step] => [
        `an image whose rung reads ${JSON.stringify(rung)}`,
        { ...standing('deprecate', 99 * day), tags: { [tagKeys.state]: 'retiring', [tagKeys.rung]: rung } },
        'deprecate',
      ],
    ),
  ])('%s', (_says, image, note) => {
    expect(nextStep(image, all, 7, now)).toEqual({ note, reason: expect.stringContaining('not by a step of ours') });
  });

  it('an image that they mean to deprecate some day is deprecated now', () => {
    expect(nextStep(anImage({ deprecatesAt: after(99 * day) }), all, 7, now)).toHaveProperty('step', 'deprecate');
  });

  it('an image that is deprecated within two hours counts as deprecated, and no other', () => {
    const ahead = (seconds: number) => anImage({ deprecatesAt: after(seconds) });
    expect(nextStep(ahead(2 * 3600), all, 7, now)).toHaveProperty('note', 'deprecate');
    expect(nextStep(ahead(2 * 3600 + 1), all, 7, now)).toHaveProperty('step', 'deprecate');
  });

  it('an image whose deprecation they cancelled begins anew', () => {
    const image = { ...standing('deprecate', 99 * day), deprecatesAt: '' };
    expect(nextStep(image, all, 7, now)).toHaveProperty('step', 'deprecate');
  });
});

describe('where an image stands without its tags saying so', () => {
  const { retire } = aPolicy({ retain: { last: 3 }, retire: {} });

  it('is what people made of it', () => {
    expect(rungToNote(anImage({ state: 'disabled' }), { retire }, now)).toBe('disable');
    expect(rungToNote(anImage({ deprecatesAt: ago(day) }), { retire }, now)).toBe('deprecate');
  });

  it.each([
    ['its tags say so', standing('disable', 99 * day), { retire }],
    ['its tags say so, and its grace lasts', standing('disable', day), { retire }],
    ['it stands nowhere', anImage(), { retire }],
    ['its policy retires nothing', anImage({ state: 'disabled' }), { retire: undefined }],
  ])('is not asked where %s', (_says, image, policy) => {
    expect(() => rungToNote(image, policy, now)).toThrow(`${image.imageId} stands on no rung of its policy.`);
  });
});

describe('a rung', () => {
  it('is read as it was written', () => {
    for (const step of all) expect(rungOf(rungTags({}, { step, since: now }))).toEqual({ step, since: now });
    const byHand = { step: 'disable', since: now, isByHand: true } as const;
    expect(rungOf(rungTags({}, byHand))).toEqual(byHand);
  });

  it.each(['', ' ', 'x', 'x 2026-11-21T03:00:00Z', 'disable', 'disable ', 'disable 1', 'disable 2026-11-21'])(
    'is none that reads %j',
    (rung) => {
      expect(rungOf({ [tagKeys.rung]: rung })).toBeUndefined();
    },
  );

  it('is none where none is written', () => {
    expect(rungOf({})).toBeUndefined();
  });

  it('leaves standing when the ladder began', () => {
    const first = rungTags({}, { step: 'deprecate', since: ago(day) });
    expect(rungTags(first, { step: 'disable', since: now })).toEqual({
      [tagKeys.state]: 'retiring',
      [tagKeys.retiringSince]: ago(day),
      [tagKeys.rung]: `disable ${now}`,
    });
  });

  it('does not hide that a capture was never completed', () => {
    const tags = { [tagKeys.state]: 'capturing' };
    expect({ ...tags, ...rungTags(tags, { step: 'deprecate', since: now }) }).toMatchObject(tags);
  });

  it.each<[says: string, tags: Record<string, string>, expected: boolean]>([
    ['by its state', { [tagKeys.state]: 'retiring' }, true],
    ['by its rung', { [tagKeys.state]: 'complete', [tagKeys.rung]: 'x' }, true],
    ['by neither', { [tagKeys.state]: 'complete' }, false],
  ])('says that an image is being retired %s', (_says, tags, expected) => {
    expect(isRetiring(anImage({ tags }))).toBe(expected);
  });
});

it('a deprecation lies a little ahead, as EC2 refuses the past, and counts at once', () => {
  const deprecatesAt = deprecationFrom(now);
  expect(Date.parse(deprecatesAt)).toBeGreaterThan(Date.parse(now));
  const image = anImage({ deprecatesAt, tags: rungTags({}, { step: 'deprecate', since: now }) });
  expect(nextStep(image, all, 7, now)).toHaveProperty('wait');
});
