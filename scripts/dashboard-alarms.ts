import * as z from 'zod';
import type { Resource } from '../deploy/cloudformation.ts';
import { filledIn, type Line, lineOf, linesOf, type Measured, type Names } from './dashboard-math.ts';

/** `not simulated` where it watches what a simulation has no numbers for. */
export type AlarmState = 'OK' | 'ALARM' | 'not simulated';

const watchSchema = z.object({
  Threshold: z.number(),
  ComparisonOperator: z.enum(['LessThanThreshold', 'GreaterThanThreshold', 'GreaterThanOrEqualToThreshold']),
  EvaluationPeriods: z.int(),
  TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore']),
});
const metricSchema = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
});
const plainSchema = metricSchema.extend({ Statistic: z.string(), Period: z.int() });
const computedSchema = z.object({
  Metrics: z.array(
    z.union([
      z.object({
        Id: z.string(),
        MetricStat: z.object({ Metric: metricSchema, Stat: z.string(), Period: z.int() }),
      }),
      z.object({ Id: z.string(), Expression: z.string() }),
    ]),
  ),
});

/**
 * By how many periods CloudWatch looks further back than it is told to, for points in place of those that are missing. AWS
 * names no number; its example has three periods and five points (User Guide, how alarms treat missing data).
 */
const furtherPeriods = 2;

/** What an alarm would say at an instant: of the points that there are the latest, and for want of them what is missing. */
export function alarmState(
  { Properties }: Resource,
  recorded: readonly Measured[],
  { atMs, names }: { atMs: number; names: Names },
): AlarmState {
  const watch = watchSchema.parse(Properties);
  const { EvaluationPeriods, TreatMissingData } = watch;
  const periods = EvaluationPeriods + furtherPeriods;
  const line = watchedLine(Properties, recorded, { atMs, names, periods });
  if (!line) return 'not simulated';
  // An alarm that ignores what is missing keeps its state: that of the last points of all.
  const fromMs = TreatMissingData === 'ignore' ? 0 : atMs - periods * line.periodSeconds * 1000;
  const isOver = [...line.points]
    .filter(([pointMs]) => pointMs >= fromMs)
    .sort(([left], [right]) => right - left)
    .slice(0, EvaluationPeriods)
    .map(([, value]) => breaches(watch, value));
  const isEnough = isOver.length === EvaluationPeriods || TreatMissingData === 'breaching';
  return isEnough && isOver.every((each) => each) ? 'ALARM' : 'OK';
}

interface When {
  atMs: number;
  names: Names;
  periods: number;
}

function watchedLine(properties: unknown, recorded: readonly Measured[], when: When): Line | undefined {
  const plain = plainSchema.safeParse(properties).data;
  if (plain) {
    const { Statistic: stat, Period: periodSeconds } = plain;
    return metricLine(plain, recorded, { stat, periodSeconds, ...when });
  }
  const ids = new Map<string, Line>();
  for (const each of computedSchema.parse(properties).Metrics) {
    if ('Expression' in each) {
      const [known] = ids.values();
      if (!known) return undefined;
      const fromMs = when.atMs - when.periods * known.periodSeconds * 1000;
      return linesOf(each.Expression, { recorded, ids, span: { fromMs, untilMs: when.atMs } })[0];
    }
    const { Metric, Stat: stat, Period: periodSeconds } = each.MetricStat;
    const line = metricLine(Metric, recorded, { stat, periodSeconds, ...when });
    if (line) ids.set(each.Id, line);
  }
  return undefined;
}

function metricLine(
  { Namespace, MetricName, Dimensions }: z.output<typeof metricSchema>,
  recorded: readonly Measured[],
  { stat, periodSeconds, atMs, names }: When & { stat: string; periodSeconds: number },
): Line | undefined {
  if (Namespace === 'AWS/SQS') return undefined;
  const named = Dimensions.map(({ Name, Value }) => [Name, filledIn(nameIn(Value), names)] as const);
  const own = recorded.filter(
    ({ namespace, name, dimensions }) =>
      namespace === Namespace && name === MetricName && named.every(([key, value]) => dimensions[key] === value),
  );
  return lineOf(own, { stat, periodSeconds, dimensions: {}, span: { fromMs: 0, untilMs: atMs } });
}

/** A reference as `Fn::Sub` would have it. */
const nameIn = (value: unknown): string =>
  typeof value === 'string' ? value : `\${${z.object({ Ref: z.string() }).parse(value).Ref}}`;

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
