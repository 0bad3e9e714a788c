import * as z from 'zod';
import type { RecordedMetric } from '../cli/simulation/simulate.ts';
import type { Resource } from '../deploy/cloudformation.ts';
import { metricNamespace, metricOf } from '../shared/domain/metrics.ts';

/** One line of a graph. */
export interface Series {
  label: string;
  points: { atMs: number; value: number }[];
}

const searchPattern =
  /^SEARCH\('\{(?<set>[^}]+)\} MetricName="(?<name>\w+)"', '(?<stat>\w+)', (?<period>\d+)\)(?: \/ (?<scale>\d+))?$/;
const searchSchema = z.object({
  set: z.string(),
  name: z.string(),
  stat: z.string(),
  period: z.coerce.number(),
  scale: z.coerce.number().default(1),
});

/** What CloudWatch would find and draw for the expression of a widget, from what a simulation recorded. */
export function seriesOf(expression: string, label: string, recorded: readonly RecordedMetric[]): Series[] {
  const { set, name, stat, period, scale } = searchSchema.parse(searchPattern.exec(expression)?.groups);
  const [namespace, ...keys] = set.split(',');
  const isKept = metricOf(name).by.some((each) => each.join() === keys.join());
  if (namespace !== metricNamespace || !isKept) return [];
  const own = recorded.filter(
    (metric) => metric.name === name && keys.every((key) => Object.keys(metric.dimensions).includes(key)),
  );
  const byDimensions = Map.groupBy(own, ({ dimensions }) =>
    label.replaceAll(
      /\$\{!PROP\('Dim\.(\w+)'\)\}/g,
      (_, key: string) => new Map(Object.entries(dimensions)).get(key) ?? '',
    ),
  );
  return [...byDimensions].map(([text, metrics]) => ({
    label: text,
    points: [...inPeriods(metrics, period)].map(([atMs, values]) => ({ atMs, value: statistic(stat, values) / scale })),
  }));
}

function inPeriods(metrics: readonly RecordedMetric[], periodSeconds: number): Map<number, number[]> {
  const periodMs = periodSeconds * 1000;
  const groups = Map.groupBy(metrics, ({ atMs }) => Math.floor(atMs / periodMs) * periodMs);
  return new Map([...groups].map(([atMs, each]) => [atMs, each.map(({ value }) => value)]));
}

function statistic(stat: string, values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  switch (stat) {
    case 'Sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'Maximum':
      return sorted.at(-1) ?? 0;
    case 'SampleCount':
      return values.length;
    case 'p50':
      return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
    default:
      throw new Error(`The statistic ${stat} is not drawn; add it to scripts/dashboard-series.ts.`);
  }
}

const dimensionsSchema = z.array(z.object({ Name: z.string(), Value: z.unknown() }));
const watchSchema = z.object({
  AlarmName: z.string(),
  Threshold: z.number(),
  ComparisonOperator: z.enum(['LessThanThreshold', 'GreaterThanThreshold', 'GreaterThanOrEqualToThreshold']),
  EvaluationPeriods: z.int(),
  TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore']),
});
const statSchema = z
  .object({ Namespace: z.literal(metricNamespace), MetricName: z.string(), Dimensions: dimensionsSchema })
  .loose();
const plainSchema = statSchema.extend({ Statistic: z.string(), Period: z.int() });
const filledSchema = z.object({
  Metrics: z.array(
    z.object({ MetricStat: z.object({ Metric: statSchema, Stat: z.string(), Period: z.int() }).optional() }),
  ),
});

/** What an alarm would say at an instant; undefined where it watches what a simulation does not measure. */
export function alarmState(
  { Properties }: Resource,
  recorded: readonly RecordedMetric[],
  { atMs, region }: { atMs: number; region: string },
): { name: string; state: 'OK' | 'ALARM' } | undefined {
  const watch = watchSchema.parse(Properties);
  const watched = watchedBy(Properties);
  // A simulation leaves out looks for stranded instances that could find none.
  if (!watched || watched.stat === 'SampleCount') return undefined;
  const { name, stat, periodSeconds, dimensions } = watched;
  const own = recorded.filter(
    (metric) =>
      metric.name === name &&
      metric.atMs < atMs &&
      dimensions.every(({ Name, Value }) =>
        Object.entries(metric.dimensions).some(
          ([key, value]) => key === Name && value === (typeof Value === 'string' ? Value : region),
        ),
      ),
  );
  const periodMs = periodSeconds * 1000;
  const isOver = Array.from({ length: watch.EvaluationPeriods }, (_, index) => {
    const untilMs = atMs - index * periodMs;
    const values = own.filter((metric) => metric.atMs >= untilMs - periodMs && metric.atMs < untilMs);
    if (values.length === 0) return watch.TreatMissingData === 'breaching';
    return breaches(
      watch,
      statistic(
        stat,
        values.map(({ value }) => value),
      ),
    );
  });
  return { name: nameOf(watch.AlarmName), state: isOver.every((each) => each) ? 'ALARM' : 'OK' };
}

/** What follows the stack's name. */
const nameOf = (alarmName: string): string => alarmName.replace(/^(?:\$\{[^}]*\}-?)+/, '');

function watchedBy(properties: unknown) {
  const plain = plainSchema.safeParse(properties).data;
  if (plain) {
    const { MetricName: name, Statistic: stat, Period: periodSeconds, Dimensions: dimensions } = plain;
    return { name, stat, periodSeconds, dimensions };
  }
  const [first] = filledSchema.safeParse(properties).data?.Metrics ?? [];
  if (!first?.MetricStat) return undefined;
  const { Metric, Stat: stat, Period: periodSeconds } = first.MetricStat;
  return { name: Metric.MetricName, stat, periodSeconds, dimensions: Metric.Dimensions };
}

function breaches({ ComparisonOperator, Threshold }: z.output<typeof watchSchema>, value: number): boolean {
  switch (ComparisonOperator) {
    case 'LessThanThreshold':
      return value < Threshold;
    case 'GreaterThanThreshold':
      return value > Threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= Threshold;
  }
}
