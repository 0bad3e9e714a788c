import * as z from 'zod';
import { metricNamespace } from '../shared/domain/metrics.ts';
import { filledIn, type Line, lineOf, linesOf, type Measured, type Names, type Span } from './dashboard-math.ts';

const placeSchema = z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() });
const expressionSchema = z.strictObject({ expression: z.string(), label: z.string(), color: z.string().optional() });
const settingsSchema = z.strictObject({
  id: z.string().optional(),
  stat: z.string(),
  period: z.int(),
  visible: z.boolean().default(true),
  label: z.string().default(''),
});
const text = z.string();
const ofOneDimension = z
  .tuple([text, text, text, text, settingsSchema])
  .transform(([namespace, name, key, value, settings]) => ({
    namespace,
    name,
    dimensions: { [key]: value },
    ...settings,
  }));
const ofTwoDimensions = z
  .tuple([text, text, text, text, text, text, settingsSchema])
  .transform(([namespace, name, key, value, otherKey, otherValue, settings]) => ({
    ...{ namespace, name, ...settings },
    dimensions: { [key]: value, [otherKey]: otherValue },
  }));
const metricSchema = z.union([
  z.tuple([expressionSchema]).transform(([only]) => only),
  ofOneDimension,
  ofTwoDimensions,
]);
const graphSchema = placeSchema.extend({
  type: z.literal('metric'),
  properties: z.object({
    title: z.string(),
    metrics: z.array(metricSchema),
    stacked: z.boolean(),
    yAxis: z.object({ left: z.object({ label: z.string() }) }),
    annotations: z.object({ horizontal: z.array(z.object({ label: z.string(), value: z.number() })) }).optional(),
  }),
});
const alarmSchema = placeSchema.extend({
  type: z.literal('alarm'),
  properties: z.object({ title: z.string(), alarms: z.array(z.string()) }),
});

const bodySchema = z.object({
  start: z.string(),
  widgets: z.array(z.discriminatedUnion('type', [graphSchema, alarmSchema])),
});

export type GraphWidget = z.output<typeof graphSchema>;

/** The widgets of a dashboard's body, as far as the page draws them; anything else in it is an error. */
export const widgetsOf = (body: unknown) => bodySchema.parse(body).widgets;

/** One line of a graph. */
export interface Series {
  label: string;
  color?: string;
  points: { atMs: number; value: number }[];
}

/**
 * What CloudWatch would find and draw for a widget, from what a simulation recorded.
 * @returns its lines, and the names of those that a simulation has no numbers for
 */
export function seriesOf(
  { properties: { metrics } }: GraphWidget,
  recorded: readonly Measured[],
  { span, names }: { span: Span; names: Names },
): { series: Series[]; notSimulated: string[] } {
  const ids = new Map<string, Line>();
  const series: Series[] = [];
  const notSimulated: string[] = [];
  for (const metric of metrics) {
    const label = filledIn(metric.label, names);
    if ('expression' in metric) {
      const { expression, color } = metric;
      for (const line of linesOf(expression, { recorded, span, ids })) series.push(drawn(line, label, span, color));
      continue;
    }
    const { namespace, name, dimensions, id, stat, period, visible } = metric;
    if (namespace !== 'AWS/States' && namespace !== metricNamespace) {
      notSimulated.push(label);
      continue;
    }
    const of = Object.entries(dimensions).map(([key, value]) => [key, filledIn(value, names)] as const);
    const own = recorded.filter(
      (each) =>
        each.namespace === namespace &&
        each.name === name &&
        of.every(([key, value]) => each.dimensions[key] === value),
    );
    const line = lineOf(own, { stat, periodSeconds: period, dimensions: {}, span });
    if (id !== undefined) ids.set(id, line);
    if (visible) series.push(drawn(line, label, span));
  }
  return { series, notSimulated };
}

function drawn({ dimensions, points }: Line, label: string, { fromMs, untilMs }: Span, color?: string): Series {
  return {
    label: label.replaceAll(/\$\{!PROP\('Dim\.(\w+)'\)\}/g, (_, key: string) => dimensions[key] ?? ''),
    points: [...points]
      .map(([atMs, value]) => ({ atMs, value }))
      .filter(({ atMs }) => atMs >= fromMs && atMs < untilMs),
    ...(color === undefined ? {} : { color }),
  };
}
