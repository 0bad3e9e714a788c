import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import {
  type Meter,
  type Metric,
  type MetricDimensions,
  type MetricName,
  metricCatalogue,
  metricNamespace,
} from '../domain/metrics.ts';

const serviceName = 'ami-lifecycle';

export const logger = new Logger({ serviceName });
const metrics = new Metrics({ serviceName, namespace: metricNamespace });

/** A number as it leaves a function. */
export type MetricListener = (name: string, value: number, dimensions: MetricDimensions) => void;

declare global {
  /** Global, as a bundled function has a copy of this module of its own. */
  var amiLifecycleMetricListener: MetricListener | undefined;
}

/** Numbers for CloudWatch, which reads them from the log. A simulation, whose log is silent, listens to them. */
export const meter: Meter = { count: record, seconds: record, gigabytes: record };

function record(name: MetricName, value: number, given: MetricDimensions): void {
  const { unit, by }: Metric = metricCatalogue[name];
  const dimensions = { stack: process.env.STACK_NAME ?? '', region: process.env.AWS_REGION ?? '', ...given };
  globalThis.amiLifecycleMetricListener?.(name, value, dimensions);
  for (const set of by) {
    if (!set.every((key) => dimensions[key])) continue;
    // Each with dimensions of its own: those of the shared instance would stick to everything that follows.
    const single = metrics.singleMetric();
    // Else `service` would be part of every set, and an alarm that does not name it would find nothing.
    single.clearDefaultDimensions();
    single.addDimensions(Object.fromEntries(set.map((key) => [key, dimensions[key] ?? ''])));
    single.addMetric(name, MetricUnit[unit], value);
  }
}
