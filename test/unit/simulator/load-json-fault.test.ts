import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFaultOffset } from '../../../simulator/load/json-fault.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the place of a fault in JSON', () => {
  it.each([
    ['{"a": 1,}', 8],
    ['{"a": oops}', 6],
    ["{'a': 1}", 1],
    ['[1 2]', 3],
    ['[1, 2', 5],
    ['{"a" 1}', 5],
    ['"unterminated', 0],
    ['01', 1],
    ['[}', 1],
    ['[1}', 2],
    ['1 1', 2],
    ['', 0],
  ])('in %j is %i', (text, offset) => {
    expect(jsonFaultOffset(text)).toBe(offset);
  });

  it('is found exactly where JSON.parse finds a fault', () => {
    const nearlyJson = fc
      .tuple(fc.json(), fc.nat(), fc.nat({ max: 2 }), fc.constantFrom('', ',', '}', ']', '"', ':', '0', '{', '-', '\\'))
      .map(([json, at, removed, inserted]) => {
        const start = at % (json.length + 1);
        return json.slice(0, start) + inserted + json.slice(start + removed);
      });
    fc.assert(
      fc.property(nearlyJson, (text) => {
        expect(jsonFaultOffset(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 2000 },
    );
  });
});
