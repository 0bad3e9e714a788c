import type * as z from 'zod';
import { nearest } from '../nearest.ts';
import { descriptionOf, legalKeys, placesOf } from './json-schema.ts';

/** What is wrong with one field, in our words. */
export interface FieldProblem {
  path: readonly PropertyKey[];
  problem: string;
  mend?: string;
}

type Issue = z.core.$ZodIssue;

/**
 * Turns an issue of zod into sentences for people: with the value found, and with what was probably meant.
 * @param data what was validated
 */
export function explainIssue(issue: Issue, data: unknown): FieldProblem[] {
  const { path } = issue;
  const value = valueAt(data, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key));
    case 'invalid_type':
      return [wrongType(path, issue.expected, value)];
    case 'invalid_value': {
      const choices = issue.values.map(String);
      const meant = typeof value === 'string' ? nearest(value, choices) : undefined;
      return [{ path, problem: `${shown(value)} is none of ${choices.join(', ')}`, ...didYouMean(meant) }];
    }
    case 'too_small':
      return [
        {
          path,
          problem: tooFar(value, 'small', 'short', 'few'),
          mend: `at least ${amount(issue.origin, issue.minimum)}`,
        },
      ];
    case 'too_big':
      return [
        {
          path,
          problem: tooFar(value, 'great', 'long', 'many'),
          mend: `at most ${amount(issue.origin, issue.maximum)}`,
        },
      ];
    case 'not_multiple_of':
      return [{ path, problem: `${shown(value)} is no multiple of ${issue.divisor}` }];
    case 'invalid_key':
      return [{ path, problem: `the key ${issue.issues.map(({ message }) => message).join(', and ')}` }];
    default: {
      const meant = path.at(-1) === 'timezone' ? nearest(String(value), Intl.supportedValuesOf('timeZone')) : undefined;
      // The schema's own messages say what the value is or does; some name it themselves.
      const isNamed = typeof value !== 'string' || issue.message.split(/[\s,:;]+/).includes(value);
      return [{ path, problem: isNamed ? issue.message : `'${value}' ${issue.message}`, ...didYouMean(meant) }];
    }
  }
}

/** The legal key that was probably meant by one that is none there. */
export function keyMeantBy(parent: readonly PropertyKey[], key: string): string | undefined {
  return nearest(key, legalKeys(parent));
}

function unknownKey(parent: readonly PropertyKey[], key: string): FieldProblem {
  const path = [...parent, key];
  const problem = parent.length === 0 ? 'is no key of a policy' : 'is no key here';
  const meant = keyMeantBy(parent, key);
  if (meant !== undefined) return { path, problem, ...didYouMean(meant) };
  const keysHere = `the keys here are ${legalKeys(parent).join(', ')}`;
  const place = likeliestPlace(placesOf(key), parent);
  if (place === undefined) return { path, problem, mend: keysHere };
  const belongs = place === '' ? 'it belongs at the top' : `it belongs in ${place}`;
  return { path, problem, mend: parent.length === 0 ? belongs : `${belongs}; ${keysHere}` };
}

/** A place below the one where the key was written, else the one that stands highest. */
function likeliestPlace(places: readonly string[], parent: readonly PropertyKey[]): string | undefined {
  const here = parent.filter((step) => typeof step !== 'number').join('.');
  const below = here === '' ? undefined : places.find((place) => place.startsWith(`${here}.`));
  return below ?? places.toSorted((left, right) => left.split('.').length - right.split('.').length)[0];
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
  record: 'a group of fields',
};

function wrongType(path: readonly PropertyKey[], expected: string, value: unknown): FieldProblem {
  if (value === undefined) {
    const description = descriptionOf(path)?.replace(/\.$/, '');
    return { path, problem: 'is missing', mend: description === undefined ? 'add it' : `add it (${description})` };
  }
  const problem = `must be ${typeNames[expected] ?? expected}, but is ${kindOf(value)}`;
  if (value === null) return { path, problem, mend: 'give it a value, or leave the key out' };
  if (expected === 'string' && typeof value === 'number' && durations.includes(String(path.at(-1)))) {
    return { path, problem, mend: `write ${value}d for ${value} days` };
  }
  if (expected === 'string' && typeof value !== 'object') return { path, problem, mend: 'put it in quotes' };
  const count = typeof value === 'string' ? countIn(value, String(path.at(-1))) : undefined;
  if ((expected === 'number' || expected === 'int') && count !== undefined) {
    return { path, problem, mend: `write ${count}` };
  }
  if (expected === 'array' && typeof value === 'string')
    return { path, problem, mend: path.at(-1) === 'copies' ? `write - region: ${value}` : `write ['${value}']` };
  if (expected === 'boolean' && typeof value === 'string' && /^(?:yes|no|on|off)$/i.test(value)) {
    return { path, problem, mend: `write ${/^(?:yes|on)$/i.test(value) ? 'true' : 'false'}` };
  }
  return { path, problem };
}

const durations: readonly string[] = ['within', 'afterTermination'];

/** What a field's own name already says: `daily: 7d` and `graceDays: 7d` mean 7, and `daily: 2w` means we know not what. */
const unitWords: Readonly<Record<string, string>> = { h: 'hour', d: 'da', w: 'week', m: 'month', y: 'year' };

function countIn(value: string, field: string): string | undefined {
  const [, digits, unit = ''] = /^\s*(\d+)\s*([a-z]?)[a-z]*\s*$/i.exec(value) ?? [];
  if (unit === '') return digits;
  const word = unitWords[unit.toLowerCase()];
  return word !== undefined && field.toLowerCase().includes(word) ? digits : undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of fields';
  return typeof value === 'string' ? `the text '${value}'` : JSON.stringify(value);
}

function tooFar(value: unknown, number: string, text: string, list: string): string {
  if (typeof value === 'string') return value === '' ? 'is empty' : `is too ${text}`;
  return Array.isArray(value) ? `has too ${list} items` : `${shown(value)} is too ${number}`;
}

function amount(origin: string, limit: number | bigint): string {
  if (origin === 'string') return `${limit} character${limit === 1 ? '' : 's'}`;
  return origin === 'array' ? `${limit} items` : String(limit);
}

function didYouMean(meant: string | undefined): { mend?: string } {
  return meant === undefined ? {} : { mend: `did you mean ${meant}?` };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** The value at a path of parsed YAML; undefined where there is none. */
export function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}
