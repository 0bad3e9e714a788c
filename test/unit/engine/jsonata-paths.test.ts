import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { type Json, plainJson } from '../../../engine/json.ts';
import { followPath, parseLiteral, parseSimplePath } from '../../../engine/jsonata-paths.ts';

const keys = ['a', 'b', 'c', 'length', 'constructor', 'sequence'];
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 0, 1, '', 'x'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...keys.slice(0, 5)), tie('value'), { maxKeys: 3 }),
  ),
}));
const steps = fc.array(fc.constantFrom(...keys), { maxLength: 4 });

describe('The short way for paths', () => {
  it('gives what JSONata gives, whatever the value and the path', async () => {
    await fc.assert(
      fc.asyncProperty(value, steps, async (start, path) => {
        const source = ['$v', ...path].join('.');
        expect(parseSimplePath(source)).toEqual({ variable: 'v', steps: path });
        const expected: unknown = await jsonata(source).evaluate(undefined, { v: start });
        const actual = followPath(start, path);
        expect(actual).toEqual(expected === undefined ? undefined : plainJson(expected));
      }),
      { numRuns: 3000, seed: 11 },
    );
  });

  it('gives what JSONata gives below $states', async () => {
    await fc.assert(
      fc.asyncProperty(value, steps, async (start, path) => {
        const source = ['$states.input', ...path].join('.');
        const expected: unknown = await jsonata(source).evaluate(undefined, { states: { input: start } });
        const actual = followPath(start, path);
        expect(actual).toEqual(expected === undefined ? undefined : plainJson(expected));
      }),
      { numRuns: 3000, seed: 12 },
    );
  });

  it('leaves everything else to JSONata', () => {
    for (const source of ['$v[0]', '$v.*', '$v.a + 1', '$v.`a b`', '$', '$$', '$v.and', '$f()', 'a.b', '$v.a^(b)']) {
      expect(parseSimplePath(source)).toBeUndefined();
    }
  });
});

describe('The short way for literals', () => {
  it.each(['0', '42', "'text'", '"text"', '\'a "b"\'', 'true', 'false', 'null'])(
    'reads %s as JSONata does',
    async (source) => {
      expect(parseLiteral(source)).toEqual(await jsonata(source).evaluate(undefined));
    },
  );

  it.each(['-1', '1.5', '01', "'it\\'s'", "'a' & 'b'", '1 + 1', '[1]', 'truth', ''])(
    'leaves %s to JSONata',
    (source) => {
      expect(parseLiteral(source)).toBeUndefined();
    },
  );
});
