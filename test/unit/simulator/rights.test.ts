import { describe, expect, it } from 'vitest';
import type { Context } from '../../../simulator/iam/conditions.ts';
import { rightsOf } from '../../../simulator/iam/rights.ts';

const arn = 'arn:aws:ec2:eu-west-1:111122223333:instance/i-1';
const stop = { Effect: 'Allow', Action: ['ec2:StopInstances'], Resource: ['arn:aws:ec2:*:111122223333:instance/*'] };

const rightsWith = (...statements: unknown[]) =>
  rightsOf(new Map([['role', { Version: '2012-10-17', Statement: statements }]]));

function isAllowed(
  statements: unknown[],
  { action = 'ec2:StopInstances', resource = arn, context = {} as Context } = {},
) {
  return rightsWith(...statements).refused('role', [{ action, resource, context }]) === undefined;
}

const isAllowedWhere = (Condition: unknown, context: Context = {}) => isAllowed([{ ...stop, Condition }], { context });

describe('A role', () => {
  it('allows what a statement allows, and nothing else', () => {
    expect(isAllowed([stop])).toBe(true);
    expect(isAllowed([])).toBe(false);
    expect(isAllowed([stop], { action: 'ec2:StartInstances' })).toBe(false);
    expect(isAllowed([stop], { resource: 'arn:aws:ec2:eu-west-1:123456789012:instance/i-1' })).toBe(false);
    expect(isAllowed([stop], { resource: '*' })).toBe(false);
  });

  it('denies what a statement denies, whatever another allows', () => {
    expect(isAllowed([stop, { Effect: 'Deny', Action: 'ec2:*', Resource: '*' }])).toBe(false);
    expect(isAllowed([{ Effect: 'Deny', Action: 'ec2:Start*', Resource: '*' }, stop])).toBe(true);
  });

  it('knows actions in any case, and `*` and `?` in names', () => {
    expect(isAllowed([{ ...stop, Action: 'EC2:stopinstances' }])).toBe(true);
    expect(isAllowed([{ ...stop, Action: 'ec2:Stop?nstances' }])).toBe(true);
    expect(isAllowed([{ ...stop, Resource: arn.replace('.', 'x').replace('i-1', 'i-?') }])).toBe(true);
    expect(isAllowed([{ ...stop, Resource: arn.replace('ec2', 'e.2') }])).toBe(false);
  });

  it('says which of several needs it does not give', () => {
    const other = { action: 'ec2:StopInstances', resource: arn.replace('111122223333', '123456789012') };
    expect(rightsWith(stop).refused('role', [{ action: 'ec2:StopInstances', resource: arn }, other])).toBe(other);
  });

  it('tells which of its rights were used', () => {
    const rights = rightsWith({ ...stop, Action: ['ec2:StopInstances', 'ec2:StartInstances'] });
    rights.refused('role', [{ action: 'ec2:StopInstances', resource: arn }]);
    expect(rights.all().map(({ action, isUsed }) => [action, isUsed])).toEqual([
      ['ec2:StopInstances', true],
      ['ec2:StartInstances', false],
    ]);
  });
});

describe('A condition', () => {
  const ours = [{ Key: 'ours', Value: 'gold' }];

  it.each<[what: string, condition: unknown, met: Context, unmet: Context]>([
    ['on a tag', { StringEquals: { 'aws:ResourceTag/ours': 'gold' } }, { resourceTags: ours }, {}],
    [
      'on one of several values',
      { StringEquals: { 'aws:ResourceTag/ours': ['web', 'gold'] } },
      { resourceTags: ours },
      {},
    ],
    [
      'on the beginning of a tag',
      { StringLike: { 'aws:ResourceTag/ours': 'g*' } },
      { resourceTags: ours },
      { resourceTags: [{ Key: 'ours', Value: 'silver' }] },
    ],
    [
      'on a tag that is asked for',
      { StringLike: { 'aws:RequestTag/ours': '*' } },
      { requestTags: ours },
      { resourceTags: ours },
    ],
    [
      'on all keys of tags',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['ours'] } },
      { requestTags: ours },
      { requestTags: [...ours, { Key: 'theirs', Value: '' }] },
    ],
    ['on any key of tags', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'ours' } }, { requestTags: ours }, {}],
    ['on a key that is there', { Null: { 'aws:TagKeys': 'false' } }, { requestTags: ours }, {}],
    ['on a key that is not there', { Null: { 'aws:TagKeys': 'true' } }, {}, { requestTags: ours }],
    [
      'on yes or no',
      { Bool: { 'kms:GrantIsForAWSResource': true } },
      { values: { 'kms:GrantIsForAWSResource': 'true' } },
      {},
    ],
    [
      'on who owns it, if that is said',
      { StringEqualsIfExists: { 'ec2:Owner': '111122223333' } },
      {},
      { values: { 'ec2:Owner': '123456789012' } },
    ],
    [
      'on who owns it, where it is said',
      { StringEqualsIfExists: { 'ec2:Owner': '111122223333' } },
      { values: { 'ec2:Owner': '111122223333' } },
      { values: { 'ec2:Owner': '123456789012' } },
    ],
    [
      'on the service that asks for somebody',
      { 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['ec2-images.amazonaws.com'] } },
      { values: { 'aws:CalledVia': 'ec2-images.amazonaws.com' } },
      {},
    ],
    [
      'on two things at once',
      { StringEquals: { 'ec2:CreateAction': 'CopyImage', 'aws:RequestTag/ours': 'gold' } },
      { requestTags: ours, values: { 'ec2:CreateAction': 'CopyImage' } },
      { requestTags: ours, values: { 'ec2:CreateAction': 'CreateImage' } },
    ],
  ])('%s is met and not met', (_, condition, met, unmet) => {
    expect(isAllowedWhere(condition, met)).toBe(true);
    expect(isAllowedWhere(condition, unmet)).toBe(false);
  });

  it('on all keys is met where there is none, as in IAM', () => {
    expect(isAllowedWhere({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['ours'] } })).toBe(true);
  });

  it.each<[condition: unknown, named: string]>([
    [{ StringNotLike: { 'aws:ResourceTag/ours': 'x' } }, 'StringNotLike'],
    [{ StringNotEqualsIfExists: { 'aws:ResourceTag/ours': 'x' } }, 'StringNotEqualsIfExists'],
    [{ 'ForAllValues:StringEqualsIfExists': { 'aws:TagKeys': 'x' } }, 'ForAllValues:StringEqualsIfExists'],
    [{ StringEquals: { 'aws:CalledVia': 'x' } }, 'aws:CalledVia'],
    [{ StringEquals: { 'aws:PrincipalArn': 'x' } }, 'aws:PrincipalArn'],
    [{ StringEquals: { 'aws:TagKeys': 'x' } }, 'aws:TagKeys'],
  ])('that is not understood is an error, not a silent yes: %j', (condition, named) => {
    expect(() => isAllowedWhere(condition)).toThrow(named);
  });
});

it.each(['NotAction', 'NotResource', 'Principal'])('A statement with %s is refused', (word) => {
  expect(() => rightsWith({ ...stop, [word]: 'x' })).toThrow(word);
});

it('A caller without a role is an error', () => {
  expect(() => rightsWith(stop).refused('somebody', [])).toThrow('There is no role for somebody');
});
