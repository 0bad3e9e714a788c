import fc from 'fast-check';

/** Stands in every hostile text, so that it can be looked for where it should not be. */
export const secret = 'hunter2-top-secret';

const huge = `${secret} ${'x'.repeat(100_000)}`;
const deep = (levels: number): unknown => {
  let value: unknown = secret;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { down: value };
  return value;
};

export const hostileTexts: readonly string[] = [
  '',
  ' ',
  secret,
  huge,
  `${secret}\0\u0007\u001b[2J\u001b]0;owned\u0007`,
  `${secret}\r\n{"level":"INFO","message":"forged"}\n`,
  `\ud800${secret}\udfff`,
  `\u202e${secret}\u2066`,
  `${secret}'"\`},{"`,
  `{% $states.context %}${secret}`,
  `\${AWS::AccountId}$(rm -rf /);${secret}|cat`,
  `../../../${secret}`,
  `<script>alert('${secret}')</script>`,
  `arn:aws:iam::*:*/${secret}`,
  '__proto__',
  'constructor',
  'toString',
  'null',
  'e\u0301\u{1f4a3}',
];

const hostileNumbers = [0, -0, -1, 0.5, 1e308, -1e308, 2 ** 53, 2 ** 31, 86_401, 1e-7];
const hostileInstants = [
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59-23:59',
  '0001-01-01T00:00:00+23:59',
  '2026-02-30T00:00:00Z',
  '2026-13-01T25:61:61Z',
  '+275760-09-13T00:00:00Z',
  '2026-11-21T03:00:60Z',
  '2016-12-31T23:59:60Z',
];

/** Values that no contract expects, and some that one may. */
export const hostileValues: readonly unknown[] = [
  null,
  true,
  false,
  ...hostileNumbers,
  ...hostileInstants,
  ...hostileTexts,
  [],
  {},
  [[[]]],
  [null],
  deep(50),
  deep(1500),
  Array.from({ length: 3000 }, () => secret),
  JSON.parse(`{"__proto__":{"polluted":"${secret}"},"constructor":{"prototype":{"polluted":true}}}`),
  JSON.parse(`{"toString":"${secret}","hasOwnProperty":1,"then":"${secret}","toJSON":1}`),
];

const hostileKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'then',
  'toJSON',
  '',
  'surplus',
  'k'.repeat(50_000),
  'line\nbreak\u001b[31m',
  '\ud800',
  '\u202e',
];

type Path = (string | number)[];
type Container = Record<string | number, unknown>;

/** Where, how, and with what; numbers, so that it is cheap to draw and shrinks well. */
const step = fc.record({
  place: fc.nat(10_000),
  how: fc.constantFrom(
    'swap',
    'swap',
    'swap',
    'replace',
    'replace',
    'delete',
    'add',
    'same-kind',
    'same-kind',
    'repeat',
  ),
  what: fc.nat(10_000),
});
export const damages = fc.array(step, { minLength: 1, maxLength: 3 });
export type Damage = (typeof damages extends fc.Arbitrary<infer Steps> ? Steps : never)[number];

/**
 * A copy of a value with damage in some places. To swap is to take what stands there in another valid value.
 * @param donors other values of the same schema
 */
export function damaged(value: unknown, steps: readonly Damage[], donors: readonly unknown[]): unknown {
  const root = { value: structuredClone(value) };
  let isRepeated = false;
  for (const { place, how, what } of steps) {
    const places = placesIn(root.value, ['value']);
    const path = places[place % places.length] ?? ['value'];
    const parent = at(root, path.slice(0, -1));
    const key = path.at(-1);
    if (!isContainer(parent) || key === undefined) continue;
    const present = Reflect.get(parent, key);
    switch (how) {
      case 'swap': {
        const donor = at({ value: donors[what % donors.length] }, path);
        if (donor !== undefined) put(parent, key, structuredClone(donor));
        break;
      }
      case 'replace':
        put(parent, key, hostile(what));
        break;
      case 'same-kind':
        put(parent, key, sameKind(present, what));
        break;
      case 'delete':
        Reflect.deleteProperty(parent, key);
        break;
      case 'repeat':
        // Once: repeated repetitions would be beyond any payload, and any memory.
        if (!isRepeated) put(parent, key, Array(1 + (what % 300)).fill(present));
        isRepeated = true;
        break;
      case 'add': {
        const target = isContainer(present) ? present : parent;
        if (Array.isArray(target)) {
          target.push(hostile(what));
          break;
        }
        put(target, hostileKeys[what % hostileKeys.length] ?? 'surplus', hostile(what * 7));
        break;
      }
    }
  }
  return root.value;
}

/** Of its own: the next step may damage it further. */
function hostile(what: number): unknown {
  return structuredClone(hostileValues[what % hostileValues.length]);
}

/** Of the same type, and odd: often legal. */
function sameKind(present: unknown, what: number): unknown {
  if (typeof present === 'number') return hostileNumbers[what % hostileNumbers.length];
  if (typeof present === 'boolean') return !present;
  if (Array.isArray(present)) return present.slice(0, what % 2);
  if (typeof present !== 'string') return hostileTexts[what % hostileTexts.length];
  if (/^\d{4}-\d\d-\d\dT/.test(present)) return hostileInstants[what % hostileInstants.length];
  return hostileTexts[what % hostileTexts.length];
}

function placesIn(value: unknown, path: Path): Path[] {
  if (!isContainer(value) || path.length > 8) return [path];
  const keys = Array.isArray(value) ? [...value.keys()].slice(0, 20) : Object.keys(value).slice(0, 40);
  return [path, ...keys.flatMap((key) => placesIn(Reflect.get(value, key), [...path, key]))];
}

function at(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (!isContainer(value) || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

/** Also where the key is `__proto__`, which an assignment would take for something else. */
function put(target: Container, key: string | number, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
