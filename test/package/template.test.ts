import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../cli/policies/load.ts';
import { readWorkflow } from '../../cli/simulation/workflows.ts';
import { functionRoles } from '../../deploy/functions.ts';
import { parseEventPattern } from '../../engine/event-pattern.ts';
import { alarmSlips } from './alarm-slips.ts';
import { compile } from './compile.ts';
import {
  alarmsBeyondCloudWatch,
  alarmsOnNothing,
  alarmsWithoutWord,
  emptyWidgets,
  queriesOfNothing,
  unwatchedPolicies,
} from './findings/alarms.ts';
import { carelessBucket, lostOnRemoval, unsafeForRunningExecutions } from './findings/deploys.ts';
import { misfitEnvironments, misfitFunctions } from './findings/functions.ts';
import { misfitMachines, misfitRights, misfitSubstitutions } from './findings/machines.ts';
import {
  changesWithoutOurTags,
  emptyConditions,
  tooLongForIam,
  trustsTooMuch,
  widerThanNeeded,
} from './findings/rights.ts';
import { badRules, badSchedules, misfitPolicies } from './findings/triggers.ts';
import { functions, machines } from './folders.ts';
import { rightsIn } from './roles.ts';
import { slips } from './slips.ts';
import { at, resourcesOf, type Template, text } from './template.ts';

/** Compiled one after the other, each with the real osls: together they would only wait for the same cores. */
const initial = await compile('policies');
const plain = await compile('test/package/policies');

const stacks: [name: string, template: Template, policies: string[], folder: string][] = [
  ['the policies that the project begins with', initial, ['gold', 'web'], 'policies'],
  ['a policy that needs nothing special', plain, ['plain'], 'test/package/policies'],
];

const checks: Record<string, (template: Template) => string[]> = {
  'has one function for each folder, set up as all are': (template) => misfitFunctions(template, functions),
  'gives each function the environment that it reads': (template) => misfitEnvironments(template, functions),
  'has one state machine for each folder, set up as all are': (template) => misfitMachines(template, machines),
  'fills in what definitions leave open, with versions': misfitSubstitutions,
  'lets each machine do what its states do, and nothing else': misfitRights,
  'has no right that is wider than what it is for': widerThanNeeded,
  'lets functions change in EC2 only what carries our tags': changesWithoutOurTags,
  'has conditions by keys that AWS hands over': emptyConditions,
  'has roles that one service takes, in this account’s name': trustsTooMuch,
  'has roles that IAM has room for': tooLongForIam,
  'has schedules that come, on time, and are not lost': badSchedules,
  'has event rules that match, and whose events are not lost': badRules,
  'is safe to deploy while captures run': unsafeForRunningExecutions,
  'takes neither images nor what is known of them with it when it is removed': lostOnRemoval,
  'keeps what passes between steps to itself': carelessBucket,
  'has alarms on what is measured': alarmsOnNothing,
  'has alarms that CloudWatch takes': alarmsBeyondCloudWatch,
  'has alarms that tell people, and what to do': alarmsWithoutWord,
  'notices when a policy falls silent': unwatchedPolicies,
  'shows on its dashboard what there is': emptyWidgets,
  'asks its questions of logs that there are': queriesOfNothing,
};

describe.each(stacks)('The stack for %s', (_, template, policies, folder) => {
  it.each(Object.entries(checks))('%s', (_name, check) => {
    expect(check(template)).toEqual([]);
  });

  it('has a parameter and two schedules for each policy, and no others', () => {
    expect(misfitPolicies(template, policies)).toEqual([]);
    expect(resourcesOf(template, 'AWS::SSM::Parameter')).toHaveLength(policies.length);
  });

  it('gives functions the very rights that simulations judge them by', () => {
    const { Resources } = functionRoles(loadPolicies(folder).policies.map(({ policy }) => policy));
    const filledIn = JSON.stringify(Resources)
      .replaceAll('$' + '{self:custom.policyPrefix}', '/ami-lifecycle/test/policies/')
      .replaceAll('$' + '{self:service}-$' + '{sls:stage}', 'ami-lifecycle-test');
    expect(template.Resources).toMatchObject(JSON.parse(filledIn));
  });
});

describe('Removing the stack', () => {
  it.each(stacks)(
    'leaves the work bucket and its policy, and else only versions of code that is gone: %s',
    (_, template) => {
      const left = Object.values(template.Resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
      expect(new Set(left.map(({ Type }) => Type))).toEqual(
        new Set([
          ...['AWS::S3::Bucket', 'AWS::S3::BucketPolicy'],
          ...['AWS::Lambda::Version', 'AWS::StepFunctions::StateMachineVersion'],
        ]),
      );
    },
  );
});

const actionsOf = (template: Template): string[] => rightsIn(template).flatMap(({ actions }) => actions);

describe('A right that only some policies need', () => {
  it.each(['kms:ReEncrypt*', 'kms:Decrypt', 'ebs:GetSnapshotBlock', 'ebs:StartSnapshot', 's3:RestoreObject'])(
    'is given where one of them does, and is not there where none does: %s',
    (action) => {
      expect(actionsOf(initial)).toContain(action);
      expect(actionsOf(plain)).not.toContain(action);
    },
  );

  it('to stop instances is for those that policies select', () => {
    const stops = (template: Template) =>
      rightsIn(template).filter(({ actions }) => actions.includes('ec2:StopInstances'));
    const images = (template: Template) =>
      rightsIn(template).filter(
        ({ role, resources }) => role === 'CreateImageRole' && text(resources[0]).includes(':instance/'),
      );
    expect(stops(plain)).toEqual([]);
    expect(stops(initial).map(({ conditions }) => at(conditions, 'StringLike'))).toEqual([
      { 'aws:ResourceTag/ami-lifecycle:policy': '*' },
    ]);
    expect(images(plain).map(({ conditions }) => conditions)).toEqual([
      { StringLike: { 'aws:ResourceTag/role': 'web' } },
      { StringLike: { 'aws:ResourceTag/ami-lifecycle:stopped-by': '*' } },
    ]);
  });

  it('to publish is for the topics that they name, and for the stack’s own', () => {
    const topics = (template: Template) =>
      rightsIn(template)
        .filter(({ role, actions }) => role === 'SummariseRunRole' && actions.includes('sns:Publish'))
        .flatMap(({ resources }) => resources);
    expect(topics(initial)).toEqual([{ Ref: 'NotificationTopic' }]);
    expect(topics(plain)).toEqual([{ Ref: 'NotificationTopic' }, 'arn:aws:sns:eu-west-1:111122223333:people']);
  });

  it('to archives is for the places that policies name', () => {
    const places = rightsIn(initial)
      .filter(({ role }) => role === 'StoreImageRole')
      .flatMap(({ resources }) => resources.map(text))
      .filter((resource) => resource.includes(':s3:::'));
    expect(places).not.toEqual([]);
    for (const place of places) expect(place).toContain(':s3:::ami-lifecycle-archive-111122223333');
  });
});

describe('A right to end what is under way', () => {
  it.each(['ec2:StartInstances', 'kms:CreateGrant'])(
    'is there whatever policies there are, as a deploy may change them while an instance is stopped: %s',
    (action) => {
      for (const template of [initial, plain]) {
        const rights = rightsIn(template).filter(({ role }) => role === 'StartInstanceRole');
        expect(rights.flatMap(({ actions }) => actions)).toContain(action);
      }
    },
  );
});

describe('The rule for tagging', () => {
  const pattern = initial.Resources.CaptureImagesRule?.Properties.EventPattern ?? null;
  const matches = parseEventPattern(pattern);
  const tagging = (changedKeys: string[], tags: Record<string, string>) => ({
    source: 'aws.tag',
    'detail-type': 'Tag Change on Resource',
    detail: { 'changed-tag-keys': changedKeys, service: 'ec2', 'resource-type': 'instance', tags },
  });
  const under = { 'ami-lifecycle:policy': 'gold' };

  it('is the one that simulations run by', () => {
    expect(pattern).toEqual(readWorkflow('capture-images').eventPattern);
  });

  it('takes an instance that is put under a policy, and neither our own tagging nor a tag that is removed', () => {
    expect(matches(tagging(['ami-lifecycle:policy'], under))).toBe(true);
    expect(matches(tagging(['ami-lifecycle:stopped-by'], { ...under, 'ami-lifecycle:stopped-by': 'x' }))).toBe(false);
    expect(matches(tagging(['ami-lifecycle:policy'], {}))).toBe(false);
  });
});

describe('A slip in the template is found:', () => {
  it.each([...slips, ...alarmSlips])('%s', (_, check, change, finding) => {
    expect(check(change(initial)).join('\n')).toContain(finding);
  });
});
