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
import { at, changed, type Json, list, type Template } from './template.ts';

const role = (id: string): (string | number)[] => [id, 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement'];
const machine = 'RetireImagesStateMachine';

/** Adds something to the end of a list in the template. */
const grown = (template: Template, path: (string | number)[], item: Json): Template =>
  changed(template, path, [...list(at(template.Resources[String(path[0])]?.Properties, ...path.slice(2))), item]);

const withoutAction = (template: Template, id: string, action: string): Template => {
  const path = role(id);
  const statements = list(at(template.Resources[id]?.Properties, ...path.slice(2)));
  return changed(
    template,
    path,
    statements.filter((statement) => !list(at(statement, 'Action')).includes(action)),
  );
};

/** What a slip of the hand would do to the template, and what is said of it. */
export const slips: readonly [
  slip: string,
  check: (template: Template) => string[],
  change: (template: Template) => Template,
  finding: string,
][] = [
  [
    'a folder that is not deployed',
    (template) => misfitFunctions(template, functions),
    (template) => changed(template, ['StopInstanceLambdaFunction'], undefined),
    'functions/stop-instance is not deployed',
  ],
  [
    'a function on another runtime',
    (template) => misfitFunctions(template, functions),
    (template) => changed(template, ['StopInstanceLambdaFunction', 'Properties', 'Runtime'], 'nodejs22.x'),
    'does not run on nodejs24.x',
  ],
  [
    'a role given as Ref',
    (template) => misfitFunctions(template, functions),
    (template) => changed(template, ['StopInstanceLambdaFunction', 'Properties', 'Role'], { Ref: 'StopInstanceRole' }),
    'names its role by Ref',
  ],
  [
    'a role that two functions share',
    (template) => misfitFunctions(template, functions),
    (template) =>
      changed(template, ['StopInstanceLambdaFunction', 'Properties', 'Role'], {
        'Fn::Sub': '$' + '{StartInstanceRole.Arn}',
      }),
    'shares its role',
  ],
  [
    'a log that is kept for ever',
    (template) => misfitFunctions(template, functions),
    (template) => changed(template, ['StopInstanceLogGroup', 'Properties', 'RetentionInDays'], undefined),
    'has no log group with a retention',
  ],
  [
    'a variable that is not set',
    (template) => misfitEnvironments(template, functions),
    (template) =>
      changed(
        template,
        ['SelectInstancesLambdaFunction', 'Properties', 'Environment', 'Variables', 'WORK_BUCKET'],
        undefined,
      ),
    'reads WORK_BUCKET',
  ],
  [
    'an Express machine',
    (template) => misfitMachines(template, machines),
    (template) => changed(template, [machine, 'Properties', 'StateMachineType'], 'EXPRESS'),
    'is not of the type STANDARD',
  ],
  [
    'a substitution that is missing',
    misfitSubstitutions,
    (template) => changed(template, [machine, 'Properties', 'DefinitionSubstitutions', 'retireImage'], undefined),
    'uses $' + '{retireImage}, which is not given',
  ],
  [
    'a substitution that nothing uses',
    misfitSubstitutions,
    (template) => changed(template, [machine, 'Properties', 'DefinitionSubstitutions', 'oldName'], 'x'),
    'is given oldName',
  ],
  [
    'a substitution by another function',
    misfitSubstitutions,
    (template) =>
      changed(template, [machine, 'Properties', 'DefinitionSubstitutions', 'retireImage'], {
        Ref: 'StopInstanceLambdaFunction',
      }),
    'which is no version of it',
  ],
  [
    'an integration without its right',
    misfitRights,
    (template) => withoutAction(template, `${machine}Role`, 'events:PutRule'),
    'needs events:PutRule',
  ],
  [
    'a Map that may not start its children',
    misfitRights,
    (template) => withoutAction(template, 'CaptureImagesStateMachineRole', 'states:RedriveExecution'),
    'needs states:RedriveExecution',
  ],
  [
    'a right without its integration',
    misfitRights,
    (template) =>
      grown(template, role('RestoreImageStateMachineRole'), {
        Effect: 'Allow',
        Action: ['states:StartExecution'],
        Resource: { 'Fn::Sub': 'arn' },
      }),
    'has states:StartExecution',
  ],
  [
    'a machine that may invoke everything',
    misfitRights,
    (template) =>
      grown(template, role('RestoreImageStateMachineRole'), {
        Effect: 'Allow',
        Action: ['lambda:InvokeFunction'],
        Resource: '*',
      }),
    'has lambda:InvokeFunction',
  ],
  [
    'an action that is everything',
    widerThanNeeded,
    (template) => grown(template, role('StopInstanceRole'), { Effect: 'Allow', Action: '*', Resource: ['arn'] }),
    'name the actions',
  ],
  [
    'a service that is everything',
    widerThanNeeded,
    (template) => grown(template, role('StopInstanceRole'), { Effect: 'Allow', Action: ['ec2:*'], Resource: ['arn'] }),
    'name the actions',
  ],
  [
    'a change to everything',
    widerThanNeeded,
    (template) =>
      grown(template, role('StopInstanceRole'), { Effect: 'Allow', Action: ['ec2:StopInstances'], Resource: '*' }),
    'name resources',
  ],
  [
    'a look into every parameter',
    widerThanNeeded,
    (template) =>
      grown(template, role('RetireImageRole'), { Effect: 'Allow', Action: ['ssm:GetParameters'], Resource: '*' }),
    'name resources',
  ],
  [
    'a copy of an image that may be anybody’s',
    changesWithoutOurTags,
    (template) =>
      grown(template, role('CopyImageRole'), { Effect: 'Allow', Action: ['ec2:CopyImage'], Resource: ['arn'] }),
    'add a condition on a tag of ours',
  ],
  [
    'a copy that is tagged as it pleases',
    changesWithoutOurTags,
    (template) =>
      grown(template, role('CopyImageRole'), {
        Effect: 'Allow',
        Action: ['ec2:CreateTags'],
        Resource: ['arn'],
        Condition: { StringEquals: { 'ec2:CreateAction': 'CopyImage' } },
      }),
    'add a condition on a tag of ours',
  ],
  [
    'a change to what is not ours',
    changesWithoutOurTags,
    (template) =>
      grown(template, role('StopInstanceRole'), { Effect: 'Allow', Action: ['ec2:StopInstances'], Resource: ['arn'] }),
    'add a condition on a tag of ours',
  ],
  [
    'a trust in every account',
    trustsTooMuch,
    (template) =>
      changed(
        template,
        ['StopInstanceRole', 'Properties', 'AssumeRolePolicyDocument', 'Statement', 0, 'Condition'],
        undefined,
      ),
    'add aws:SourceAccount',
  ],
  [
    'a role too long for IAM',
    tooLongForIam,
    (template) =>
      grown(template, role('StopInstanceRole'), { Action: ['ec2:DescribeImages'], Resource: ['x'.repeat(10_000)] }),
    'of at most 10240',
  ],
  [
    'a cron of five fields',
    badSchedules,
    (template) => changed(template, ['PolicygoldCapture', 'Properties', 'ScheduleExpression'], 'cron(0 3 * * ?)'),
    'never comes',
  ],
  [
    'a cron for 30 February',
    badSchedules,
    (template) => changed(template, ['PolicygoldCapture', 'Properties', 'ScheduleExpression'], 'cron(0 3 30 2 ? *)'),
    'never comes',
  ],
  [
    'a rate of 1 hours',
    badSchedules,
    (template) => changed(template, ['PolicygoldCapture', 'Properties', 'ScheduleExpression'], 'rate(1 hours)'),
    'never comes',
  ],
  [
    'an offset for a time zone',
    badSchedules,
    (template) => changed(template, ['PolicygoldCapture', 'Properties', 'ScheduleExpressionTimezone'], '+01:00'),
    'names no time zone',
  ],
  [
    'a time zone that there is not',
    badSchedules,
    (template) => changed(template, ['PolicygoldCapture', 'Properties', 'ScheduleExpressionTimezone'], 'Europe/Romme'),
    'names no time zone',
  ],
  [
    'a schedule that does not say when',
    badSchedules,
    (template) => changed(template, ['PolicygoldCapture', 'Properties', 'Target', 'Input'], '{"policy":"gold"}'),
    'does not say for when',
  ],
  [
    'a schedule whose failures vanish',
    badSchedules,
    (template) => changed(template, ['PolicygoldCapture', 'Properties', 'Target', 'DeadLetterConfig'], undefined),
    'has no dead-letter queue',
  ],
  [
    'a policy that nothing retires',
    (template) => misfitPolicies(template, ['gold']),
    (template) => changed(template, ['PolicygoldRetirement'], undefined),
    'and starts CaptureImagesStateMachine',
  ],
  [
    'a policy that functions cannot read',
    (template) => misfitPolicies(template, ['gold']),
    (template) => changed(template, ['Policygold', 'Properties', 'Value'], '{"name":"gold"}'),
    'gold is 0 parameters',
  ],
  [
    'a pattern that EventBridge refuses',
    badRules,
    (template) => changed(template, ['CaptureImagesRule', 'Properties', 'EventPattern'], { source: 'aws.tag' }),
    'is not understood',
  ],
  [
    'a rule that may not start what it starts',
    badRules,
    (template) => withoutAction(template, 'EventRuleRole', 'states:StartExecution'),
    'may not start',
  ],
  [
    'a version that the next deploy deletes',
    unsafeForRunningExecutions,
    (template) => ({
      ...template,
      Resources: Object.fromEntries(
        Object.entries(template.Resources).map(([id, resource]) => [id, { ...resource, DeletionPolicy: 'Delete' }]),
      ),
    }),
    'is deleted by the next deploy',
  ],
  [
    'a definition that calls unpublished code',
    unsafeForRunningExecutions,
    (template) =>
      changed(template, [machine, 'Properties', 'DefinitionSubstitutions', 'retireImage'], {
        'Fn::GetAtt': ['RetireImageLambdaFunction', 'Arn'],
      }),
    'calls whatever code retireImage has',
  ],
  [
    'a machine bound to the newest version',
    unsafeForRunningExecutions,
    (template) =>
      grown(template, role(`${machine}Role`), {
        Effect: 'Allow',
        Action: ['lambda:InvokeFunction'],
        Resource: { Ref: 'RetireImageLambdaVersionX' },
      }),
    'which is not every version',
  ],
  [
    'a bucket that forgets launch permissions',
    carelessBucket,
    (template) =>
      changed(template, ['WorkBucket', 'Properties', 'LifecycleConfiguration', 'Rules', 0, 'Prefix'], undefined),
    'expires something else',
  ],
  [
    'a bucket without TLS',
    carelessBucket,
    (template) => changed(template, ['WorkBucketPolicy', 'Properties', 'PolicyDocument', 'Statement'], []),
    'can be read without TLS',
  ],
  [
    'a bucket that goes with the stack',
    carelessBucket,
    (template) => changed(template, ['WorkBucket', 'DeletionPolicy'], 'Delete'),
    'goes with the stack',
  ],
  [
    'a bucket that a change of it deletes',
    lostOnRemoval,
    (template) => changed(template, ['WorkBucket', 'UpdateReplacePolicy'], undefined),
    'WorkBucket goes with the stack',
  ],
  [
    'a resource that cleans up when it is deleted',
    lostOnRemoval,
    (template) => changed(template, ['WorkBucket', 'Type'], 'Custom::Cleaner'),
    'may take images with it',
  ],
  [
    'a function that reserves concurrency',
    (template) => misfitFunctions(template, functions),
    (template) => changed(template, ['StopInstanceLambdaFunction', 'Properties', 'ReservedConcurrentExecutions'], 5),
    'reserves concurrency',
  ],
  [
    'a function without traces',
    (template) => misfitFunctions(template, functions),
    (template) => changed(template, ['StopInstanceLambdaFunction', 'Properties', 'TracingConfig'], undefined),
    'is not traced',
  ],
  [
    'a condition by a key that never comes',
    emptyConditions,
    (template) =>
      grown(template, role('StopInstanceRole'), {
        Effect: 'Allow',
        Action: ['ec2:StopInstances'],
        Resource: ['arn'],
        Condition: { StringLike: { 'ec2:ResourceTags/ami-lifecycle:policy': '*' } },
      }),
    'ec2:ResourceTags/ami-lifecycle:policy, which comes with no such request',
  ],
  [
    'a window that the policy does not name',
    (template) => misfitPolicies(template, ['gold']),
    (template) =>
      changed(template, ['PolicygoldCapture', 'Properties', 'FlexibleTimeWindow', 'MaximumWindowInMinutes'], 60),
    'gold is not captured when',
  ],
  [
    'a rule that tries for a day',
    badRules,
    (template) => changed(template, ['CaptureImagesRule', 'Properties', 'Targets', 0, 'RetryPolicy'], undefined),
    'tries for a day',
  ],
];
