import { describe, expect, it } from 'vitest';
import { functionFolders, readFunctionFile, statementsUnder } from '../../deploy/function-files.ts';
import { functionRoles } from '../../deploy/functions.ts';
import { lackingUnder } from '../../deploy/lacking.ts';
import { role } from '../../deploy/role.ts';
import { policy } from '../../explore/servers.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';

const byHand = { schedule: { cron: '0 3 * * ? *', onTagged: false } };
const crash = { capture: { consistency: 'crash' } };

/** A policy that selects by these tags. */
const selecting = (name: string, tags: Record<string, string>, fields: Record<string, unknown> = {}): NamedPolicy =>
  policy(name, { ...byHand, select: { tags }, ...fields });

/** The conditions under which a function may do that. */
function conditionsOf(folder: string, action: string, policies: readonly NamedPolicy[]) {
  return statementsUnder(readFunctionFile(folder), policies)
    .filter(({ Action }) => Action.includes(action))
    .map(({ Condition }) => Condition?.StringLike);
}

const lengthOf = (folder: string, policies: readonly NamedPolicy[]): number =>
  JSON.stringify(statementsUnder(readFunctionFile(folder), policies)).length;

describe('The right to stop', () => {
  const web = selecting('web', { tier: 'web' }, crash);
  const database = selecting('database', { tier: 'db' });

  it('is for what a policy that stops selects, and not for what another policy does', () => {
    expect(conditionsOf('stop-instance', 'ec2:StopInstances', [web, database])).toEqual([
      { 'aws:ResourceTag/tier': 'db' },
    ]);
    expect(conditionsOf('create-image', 'ec2:CreateImage', [web, database])).toContainEqual({
      'aws:ResourceTag/tier': ['web', 'db'],
    });
  });

  it('is lacking to a policy that begins to stop, though it selects nothing new', () => {
    expect(lackingUnder([web, database], selecting('web', { tier: 'web' }))).toEqual([
      'the right to stop instances tagged tier=web',
    ]);
    expect(lackingUnder([web, database], web)).toEqual([]);
  });

  it('is lacking once where nothing of it is there', () => {
    expect(lackingUnder([web, database], selecting('web', { tier: 'cache' }))).toEqual([
      'the right to instances tagged tier=cache',
    ]);
    expect(lackingUnder([web], selecting('web', { tier: 'web' }))).toEqual([
      'the rights that are there only where a policy stops instances',
    ]);
  });
});

describe('The right to publish', () => {
  const [home, other] = ['people', 'others'].map((name) => `arn:aws:sns:eu-west-1:111122223333:${name}`);
  const telling = policy('gold', { notify: { topicArn: home } });

  it.each(['summarise-run', 'summarise-retirement'])('is for the topics that policies name: %s', (folder) => {
    const topics = (policies: readonly NamedPolicy[]) =>
      statementsUnder(readFunctionFile(folder), policies)
        .filter(({ Action }) => Action.includes('sns:Publish'))
        .map(({ Resource }) => Resource);
    expect(topics([telling, policy('web'), { ...telling, name: 'silver' }])).toEqual([
      [{ Ref: 'NotificationTopic' }, home],
    ]);
    expect(topics([policy('web')])).toEqual([[{ Ref: 'NotificationTopic' }]]);
  });

  it('is lacking to a policy that names another topic', () => {
    expect(lackingUnder([telling], policy('gold', { notify: { topicArn: other } }))).toEqual([
      `the right to publish to ${other}`,
    ]);
  });
});

it('A stack of no policies that archive may use no key to restore', () => {
  const actions = statementsUnder(readFunctionFile('restore-image'), [policy('gold')]).flatMap(({ Action }) => Action);
  expect(actions.filter((action) => action.startsWith('kms:'))).toEqual([]);
});

describe('Roles under many policies', () => {
  const many = (count: number, tags: (index: number) => Record<string, string>): NamedPolicy[] =>
    Array.from({ length: count }, (_, index) => selecting(`policy-${index}`, tags(index)));

  it('stay within what IAM takes where policies differ in one tag', () => {
    const policies = many(100, (index) => ({ environment: 'production', team: `team-${index}` }));
    expect(Object.keys(functionRoles(policies).Resources)).toHaveLength(functionFolders().length);
    expect(conditionsOf('stop-instance', 'ec2:StopInstances', policies)).toEqual([
      {
        'aws:ResourceTag/environment': 'production',
        'aws:ResourceTag/team': policies.map((_, index) => `team-${index}`),
      },
    ]);
  });

  it('say before CloudFormation does which of them IAM would not take, and how to mend it', () => {
    const policies = many(40, (index) => ({ [`application-${index}`]: 'yes' }));
    expect(() => functionRoles(policies)).toThrow(
      /^\w+Role comes to \d+ characters, and IAM takes 10240: .*another stage/,
    );
    const longest = Math.max(...functionFolders().map((folder) => lengthOf(folder, policies)));
    expect(longest).toBeGreaterThan(10_240);
  });

  it('never join selectors that together select more than each of them', () => {
    const policies = [selecting('a', { tier: 'db', team: 'x' }), selecting('b', { tier: 'web', team: 'y' })];
    expect(conditionsOf('stop-instance', 'ec2:StopInstances', policies)).toEqual([
      { 'aws:ResourceTag/tier': 'db', 'aws:ResourceTag/team': 'x' },
      { 'aws:ResourceTag/tier': 'web', 'aws:ResourceTag/team': 'y' },
    ]);
    const narrower = [selecting('a', { tier: 'db' }), selecting('b', { tier: 'db', team: 'y' })];
    expect(conditionsOf('stop-instance', 'ec2:StopInstances', narrower)).toHaveLength(2);
  });
});

it('A role that is longer than IAM takes is refused by its name', () => {
  const statement = { Effect: 'Allow', Action: ['ec2:DescribeImages'], Resource: 'x'.repeat(10_240) } as const;
  expect(() => role('CopyImageRole', 'lambda', [statement])).toThrow('CopyImageRole comes to');
});
