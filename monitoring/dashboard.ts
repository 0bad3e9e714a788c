import type { LoadedPolicy } from '../cli/policies/load.ts';
import { workflowNames } from '../cli/simulation/workflows.ts';
import { type Fragment, stackName, sub } from '../deploy/cloudformation.ts';
import { stateMachineId } from '../deploy/names.ts';
import { type MetricName, metricCatalogue, metricNamespace } from '../shared/domain/metrics.ts';
import { alarmResources } from './alarms.ts';

const day = 86_400;
const columns = 24;
/** That a widget may name. */
const mostAlarms = 100;

interface Graph {
  title: string;
  metrics: unknown[];
  /** What the left axis counts. */
  unit: string;
  isStacked?: boolean;
}

/** CloudWatch's own braces, which must pass Fn::Sub. */
const property = (name: string): string => `\${!PROP('${name}')}`;
const perPolicy = `${property('Dim.policy')}`;
const perRegion = `${perPolicy} ${property('Dim.region')}`;

/**
 * A metric of ours for whatever policies and Regions there are: a policy that is pushed without a deploy is shown, too.
 * @param set which of the sets of dimensions that the metric is kept under
 * @param scale what a value is divided by
 */
function search(name: MetricName, stat: string, period: number, label: string, { set = 0, scale = 1 } = {}): unknown[] {
  const dimensions = metricCatalogue[name].by[set];
  if (!dimensions) throw new Error(`${name} has no set ${set} of dimensions.`);
  const found = `SEARCH('{${[metricNamespace, ...dimensions].join()}} MetricName="${name}"', '${stat}', ${period})`;
  return [{ expression: scale === 1 ? found : `${found} / ${scale}`, label }];
}

/** One screen, most urgent first; each title is the question that it answers. */
const graphs: readonly Graph[] = [
  {
    title: 'Are all instances protected? Captured of selected, each day',
    unit: 'instances',
    metrics: [
      search('Selected', 'Sum', day, `${perPolicy} selected`),
      search('Captured', 'Sum', day, `${perPolicy} captured`),
      search('Skipped', 'Sum', day, `${perPolicy} skipped`),
    ],
  },
  {
    title: 'How old is the newest image?',
    unit: 'hours',
    metrics: [search('NewestImageAge', 'Maximum', day, perRegion, { scale: 3600 })],
  },
  {
    title: 'What failed? Captures by error, and runs',
    unit: 'failures',
    isStacked: true,
    metrics: [
      search('Failed', 'Sum', day, `${perPolicy} ${property('Dim.error')}`, { set: 1 }),
      ...workflowNames().flatMap((workflow) =>
        ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map((name) => [
          'AWS/States',
          name,
          'StateMachineArn',
          `\${${stateMachineId(workflow)}}`,
          { stat: 'Sum', period: day, label: `${workflow} ${name.replace('Executions', '').toLowerCase()}` },
        ]),
      ),
    ],
  },
  {
    title: 'What did it cost in downtime? Longest and median',
    unit: 'minutes',
    metrics: [
      search('Downtime', 'Maximum', day, `${perPolicy} longest`, { scale: 60 }),
      search('Downtime', 'p50', day, `${perPolicy} median`, { scale: 60 }),
    ],
  },
  {
    title: 'Is anything standing still?',
    unit: 'instances',
    metrics: [
      search('Stranded', 'Maximum', 300, 'stranded'),
      search('LeasesUnclear', 'Maximum', 300, 'lease unclear'),
      search('RestartDelayed', 'Sum', 300, 'restart delayed'),
      search('Rescued', 'Sum', 300, 'rescued'),
      search('RescueFailed', 'Sum', 300, 'rescue failed'),
    ],
  },
  {
    title: 'How long do images and copies take? Longest',
    unit: 'minutes',
    metrics: [
      search('TimeToAvailable', 'Maximum', day, `${perPolicy} image`, { scale: 60 }),
      search('CopyLag', 'Maximum', day, `${perPolicy} copies`, { scale: 60 }),
    ],
  },
  { title: 'Images alive', unit: 'images', metrics: [search('Images', 'Maximum', day, perRegion)] },
  { title: 'Size of their volumes', unit: 'GB', metrics: [search('Gigabytes', 'Maximum', day, perRegion)] },
  {
    title: 'What left, and what could not',
    unit: 'images',
    metrics: [
      search('Retired', 'Sum', day, `${perPolicy} retired`),
      search('Archived', 'Sum', day, `${perPolicy} archived`),
      search('HeldByReference', 'Maximum', day, `${perPolicy} held by reference`),
    ],
  },
  {
    title: 'What holds it up?',
    unit: 'times',
    metrics: [
      search('Throttled', 'Sum', 300, 'throttled'),
      search('EvidenceIncomplete', 'Sum', day, `${perPolicy} evidence incomplete`),
      search('BlastRadiusExceeded', 'Sum', day, `${perPolicy} blast radius exceeded`),
      [
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        'QueueName',
        `\${UndeliveredStarts.QueueName}`,
        { stat: 'Maximum', period: 300, label: 'starts not delivered' },
      ],
    ],
  },
];

/** By its name: a rehearsal of a deploy knows no attributes of alarms. */
const arnOf = (alarmName: string): string =>
  `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${alarmName}`;

/** The dashboard's body in CloudWatch's own format, with `${…}` where CloudFormation fills in what it deploys. */
export function dashboardBody(alarmNames: readonly string[]): { widgets: unknown[] } {
  return {
    widgets: [
      ...Array.from({ length: Math.ceil(alarmNames.length / mostAlarms) }, (_, index) => ({
        type: 'alarm',
        width: columns,
        height: 4,
        properties: {
          title: 'Alarms',
          alarms: alarmNames.slice(index * mostAlarms, (index + 1) * mostAlarms).map(arnOf),
          sortBy: 'stateUpdatedTimestamp',
        },
      })),
      // Without a place of its own, a widget takes the next that is free.
      ...graphs.map(({ title, metrics, unit, isStacked = false }) => ({
        type: 'metric',
        width: columns / 2,
        height: 6,
        properties: {
          title,
          metrics,
          view: 'timeSeries',
          stacked: isStacked,
          region: `\${AWS::Region}`,
          yAxis: { left: { label: unit, min: 0, showUnits: false } },
        },
      })),
    ],
  };
}

/** One screen for on-call: what is protected, how old it is, what failed, and what it cost. */
export function dashboardResource(policies: readonly LoadedPolicy[]): Fragment {
  const alarmNames = Object.values(alarmResources(policies).Resources).flatMap(({ Properties: { AlarmName } }) =>
    typeof AlarmName === 'string' ? [AlarmName] : [],
  );
  const body = dashboardBody(alarmNames);
  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: { DashboardName: stackName, DashboardBody: sub(JSON.stringify(body)) },
      },
    },
  };
}
