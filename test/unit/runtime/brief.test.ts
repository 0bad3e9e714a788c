import { describe, expect, it } from 'vitest';
import { brief, briefError } from '../../../shared/runtime/brief.ts';

describe('what a line of the log holds of a value', () => {
  it('is the value, where it is small', () => {
    const small = { count: 7, reasons: ['a', 'b'], inner: { isDone: true, none: null } };
    expect(brief(small)).toEqual(small);
  });

  it.each<[says: string, value: unknown]>([
    ['a text without end', 'x'.repeat(1_000_000)],
    ['a list without end', Array.from({ length: 100_000 }, () => 'item')],
    ['fields without end', Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key ${index}`, index]))],
    ['keys without end', { ['k'.repeat(1_000_000)]: 1 }],
    [
      'long texts in lists of lists',
      Array.from({ length: 20 }, () => Array.from({ length: 20 }, () => 'y'.repeat(1900))),
    ],
  ])('has a bound: %s', (_says, value) => {
    expect(JSON.stringify(brief(value)).length).toBeLessThan(13_000);
  });

  it('shows where it stopped: before the seventh level', () => {
    const deep = { 1: { 2: { 3: [[{ 6: { 7: 'too deep' } }]] } } };
    expect(brief(deep)).toEqual({ 1: { 2: { 3: [[{ 6: '…' }]] } } });
    expect(brief([[[[[[['too deep']]]]]]])).toEqual([[[[[['…']]]]]]);
  });

  it('shows where it stopped: after 8,000 characters of keys and texts', () => {
    const texts = Array.from({ length: 4 }, () => 'x'.repeat(2000));
    expect(brief([...texts, { some: 'more' }])).toEqual([...texts, '…']);
    const keys = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`${index} ${'k'.repeat(97)}`.slice(0, 100), 1]),
    );
    expect(brief([keys, keys, { some: 'more' }])).toEqual([keys, keys, '…']);
  });

  it('says how much was left out of a list', () => {
    expect(brief(Array.from({ length: 25 }, (_, index) => index))).toEqual([...Array(20).keys(), 'and 5 more']);
  });
});

describe('what it holds of an error', () => {
  it('is what it is called, says and came of, and where it was thrown', () => {
    const error = new TypeError('it broke', { cause: new RangeError('too far') });
    expect(briefError(error)).toMatchObject({
      name: 'TypeError',
      message: 'it broke',
      cause: { name: 'RangeError', message: 'too far' },
      stack: expect.arrayContaining([expect.stringContaining('brief.test.ts')]),
    });
    expect(briefError('boom')).toBe('boom');
  });

  it('names at most fifteen places, and repeats nothing of the message', () => {
    const error = new Error('one line\nand another');
    const places = Array.from({ length: 20 }, (_, index) => `    at place ${index}`);
    error.stack = ['Error: one line', 'and another', ...places].join('\n');
    expect(briefError(error)).toEqual({ name: 'Error', message: error.message, stack: places.slice(0, 15) });
  });

  it('is enough where it was thrown nowhere', () => {
    const error = new Error('from elsewhere');
    delete error.stack;
    expect(briefError(error)).toEqual({ name: 'Error', message: 'from elsewhere', stack: [] });
  });
});
