import type { LoadedPolicy } from '../cli/policies/load.ts';
import { workflowNames } from '../cli/simulation/workflows.ts';
import { attribute, type Fragment, type Resource, ref, stackName, type Value } from '../deploy/cloudformation.ts';
import { logicalName, policyId, stateMachineId } from '../deploy/names.ts';
import { type MetricName, metricNamespace } from '../shared/domain/metrics.ts';
import { type SilenceWatch, silenceWatch } from './silence.ts';

/** Why an alarm goes off; each is a section of docs/runbook.md, under the very same words. */
export const alarmSections = [
  'Execution failed',
  'No capture',
  'Stranded instance',
  'Leases unclear',
  'Restart delayed',
  'Rescue silent',
  'Evidence incomplete',
  'Blast radius exceeded',
  'Start not delivered',
  'Throttling',
] as const;
type AlarmSection = (typeof alarmSections)[number];

/** What follows # in a link to a heading. */
export const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll(' ', '-');

/** Where the runbook lies; osls fills it in. */
const runbook = '$' + '{param:runbook}';

/** Every alarm, by its logical id. */
export function alarmResources(policies: readonly LoadedPolicy[]): Fragment {
  const alarms = [...workflowNames().map(executionFailed), ...stackAlarms(), ...policies.flatMap(alarmsOfPolicy)];
  return { Resources: Object.fromEntries(alarms) };
}

export type NamedAlarm = readonly [logicalId: string, alarm: Resource];

function executionFailed(workflow: string): NamedAlarm {
  const Dimensions = ofMachine(workflow);
  const ends = { failed: 'ExecutionsFailed', timedOut: 'ExecutionsTimedOut', aborted: 'ExecutionsAborted' };
  return alarm({
    id: `${logicalName(workflow)}Failed`,
    name: `${workflow}-failed`,
    section: 'Execution failed',
    says: `A run of ${workflow} failed, ran out of time, or was aborted.`,
    Metrics: [
      ...Object.entries(ends).map(([Id, MetricName]) => measured(Id, 'AWS/States', MetricName, Dimensions, 300)),
      // Only what happened has a data point, and a sum needs all three.
      computed('FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)'),
    ],
    ...atLeast(1),
  });
}

const stackAlarms = (): NamedAlarm[] => [
  alarm({
    id: 'StrandedInstance',
    name: 'stranded-instance',
    section: 'Stranded instance',
    says: 'An instance that a capture has stopped stands still, and its capture will not start it any more.',
    ...own('Stranded', 'Maximum', { Period: 300 }),
    ...atLeast(1),
  }),
  alarm({
    id: 'LeasesUnclear',
    name: 'leases-unclear',
    section: 'Leases unclear',
    says: 'An instance stands still under a lease of which nobody can tell whether it is ours; it stays as it is.',
    ...own('LeasesUnclear', 'Maximum', { Period: 300 }),
    ...atLeast(1),
  }),
  alarm({
    id: 'RestartDelayed',
    name: 'restart-delayed',
    section: 'Restart delayed',
    says: 'An instance that was stopped for its capture does not start, or falls back; the capture goes on trying.',
    ...own('RestartDelayed', 'Sum', { Period: 300 }),
    ...atLeast(1),
  }),
  alarm({
    id: 'RescueSilent',
    name: 'rescue-silent',
    section: 'Rescue silent',
    says: 'No look for stranded instances has come to a good end for half an hour; one is due every five minutes.',
    Metrics: [
      measured('succeeded', 'AWS/States', 'ExecutionsSucceeded', ofMachine('rescue-instances'), 900),
      computed('FILL(succeeded, 0)'),
    ],
    EvaluationPeriods: 2,
    ...lessThan(1),
    TreatMissingData: 'breaching',
  }),
  alarm({
    id: 'StartNotDelivered',
    name: 'start-not-delivered',
    section: 'Start not delivered',
    says: 'A schedule or an event could not start its run; the letter in the queue says which, and why.',
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: dimensionsOf({ QueueName: attribute('UndeliveredStarts', 'QueueName') }),
    Statistic: 'Maximum',
    Period: 300,
    EvaluationPeriods: 1,
    ...atLeast(1),
  }),
  alarm({
    id: 'Throttling',
    name: 'throttling',
    section: 'Throttling',
    says: 'AWS has throttled tasks for half an hour, and longer than their retries bridge.',
    // A task that is throttled is tried again within five minutes.
    ...own('Throttled', 'Sum', { Period: 600, EvaluationPeriods: 3 }),
    ...atLeast(1),
  }),
];

/** What only a deploy makes of a policy: CloudWatch watches it by these until the next. */
export function alarmsOfPolicy(loaded: LoadedPolicy): NamedAlarm[] {
  const { name, retire } = loaded.policy;
  const id = policyId(name);
  const watch = silenceWatch(loaded);
  return [
    ...(watch ? [noCapture(name, watch)] : []),
    ...(retire
      ? [
          alarm({
            id: `${id}EvidenceIncomplete`,
            name: `${name}-evidence-incomplete`,
            section: 'Evidence incomplete',
            says: `Who uses the images of the policy ${name} is not known in some Region; nothing is touched there.`,
            ...own('EvidenceIncomplete', 'Sum', { Period: 3600, policy: name }),
            ...atLeast(1),
          }),
          alarm({
            id: `${id}BlastRadius`,
            name: `${name}-blast-radius-exceeded`,
            section: 'Blast radius exceeded',
            says: `A run would have retired more images of the policy ${name} than the policy allows; nothing was retired.`,
            ...own('BlastRadiusExceeded', 'Sum', { Period: 3600, policy: name }),
            ...atLeast(1),
          }),
        ]
      : []),
  ];
}

/** The dead man's switch: what goes off when nothing happens. */
function noCapture(policy: string, { by, silenceSeconds, periodSeconds, periods, missing }: SilenceWatch): NamedAlarm {
  const named = {
    id: `${policyId(policy)}NoCapture`,
    name: `${policy}-no-capture`,
    section: 'No capture',
    says: `The policy ${policy} has had no new image for ${spanOf(silenceSeconds)}, one and a half times its schedule's interval.`,
  } as const;
  const Dimensions = dimensionsOf({ policy, region: ref('AWS::Region') });
  if (by === 'age') {
    const tooOld = { ComparisonOperator: 'GreaterThanThreshold', Threshold: silenceSeconds, TreatMissingData: missing };
    if (missing === 'ignore') {
      const last = { Period: periodSeconds, EvaluationPeriods: periods, policy };
      return alarm({ ...named, ...own('NewestImageAge', 'Maximum', last), ...tooOld });
    }
    const name = 'NewestImageAge' satisfies MetricName;
    return alarm({
      ...named,
      Metrics: [
        measured('age', metricNamespace, name, Dimensions, periodSeconds, 'Maximum'),
        // A day without a look is as bad as an image that is too old.
        computed(`FILL(age, ${silenceSeconds + 1})`),
      ],
      EvaluationPeriods: periods,
      ...tooOld,
    });
  }
  return alarm({
    ...named,
    Metrics: [
      measured('captured', metricNamespace, 'Captured' satisfies MetricName, Dimensions, periodSeconds),
      // Where data are missing, CloudWatch looks further back than it was told to, and would find the last capture.
      computed('FILL(captured, 0)'),
    ],
    EvaluationPeriods: periods,
    ...lessThan(1),
    TreatMissingData: missing,
  });
}

function spanOf(seconds: number): string {
  const hours = seconds / 3600;
  if (hours < 1) return `${Math.round(seconds / 60)} minutes`;
  return hours <= 72 ? `${Math.round(hours * 10) / 10} hours` : `${Math.round(hours / 2.4) / 10} days`;
}

interface AlarmText {
  /** Its logical id is this and `Alarm`. */
  id: string;
  name: string;
  section: AlarmSection;
  says: string;
}

/** By default of one period; what is not measured is no cause for alarm. */
function alarm({ id, name, section, says, ...condition }: AlarmText & { [property: string]: Value }): NamedAlarm {
  return [
    `${id}Alarm`,
    {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmName: `${stackName}-${name}`,
        AlarmDescription: `${says} What to do: ${runbook}#${anchorOf(section)}`,
        AlarmActions: [ref('NotificationTopic')],
        OKActions: [ref('NotificationTopic')],
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
        ...condition,
      },
    },
  ];
}

/** A metric of ours, of a policy or else of this stack, in the stack's Region. */
function own(
  MetricName: MetricName,
  Statistic: 'Sum' | 'Maximum',
  { policy, ...periods }: { Period: number; EvaluationPeriods?: number; policy?: string },
): { [property: string]: Value } {
  const region = ref('AWS::Region');
  const Dimensions = dimensionsOf(policy === undefined ? { stack: stackName, region } : { policy, region });
  return { Namespace: metricNamespace, MetricName, Dimensions, Statistic, ...periods };
}

const measured = (
  Id: string,
  Namespace: string,
  MetricName: string,
  Dimensions: Value,
  Period: number,
  Stat: 'Sum' | 'Maximum' = 'Sum',
): Value => ({
  Id,
  MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period, Stat },
  ReturnData: false,
});

const computed = (Expression: string): Value => ({ Id: 'result', Expression, ReturnData: true });

const ofMachine = (workflow: string): Value => dimensionsOf({ StateMachineArn: ref(stateMachineId(workflow)) });

const dimensionsOf = (dimensions: { readonly [name: string]: Value }): Value =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

const atLeast = (Threshold: number) => ({ ComparisonOperator: 'GreaterThanOrEqualToThreshold', Threshold });
const lessThan = (Threshold: number) => ({ ComparisonOperator: 'LessThanThreshold', Threshold });
