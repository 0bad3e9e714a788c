/** A JSON value, as events and patterns are made of them. */
type Json = unknown;

/** Whether an event fits the pattern. */
export type EventMatcher = (event: Json) => boolean;

/** A pattern that EventBridge would refuse, or an operator that is not built here. */
export class EventPatternError extends Error {
  override readonly name = 'EventPatternError';
  /** Where in the pattern, dotted: `detail.state`. */
  readonly path: string;

  constructor(path: readonly string[], problem: string) {
    const where = path.length === 0 ? 'the event pattern' : `the event pattern at ${path.join('.')}`;
    super(`${where} ${problem}`);
    this.path = path.join('.');
  }
}

type Fields = Readonly<Record<string, Json>>;
type Path = readonly string[];
/** Judges one leaf of an event. */
type LeafTest = (value: Json) => boolean;

/**
 * Compiles an EventBridge event pattern. Operators: exact values, prefix, suffix, equals-ignore-case, wildcard,
 * anything-but, numeric, exists, $or; `cidr` is not built.
 *
 * Where an event holds an array, one fitting element is enough, and all that a nested pattern asks must be found in the
 * same element. Numbers are compared as numbers; EventBridge compares their text, so that 300 and 3.0e2 differ there.
 * @throws EventPatternError naming the place and the operator
 */
export function parseEventPattern(pattern: Json): EventMatcher {
  return parseFields(pattern, []);
}

function parseFields(pattern: Json, path: Path): EventMatcher {
  if (!isObject(pattern)) throw new EventPatternError(path, 'must be an object of fields');
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new EventPatternError(path, 'is empty: name at least one field');
  const tests = entries.map(([key, value]) => (key === '$or' ? parseOr(value, path) : parseField(key, value, path)));
  return (event) => elementsOf(event).some((element) => tests.every((test) => test(element)));
}

function parseOr(alternatives: Json, path: Path): EventMatcher {
  const orPath = [...path, '$or'];
  if (!Array.isArray(alternatives) || alternatives.length < 2) {
    throw new EventPatternError(orPath, 'must be an array of two or more patterns');
  }
  const tests = alternatives.map((alternative: Json, index) => parseFields(alternative, [...orPath, String(index)]));
  return (event) => tests.some((test) => test(event));
}

function parseField(key: string, value: Json, path: Path): EventMatcher {
  const fieldPath = [...path, key];
  if (isObject(value)) {
    const test = parseFields(value, fieldPath);
    return (event) => test(fieldOf(event, key));
  }
  if (!Array.isArray(value) || value.length === 0) {
    throw new EventPatternError(fieldPath, 'must be an object or an array with at least one value');
  }
  const tests = value.map((item: Json) => parseItem(item, fieldPath));
  return (event) => {
    const leaves = leavesOf(fieldOf(event, key));
    return tests.some((test) => test(leaves));
  };
}

/** One item of a field's array: a plain value or an operator. It is given all leaves of the field, none if absent. */
function parseItem(item: Json, path: Path): (leaves: readonly Json[]) => boolean {
  if (!isObject(item)) {
    if (Array.isArray(item)) throw new EventPatternError(path, 'holds an array within an array');
    return (leaves) => leaves.includes(item);
  }
  const [operator, operand] = soleEntry(item, path);
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw new EventPatternError(path, "has 'exists' without true or false");
    // Only leaves count: a field that holds an object does not "exist".
    return (leaves) => leaves.length > 0 === operand;
  }
  const test = parseOperator(operator, operand, path);
  return (leaves) => leaves.some(test);
}

function parseOperator(operator: string, operand: Json, path: Path): LeafTest {
  switch (operator) {
    case 'anything-but':
      return parseAnythingBut(operand, path);
    case 'numeric':
      return parseNumeric(operand, path);
    default:
      return parseText(operator, operand, path);
  }
}

/** Strings and numbers, alone or in a list, or an operator on strings. An absent field never fits: there is no value. */
function parseAnythingBut(operand: Json, path: Path): LeafTest {
  if (isObject(operand)) {
    const [operator, texts] = soleEntry(operand, path);
    const tests = (Array.isArray(texts) ? texts : [texts]).map((text: Json) => parseText(operator, text, path));
    return (value) => !tests.some((test) => test(value));
  }
  const values: Json[] = Array.isArray(operand) ? operand : [operand];
  const kinds = new Set(values.map((value) => typeof value));
  const [kind] = kinds;
  if (kinds.size !== 1 || (kind !== 'string' && kind !== 'number')) {
    throw new EventPatternError(path, "has 'anything-but' with other than strings alone or numbers alone");
  }
  return (value) => !values.includes(value);
}

const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** One comparison, or a lower and an upper bound; EventBridge takes numbers within ±5e9. */
function parseNumeric(operand: Json, path: Path): LeafTest {
  const parts: Json[] = Array.isArray(operand) ? operand : [];
  const [first, low, second, high] = parts;
  const bounds = [bound(first, low, path)];
  if (parts.length !== 2) {
    const isRange = parts.length === 4 && String(first).startsWith('>') && String(second).startsWith('<');
    if (!isRange)
      throw new EventPatternError(path, "has 'numeric' without one comparison or a range such as ['>', 0, '<=', 5]");
    bounds.push(bound(second, high, path));
  }
  return (value) => typeof value === 'number' && bounds.every((test) => test(value));
}

function bound(sign: Json, limit: Json, path: Path): (value: number) => boolean {
  const compare = typeof sign === 'string' ? comparisons[sign] : undefined;
  if (!compare)
    throw new EventPatternError(path, `has 'numeric' with '${String(sign)}' for a comparison; take = < <= > >=`);
  if (typeof limit !== 'number' || Math.abs(limit) > 5e9) {
    throw new EventPatternError(path, `has 'numeric' with '${String(limit)}' for a number within -5e9 and 5e9`);
  }
  return (value) => compare(value, limit);
}

/** The operators on strings. Other values never fit them. */
function parseText(operator: string, operand: Json, path: Path): LeafTest {
  const isAffix = operator === 'prefix' || operator === 'suffix';
  if (isAffix && isObject(operand)) {
    const [inner, text] = soleEntry(operand, path);
    if (inner !== 'equals-ignore-case') throw unknownOperator(inner, path);
    const end = textOf(operator, text, path).toLowerCase();
    return onText((value) => affixed(operator, value.toLowerCase(), end));
  }
  switch (operator) {
    case 'prefix':
    case 'suffix': {
      const end = textOf(operator, operand, path);
      return onText((value) => affixed(operator, value, end));
    }
    case 'equals-ignore-case': {
      const text = textOf(operator, operand, path).toLowerCase();
      return onText((value) => value.toLowerCase() === text);
    }
    case 'wildcard':
      return parseWildcard(textOf(operator, operand, path), path);
    default:
      throw unknownOperator(operator, path);
  }
}

function affixed(operator: 'prefix' | 'suffix', value: string, end: string): boolean {
  return operator === 'prefix' ? value.startsWith(end) : value.endsWith(end);
}

/** `*` stands for any text; `\*` and `\\` are the characters themselves. */
function parseWildcard(text: string, path: Path): LeafTest {
  let source = '';
  let isAfterStar = false;
  for (const [token] of text.matchAll(/\\?[\s\S]/g)) {
    if (token === '*' && isAfterStar)
      throw new EventPatternError(path, `has 'wildcard' with two stars in a row: '${text}'`);
    if (token.startsWith('\\') && token !== '\\*' && token !== '\\\\') {
      throw new EventPatternError(path, `has 'wildcard' with a backslash before neither * nor \\: '${text}'`);
    }
    isAfterStar = token === '*';
    source += isAfterStar ? '[\\s\\S]*' : token.slice(-1).replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  }
  const expression = new RegExp(`^${source}$`);
  return onText((value) => expression.test(value));
}

function onText(test: (value: string) => boolean): LeafTest {
  return (value) => typeof value === 'string' && test(value);
}

function textOf(operator: string, operand: Json, path: Path): string {
  if (typeof operand !== 'string') throw new EventPatternError(path, `has '${operator}' without a string`);
  return operand;
}

function soleEntry(item: Fields, path: Path): [string, Json] {
  const [entry, ...others] = Object.entries(item);
  if (!entry || others.length > 0)
    throw new EventPatternError(path, 'has an item with other than exactly one operator');
  return entry;
}

function unknownOperator(operator: string, path: Path): EventPatternError {
  return new EventPatternError(path, `has the operator '${operator}', which is not supported`);
}

function fieldOf(event: Json, key: string): Json {
  return isObject(event) && Object.hasOwn(event, key) ? event[key] : undefined;
}

/** What a nested pattern is tried on; an empty array is as good as absent. */
function elementsOf(event: Json): readonly Json[] {
  return Array.isArray(event) && event.length > 0 ? event : [event];
}

/** Arrays are looked through, also nested ones; objects and what is absent are no leaves. */
function leavesOf(value: Json): Json[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return value === undefined || isObject(value) ? [] : [value];
}

function isObject(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
