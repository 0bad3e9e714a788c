import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { metricCatalogue } from '../../../shared/domain/metrics.ts';

// Powertools reads its environment when it is made.
vi.hoisted(() => {
  process.env.POWERTOOLS_METRICS_DISABLED = 'false';
});
const { meter } = await import('../../../shared/runtime/powertools.ts');

const lineSchema = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({ Namespace: z.string(), Dimensions: z.array(z.array(z.string())), Metrics: z.array(z.unknown()) }),
    ),
  }),
});
let lines: z.output<typeof lineSchema>[] = [];

beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    lines.push(lineSchema.parse(JSON.parse(String(chunk))));
    return true;
  });
});
afterEach(() => {
  globalThis.amiLifecycleMetricListener = undefined;
  vi.restoreAllMocks();
});

describe('A number for CloudWatch', () => {
  it('is found under the policy and the Region, and under nothing besides', () => {
    meter.seconds('Downtime', 150, { policy: 'gold' });
    expect(lines).toEqual([expect.objectContaining({ Downtime: 150, policy: 'gold', region: 'eu-west-1' })]);
    expect(lines[0]?._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'AmiLifecycle',
        Dimensions: [['policy', 'region']],
        Metrics: [{ Name: 'Downtime', Unit: 'Seconds' }],
      },
    ]);
  });

  it('is of the Region that it names, where it names one', () => {
    meter.gigabytes('Gigabytes', 80, { policy: 'gold', region: 'eu-west-3' });
    expect(lines).toEqual([expect.objectContaining({ Gigabytes: 80, region: 'eu-west-3' })]);
  });

  it('is also found by the name of the error, without which its alarm would have to know every name', () => {
    meter.count('Failed', 1, { policy: 'gold', error: 'StopTimedOut' });
    const sets = lines.flatMap(({ _aws }) => _aws.CloudWatchMetrics[0]?.Dimensions ?? []);
    expect(sets).toEqual([...metricCatalogue.Failed.by]);
  });

  it('of no policy is of the stack, of which a Region may have several', () => {
    meter.count('Stranded', 1, {});
    expect(lines).toEqual([expect.objectContaining({ Stranded: 1, stack: 'ami-lifecycle-test', region: 'eu-west-1' })]);
    expect(lines[0]?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['stack', 'region']]);
  });

  it('of no policy is not written where it would be found under nothing', () => {
    meter.count('Captured', 1, {});
    expect(lines).toEqual([]);
  });

  it('is heard by whoever listens', () => {
    const heard: unknown[] = [];
    globalThis.amiLifecycleMetricListener = (...number) => heard.push(number);
    meter.count('Stranded', 2, {});
    expect(heard).toEqual([['Stranded', 2, { stack: 'ami-lifecycle-test', region: 'eu-west-1' }]]);
  });
});
