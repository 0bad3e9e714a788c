import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { describeProblem } from '../../cli/input-error.ts';
import { checkPolicies } from '../../cli/policies/check.ts';
import { readPolicies } from '../../cli/policies/load.ts';
import { namedPolicySchema } from '../../shared/domain/policy.ts';
import { mostParameterBytes, parameterBytes, policyText } from '../../shared/domain/policy-text.ts';
import { hostileTexts } from './damage.ts';

const directory = mkdtempSync(join(tmpdir(), 'hostile-policies-'));
const file = join(directory, 'gold.yml');
afterAll(() => rmSync(directory, { recursive: true }));

const sample = readFileSync(new URL('../../cli/sample/policies/gold.yml', import.meta.url), 'utf8');
const small = 'schedule:\n  cron: 0 3 * * ? *\ndescription: plain\nretain:\n  daily: 7\nretire: {}\n';

const tokens = [
  ...hostileTexts,
  '&a',
  '*a',
  '<<: *a',
  '? [complex, key]\n: value',
  '!!binary R0lGODlh',
  '!!js/function "return 1"',
  '!<tag:yaml.org,2002:set> {a, b}',
  '__proto__: { polluted: yes }',
  'constructor: { prototype: { polluted: yes } }',
  'schedule: { cron: 0 4 * * ? * }',
  '%YAML 9.9\n---',
  '---\n...\n---',
  '\t- tab',
  '|2-\n  text',
  '>+\n\n',
  '{',
  '}',
  '[',
  ']',
  ': ',
  '- ',
  '"',
  "'",
  '#',
  '\ufeff',
  '\0',
  '0x7f',
  '1e999',
  '.nan',
  '-.inf',
  '~',
  '2026-02-30T99:99:99Z',
  '\u2028',
];

/** Text of YAML with pieces put in, taken out, doubled or moved. */
const texts = fc
  .record({
    base: fc.constantFrom(sample, small, ''),
    cuts: fc.array(
      fc.record({ at: fc.nat(3000), length: fc.nat(30), token: fc.constantFrom('', ...tokens), twice: fc.boolean() }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ base, cuts }) =>
    cuts.reduce((text, { at, length, token, twice }) => {
      const start = at % (text.length + 1);
      const kept = twice ? text.slice(start, start + length) : '';
      return `${text.slice(0, start)}${token}${kept}${kept}${text.slice(start + length)}`;
    }, base),
  );

/** What is told of a file; every line is one, and no longer than somebody would read. */
function judge(text: string): string[] {
  writeFileSync(file, text);
  const { policies, problems } = readPolicies([file]);
  expect(policies.length > 0 || problems.length > 0).toBe(true);
  for (const { policy } of policies) {
    expect(namedPolicySchema.parse(JSON.parse(policyText(policy)))).toEqual(policy);
    expect(parameterBytes(policyText(policy))).toBeLessThanOrEqual(mostParameterBytes);
  }
  const lines = problems.map(describeProblem);
  for (const line of lines) {
    expect(line.length).toBeLessThan(2500);
    expect(line).toMatch(/^[^\p{Cc}]+: [^\p{Cc}]+$/u);
  }
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  return lines;
}

describe('a policy file', () => {
  it('is taken or refused with its faults, whatever was done to its text', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(texts, (text) => {
        judge(text);
      }),
      { numRuns: 10_000, seed: 20_261_121 },
    );
  });

  it.each([
    [
      'of aliases that multiply',
      `a: &a [x, x]\n${'bcdefghijklmnop'
        .split('')
        .map((key, index) => `${key}: &${key} [${`*${'abcdefghijklmnop'[index]}, `.repeat(9)}]`)
        .join('\n')}`,
      'alias',
    ],
    ['that is nested without end', '['.repeat(20_000), 'nested'],
    ['of nested maps without end', '{a: '.repeat(20_000), 'nested'],
    ['of a million characters', `description: ${'x'.repeat(1_000_000)}`, 'is no policy: it has 1000013 characters'],
    ['with a key of the prototype', `${small}__proto__: { polluted: yes }\n`, '__proto__'],
    [
      'with a key of the prototype further down',
      `${small}capture: { __proto__: { consistency: crash } }\n`,
      '__proto__',
    ],
    ['with two of a key', `${small}schedule: { cron: rate(1 hour) }\n`, 'second time'],
    ['that is no text', '\u0000\u0001\u0002\ufffd\ufffd', ''],
    ['with a bucket that is a pattern', `${small}archive: { bucket: '***', when: { monthly: 1 } }\n`, 'archive.bucket'],
    [
      'with a path that is a pattern',
      `${small}archive: { bucket: vault, prefix: '*/', when: { monthly: 1 } }\n`,
      'archive.prefix',
    ],
    [
      'with a topic that is a pattern',
      `${small}notify: { topicArn: 'arn:aws:sns:eu-west-1:123456789012:*' }\n`,
      'notify.topicArn',
    ],
    ['with a key that is a pattern', `${small}copies: [{ region: eu-west-1, kmsKeyId: '*' }]\n`, 'copies[0].kmsKeyId'],
  ])('%s is refused', (_says, text, word) => {
    const lines = judge(text);
    expect(lines.join('\n')).toContain(word);
    expect(lines).not.toEqual([]);
  });

  it('with an odd description is printed with it, and its runs', () => {
    writeFileSync(
      file,
      small.replace('plain', String.raw`"\e[2J\${env:SECRET} {{resolve:ssm:x}} {% $$x %}"`.replace('\\$', '$$')),
    );
    const report = checkPolicies([file], Date.parse('2026-11-21T00:00:00Z'));
    expect(report.problems).toEqual([]);
    expect(report.policies[0]?.nextRuns).toHaveLength(5);
  });
});
