import { describe, expect, it } from 'vitest';
import {
  type ErrorName,
  errorCatalogue,
  isLifecycleError,
  LifecycleError,
  sentenceOf,
  withoutEncoded,
} from '../../../shared/domain/errors.ts';

const names = Object.keys(errorCatalogue).filter((name): name is ErrorName => name in errorCatalogue);

describe('the catalogue of errors', () => {
  it.each(names)('says in sentences what %s means and what to do', (name) => {
    const { meaning, remedy } = errorCatalogue[name];
    for (const text of [meaning, remedy]) expect(text).toMatch(/^\S.{10,}\.$/);
    expect(remedy).not.toBe(meaning);
  });

  it('says for each what a workflow does with it', () => {
    for (const name of names) expect(['retry', 'refuse', 'abort']).toContain(errorCatalogue[name].disposition);
  });

  it('uses no name that Step Functions or Lambda keep for themselves', () => {
    for (const name of names) expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
  });

  it('explains no two errors alike', () => {
    expect(new Set(names.map((name) => errorCatalogue[name].meaning)).size).toBe(names.length);
  });
});

describe('an error of the catalogue', () => {
  const cause = new Error('AWS says no');
  const error = new LifecycleError('NameTaken', 'taken', { imageId: 'ami-1', attempts: 2, gone: undefined }, cause);

  it('keeps its name as its own, so that it survives a bundler that renames classes', () => {
    expect(Object.hasOwn(error, 'name')).toBe(true);
    expect(error.name).toBe('NameTaken');
    class Renamed extends LifecycleError {}
    expect(new Renamed('AccessDenied', 'x').name).toBe('AccessDenied');
  });

  it.each(names)('of the name %s knows what is done with it', (name) => {
    expect(new LifecycleError(name, 'x').disposition).toBe(errorCatalogue[name].disposition);
  });

  it('has details that survive JSON, and its cause', () => {
    expect(JSON.parse(JSON.stringify(error.details))).toEqual({ imageId: 'ami-1', attempts: 2 });
    expect(error.cause).toBe(cause);
    expect(new LifecycleError('NameTaken', 'x', {}, cause).cause).toBe(cause);
    expect(new LifecycleError('NameTaken', 'x').details).toEqual({});
  });

  it('claims no cause when it has none', () => {
    expect(Object.hasOwn(new LifecycleError('NameTaken', 'x'), 'cause')).toBe(false);
  });

  it('is told from others by its name', () => {
    expect(isLifecycleError(error)).toBe(true);
    expect(isLifecycleError(error, 'NameTaken')).toBe(true);
    expect(isLifecycleError(error, 'AccessDenied')).toBe(false);
    const lookalike = Object.assign(new Error('x'), { name: 'NameTaken' });
    for (const other of [lookalike, 'NameTaken', undefined, null]) expect(isLifecycleError(other)).toBe(false);
  });
});

describe('the cause of a failed task', () => {
  it('is told by the sentence that Lambda puts JSON around', () => {
    expect(sentenceOf(JSON.stringify({ errorType: 'NameTaken', errorMessage: 'It is taken.' }))).toBe('It is taken.');
    expect(sentenceOf(JSON.stringify({ errorMessage: 7 }))).toBe('7');
  });

  it.each(['', 'It is taken.', '{', '{}', '{"message":"x"}', 'null', '7', '"errorMessage"', '["errorMessage"]'])(
    'is told as it is where it reads %s',
    (cause) => {
      expect(sentenceOf(cause)).toBe(cause);
    },
  );
});

it.each([
  [
    'You may not. Encoded authorization failure message: aB3-_x',
    'You may not. Encoded authorization failure message: ',
  ],
  ['encoded authorization failure message:  aB3', 'encoded authorization failure message:  '],
  ['Encoded authorization failure message aB3', 'Encoded authorization failure message '],
])('what AWS encodes into a message is left out of it: %s', (message, kept) => {
  expect(withoutEncoded(`${message} More.`)).toBe(`${kept}(left out; CloudTrail has it) More.`);
  expect(withoutEncoded('You may not.')).toBe('You may not.');
});

it('a text among the details of an error is cut short, and what is no text stays', () => {
  const { details } = new LifecycleError('NameTaken', 'x', { text: 'a'.repeat(2001), attempts: 2, isOurs: false });
  expect(details).toEqual({ text: `${'a'.repeat(2000)}… (2001 characters)`, attempts: 2, isOurs: false });
});

it('a list among the details of an error is cut short, and so are its texts', () => {
  const { details } = new LifecycleError('NameTaken', 'x', {
    names: ['a', 'b'.repeat(3000), ...new Array(200).fill('c')],
  });
  expect(details.names).toHaveLength(100);
  expect(details.names).toEqual(['a', `${'b'.repeat(2000)}… (3000 characters)`, ...new Array(98).fill('c')]);
});
