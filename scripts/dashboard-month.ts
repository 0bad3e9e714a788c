import { join } from 'node:path';
import { loadPolicies } from '../cli/policies/load.ts';
import { stackNames } from '../cli/simulation/functions.ts';
import { projectDirectory } from '../cli/simulation/project.ts';
import { simulate } from '../cli/simulation/simulate.ts';
import { stateMachineId } from '../deploy/names.ts';
import { alarmResources } from '../monitoring/alarms.ts';
import { dashboardBody } from '../monitoring/dashboard.ts';
import { metricNamespace } from '../shared/domain/metrics.ts';
import { loadAccountFolder } from '../simulator/load/account-folder.ts';
import { alarmState } from './dashboard-alarms.ts';
import type { Measured, Names, Span } from './dashboard-math.ts';
import { pageOf } from './dashboard-page.ts';
import { seriesOf, widgetsOf } from './dashboard-widgets.ts';

const rescueMs = 300_000;
const endings = new Map([
  ['SUCCEEDED', 'ExecutionsSucceeded'],
  ['FAILED', 'ExecutionsFailed'],
  ['TIMED_OUT', 'ExecutionsTimedOut'],
  ['ABORTED', 'ExecutionsAborted'],
]);

/** Runs the sample for so many days, and draws what the dashboard that is deployed would show at their end. */
export async function dashboardPage(days = 30): Promise<string> {
  const sample = join(projectDirectory, 'cli', 'sample');
  const loaded = loadAccountFolder(join(sample, 'account'));
  const { policies } = loadPolicies(join(sample, 'policies'));
  const recorded: Measured[] = [];
  const report = await simulate({
    loaded,
    policies: policies.map(({ policy }) => policy),
    days,
    seed: 1,
    // Now and then an instance does not shut down: a month in which nothing fails would show little.
    behaviour: { stopSeconds: (_instance, random) => (random.fraction() < 0.16 ? 7200 : random.between(20, 60)) },
    onMetric: (metric) => recorded.push({ namespace: metricNamespace, ...metric }),
    onStatusChange({ detail: { stateMachineArn, status, stopDate } }) {
      const name = endings.get(status);
      if (name === undefined || stopDate === null) return;
      const StateMachineArn = stateMachineId(stateMachineArn.split(':').at(-1) ?? '');
      recorded.push({ namespace: 'AWS/States', name, value: 1, dimensions: { StateMachineArn }, atMs: stopDate });
    },
  });
  const span = { fromMs: Date.parse(report.from), untilMs: Date.parse(report.until) };
  const names = { region: loaded.region, stack: stackNames.stack };
  recorded.push(...idleLooks(span, names));
  const alarms = alarmResources(policies).Resources;
  const states = new Map(
    Object.values(alarms).map((alarm) => [
      JSON.stringify(alarm.Properties.AlarmName).slice(1, -1),
      alarmState(alarm, recorded, { atMs: span.untilMs, names }),
    ]),
  );
  const widgets = widgetsOf(dashboardBody(policies));
  return pageOf({
    title: `AMI Lifecycle: the dashboard after ${days} simulated days of the sample`,
    span,
    panels: widgets.map((widget) => {
      const { x, y, width, height } = widget;
      const place = { x, y, width, height };
      const { title } = widget.properties;
      if (widget.type === 'alarm') {
        const shown = widget.properties.alarms.map((arn) => arn.split(':alarm:')[1] ?? '');
        return { title, place, alarms: shown.map((name) => ({ name: shortName(name), state: states.get(name) })) };
      }
      const { stacked: isStacked, yAxis, annotations } = widget.properties;
      const lines = annotations?.horizontal ?? [];
      return { title, place, unit: yAxis.left.label, isStacked, lines, ...seriesOf(widget, recorded, { span, names }) };
    }),
  });
}

/** What follows the stack's name. */
const shortName = (alarmName: string): string => alarmName.replace(/^(?:\$\{[^}]*\}-?)+/, '');

/** A simulation leaves out looks for stranded instances that could find none; on AWS they say so every five minutes. */
function idleLooks({ fromMs, untilMs }: Span, names: Names): Measured[] {
  const StateMachineArn = stateMachineId('rescue-instances');
  const looks: Measured[] = [];
  for (let atMs = fromMs; atMs < untilMs; atMs += rescueMs) {
    for (const name of ['Stranded', 'LeasesUnclear']) {
      looks.push({ namespace: metricNamespace, name, value: 0, dimensions: { ...names }, atMs });
    }
    looks.push({
      ...{ namespace: 'AWS/States', name: 'ExecutionsSucceeded', value: 1, atMs },
      dimensions: { StateMachineArn },
    });
  }
  return looks;
}
