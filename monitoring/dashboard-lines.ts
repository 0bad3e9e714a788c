import type { LoadedPolicy } from '../cli/policies/load.ts';
import { stackName } from '../deploy/cloudformation.ts';
import { keyOf, stateMachineId } from '../deploy/names.ts';
import { type MetricName, metricCatalogue, metricNamespace } from '../shared/domain/metrics.ts';
import { silenceWatch } from './silence.ts';

export const day = 86_400;
export const hour = 3600;

/** Of the stack that the dashboard is of; CloudFormation fills it in. */
const homeRegion = `\${AWS::Region}`;

/** CloudWatch's own braces, which must pass Fn::Sub. */
export const property = (name: string): string => `\${!PROP('${name}')}`;
export const perPolicy = `${property('Dim.policy')}`;
export const perRegion = `${perPolicy} ${property('Dim.region')}`;

/**
 * A metric of ours for whatever policies, Regions and errors there are. What has not reported for two weeks is not found:
 * where silence is the question, name each.
 * @param set which of the sets of dimensions that the metric is kept under
 */
export function found(name: MetricName, stat: string, period: number, set = 0): string {
  const dimensions = metricCatalogue[name].by[set];
  if (!dimensions) throw new Error(`${name} has no set ${set} of dimensions.`);
  return `SEARCH('{${[metricNamespace, ...dimensions].join()}} MetricName="${name}"', '${stat}', ${period})`;
}

export const drawn = (expression: string, label: string, more: { color?: string } = {}): unknown[] => [
  { expression, label, ...more },
];

/** Where no run says anything there is no point, and a line would be drawn from one to the next as if there were. */
export const counted = (name: MetricName, label: string, set = 0): unknown[] =>
  drawn(`FILL(${found(name, 'Sum', day, set)}, 0)`, label);

interface Settings {
  stat: string;
  period: number;
  /** What an expression calls it by, which is shown in its stead. */
  id?: string;
  label?: string;
}

/** A metric of ours by its dimensions, found however long it has been silent. */
function named(name: MetricName, dimensions: Readonly<Record<string, string>>, settings: Settings): unknown[] {
  const pairs = metricCatalogue[name].by[0].flatMap((key) => [key, dimensions[key]]);
  return [metricNamespace, name, ...pairs, settings.id === undefined ? settings : { ...settings, visible: false }];
}

/**
 * The sum of all policies. A graph holds 500 metrics; a stack has room for a tenth as many policies, as each brings
 * some six of the 500 resources of a template.
 */
export function overAll(
  policies: readonly LoadedPolicy[],
  name: MetricName,
  label: string,
  color: string,
): unknown[][] {
  const own = policies.map(({ policy }, index) => ({ policy: policy.name, id: `${keyOf(name)}${index}` }));
  return [
    ...own.map(({ policy, id }) => named(name, { policy, region: homeRegion }, { id, stat: 'Sum', period: day })),
    drawn(`FILL(SUM([${own.map(({ id }) => id).join(', ')}]), 0)`, label, { color }),
  ];
}

/** One line for each policy and Region that has images of it. */
export function ages(policies: readonly LoadedPolicy[]): unknown[][] {
  const places = policies.flatMap(({ policy: { name, copies } }) =>
    [homeRegion, ...copies.map(({ region }) => region)].map((region) => ({ policy: name, region })),
  );
  return places.flatMap(({ policy, region }, index) => [
    named('NewestImageAge', { policy, region }, { id: `age${index}`, stat: 'Maximum', period: day }),
    drawn(`age${index} / 3600`, `${policy} ${region}`),
  ]);
}

export const namedOfStack = (name: MetricName, settings: Settings): unknown[] =>
  named(name, { stack: stackName, region: homeRegion }, settings);

export const countedOfStack = (name: MetricName, label: string, period: number): unknown[][] => [
  namedOfStack(name, { id: keyOf(name), stat: 'Sum', period }),
  drawn(`FILL(${keyOf(name)}, 0)`, label),
];

/** The runs of a workflow that came to a bad end, as its alarm counts them. */
export function badRuns(workflow: string): unknown[][] {
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

/** From when on the newest image is too old: when the alarm on a policy's silence goes off. */
export function silences(policies: readonly LoadedPolicy[]): { label: string; value: number }[] {
  const hours = policies.flatMap((loaded) => {
    const watch = silenceWatch(loaded);
    return watch ? [{ name: loaded.policy.name, value: watch.silenceSeconds / hour }] : [];
  });
  return [...Map.groupBy(hours, ({ value }) => value)].map(([value, alike]) => ({
    label: `too old: ${alike.length > 3 ? `${alike.length} policies` : alike.map(({ name }) => name).join(', ')}`,
    value,
  }));
}
