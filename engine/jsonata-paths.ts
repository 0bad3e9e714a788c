import { isJsonArray, type Json } from './json.ts';

/** `$states.input.a.b`, `$name.a.b` or `$name`: the expressions that need no JSONata. */
export interface SimplePath {
  /** The variable, without `$`. */
  readonly variable: string;
  readonly steps: readonly string[];
}

const pathPattern = /^\$([A-Za-z_][A-Za-z0-9_]*)((?:\.[A-Za-z_][A-Za-z0-9_]*)*)$/;
const literalPattern = /^(?:0|[1-9]\d{0,14})$|^'[^'\\{}]*'$|^"[^"\\{}]*"$|^(?:true|false|null)$/;
/** Words that JSONata's parser reads as operators or values. */
const reservedWords: ReadonlySet<string> = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

export function parseSimplePath(source: string): SimplePath | undefined {
  const match = pathPattern.exec(source);
  if (!match) return undefined;
  const [, variable = '', tail = ''] = match;
  const steps = tail === '' ? [] : tail.slice(1).split('.');
  return steps.some((step) => reservedWords.has(step)) ? undefined : { variable, steps };
}

/** The value of an expression that is a plain literal, or `undefined` if it is none. */
export function parseLiteral(source: string): Json | undefined {
  if (!literalPattern.test(source)) return undefined;
  const quote = source.charAt(0);
  if (quote === "'" || quote === '"') return source.slice(1, -1);
  if (source === 'true' || source === 'false') return source === 'true';
  return source === 'null' ? null : Number(source);
}

/**
 * Follows `steps` from `start` as JSONata does: a step over an array maps it and flattens one level, a sequence of one is
 * its only item, an empty one is nothing; but an array that the last step finds whole is handed on as it is.
 * `test/unit/engine/jsonata-paths.test.ts` proves it equal to JSONata on arbitrary values.
 */
export function followPath(start: Json | undefined, steps: readonly string[]): Json | undefined {
  let value = start;
  for (let index = 0; index < steps.length; index++) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (isJsonArray(value)) return followFromSequence(value, steps, index);
    const key = steps[index] ?? '';
    if (!Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function followFromSequence(items: readonly Json[], steps: readonly string[], from: number): Json | undefined {
  let sequence = items;
  for (let index = from; index < steps.length; index++) {
    const key = steps[index] ?? '';
    const results: Json[] = [];
    let lastIsSequence = false;
    for (const item of sequence) {
      const found = isJsonArray(item)
        ? collapsed(lookupAll(item, key))
        : { value: lookup(item, key), isSequence: false };
      if (found.value === undefined) continue;
      results.push(found.value);
      lastIsSequence = found.isSequence;
    }
    const [only] = results;
    const isLast = index === steps.length - 1;
    if (isLast && results.length === 1 && isJsonArray(only) && !lastIsSequence) return only;
    sequence = results.flatMap((result) => (isJsonArray(result) ? result : [result]));
    if (sequence.length === 0) return undefined;
  }
  return sequence.length === 1 ? sequence[0] : sequence;
}

function lookup(item: Json, key: string): Json | undefined {
  if (typeof item !== 'object' || item === null || isJsonArray(item)) return undefined;
  return Object.hasOwn(item, key) ? item[key] : undefined;
}

function lookupAll(items: readonly Json[], key: string): Json[] {
  const results: Json[] = [];
  for (const item of items) {
    const found = isJsonArray(item) ? lookupAll(item, key) : lookup(item, key);
    if (found === undefined) continue;
    if (isJsonArray(found)) results.push(...found);
    else results.push(found);
  }
  return results;
}

function collapsed(sequence: readonly Json[]): { value: Json | undefined; isSequence: boolean } {
  return sequence.length > 1 ? { value: sequence, isSequence: true } : { value: sequence[0], isSequence: false };
}
