import { describe, expect, it } from 'vitest';
import { namedPolicySchema, policySchema } from '../../../shared/domain/policy.ts';

const schedule = { cron: '0 3 * * ? *' };
const organization = 'arn:aws:organizations::111122223333:organization/o-abc123';
const unit = 'arn:aws:organizations::111122223333:ou/o-abc123/ou-abcd-12345678';
const keyIn = (region: string): string => `arn:aws:kms:${region}:111122223333:key/1`;
const copiesWith = (kmsKeyId: string) => ({ copies: [{ region: 'eu-central-1' }, { region: 'eu-west-1', kmsKeyId }] });

function faultsOf(fields: Record<string, unknown>): string[] {
  const faults = [
    policySchema.safeParse({ schedule, ...fields }),
    namedPolicySchema.safeParse({ name: 'gold', schedule, ...fields }),
  ].map(({ error }) => error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []);
  expect(faults[0]).toEqual(faults[1]);
  return faults[0] ?? [];
}

describe('a policy is refused', () => {
  it.each<[says: string, fields: Record<string, unknown>, fault: string]>([
    ['that shares with nobody', { share: {} }, 'share: names nobody to share with: leave it out, or name accounts'],
    [
      'that shares with an empty list',
      { share: { accounts: [] } },
      'share: names nobody to share with: leave it out, or name accounts',
    ],
    [
      'that names an account twice',
      { share: { accounts: ['111122223333', '123456789012', '111122223333'] } },
      'share.accounts.2: names 111122223333 a second time',
    ],
    [
      'whose copy is encrypted with a key of another Region',
      copiesWith(keyIn('eu-south-1')),
      'copies.1.kmsKeyId: is a key of eu-south-1, and the copy is in eu-west-1: name a key of that Region',
    ],
    [
      'whose copy is encrypted with a key of GovCloud',
      copiesWith(keyIn('us-gov-west-1').replace('aws', 'aws-us-gov')),
      'copies.1.kmsKeyId: is a key of us-gov-west-1, and the copy is in eu-west-1: name a key of that Region',
    ],
  ])('%s', (_says, fields, fault) => {
    expect(faultsOf(fields)).toEqual([fault]);
  });
});

describe('a policy is taken', () => {
  it.each<[says: string, fields: Record<string, unknown>]>([
    ['that shares with everybody', { share: { public: true } }],
    ['that shares with one account', { share: { accounts: ['111122223333'] } }],
    ['that shares with an organization alone', { share: { organizationArns: [organization] } }],
    ['that shares with a unit of it alone', { share: { organizationalUnitArns: [unit] } }],
    ['whose copy is encrypted with a key of its Region', copiesWith(keyIn('eu-west-1'))],
  ])('%s', (_says, fields) => {
    expect(faultsOf(fields)).toEqual([]);
  });
});
