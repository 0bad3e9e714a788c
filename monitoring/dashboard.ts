import type { LoadedPolicy } from '../cli/policies/load.ts';
import { workflowNames } from '../cli/simulation/workflows.ts';
import { type Fragment, stackName, sub } from '../deploy/cloudformation.ts';
import { alarmResources } from './alarms.ts';
import {
  ages,
  badRuns,
  counted,
  countedOfStack,
  day,
  drawn,
  found,
  hour,
  namedOfStack,
  overAll,
  perPolicy,
  perRegion,
  property,
  silences,
} from './dashboard-lines.ts';

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

/** The first four answer what on-call asks; each title is the question that its graph answers. */
const graphsOf = (policies: readonly LoadedPolicy[]): readonly Graph[] => [
  {
    title: 'Are all instances protected?',
    unit: 'instances a day',
    isStacked: true,
    metrics: [
      ...overAll(policies, 'Captured', 'captured', '#2ca02c'),
      ...overAll(policies, 'Skipped', 'left alone, for a reason', '#7f7f7f'),
      ...overAll(policies, 'Failed', 'failed', '#d62728'),
    ],
  },
  {
    title: 'How old is the newest image?',
    unit: 'hours',
    metrics: ages(policies),
    lines: silences(policies),
  },
  {
    title: 'What failed? By error, and runs',
    unit: 'failures a day',
    metrics: [counted('Failed', `${perPolicy} ${property('Dim.error')}`, 1), ...workflowNames().flatMap(badRuns)],
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
      namedOfStack('Stranded', { stat: 'Maximum', period: hour, label: 'stranded' }),
      namedOfStack('LeasesUnclear', { stat: 'Maximum', period: hour, label: 'lease unclear' }),
      ...countedOfStack('RestartDelayed', 'restart delayed', hour),
      ...countedOfStack('Rescued', 'rescued', hour),
      ...countedOfStack('RescueFailed', 'rescue failed', hour),
    ],
  },
  {
    title: 'What holds it up?',
    unit: 'times a day',
    metrics: [
      ...countedOfStack('Throttled', 'throttled', day),
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
