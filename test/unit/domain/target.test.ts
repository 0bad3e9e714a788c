import { describe, expect, it } from 'vitest';
import { targetSchema, targetsOf } from '../../../shared/domain/target.ts';
import { aPolicy } from './examples.ts';

const copies = [{ region: 'eu-west-2', kmsKeyId: 'alias/ami', withinMinutes: 60 }, { region: 'us-east-1' }];
const share = { accounts: ['111122223333'] };
const audience = { ...share, organizationArns: [], organizationalUnitArns: [], public: false };

describe('an available image', () => {
  it('stays where it is when the policy wants no more', () => {
    expect(targetsOf(aPolicy(), 'eu-west-1')).toEqual([]);
  });

  it('goes to every Region of the policy, with the key and the deadline of each', () => {
    expect(targetsOf(aPolicy({ copies }), 'eu-west-1')).toEqual([
      { region: 'eu-west-2', copy: true, kmsKeyId: 'alias/ami', withinMinutes: 60, audience: null },
      { region: 'us-east-1', copy: true, kmsKeyId: null, withinMinutes: null, audience: null },
    ]);
  });

  it('is shared at home without being copied there', () => {
    expect(targetsOf(aPolicy({ share }), 'eu-west-1')).toEqual([
      { region: 'eu-west-1', copy: false, kmsKeyId: null, withinMinutes: null, audience },
    ]);
  });

  it('is shared wherever it is', () => {
    const targets = targetsOf(aPolicy({ copies, share }), 'eu-west-1');
    expect(targets.map(({ region, copy }) => [region, copy])).toEqual([
      ['eu-west-1', false],
      ['eu-west-2', true],
      ['us-east-1', true],
    ]);
    for (const target of targets) expect(target.audience).toEqual(audience);
  });

  it('goes to targets that every task takes, after a way through JSON', () => {
    const targets = targetsOf(aPolicy({ copies, share }), 'eu-west-1');
    expect(targetSchema.array().parse(JSON.parse(JSON.stringify(targets)))).toEqual(targets);
  });
});
