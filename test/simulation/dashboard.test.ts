import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../cli/policies/load.ts';
import type { RecordedMetric } from '../../cli/simulation/simulate.ts';
import type { Resource } from '../../deploy/cloudformation.ts';
import { alarmResources } from '../../monitoring/alarms.ts';
import { dashboardPage } from '../../scripts/dashboard-month.ts';
import { alarmState, seriesOf } from '../../scripts/dashboard-series.ts';

const noon = Date.parse('2026-11-21T12:00:00Z');
const hourMs = 3_600_000;
const region = 'eu-west-1';
const at = (name: string, value: number, hoursAgo: number, more: object = {}): RecordedMetric => ({
  name,
  value,
  dimensions: { policy: 'gold', region, ...more },
  atMs: noon - hoursAgo * hourMs,
});

describe('The dashboard of a simulated week', () => {
  it('shows what on-call asks, and needs nothing from elsewhere', async () => {
    const page = await dashboardPage(7);
    for (const shown of ['gold captured', 'web selected', 'gold eu-south-1', 'gold median', 'gold StopTimedOut']) {
      expect(page).toContain(shown);
    }
    expect(page).toContain('gold-no-capture: OK');
    expect(page).not.toMatch(/\b(?:src|href)=|https?:|@import|<script|NaN|undefined/);
  });
});

describe('A line of the dashboard', () => {
  const search = (name: string, stat: string) =>
    `SEARCH('{AmiLifecycle,policy,region} MetricName="${name}"', '${stat}', 86400)`;
  const label = `\${!PROP('Dim.policy')}`;

  it('is one for each policy, and a point for each day', () => {
    const recorded = [
      at('Captured', 2, 1),
      at('Captured', 3, 2),
      at('Captured', 9, 30),
      at('Captured', 1, 1, { policy: 'web' }),
    ];
    const series = seriesOf(search('Captured', 'Sum'), label, recorded);
    expect(series.map((each) => [each.label, each.points.map(({ value }) => value)])).toEqual([
      ['gold', [5, 9]],
      ['web', [1]],
    ]);
  });

  it('may be scaled, and drawn from the middle', () => {
    const recorded = [60, 120, 6000].map((value) => at('Downtime', value, 1));
    expect(seriesOf(`${search('Downtime', 'p50')} / 60`, label, recorded)[0]?.points[0]?.value).toBe(2);
  });

  it('is empty for dimensions under which nothing is kept, as in CloudWatch', () => {
    const wrong = search('Captured', 'Sum').replace('policy,region', 'policy');
    expect(seriesOf(wrong, label, [at('Captured', 2, 1)])).toEqual([]);
  });
});

describe('The alarm of a policy without captures', () => {
  const { Resources } = alarmResources(loadPolicies('policies').policies);
  const state = (id: string, recorded: RecordedMetric[]) => {
    const nothing: Resource = { Type: '', Properties: {} };
    return alarmState(Resources[id] ?? nothing, recorded, { atMs: noon, region })?.state;
  };

  it.each<[says: string, recorded: RecordedMetric[], expected: 'OK' | 'ALARM']>([
    ['rests while images come', [at('Captured', 3, 9), at('Captured', 3, 33)], 'OK'],
    ['rests as long as one may be late', [at('Captured', 3, 35)], 'OK'],
    ['goes off a day and a half after the last', [at('Captured', 3, 37)], 'ALARM'],
    ['goes off where every capture fails', [at('Captured', 0, 9), at('Captured', 0, 33)], 'ALARM'],
    ['goes off where nothing was ever captured', [], 'ALARM'],
    ['is not deceived by another policy', [at('Captured', 3, 9, { policy: 'web' })], 'ALARM'],
  ])('%s', (_says, recorded, expected) => {
    expect(state('PolicygoldNoCaptureAlarm', recorded)).toBe(expected);
  });

  it('is one of several: others rest where nothing is told', () => {
    expect(state('StrandedInstanceAlarm', [])).toBe('OK');
    expect(state('StrandedInstanceAlarm', [at('Stranded', 1, 0.05)])).toBe('ALARM');
  });
});
