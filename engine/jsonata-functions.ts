import { createHash } from 'node:crypto';
import jsonata from 'jsonata';
import { javaRandomDouble, type Random } from './random.ts';

/** What the functions of an expression may know of the world. */
export interface FunctionWorld {
  nowMs(): number;
  random: Random;
}

interface NativeFunction {
  readonly name: string;
  readonly signature: string;
  /** jsonata checks the arguments against the signature before it calls. */
  readonly call: Parameters<jsonata.Expression['registerFunction']>[1];
}

const hashAlgorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

const fromMillis = jsonata('$fromMillis($millis, $picture, $zone)');

/**
 * Binds AWS's functions to an expression, and replaces those of JSONata that would read the host's clock or chance
 * (`$now`, `$millis`, `$shuffle`, the date that `$toMillis` completes a bare time with).
 */
export function bindFunctions(expression: jsonata.Expression, source: string, world: FunctionWorld): void {
  for (const { name, signature, call } of nativeFunctions(world)) {
    if (source.includes(`$${name}`)) expression.registerFunction(name, call, signature);
  }
  expression.assign('eval', undefined);
  if (source.includes('$toMillis')) bindDate(expression, world);
}

function nativeFunctions(world: FunctionWorld): readonly NativeFunction[] {
  return [
    { name: 'partition', signature: '<an:a<a>>', call: partition },
    { name: 'range', signature: '<nnn:a<n>>', call: range },
    { name: 'hash', signature: '<s-s:s>', call: hash },
    { name: 'parse', signature: '<s-:x>', call: (text: string) => JSON.parse(text) as unknown },
    { name: 'uuid', signature: '<:s>', call: () => world.random.uuid() },
    {
      name: 'random',
      signature: '<n?:n>',
      call: (seed?: number) => (seed === undefined ? world.random.next() : javaRandomDouble(seed)),
    },
    { name: 'shuffle', signature: '<a:a>', call: (items: readonly unknown[]) => shuffled(items, world.random) },
    { name: 'millis', signature: '<:n>', call: () => world.nowMs() },
    {
      name: 'now',
      signature: '<s?s?:s>',
      call: (picture?: string, zone?: string) =>
        fromMillis.evaluate(undefined, {
          millis: world.nowMs(),
          ...(picture === undefined ? {} : { picture }),
          ...(zone === undefined ? {} : { zone }),
        }),
    },
  ];
}

// AWS rounds the numbers of these two towards zero.
function partition(items: readonly unknown[], chunkSize: number): unknown[][] {
  const size = Math.trunc(chunkSize);
  if (size < 1) throw new Error('$partition: the size must be a positive integer');
  const parts: unknown[][] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}

function range(...bounds: readonly [first: number, last: number, step: number]): number[] {
  const [first = 0, last = 0, step = 0] = bounds.map(Math.trunc);
  if (step === 0) throw new Error('$range: the step must not be 0');
  const numbers: number[] = [];
  for (let value = first; step > 0 ? value <= last : value >= last; value += step) numbers.push(value);
  return numbers;
}

function hash(data: string, algorithm: string): string {
  const name = hashAlgorithms[algorithm];
  if (name === undefined)
    throw new Error(`$hash: the algorithm must be one of ${Object.keys(hashAlgorithms).join(', ')}`);
  return createHash(name).update(data).digest('hex');
}

function shuffled(items: readonly unknown[], random: Random): unknown[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(random.next() * (index + 1));
    [result[index], result[other]] = [result[other], result[index]];
  }
  return result;
}

/** jsonata stamps each evaluation with the host's date; this hook, which it offers to debuggers, comes before any use. */
function bindDate(expression: jsonata.Expression, world: FunctionWorld): void {
  const hook = Symbol.for('jsonata.__evaluate_entry');
  const stamp = (
    _node: unknown,
    _input: unknown,
    environment: { timestamp: Date; base?: { timestamp: Date } },
  ): void => {
    environment.timestamp = new Date(world.nowMs());
    if (environment.base) environment.base.timestamp = environment.timestamp;
  };
  // jsonata's types know only names that are strings.
  const assign: unknown = Reflect.get(expression, 'assign');
  if (typeof assign === 'function') Reflect.apply(assign, expression, [hook, stamp]);
}
