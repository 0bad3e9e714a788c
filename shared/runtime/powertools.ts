import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const serviceName = 'ami-lifecycle';

export const logger = new Logger({ serviceName });
const metrics = new Metrics({ serviceName, namespace: 'AmiLifecycle' });

/** Numbers for CloudWatch. Units are part of the name, and of what CloudWatch is told. */
export interface Meter {
  count(name: string, value: number, dimensions: Readonly<Record<string, string>>): void;
  seconds(name: string, value: number, dimensions: Readonly<Record<string, string>>): void;
}

export const meter: Meter = {
  count: (name, value, dimensions) => record(name, MetricUnit.Count, value, dimensions),
  seconds: (name, value, dimensions) => record(name, MetricUnit.Seconds, value, dimensions),
};

function record(
  name: string,
  unit: (typeof MetricUnit)[keyof typeof MetricUnit],
  value: number,
  dimensions: Readonly<Record<string, string>>,
): void {
  // Each with dimensions of its own: those of the shared instance would stick to everything that follows.
  const single = metrics.singleMetric();
  single.addDimensions({ ...dimensions });
  single.addMetric(name, unit, value);
}
