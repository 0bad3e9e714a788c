import { describe, expect, it } from 'vitest';
import { parameterBytes, policyText } from '../../../shared/domain/policy-text.ts';
import { aPolicy } from './examples.ts';

describe('the text of a policy', () => {
  it('says the same as the policy, without what others would take for a variable', () => {
    const tags = { a: `\${env:SECRET}`, b: '{{resolve:x}}', c: '$', d: '{x}' };
    const policy = aPolicy({ capture: { tags } });
    const text = policyText(policy);
    expect(JSON.parse(text)).toEqual(policy);
    expect(text).toContain('"a":"\\u0024{env:SECRET}","b":"\\u007b{resolve:x}}","c":"$","d":"{x}"');
  });

  it('is measured in bytes, of which a letter may have several', () => {
    expect([parameterBytes(''), parameterBytes('abc'), parameterBytes('è')]).toEqual([0, 3, 2]);
  });
});
