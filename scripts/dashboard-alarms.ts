import * as z from 'zod';
import type { Resource } from '../deploy/cloudformation.ts';
import { type Line, lineOf, linesOf, type Measured } from './dashboard-math.ts';

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
 * What an alarm would say at an instant.
 * @param region what stands for the stack's Region in its dimensions
 */
export function alarmState(
  { Properties }: Resource,
  recorded: readonly Measured[],
  { atMs, region }: { atMs: number; region: string },
): AlarmState {
  const watch = watchSchema.parse(Properties);
  const line = watchedLine(Properties, recorded, { atMs, region, periods: watch.EvaluationPeriods });
  if (!line) return 'not simulated';
  const periodMs = line.periodSeconds * 1000;
  const isOver = Array.from({ length: watch.EvaluationPeriods }, (_, index) => {
    const value = line.points.get(atMs - (index + 1) * periodMs);
    return value === undefined ? watch.TreatMissingData === 'breaching' : breaches(watch, value);
  });
  return isOver.every((each) => each) ? 'ALARM' : 'OK';
}

interface When {
  atMs: number;
  region: string;
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
  { stat, periodSeconds, atMs, region }: When & { stat: string; periodSeconds: number },
): Line | undefined {
  if (Namespace === 'AWS/SQS') return undefined;
  const named = Dimensions.map(({ Name, Value }) => [Name, filledIn(Value, region)] as const);
  const own = recorded.filter(
    ({ namespace, name, dimensions }) =>
      namespace === Namespace && name === MetricName && named.every(([key, value]) => dimensions[key] === value),
  );
  return lineOf(own, { stat, periodSeconds, dimensions: {}, span: { fromMs: 0, untilMs: atMs } });
}

/** A plain name; the Region, by its pseudo parameter; or a resource of the stack, by its logical id. */
function filledIn(value: unknown, region: string): string {
  if (typeof value === 'string') return value;
  const { Ref } = z.object({ Ref: z.string() }).parse(value);
  return Ref === 'AWS::Region' ? region : Ref;
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
