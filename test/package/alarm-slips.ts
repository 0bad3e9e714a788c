import {
  alarmsBeyondCloudWatch,
  alarmsOnNothing,
  alarmsWithoutWord,
  emptyWidgets,
  queriesOfNothing,
  unwatchedPolicies,
} from './findings/alarms.ts';
import { misfitEnvironments } from './findings/functions.ts';
import { functions } from './folders.ts';
import type { slips } from './slips.ts';
import { at, changed, type Template, text } from './template.ts';

const body = ['Dashboard', 'Properties', 'DashboardBody', 'Fn::Sub'];

/** Writes something else into the dashboard. */
function redrawn(template: Template, from: string, to: string): Template {
  const before = text(at(template.Resources.Dashboard?.Properties, ...body.slice(2)));
  if (!before.includes(from)) throw new Error(`The dashboard does not say ${from}: no fault can be put there.`);
  return changed(template, body, before.replace(from, to));
}

/** What a slip of the hand would do to what watches over the stack. */
export const alarmSlips: typeof slips = [
  [
    'an alarm on a metric that nobody writes',
    alarmsOnNothing,
    (template) => changed(template, ['ThrottlingAlarm', 'Properties', 'MetricName'], 'Throttles'),
    'watches Throttles, which no function writes',
  ],
  [
    'an alarm by a dimension that is not written',
    alarmsOnNothing,
    (template) => changed(template, ['PolicygoldBlastRadiusAlarm', 'Properties', 'Dimensions', 1], undefined),
    'by policy,, under which it is not kept',
  ],
  [
    'an alarm of a policy that there is not',
    alarmsOnNothing,
    (template) => changed(template, ['PolicygoldBlastRadiusAlarm', 'Properties', 'Dimensions', 0, 'Value'], 'godl'),
    'of godl, which is no policy',
  ],
  [
    'an alarm on another stage',
    alarmsOnNothing,
    (template) => changed(template, ['ThrottlingAlarm', 'Properties', 'Dimensions', 0, 'Value'], 'ami-lifecycle-dev'),
    'of ami-lifecycle-dev, which is another stack',
  ],
  [
    'a function that counts for no stack',
    (template) => misfitEnvironments(template, functions),
    (template) =>
      changed(
        template,
        ['FindStrandedLambdaFunction', 'Properties', 'Environment', 'Variables', 'STACK_NAME'],
        undefined,
      ),
    'functions/find-stranded reads STACK_NAME, which nothing sets',
  ],
  [
    'an alarm on a machine that is elsewhere',
    alarmsOnNothing,
    (template) =>
      changed(
        template,
        [
          ...['CaptureImagesFailedAlarm', 'Properties', 'Metrics', 0, 'MetricStat', 'Metric'],
          ...['Dimensions', 0, 'Value', 'Ref'],
        ],
        'CaptureImages',
      ),
    'not by StateMachineArn of something in the stack',
  ],
  [
    'a dead man’s switch that looks back too far',
    alarmsBeyondCloudWatch,
    (template) => changed(template, ['PolicygoldNoCaptureAlarm', 'Properties', 'EvaluationPeriods'], 252),
    'looks back 907200 s, of 604800 at most',
  ],
  [
    'a dead man’s switch of too many short periods',
    alarmsBeyondCloudWatch,
    (template) =>
      changed(template, ['PolicygoldNoCaptureAlarm', 'Properties', 'Metrics', 0, 'MetricStat', 'Period'], 2700),
    'looks back 97200 s, of 86400 at most',
  ],
  [
    'a dead man’s switch that takes silence for peace',
    unwatchedPolicies,
    (template) => changed(template, ['PolicygoldNoCaptureAlarm', 'Properties', 'TreatMissingData'], 'notBreaching'),
    'gold may fall silent unheard',
  ],
  [
    'a policy without a dead man’s switch',
    unwatchedPolicies,
    (template) => changed(template, ['PolicywebNoCaptureAlarm'], undefined),
    'web may fall silent unheard',
  ],
  [
    'an alarm that nobody can do anything about',
    alarmsWithoutWord,
    (template) =>
      changed(
        template,
        ['StrandedInstanceAlarm', 'Properties', 'AlarmDescription'],
        'Look at docs/runbook.md#standing-still',
      ),
    'links no section of the runbook',
  ],
  [
    'an alarm that tells nobody',
    alarmsWithoutWord,
    (template) => changed(template, ['StrandedInstanceAlarm', 'Properties', 'AlarmActions'], []),
    'tells nobody',
  ],
  [
    'a dashboard that is no JSON',
    emptyWidgets,
    (template) => redrawn(template, '"widgets":', 'widgets:'),
    'is no JSON',
  ],
  [
    'a dashboard of an alarm that is gone',
    emptyWidgets,
    (template) => changed(template, ['ThrottlingAlarm'], undefined),
    ':alarm:ami-lifecycle-test-throttling, which is no alarm',
  ],
  [
    'a dashboard of a machine that is gone',
    emptyWidgets,
    (template) => redrawn(template, '{CaptureImagesStateMachine}', '{CaptureImageStateMachine}'),
    'names CaptureImageStateMachine, which is not deployed',
  ],
  [
    'a dashboard of a metric that nobody writes',
    emptyWidgets,
    (template) => redrawn(template, 'MetricName=\\"Downtime\\"', 'MetricName=\\"Downtimes\\"'),
    'which no function writes',
  ],
  [
    'a dashboard of a name that nobody writes',
    emptyWidgets,
    (template) => redrawn(template, '"Stranded"', '"Standing"'),
    'Standing, which no function writes',
  ],
  [
    'a dashboard of another stage',
    emptyWidgets,
    (template) => redrawn(template, '"stack","ami-lifecycle-test"', '"stack","ami-lifecycle-dev"'),
    'of ami-lifecycle-dev, which is another stack',
  ],
  [
    'a dashboard of a policy that there is not',
    emptyWidgets,
    (template) => redrawn(template, '"policy","gold"', '"policy","godl"'),
    'of godl, which is no policy',
  ],
  [
    'a dashboard of a dimension that is not written',
    emptyWidgets,
    (template) => redrawn(template, '{AmiLifecycle,policy,region,error}', '{AmiLifecycle,policy,error}'),
    'Failed by policy,error, under which it is not kept',
  ],
  [
    'a dashboard that adds up what is not there',
    emptyWidgets,
    (template) => redrawn(template, 'FILL(captureImagesExecutionsFailed, 0)', 'FILL(captureImageExecutionsFailed, 0)'),
    'in which captureImageExecutionsFailed is nothing',
  ],
  [
    'a query of a log group that there is not',
    queriesOfNothing,
    (template) => changed(template, ['StopInstanceLogGroup'], undefined),
    'StopInstanceLogGroup',
  ],
];
