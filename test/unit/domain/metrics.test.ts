import { describe, expect, it } from 'vitest';
import { metricCatalogue, metricMeanings, metricOf } from '../../../shared/domain/metrics.ts';

describe('a metric', () => {
  it.each(Object.entries(metricCatalogue))(
    'called %s is found by its name, and people are told what it means',
    (name, metric) => {
      expect(metricOf(name)).toBe(metric);
      expect(Object.entries(metricMeanings)).toContainEqual([name, expect.stringMatching(/^[A-Z].{8,}$/)]);
    },
  );

  it.each(['', 'captured', 'constructor', 'Capture'])('is not found under the name %j, and that is told', (name) => {
    expect(() => metricOf(name)).toThrow(`No metric is called ${name}; name one of shared/domain/metrics.ts`);
  });
});
