import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventPatternError, parseEventPattern } from '../../../engine/event-pattern.ts';

const event = {
  version: '0',
  source: 'aws.tag',
  'detail-type': 'Tag Change on Resource',
  region: 'eu-south-1',
  resources: ['arn:aws:ec2:eu-south-1:123456789012:instance/i-0000000aaaaaaaaaa'],
  detail: {
    'changed-tag-keys': ['Name', 'ami-lifecycle:policy'],
    service: 'ec2',
    version: 3,
    empty: '',
    nothing: null,
    on: true,
    none: [],
    tags: { 'ami-lifecycle:policy': 'gold', Path: 'a*b\\c' },
    volumes: [
      { device: '/dev/sda', state: 'attached' },
      { device: '/dev/sdb', state: 'detached' },
    ],
  },
};

type Row = [says: string, pattern: unknown];

const matching: Row[] = [
  ['an exact value', { source: ['aws.tag'] }],
  ['one of several values', { source: ['aws.ec2', 'aws.tag'] }],
  ['several fields, all of them', { source: ['aws.tag'], region: ['eu-south-1'] }],
  ['a number', { detail: { version: [3] } }],
  ['true', { detail: { on: [true] } }],
  ['null', { detail: { nothing: [null] } }],
  ['an empty string', { detail: { empty: [''] } }],
  ['any element of an array', { detail: { 'changed-tag-keys': ['ami-lifecycle:policy'] } }],
  ['a nested field', { detail: { tags: { 'ami-lifecycle:policy': ['gold'] } } }],
  ['fields of one object in an array', { detail: { volumes: { device: ['/dev/sdb'], state: ['detached'] } } }],
  ['a prefix', { source: [{ prefix: 'aws.' }] }],
  ['a prefix of an array element', { resources: [{ prefix: 'arn:aws:ec2:' }] }],
  ['a prefix in any case', { source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] }],
  ['a suffix', { region: [{ suffix: '-1' }] }],
  ['a suffix in any case', { source: [{ suffix: { 'equals-ignore-case': '.TAG' } }] }],
  ['a value in any case', { source: [{ 'equals-ignore-case': 'AWS.Tag' }] }],
  ['a wildcard', { resources: [{ wildcard: 'arn:aws:ec2:*:instance/i-*' }] }],
  ['a wildcard for nothing at all', { source: [{ wildcard: 'aws*.tag*' }] }],
  ['escaped characters in a wildcard', { detail: { tags: { Path: [{ wildcard: 'a\\*b\\\\*' }] } } }],
  ['anything but a value', { region: [{ 'anything-but': 'us-east-1' }] }],
  ['anything but several', { region: [{ 'anything-but': ['us-east-1', 'us-west-2'] }] }],
  ['anything but numbers', { detail: { version: [{ 'anything-but': [1, 2] }] } }],
  ['anything but a prefix', { region: [{ 'anything-but': { prefix: 'us-' } }] }],
  ['anything but several prefixes', { region: [{ 'anything-but': { prefix: ['us-', 'ap-'] } }] }],
  ['anything but a suffix', { region: [{ 'anything-but': { suffix: '-2' } }] }],
  ['anything but a value in any case', { region: [{ 'anything-but': { 'equals-ignore-case': 'US-EAST-1' } }] }],
  ['anything but a wildcard', { region: [{ 'anything-but': { wildcard: 'us-*-1' } }] }],
  [
    'anything but one, where another array element is something else',
    { detail: { 'changed-tag-keys': [{ 'anything-but': 'Name' }] } },
  ],
  ['a number equal', { detail: { version: [{ numeric: ['=', 3] }] } }],
  ['a number in a range', { detail: { version: [{ numeric: ['>', 0, '<=', 3] }] } }],
  ['presence', { detail: { tags: { 'ami-lifecycle:policy': [{ exists: true }] } } }],
  ['presence of null', { detail: { nothing: [{ exists: true }] } }],
  ['absence', { detail: { tags: { 'ami-lifecycle:skip': [{ exists: false }] } } }],
  ['absence within an absent object', { reply: { code: [{ exists: false }] } }],
  ['absence of a field that is an object, for only leaves exist', { detail: { tags: [{ exists: false }] } }],
  ['absence of a field that is an empty array', { detail: { none: [{ exists: false }] } }],
  ['absence within an empty array', { detail: { none: { name: [{ exists: false }] } } }],
  ['a space in a wildcard', { 'detail-type': [{ wildcard: 'Tag Change*' }] }],
  ['a value or absence', { detail: { state: ['running', { exists: false }] } }],
  ['one of two alternatives', { $or: [{ source: ['aws.ec2'] }, { region: ['eu-south-1'] }] }],
  ['alternatives below', { detail: { $or: [{ service: ['ec2'] }, { service: ['s3'] }] }, source: ['aws.tag'] }],
];

const differing: Row[] = [
  ['another value', { source: ['aws.ec2'] }],
  ['one field of two', { source: ['aws.tag'], region: ['eu-west-1'] }],
  ['the same value in another case', { source: ['AWS.TAG'] }],
  ['a number written as text', { detail: { version: ['3'] } }],
  ['a field that is absent', { account: ['123456789012'] }],
  ['a field within a field that is absent', { reply: { code: [200] } }],
  ['a field within what is no object', { source: { name: ['aws.tag'] } }],
  [
    'fields of two different objects in an array',
    { detail: { volumes: { device: ['/dev/sda'], state: ['detached'] } } },
  ],
  ['another prefix', { source: [{ prefix: 'tag' }] }],
  ['a prefix of a number', { detail: { version: [{ prefix: '3' }] } }],
  ['another suffix', { source: [{ suffix: 'aws' }] }],
  ['a wildcard without a space that is there', { 'detail-type': [{ wildcard: 'TagChange*' }] }],
  ['a wildcard that stops short', { source: [{ wildcard: 'aws*t' }] }],
  ['a dot in a wildcard taken literally', { region: [{ wildcard: 'eu.south*' }] }],
  ['anything but this very value', { region: [{ 'anything-but': 'eu-south-1' }] }],
  ['anything but, where the field is absent', { account: [{ 'anything-but': '111122223333' }] }],
  ['anything but a prefix it has', { region: [{ 'anything-but': { prefix: ['us-', 'eu-'] } }] }],
  ['a number out of range', { detail: { version: [{ numeric: ['>', 3, '<', 9] }] } }],
  ['text compared as number', { version: [{ numeric: ['=', 0] }] }],
  ['presence of what is absent', { detail: { tags: { 'ami-lifecycle:skip': [{ exists: true }] } } }],
  ['presence of an object', { detail: { tags: [{ exists: true }] } }],
  ['absence of what is present', { source: [{ exists: false }] }],
  ['none of the alternatives', { $or: [{ source: ['aws.ec2'] }, { region: ['us-east-1'] }] }],
  ['an inherited property', { toString: [{ exists: true }] }],
];

describe('a pattern', () => {
  it.each(matching)('matches %s', (_says, pattern) => {
    expect(parseEventPattern(pattern)(event)).toBe(true);
  });

  it.each(differing)('does not match %s', (_says, pattern) => {
    expect(parseEventPattern(pattern)(event)).toBe(false);
  });

  it.each<[numeric: unknown[], fitting: number[]]>([
    [['=', 3], [3]],
    [['<', 3], [2]],
    [
      ['<=', 3],
      [2, 3],
    ],
    [
      ['>', 3],
      [4, 5],
    ],
    [
      ['>=', 3],
      [3, 4, 5],
    ],
    [
      ['>', 2, '<', 5],
      [3, 4],
    ],
    [
      ['>=', 3, '<=', 4],
      [3, 4],
    ],
    [
      ['>=', -5e9, '<=', 5e9],
      [2, 3, 4, 5],
    ],
  ])('compares numbers: %j', (numeric, fitting) => {
    const matches = parseEventPattern({ n: [{ numeric }] });
    expect([2, 3, 4, 5].filter((n) => matches({ n }))).toEqual(fitting);
    expect(matches({ n: '3' })).toBe(false);
    expect(matches({ n: null })).toBe(false);
  });

  it('matches no event that is not an object', () => {
    const matches = parseEventPattern({ source: ['aws.tag'] });
    expect([null, undefined, 'aws.tag', 3, []].map(matches)).toEqual([false, false, false, false, false]);
  });

  it('of a value never agrees with the pattern of anything but that value, where the field is one value', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (wanted, actual) => {
        const exact = parseEventPattern({ source: [wanted] });
        const other = parseEventPattern({ source: [{ 'anything-but': wanted }] });
        expect(exact({ source: actual })).toBe(!other({ source: actual }));
      }),
    );
  });

  it('takes every character of a wildcard but the star for itself', () => {
    const anyText = fc.string({ unit: fc.constantFrom(...'abc.?+*\\()[]{}^$|-/\n'.split('')) });
    fc.assert(
      fc.property(anyText, anyText, (before, after) => {
        const quoted = (text: string) => text.replaceAll(/[*\\]/g, '\\$&');
        const matches = parseEventPattern({ name: [{ wildcard: `${quoted(before)}*${quoted(after)}` }] });
        expect(matches({ name: `${before}anything${after}` })).toBe(true);
        expect(matches({ name: `${before}${after}!` })).toBe(after === '');
      }),
    );
  });
});

describe('a pattern that EventBridge would refuse is refused by name', () => {
  it.each<[problem: string, pattern: unknown]>([
    [
      "the event pattern at detail.state has the operator 'regex', which is not supported",
      { detail: { state: [{ regex: '.*' }] } },
    ],
    [
      "the event pattern at source-ip has the operator 'cidr', which is not supported",
      { 'source-ip': [{ cidr: '10.0.0.0/24' }] },
    ],
    [
      "the event pattern at source has the operator 'cidr', which is not supported",
      { source: [{ 'anything-but': { cidr: '10.0.0.0/8' } }] },
    ],
    [
      "the event pattern at source has the operator 'suffix', which is not supported",
      { source: [{ prefix: { suffix: 'a' } }] },
    ],
    ['the event pattern must be an object of fields', ['aws.tag']],
    ['the event pattern is empty: name at least one field', {}],
    ['the event pattern at detail is empty: name at least one field', { detail: {} }],
    ['the event pattern at source must be an object or an array with at least one value', { source: 'aws.tag' }],
    ['the event pattern at source must be an object or an array with at least one value', { source: [] }],
    ['the event pattern at source holds an array within an array', { source: [['aws.tag']] }],
    ['the event pattern at $or must be an array of two or more patterns', { $or: [{ source: ['aws.tag'] }] }],
    ['the event pattern at detail.$or.1 is empty: name at least one field', { detail: { $or: [{ a: [1] }, {}] } }],
    [
      'the event pattern at source has an item with other than exactly one operator',
      { source: [{ prefix: 'a', suffix: 'b' }] },
    ],
    ["the event pattern at source has 'prefix' without a string", { source: [{ prefix: 3 }] }],
    ["the event pattern at source has 'exists' without true or false", { source: [{ exists: 'yes' }] }],
    [
      "the event pattern at source has 'anything-but' with other than strings alone or numbers alone",
      { source: [{ 'anything-but': ['a', 1] }] },
    ],
    [
      "the event pattern at source has 'anything-but' with other than strings alone or numbers alone",
      { source: [{ 'anything-but': [] }] },
    ],
    [
      "the event pattern at source has 'anything-but' with other than strings alone or numbers alone",
      { source: [{ 'anything-but': [true] }] },
    ],
    [
      "the event pattern at source has 'anything-but' with other than strings alone or numbers alone",
      { source: [{ 'anything-but': null }] },
    ],
    [
      "the event pattern at source has 'wildcard' without a string",
      { source: [{ wildcard: { 'equals-ignore-case': 'a' } }] },
    ],
    [
      "the event pattern at n has 'numeric' with '>x' for a comparison; take = < <= > >=",
      { n: [{ numeric: ['>x', 1, '<', 2] }] },
    ],
    [
      "the event pattern at n has 'numeric' with '<x' for a comparison; take = < <= > >=",
      { n: [{ numeric: ['>', 1, '<x', 2] }] },
    ],
    [
      "the event pattern at n has 'numeric' with '==' for a comparison; take = < <= > >=",
      { n: [{ numeric: ['==', 1] }] },
    ],
    [
      "the event pattern at n has 'numeric' with '1' for a number within -5e9 and 5e9",
      { n: [{ numeric: ['=', '1'] }] },
    ],
    [
      "the event pattern at n has 'numeric' without one comparison or a range such as ['>', 0, '<=', 5]",
      { n: [{ numeric: ['<', 1, '>', 5] }] },
    ],
    [
      "the event pattern at n has 'numeric' without one comparison or a range such as ['>', 0, '<=', 5]",
      { n: [{ numeric: ['=', 1, '<', 5] }] },
    ],
    [
      "the event pattern at n has 'numeric' without one comparison or a range such as ['>', 0, '<=', 5]",
      { n: [{ numeric: ['>', 1, '=', 5] }] },
    ],
    [
      "the event pattern at n has 'numeric' without one comparison or a range such as ['>', 0, '<=', 5]",
      { n: [{ numeric: ['>', 1, '<', 5, '<', 4] }] },
    ],
    [
      "the event pattern at n has 'numeric' with '5000000001' for a number within -5e9 and 5e9",
      { n: [{ numeric: ['>', 1, '<', 5_000_000_001] }] },
    ],
    [
      "the event pattern at n has 'numeric' with 'undefined' for a comparison; take = < <= > >=",
      { n: [{ numeric: 3 }] },
    ],
    ["the event pattern at name has 'wildcard' with two stars in a row: 'a**b'", { name: [{ wildcard: 'a**b' }] }],
    [
      "the event pattern at name has 'wildcard' with a backslash before neither * nor \\: 'a\\b'",
      { name: [{ wildcard: 'a\\b' }] },
    ],
    [
      "the event pattern at name has 'wildcard' with a backslash before neither * nor \\: 'a\\'",
      { name: [{ wildcard: 'a\\' }] },
    ],
  ])('%s', (problem, pattern) => {
    expect(() => parseEventPattern(pattern)).toThrow(EventPatternError);
    expect(() => parseEventPattern(pattern)).toThrow(
      expect.objectContaining({ name: 'EventPatternError', message: problem }),
    );
  });

  it('says where, for who wants to show it', () => {
    const pattern = { detail: { state: [{ regex: '.*' }] } };
    expect(() => parseEventPattern(pattern)).toThrow(expect.objectContaining({ path: 'detail.state' }));
  });
});
