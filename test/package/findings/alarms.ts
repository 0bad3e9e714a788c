import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../../../cli/simulation/project.ts';
import { anchorOf } from '../../../monitoring/alarms.ts';
import { type MetricDimension, metricCatalogue, metricNamespace } from '../../../shared/domain/metrics.ts';
import { at, type Json, list, namedBy, resourcesOf, type Template, text } from '../template.ts';

/** What AWS measures of the kinds of things that the stack holds: the dimension's name, and what it must name. */
const measuredByAws: Readonly<Record<string, { dimension: string; of: string; metrics: readonly string[] }>> = {
  'AWS/States': {
    dimension: 'StateMachineArn',
    of: 'AWS::StepFunctions::StateMachine',
    metrics: ['ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'],
  },
  'AWS/SQS': { dimension: 'QueueName', of: 'AWS::SQS::Queue', metrics: ['ApproximateNumberOfMessagesVisible'] },
};

interface Watched {
  namespace: string;
  name: string;
  dimensions: [name: string, value: Json][];
  periodSeconds: number;
}

/** Alarms on what nobody measures, which would be silent for ever, or scream for ever. */
export function alarmsOnNothing(template: Template): string[] {
  const policies = policiesIn(template);
  return alarmsIn(template).flatMap(([id, alarm]) =>
    watchedBy(alarm).flatMap((watched) =>
      problemsOf(watched, template, policies).map((problem) => `${id} watches ${watched.name}, ${problem}`),
    ),
  );
}

function problemsOf(
  { namespace, name, dimensions }: Watched,
  template: Template,
  policies: readonly string[],
): string[] {
  const aws = measuredByAws[namespace];
  if (aws) {
    const [[dimension, value] = ['', null]] = dimensions;
    const isOfStack = template.Resources[namedBy(value) ?? '']?.Type === aws.of;
    return [
      ...(aws.metrics.includes(name) ? [] : [`which ${namespace} does not have`]),
      ...(dimension === aws.dimension && isOfStack ? [] : [`not by ${aws.dimension} of something in the stack`]),
    ];
  }
  if (namespace !== metricNamespace) return [`in ${namespace}, where nobody writes`];
  if (!isOneOfOurs(name)) return ['which no function writes'];
  const keys = dimensions.map(([key]) => key);
  const [policy] = dimensions.flatMap(([key, value]) => (key === 'policy' ? [value] : []));
  const [stack] = dimensions.flatMap(([key, value]) => (key === 'stack' ? [value] : []));
  return [
    ...(isKeptBy(name, keys) ? [] : [`by ${keys.join()}, under which it is not kept`]),
    ...(policy === undefined || policies.includes(text(policy)) ? [] : [`of ${text(policy)}, which is no policy`]),
    ...(stack === undefined || stacksIn(template).has(text(stack))
      ? []
      : [`of ${text(stack)}, which is another stack`]),
  ];
}

/** Alarms that CloudWatch refuses, for how far they look back (PutMetricAlarm, Period). */
export function alarmsBeyondCloudWatch(template: Template): string[] {
  return alarmsIn(template).flatMap(([id, alarm]) =>
    watchedBy(alarm).flatMap(({ periodSeconds }) => {
      const lookbackSeconds = periodSeconds * Number(alarm.EvaluationPeriods);
      const mostSeconds = periodSeconds < 3600 ? 86_400 : 7 * 86_400;
      if (!Number.isInteger(periodSeconds / 60)) return [`${id} has a period of ${periodSeconds} s, not of minutes`];
      return lookbackSeconds <= mostSeconds ? [] : [`${id} looks back ${lookbackSeconds} s, of ${mostSeconds} at most`];
    }),
  );
}

/** Alarms that tell nobody, or not what to do. */
export function alarmsWithoutWord(template: Template): string[] {
  const anchors = runbookHeadings().map(anchorOf);
  return alarmsIn(template).flatMap(([id, { AlarmActions, AlarmDescription }]) => {
    const [, anchor] = /runbook\.md#([\w-]+)$/.exec(text(AlarmDescription)) ?? [];
    const topics = list(AlarmActions).filter(
      (action) => template.Resources[namedBy(action) ?? '']?.Type === 'AWS::SNS::Topic',
    );
    return [
      ...(topics.length > 0 ? [] : [`${id} tells nobody`]),
      ...(anchor !== undefined && anchors.includes(anchor) ? [] : [`${id} links no section of the runbook`]),
    ];
  });
}

/** Policies whose captures could cease, and nobody would hear of it. */
export function unwatchedPolicies(template: Template): string[] {
  const watched = alarmsIn(template).flatMap(([, alarm]) => {
    const isDeadMan =
      /FILL\((?:captured, 0|age, [1-9]\d*)\)/.test(text(alarm.Metrics)) || alarm.MetricName === 'NewestImageAge';
    if (!isDeadMan || alarm.TreatMissingData === 'notBreaching') return [];
    return watchedBy(alarm).flatMap(({ dimensions }) => dimensions.map(([, value]) => value));
  });
  return policiesIn(template)
    .filter((policy) => !watched.includes(policy))
    .map((policy) => `${policy} may fall silent unheard`);
}

export const runbookHeadings = (): string[] =>
  [...readFileSync(join(projectDirectory, 'docs', 'runbook.md'), 'utf8').matchAll(/^## (.+)$/gm)].map(
    ([, heading = '']) => heading,
  );

const policiesIn = (template: Template): string[] =>
  resourcesOf(template, 'AWS::SSM::Parameter').map(
    ([, { Properties }]) => text(Properties.Name).split('/').at(-1) ?? '',
  );

/** What functions count under, for what is of no policy. */
const stacksIn = (template: Template): Set<string> =>
  new Set(
    resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) =>
      text(at(Properties.Environment, 'Variables', 'STACK_NAME')),
    ),
  );

const alarmsIn = (template: Template) =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([id, { Properties }]) => [id, Properties] as const);

function watchedBy(alarm: Readonly<Record<string, Json>>): Watched[] {
  const metrics = list(alarm.Metrics).flatMap((query) => at(query, 'MetricStat') ?? []);
  const stats = alarm.Metrics === undefined ? [{ Metric: alarm, Period: alarm.Period ?? null }] : metrics;
  return stats.map((stat) => ({
    namespace: text(at(stat, 'Metric', 'Namespace')),
    name: text(at(stat, 'Metric', 'MetricName')),
    dimensions: list(at(stat, 'Metric', 'Dimensions')).map((each) => [
      text(at(each, 'Name')),
      at(each, 'Value') ?? null,
    ]),
    periodSeconds: Number(at(stat, 'Period')),
  }));
}

function isOneOfOurs(name: string): name is keyof typeof metricCatalogue {
  return Object.keys(metricCatalogue).includes(name);
}

/** Whether the metric is kept under exactly these dimensions. */
function isKeptBy(name: keyof typeof metricCatalogue, keys: readonly string[]): boolean {
  const sets: readonly (readonly MetricDimension[])[] = metricCatalogue[name].by;
  return sets.some((set) => set.toSorted().join() === keys.toSorted().join());
}

/** Widgets that show what does not exist: they stay empty, and look like peace. */
export function emptyWidgets(template: Template): string[] {
  return resourcesOf(template, 'AWS::CloudWatch::Dashboard').flatMap(([id, { Properties }]) => {
    const body = at(Properties.DashboardBody, 'Fn::Sub');
    const widgets = widgetsOf(text(body));
    if (!widgets) return [`${id} is no JSON`];
    const names = [...text(body).matchAll(/\$\{(\w+)(?:\.\w+)?\}/g)].map(([, name = '']) => name);
    const alarmNames = alarmsIn(template).map(([, { AlarmName }]) => text(AlarmName));
    const alarmArns = widgets.flatMap((widget) => list(at(widget, 'properties', 'alarms')).map(text));
    const gone = alarmArns.filter((arn) => !alarmNames.some((name) => arn.endsWith(`:alarm:${name}`)));
    return [
      ...gone.map((arn) => `${id} shows ${arn}, which is no alarm`),
      ...names.filter((name) => !template.Resources[name]).map((name) => `${id} names ${name}, which is not deployed`),
      ...widgets.flatMap((widget) => problemsOfWidget(widget, template)).map((problem) => `${id} shows ${problem}`),
    ];
  });
}

function widgetsOf(body: string): Json[] | undefined {
  try {
    // As CloudFormation fills it in: what a name stands for is no matter here.
    return list(at(JSON.parse(body), 'widgets'));
  } catch {
    return undefined;
  }
}

function problemsOfWidget(widget: Json, template: Template): string[] {
  const metrics = list(at(widget, 'properties', 'metrics')).map(list);
  const ids = metrics.flatMap((metric) => at(metric.at(-1), 'id') ?? []).map(text);
  return metrics.flatMap((metric) => {
    const expression = at(metric[0], 'expression');
    if (expression !== undefined) return problemsOfExpression(text(expression), ids);
    const [namespace = '', name = '', ...pairs] = metric.slice(0, -1).map(text);
    const dimensions = pairs.flatMap((key, index): [string, Json][] =>
      index % 2 === 0
        ? [[key, namespace === metricNamespace ? (pairs[index + 1] ?? '') : { 'Fn::Sub': pairs[index + 1] ?? '' }]]
        : [],
    );
    const watched = { namespace, name, dimensions, periodSeconds: 60 };
    return problemsOf(watched, template, policiesIn(template)).map((problem) => `${name}, ${problem}`);
  });
}

/** Searches are for metrics of ours, by dimensions that they are kept under; what else is named is an id of the widget. */
function problemsOfExpression(expression: string, ids: readonly string[]): string[] {
  const searches = /SEARCH\('\{([^}]+)\} MetricName="(\w+)"', '\w+', \d+\)/g;
  const names = expression.replaceAll(searches, '').match(/\b[A-Za-z]\w*/g) ?? [];
  return [
    ...[...expression.matchAll(searches)].flatMap(([search, set = '', name = '']) => {
      const [namespace, ...keys] = set.split(',');
      if (namespace !== metricNamespace || !isOneOfOurs(name)) return [`${search}, which no function writes`];
      return isKeptBy(name, keys) ? [] : [`${name} by ${keys.join()}, under which it is not kept`];
    }),
    ...names
      .filter((name) => !ids.includes(name) && !['SUM', 'FILL'].includes(name))
      .map((name) => `${expression}, in which ${name} is nothing`),
  ];
}

/** Saved queries of log groups that there are not. */
export function queriesOfNothing(template: Template): string[] {
  return resourcesOf(template, 'AWS::Logs::QueryDefinition').flatMap(([id, { Properties }]) =>
    list(Properties.LogGroupNames)
      .filter((group) => template.Resources[namedBy(group) ?? '']?.Type !== 'AWS::Logs::LogGroup')
      .map((group) => `${id} asks ${text(group)}, which is no log group of the stack`),
  );
}
