import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../cli/policies/load.ts';
import type { Resource } from '../../deploy/cloudformation.ts';
import { parseSchedule } from '../../engine/schedule.ts';
import { alarmResources } from '../../monitoring/alarms.ts';
import { dashboardBody } from '../../monitoring/dashboard.ts';
import { alarmState } from '../../scripts/dashboard-alarms.ts';
import { type Line, lineOf, linesOf, type Measured } from '../../scripts/dashboard-math.ts';
import { dashboardPage } from '../../scripts/dashboard-month.ts';
import { seriesOf, widgetsOf } from '../../scripts/dashboard-widgets.ts';

const noon = Date.parse('2026-11-21T12:00:00Z');
const hourMs = 3_600_000;
const region = 'eu-west-1';
const stack = 'ami-lifecycle-prod';
const names = { region, stack };
const span = { fromMs: noon - 72 * hourMs, untilMs: noon };
const at = (name: string, value: number, hoursAgo: number, more: object = {}): Measured => ({
  namespace: 'AmiLifecycle',
  name,
  value,
  dimensions: { policy: 'gold', region, ...more },
  atMs: noon - hoursAgo * hourMs,
});

describe('The dashboard of a simulated week', () => {
  it('shows what on-call asks, and needs nothing from elsewhere', async () => {
    const page = await dashboardPage(7);
    const labels = ['captured', 'left alone, for a reason', 'gold eu-south-1', 'gold median', 'gold StopTimedOut'];
    for (const shown of [...labels, 'run of capture-images', 'too old: gold, web']) expect(page).toContain(shown);
    expect(page).toContain('gold-no-capture <b>OK</b>');
    expect(page).not.toMatch(/\b(?:src|href)=|https?:|@import|<script|NaN|undefined|Infinity/);
  });

  it('has a place for every widget that is deployed, within one screen and none upon another', async () => {
    const widgets = widgetsOf(dashboardBody(loadPolicies('cli/sample/policies').policies));
    const page = await dashboardPage(1);
    for (const { properties, x, y, width, height } of widgets) {
      const place = `--at: ${y + 1} / ${x + 1} / span ${height} / span ${width}`;
      expect(page).toContain(`<section ${properties.title === 'Alarms' ? 'class="alarms" ' : ''}style="${place}">`);
      expect(page).toContain(`<h2>${properties.title}</h2>`);
    }
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, index) => `${x + (index % width)} ${y + Math.floor(index / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells).toHaveLength(24 * 15);
  });
});

describe('A line of the dashboard', () => {
  const search = (name: string, stat: string) =>
    `SEARCH('{AmiLifecycle,policy,region} MetricName="${name}"', '${stat}', 86400)`;
  const drawn = (expression: string, recorded: Measured[], ids = new Map<string, Line>()) =>
    linesOf(expression, { recorded, span, ids }).map(({ dimensions, points }) => [
      dimensions.policy,
      [...points].map(([atMs, value]) => [(noon - atMs) / hourMs, value]),
    ]);
  const ofTwo = [
    at('Captured', 9, 30),
    at('Captured', 3, 2),
    at('Captured', 2, 1),
    at('Captured', 1, 1, { policy: 'web' }),
  ];

  it('is one for each policy, and a point for each day', () => {
    expect(drawn(search('Captured', 'Sum'), ofTwo)).toEqual([
      [
        'gold',
        [
          [48, 9],
          [24, 5],
        ],
      ],
      ['web', [[24, 1]]],
    ]);
  });

  it('may be the sum of all policies', () => {
    expect(drawn(`SUM(${search('Captured', 'Sum')})`, ofTwo)).toEqual([
      [
        undefined,
        [
          [48, 9],
          [24, 6],
        ],
      ],
    ]);
  });

  it('may be filled where nothing was told', () => {
    expect(drawn(`FILL(${search('Captured', 'Sum')}, 0)`, ofTwo)[1]).toEqual([
      'web',
      [
        [72, 0],
        [48, 0],
        [24, 1],
      ],
    ]);
  });

  it('may be scaled, and drawn from the middle', () => {
    const recorded = [60, 120, 6000].map((value) => at('Downtime', value, 1));
    expect(drawn(`${search('Downtime', 'p50')} / 60`, recorded)).toEqual([['gold', [[24, 2]]]]);
  });

  it('may be computed of others', () => {
    const line = (value: number) =>
      lineOf([at('Captured', value, 1)], { stat: 'Sum', periodSeconds: 86_400, dimensions: {}, span });
    const ids = new Map([
      ['all', line(7)],
      ['some', line(2)],
    ]);
    expect(drawn('all - FILL(some, 0) + some / 2', [], ids)).toEqual([[undefined, [[24, 6]]]]);
  });

  it('may be the sum of a list', () => {
    const lineAt = (hoursAgo: number) =>
      lineOf([at('Captured', 2, hoursAgo)], { stat: 'Sum', periodSeconds: 86_400, dimensions: {}, span });
    const ids = new Map([
      ['gold', lineAt(1)],
      ['web', lineAt(30)],
    ]);
    expect(drawn('SUM([gold, web, gold])', [], ids)).toEqual([
      [
        undefined,
        [
          [24, 4],
          [48, 2],
        ],
      ],
    ]);
  });

  it('is empty for dimensions under which nothing is kept, as in CloudWatch', () => {
    const wrong = search('Captured', 'Sum').replace('policy,region', 'policy');
    expect(drawn(wrong, ofTwo)).toEqual([]);
  });

  it.each([
    'AVG(all)',
    'FILL(all)',
    'all all',
    'all * 2',
    'SUM([all)',
    "SEARCH('{AWS/EC2} MetricName=\"X\"', 'Sum', 60)",
    'nobody',
  ])('is refused where its expression is not understood: %s', (expression) => {
    const all: Line = { dimensions: {}, periodSeconds: 60, points: new Map() };
    expect(() => drawn(expression, [], new Map([['all', all]]))).toThrow();
  });
});

describe('A policy that has been silent for more than two weeks', () => {
  // The copies of the policy gold are elsewhere.
  const home = 'eu-south-1';
  const silent = ['Captured', 'NewestImageAge'].map((name) => at(name, 7200, 20 * 24, { region: home }));
  const month = { fromMs: noon - 30 * 24 * hourMs, untilMs: noon };
  const widgets = widgetsOf(dashboardBody(loadPolicies('policies').policies));
  const shown = (title: string) => {
    const graph = widgets.find(({ properties }) => properties.title === title);
    if (graph?.type !== 'metric') throw new Error(`There is no graph ${title}`);
    const { series } = seriesOf(graph, silent, { span: month, names: { stack, region: home } });
    return series.filter(({ points }) => points.some(({ value }) => value > 0)).map(({ label }) => label);
  };

  it('is not found by a search', () => {
    const search = `SEARCH('{AmiLifecycle,policy,region} MetricName="Captured"', 'Sum', 86400)`;
    const found = (recorded: Measured[]) => linesOf(search, { recorded, span: month, ids: new Map() });
    expect(found(silent)).toEqual([]);
    expect(found([...silent, at('Captured', 1, 13 * 24, { region: home })])).toHaveLength(1);
  });

  it('is shown all the same where silence is the question', () => {
    expect(shown('Are all instances protected?')).toEqual(['captured']);
    expect(shown('How old is the newest image?')).toEqual([`gold ${home}`]);
  });
});

describe('A graph of runs that failed', () => {
  it('adds up all ways to come to a bad end, and shows none of them alone', () => {
    const widgets = widgetsOf(dashboardBody([]));
    const graph = widgets.find(({ properties }) => properties.title.startsWith('What failed?'));
    if (graph?.type !== 'metric') throw new Error('There is no graph of failures.');
    const bad = (name: string): Measured => ({
      ...{ namespace: 'AWS/States', name, value: 1, atMs: noon - hourMs },
      dimensions: { StateMachineArn: 'CaptureImagesStateMachine' },
    });
    const { series } = seriesOf(graph, [bad('ExecutionsFailed'), bad('ExecutionsAborted')], { span, names });
    const last = Object.fromEntries(series.map(({ label, points }) => [label, points.at(-1)?.value]));
    expect(last).toMatchObject({ 'run of capture-images': 2, 'run of retire-images': 0 });
    expect(series).toHaveLength(5);
  });
});

describe('The alarm of a policy without captures', () => {
  const { Resources } = alarmResources(loadPolicies('policies').policies);
  const state = (id: string, recorded: Measured[]) => {
    const nothing: Resource = { Type: '', Properties: {} };
    return alarmState(Resources[id] ?? nothing, recorded, { atMs: noon, names });
  };

  it.each<[says: string, recorded: Measured[], expected: 'OK' | 'ALARM']>([
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
    expect(state('StrandedInstanceAlarm', [at('Stranded', 1, 0.05, { stack })])).toBe('ALARM');
  });

  it('is of this stack: another stage in the same Region has its own', () => {
    expect(state('StrandedInstanceAlarm', [at('Stranded', 1, 0.05, { stack: 'ami-lifecycle-dev' })])).toBe('OK');
  });

  it('has no state where a simulation has no numbers', () => {
    expect(state('StartNotDeliveredAlarm', [])).toBe('not simulated');
  });

  it('goes off half an hour after the last look for stranded instances, whoever else looks', () => {
    const look = (machine: string, hoursAgo: number): Measured => ({
      ...{ namespace: 'AWS/States', name: 'ExecutionsSucceeded', value: 1, atMs: noon - hoursAgo * hourMs },
      dimensions: { StateMachineArn: machine },
    });
    const own = 'RescueInstancesStateMachine';
    const earlier = Array.from({ length: 24 }, (_, index) => look(own, 0.6 + index / 12));
    expect(state('RescueSilentAlarm', [look(own, 0.4)])).toBe('OK');
    expect(state('RescueSilentAlarm', earlier)).toBe('ALARM');
    expect(state('RescueSilentAlarm', [look('CaptureImagesStateMachine', 0.1), at('Stranded', 0, 0.1)])).toBe('ALARM');
  });
});

describe('An alarm whose data are missing', () => {
  const hourly = (properties: object): Resource => ({
    Type: '',
    Properties: {
      ...{ Namespace: 'AmiLifecycle', MetricName: 'Captured', Statistic: 'Sum', Period: 3600 },
      Dimensions: [{ Name: 'policy', Value: 'gold' }],
      ...{ ComparisonOperator: 'LessThanThreshold', Threshold: 1, EvaluationPeriods: 2 },
      ...properties,
    },
  });
  const state = (properties: object, recorded: Measured[]) =>
    alarmState(hourly(properties), recorded, { atMs: noon, names });
  const last = (hoursAgo: number, value: number) => [
    at('Captured', value, hoursAgo),
    at('Captured', value, hoursAgo + 1),
    at('Captured', value, hoursAgo + 2),
  ];

  it('looks further back than it is told to, and finds what was well', () => {
    expect(state({ TreatMissingData: 'breaching' }, last(3, 1))).toBe('OK');
    expect(state({ TreatMissingData: 'breaching' }, last(5, 1))).toBe('ALARM');
  });

  it('and finds what was bad', () => {
    expect(state({ TreatMissingData: 'notBreaching' }, last(3, 0))).toBe('ALARM');
    expect(state({ TreatMissingData: 'notBreaching' }, last(4, 0))).toBe('OK');
  });

  it('stays as it was where it ignores that', () => {
    expect(state({ TreatMissingData: 'ignore' }, last(60, 0))).toBe('ALARM');
    expect(state({ TreatMissingData: 'ignore' }, last(60, 1))).toBe('OK');
    expect(state({ TreatMissingData: 'ignore' }, [])).toBe('OK');
  });
});

describe('The alarm of a policy that is watched by the age of its images', () => {
  const [gold] = loadPolicies('policies/gold.yml').policies;
  if (!gold) throw new Error('There is no policy gold.');
  const monthly = { ...gold, schedule: parseSchedule('0 3 1 * ? *') };
  const alarm = alarmResources([monthly]).Resources.PolicygoldNoCaptureAlarm;
  const state = (...looks: Measured[]) => alarm && alarmState(alarm, looks, { atMs: noon, names });
  const look = (ageDays: number, hoursAgo: number) => at('NewestImageAge', ageDays * 86_400, hoursAgo);

  it('goes off after two looks that find it too old', () => {
    expect(state(look(46, 26), look(47, 2))).toBe('OK');
    expect(state(look(47, 26), look(48, 2))).toBe('ALARM');
  });

  it('goes off two days after the last look, and no later', () => {
    expect(state(look(3, 90), look(4, 66), look(5, 42))).toBe('OK');
    expect(state(look(2, 98), look(3, 74), look(4, 50))).toBe('ALARM');
  });
});
