import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSelected, policyWords, selectorOf } from '../../../shared/domain/selection.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';

const byName = { name: 'gold', select: undefined };
const byTags = (tags: Record<string, string>) => ({ name: 'gold', select: { tags } });
/** Whether a policy that selects the tag `name` by this pattern takes an instance with that value. */
const matches = (pattern: string, value: string): boolean => isSelected({ name: value }, byTags({ name: pattern }));

describe('a policy that names no tags', () => {
  it.each([
    ['gold', true],
    ['gold web', true],
    ['web gold', true],
    ['  web\tgold ', true],
    ['golden', false],
    ['gold,web', false],
    ['Gold', false],
    ['', false],
    ['*', false],
  ])('selects an instance tagged %j: %s', (value, isOurs) => {
    expect(isSelected({ [tagKeys.policy]: value }, byName)).toBe(isOurs);
  });

  it('does not select an instance without the tag', () => {
    expect(isSelected({ Name: 'gold' }, byName)).toBe(false);
  });

  it('selects by its own name in our tag', () => {
    expect(selectorOf(byName)).toEqual({ [tagKeys.policy]: 'gold' });
  });
});

describe('a policy that names tags', () => {
  it('selects what carries all of them', () => {
    const policy = byTags({ team: 'platform', stage: 'live' });
    expect(isSelected({ team: 'platform', stage: 'live', other: 'x' }, policy)).toBe(true);
    expect(isSelected({ team: 'platform' }, policy)).toBe(false);
    expect(isSelected({ team: 'platform', stage: 'test' }, policy)).toBe(false);
  });

  it('takes any one word of our tag, also by a wildcard', () => {
    expect(isSelected({ [tagKeys.policy]: 'web silver' }, byTags({ [tagKeys.policy]: 'sil*' }))).toBe(true);
    expect(isSelected({ [tagKeys.policy]: 'web silver' }, byTags({ [tagKeys.policy]: 'web*silver' }))).toBe(false);
  });

  it.each(['constructor', 'toString', '__proto__'])('is not misled by a tag called %s', (key) => {
    const policy = { name: 'gold', select: { tags: Object.fromEntries([[key, '*']]) } };
    expect(isSelected({ team: 'platform' }, policy)).toBe(false);
    expect(isSelected(Object.fromEntries([[key, 'x']]), policy)).toBe(true);
  });
});

describe('a wildcard', () => {
  it.each([
    ['db-*', 'db-1', true],
    ['db-*', 'db-', true],
    ['db-*', 'web-db-1', false],
    ['*-live', 'db-live', true],
    ['*-live', 'db-live-2', false],
    ['db-*-live', 'db-1-live', true],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a.c', 'abc', false],
    ['a?c', 'abc', false],
    ['a\\*', 'a\\x', true],
  ])('pattern %j and value %j: %s', (pattern, value, isMatch) => {
    expect(matches(pattern, value)).toBe(isMatch);
  });

  it('stands for any text, as the same regular expression would', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (wildcard, value) => {
        const source = wildcard.replaceAll('.', '\\.').replaceAll('*', '[^]*');
        expect(matches(wildcard, value)).toBe(new RegExp(`^${source}$`).test(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('matches what it was made from', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 6 }), { minLength: 1, maxLength: 6 }),
        fc.string(),
        (texts, filling) => {
          expect(matches(texts.join('*'), texts.join(filling))).toBe(true);
        },
      ),
    );
  });

  // A matcher that tries every way to fill 127 stars would not come back from these.
  it.each([
    [`${'*a'.repeat(127)}*b`, 'a'.repeat(256), false],
    [`${'a*'.repeat(128)}c`, `${'a'.repeat(255)}b`, false],
    ['*'.repeat(256), 'a'.repeat(256), true],
    [`${'*ab'.repeat(85)}*`, 'ab'.repeat(128), true],
  ])('comes to an end on a pattern made to be slow', (pattern, value, isMatch) => {
    expect(matches(pattern, value)).toBe(isMatch);
  });
});

it('the words of our tag stand between any spaces', () => {
  expect(policyWords(' gold  web\n\tsilver ')).toEqual(['gold', 'web', 'silver']);
  expect(policyWords('   ')).toEqual([]);
});
