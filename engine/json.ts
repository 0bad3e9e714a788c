/** JSON as the engine handles it: never changed in place, so that a value can be shared by histories and states. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Step Functions' limit for a state's input, output, arguments and results: 256 KiB of UTF-8. */
const payloadLimitBytes = 262_144;

/** What is nested deeper counts as too large: long before JavaScript's own recursion over it would overflow the stack. */
export const depthLimit = 1000;

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The same value as plain JSON; the value itself where it is plain already. JSONata marks its arrays (`sequence`, `cons`,
 * `keepSingleton`), and a marked array behaves differently when the next expression reads it, so marks must not survive.
 * Throws for what JSONata cannot hand on: a function, a regular expression.
 */
export function plainJson(value: unknown): Json {
  return isPlain(value) ? value : rebuilt(value);
}

function isPlain(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) {
    if ('sequence' in value || 'cons' in value || 'keepSingleton' in value) return false;
    for (const item of value) if (!isPlain(item)) return false;
    return true;
  }
  if (typeof value !== 'object' || isFunctionMark(value)) return false;
  for (const item of Object.values(value)) if (!isPlain(item)) return false;
  return true;
}

function rebuilt(value: unknown): Json {
  // As AWS does: 1/0 is "Infinity".
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(plainJson);
  if (isObject(value) && !isFunctionMark(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainJson(item)]));
  }
  throw new TypeError(`no JSON: ${typeof value}`);
}

function isFunctionMark(value: object): boolean {
  return '_jsonata_lambda' in value || '_jsonata_function' in value;
}

const knownSmall = new WeakSet<object>();

/**
 * Whether a value is beyond the payload limit once serialised. Small values, nearly all, are measured by an upper bound
 * without serialising, and each object once only.
 */
export function exceedsPayloadLimit(value: Json): boolean {
  const isReference = typeof value === 'object' && value !== null;
  if (isReference && knownSmall.has(value)) return false;
  const bytes = upperBoundBytes(value, 0);
  if (bytes === Number.POSITIVE_INFINITY) return true;
  if (bytes > payloadLimitBytes && byteLength(value) > payloadLimitBytes) return true;
  if (isReference) knownSmall.add(value);
  return false;
}

export function isTooDeep(value: Json): boolean {
  return upperBoundBytes(value, 0) === Number.POSITIVE_INFINITY;
}

function byteLength(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * At worst a UTF-16 unit becomes six bytes (an escaped control character); a number needs at most 25. What is nested beyond
 * the depth limit is infinite.
 */
function upperBoundBytes(value: Json, depth: number): number {
  if (typeof value === 'string') return 6 * value.length + 2;
  if (typeof value !== 'object' || value === null) return 25;
  if (depth === depthLimit) return Number.POSITIVE_INFINITY;
  let bytes = 2;
  if (isJsonArray(value)) {
    for (const item of value) bytes += 1 + upperBoundBytes(item, depth + 1);
    return bytes;
  }
  for (const key in value) bytes += 6 * key.length + 4 + upperBoundBytes(value[key] ?? null, depth + 1);
  return bytes;
}
