import type { LoadedPolicy } from '../cli/policies/load.ts';
import { workflowNames } from '../cli/simulation/workflows.ts';
import { type Fragment, stackName, sub } from '../deploy/cloudformation.ts';
import { keyOf, stateMachineId } from '../deploy/names.ts';
import { type MetricName, metricCatalogue, metricNamespace } from '../shared/domain/metrics.ts';
import { alarmResources } from './alarms.ts';
import { silenceWatch } from './silence.ts';

const day = 86_400;
const hour = 3600;
const columns = 24;
/** In CloudWatch's grid, of which some fifteen rows are one screen: three rows of widgets. */
const rowHeight = 5;
/** That a widget may name. */
const mostAlarms = 100;

interface Graph {
  title: string;
  metrics: unknown[];
  /** What the left axis counts. */
  unit: string;
  isStacked?: boolean;
  lines?: { label: string; value: number }[];
}

/** CloudWatch's own braces, which must pass Fn::Sub. */
const property = (name: string): string => `\${!PROP('${name}')}`;
const perPolicy = `${property('Dim.policy')}`;
const perRegion = `${perPolicy} ${property('Dim.region')}`;

/**
 * A metric of ours for whatever policies and Regions there are: a policy that is pushed without a deploy is shown, too.
 * @param set which of the sets of dimensions that the metric is kept under
 */
function found(name: MetricName, stat: string, period: number, set = 0): string {
  const dimensions = metricCatalogue[name].by[set];
  if (!dimensions) throw new Error(`${name} has no set ${set} of dimensions.`);
  return `SEARCH('{${[metricNamespace, ...dimensions].join()}} MetricName="${name}"', '${stat}', ${period})`;
}

const drawn = (expression: string, label: string, more: { color?: string } = {}): unknown[] => [
  { expression, label, ...more },
];

/** Where no run says anything there is no point, and a line would be drawn from one to the next as if there were. */
const counted = (name: MetricName, label: string, { period = day, set = 0 } = {}): unknown[] =>
  drawn(`FILL(${found(name, 'Sum', period, set)}, 0)`, label);

const overAll = (name: MetricName, label: string, color: string): unknown[] =>
  drawn(`FILL(SUM(${found(name, 'Sum', day)}), 0)`, label, { color });

/** The runs of a workflow that came to a bad end, as its alarm counts them. */
function badRuns(workflow: string): unknown[][] {
  const ends = ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'];
  const hidden = ends.map((name) => ({ name, id: `${keyOf(workflow)}${name}` }));
  return [
    ...hidden.map(({ name, id }) => [
      'AWS/States',
      name,
      'StateMachineArn',
      `\${${stateMachineId(workflow)}}`,
      { id, stat: 'Sum', period: day, visible: false },
    ]),
    drawn(hidden.map(({ id }) => `FILL(${id}, 0)`).join(' + '), `run of ${workflow}`),
  ];
}

/** The first four answer what on-call asks; each title is the question that its graph answers. */
const graphsOf = (policies: readonly LoadedPolicy[]): readonly Graph[] => [
  {
    title: 'Are all instances protected?',
    unit: 'instances a day',
    isStacked: true,
    metrics: [
      overAll('Captured', 'captured', '#2ca02c'),
      overAll('Skipped', 'left alone, for a reason', '#7f7f7f'),
      overAll('Failed', 'failed', '#d62728'),
    ],
  },
  {
    title: 'How old is the newest image?',
    unit: 'hours',
    metrics: [drawn(`${found('NewestImageAge', 'Maximum', day)} / 3600`, perRegion)],
    lines: silences(policies),
  },
  {
    title: 'What failed? By error, and runs',
    unit: 'failures a day',
    metrics: [
      counted('Failed', `${perPolicy} ${property('Dim.error')}`, { set: 1 }),
      ...workflowNames().flatMap(badRuns),
    ],
  },
  {
    title: 'What did it cost in downtime?',
    unit: 'minutes an instance',
    metrics: [
      drawn(`${found('Downtime', 'Maximum', day)} / 60`, `${perPolicy} longest`),
      drawn(`${found('Downtime', 'p50', day)} / 60`, `${perPolicy} median`),
    ],
  },
  {
    title: 'Is anything standing still?',
    unit: 'instances an hour',
    metrics: [
      drawn(found('Stranded', 'Maximum', hour), 'stranded'),
      drawn(found('LeasesUnclear', 'Maximum', hour), 'lease unclear'),
      counted('RestartDelayed', 'restart delayed', { period: hour }),
      counted('Rescued', 'rescued', { period: hour }),
      counted('RescueFailed', 'rescue failed', { period: hour }),
    ],
  },
  {
    title: 'What holds it up?',
    unit: 'times a day',
    metrics: [
      counted('Throttled', 'throttled'),
      counted('EvidenceIncomplete', `${perPolicy} evidence incomplete`),
      counted('BlastRadiusExceeded', `${perPolicy} blast radius`),
      [
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        'QueueName',
        `\${UndeliveredStarts.QueueName}`,
        { stat: 'Maximum', period: day, label: 'starts not delivered' },
      ],
    ],
  },
  {
    title: 'How long do images and copies take?',
    unit: 'minutes, the longest',
    metrics: [
      drawn(`${found('TimeToAvailable', 'Maximum', day)} / 60`, `${perPolicy} image`),
      drawn(`${found('CopyLag', 'Maximum', day)} / 60`, `${perPolicy} copies`),
    ],
  },
  {
    title: 'What left, and what could not?',
    unit: 'images a day',
    metrics: [
      counted('Retired', `${perPolicy} retired`),
      counted('Archived', `${perPolicy} archived`),
      drawn(found('HeldByReference', 'Maximum', day), `${perPolicy} held by reference`),
    ],
  },
  {
    title: 'How many images are alive?',
    unit: 'images',
    metrics: [drawn(found('Images', 'Maximum', day), perRegion)],
  },
  {
    title: 'How large are their volumes?',
    unit: 'GB',
    metrics: [drawn(found('Gigabytes', 'Maximum', day), perRegion)],
  },
];

/** From when on the newest image is too old: when the alarm on a policy's silence goes off. */
function silences(policies: readonly LoadedPolicy[]): { label: string; value: number }[] {
  const hours = policies.flatMap((loaded) => {
    const watch = silenceWatch(loaded);
    return watch ? [{ name: loaded.policy.name, value: watch.silenceSeconds / hour }] : [];
  });
  return [...Map.groupBy(hours, ({ value }) => value)].map(([value, alike]) => ({
    label: `too old: ${alike.length > 3 ? `${alike.length} policies` : alike.map(({ name }) => name).join(', ')}`,
    value,
  }));
}

/** By its name: a rehearsal of a deploy knows no attributes of alarms. */
const arnOf = (alarmName: string): string =>
  `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${alarmName}`;

/** The dashboard's body in CloudWatch's own format, with `${…}` where CloudFormation fills in what it deploys. */
export function dashboardBody(policies: readonly LoadedPolicy[]) {
  const graphs = graphsOf(policies).map(graphWidget);
  const [alarms, ...furtherAlarms] = alarmWidgets(policies);
  const widgets = [...graphs.slice(0, 4), ...(alarms ? [alarms] : []), ...graphs.slice(4), ...furtherAlarms];
  return {
    // Else CloudWatch shows three hours, in periods of its own choice: nothing of what happens once a day.
    start: '-P30D',
    periodOverride: 'inherit',
    widgets: placed(widgets),
  };
}

interface Widget {
  type: 'alarm' | 'metric';
  width: number;
  height: number;
  properties: object;
}

const graphWidget = ({ title, metrics, unit, isStacked = false, lines = [] }: Graph): Widget => ({
  type: 'metric',
  width: columns / 4,
  height: rowHeight,
  properties: {
    title,
    metrics,
    view: 'timeSeries',
    stacked: isStacked,
    region: `\${AWS::Region}`,
    yAxis: { left: { label: unit, min: 0, showUnits: false } },
    ...(lines.length > 0 ? { annotations: { horizontal: lines } } : {}),
  },
});

function alarmWidgets(policies: readonly LoadedPolicy[]): Widget[] {
  const names = Object.values(alarmResources(policies).Resources).flatMap(({ Properties: { AlarmName } }) =>
    typeof AlarmName === 'string' ? [AlarmName] : [],
  );
  return Array.from({ length: Math.ceil(names.length / mostAlarms) }, (_, index) => ({
    type: 'alarm',
    width: columns / 2,
    height: rowHeight,
    properties: {
      title: 'Alarms',
      alarms: names.slice(index * mostAlarms, (index + 1) * mostAlarms).map(arnOf),
      sortBy: 'stateUpdatedTimestamp',
    },
  }));
}

/** One after the other, in rows of the same height. */
function placed(widgets: readonly Widget[]): object[] {
  let [x, y] = [0, 0];
  return widgets.map((widget) => {
    if (x + widget.width > columns) [x, y] = [0, y + rowHeight];
    const here = { x, y };
    x += widget.width;
    return { ...widget, ...here };
  });
}

/** One screen for on-call: what is protected, how old it is, what failed, and what it cost. */
export function dashboardResource(policies: readonly LoadedPolicy[]): Fragment {
  const body = sub(JSON.stringify(dashboardBody(policies)));
  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: { DashboardName: stackName, DashboardBody: body },
      },
    },
  };
}
