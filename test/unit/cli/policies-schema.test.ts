import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../../cli/nearest.ts';
import { descriptionOf, legalKeys, placesOf, policyJsonSchema } from '../../../cli/policies/json-schema.ts';
import { notAvailableYet } from '../../../shared/domain/policy.ts';

describe('the JSON Schema for editors', () => {
  it('is the one that `npm run docs` writes: run it after a change of shared/domain/policy.ts', () => {
    const file = new URL('../../../policies/policy.schema.json', import.meta.url);
    const checkedIn: unknown = JSON.parse(readFileSync(file, 'utf8'));
    expect(checkedIn).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())));
  });

  it('describes every field, for the editor shows it', () => {
    const undescribed = (parent: string[]): string[] =>
      legalKeys(parent).flatMap((key) => {
        const path = [...parent, key];
        return [...(descriptionOf(path) === undefined ? [path.join('.')] : []), ...undescribed(path)];
      });
    expect(legalKeys([])).toContain('schedule');
    expect(undescribed([])).toEqual([]);
  });

  it('lets nothing pass for a field whose workflow is not built', () => {
    expect(notAvailableYet).toContain('drill');
    for (const field of notAvailableYet) {
      const path = field.split('.');
      expect(legalKeys(path.slice(0, -1))).toContain(path.at(-1));
      expect(descriptionOf(path)).toMatch(/^Not available yet\./);
    }
    expect(policyJsonSchema().properties?.drill).toHaveProperty('not', {});
  });

  it('knows where a key belongs', () => {
    expect(placesOf('kmsKeyId')).toEqual(['copies']);
    expect(placesOf('description')).toEqual(['']);
    expect(placesOf('colour')).toEqual([]);
  });
});

describe('the nearest word', () => {
  it.each<[word: string, meant: string | undefined]>([
    ['corn', 'cron'],
    ['Timezone', 'timezone'],
    ['time-zone', 'timezone'],
    ['flexibleMinute', 'flexibleMinutes'],
    ['cron', 'cron'],
    ['x', undefined],
    ['retention', undefined],
  ])('to %s is %s', (word, meant) => {
    expect(nearest(word, ['cron', 'timezone', 'flexibleMinutes', 'onTagged'])).toBe(meant);
  });

  it('to a word of the list is the word itself', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), (words) => {
        for (const word of words) expect(nearest(word, words)).toBe(word);
      }),
    );
  });
});
