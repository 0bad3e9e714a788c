import type { Catcher, Retrier } from './definition.ts';
import { errorNames, reservedErrorNames } from './errors.ts';
import { isJsonArray } from './json.ts';
import { type Fields, isPositiveInteger, isWholeNumber } from './load-fields.ts';

export function readRetriers(fields: Fields): readonly Retrier[] {
  const entries = fields.list('Retry');
  return entries.map((entry, index) => {
    entry.allowOnly([
      'ErrorEquals',
      'IntervalSeconds',
      'MaxAttempts',
      'BackoffRate',
      'MaxDelaySeconds',
      'JitterStrategy',
      'Comment',
    ]);
    const intervalSeconds = entry.number('IntervalSeconds', 'a positive whole number', isPositiveInteger) ?? 1;
    const jitter = entry.string('JitterStrategy') ?? 'NONE';
    if (jitter !== 'FULL' && jitter !== 'NONE') entry.report('JitterStrategy', "must be 'FULL' or 'NONE'");
    return {
      errorEquals: readErrorEquals(entry, index === entries.length - 1),
      intervalSeconds,
      maxAttempts:
        entry.number('MaxAttempts', 'a whole number', (value) => isWholeNumber(value) && value <= 99_999_999) ?? 3,
      backoffRate: entry.number('BackoffRate', 'a number of at least 1', (value) => value >= 1) ?? 2,
      maxDelaySeconds: entry.number(
        'MaxDelaySeconds',
        `a whole number above IntervalSeconds (${intervalSeconds}) and up to 31622400`,
        (value) => Number.isInteger(value) && value > intervalSeconds && value <= 31_622_400,
      ),
      fullJitter: jitter === 'FULL',
    };
  });
}

export function readCatchers(fields: Fields): readonly Catcher[] {
  const entries = fields.list('Catch');
  return entries.map((entry, index) => {
    entry.allowOnly(['ErrorEquals', 'Next', 'Assign', 'Output', 'Comment']);
    return {
      errorEquals: readErrorEquals(entry, index === entries.length - 1),
      next: entry.requiredString('Next'),
      output: entry.template('Output'),
      assign: readAssign(entry),
    };
  });
}

export function readAssign(fields: Fields): ReturnType<Fields['template']> {
  const variables = fields.object('Assign');
  if (!variables) return undefined;
  for (const name of Object.keys(variables)) {
    if (name === 'states') fields.report(`Assign/${name}`, '$states is reserved');
    else if (!/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name)) {
      fields.report(
        `Assign/${name}`,
        'is no name for a variable: letters, digits and _, up to 80, not beginning with a digit',
      );
    }
  }
  return fields.template('Assign');
}

function readErrorEquals(entry: Fields, isLast: boolean): readonly string[] {
  const value = entry.raw('ErrorEquals') ?? null;
  const names = isJsonArray(value) ? value.filter((name) => typeof name === 'string') : [];
  if (!isJsonArray(value) || names.length === 0 || names.length !== value.length) {
    entry.report('ErrorEquals', 'must be a non-empty array of error names');
  }
  if (names.includes(errorNames.all) && (names.length > 1 || !isLast)) {
    entry.report('ErrorEquals', 'States.ALL must stand alone and in the last entry');
  }
  for (const name of names) {
    if (name.startsWith('States.') && !reservedErrorNames.has(name)) {
      entry.report(
        'ErrorEquals',
        `'${name}' is no error of Step Functions; names beginning with 'States.' are reserved`,
      );
    }
  }
  return names;
}
