import { join } from 'node:path';
import * as z from 'zod';
import { loadPolicies } from '../cli/policies/load.ts';
import { projectDirectory } from '../cli/simulation/project.ts';
import { type RecordedMetric, simulate } from '../cli/simulation/simulate.ts';
import { alarmResources } from '../monitoring/alarms.ts';
import { dashboardBody } from '../monitoring/dashboard.ts';
import { loadAccountFolder } from '../simulator/load/account-folder.ts';
import { type Panel, pageOf } from './dashboard-page.ts';
import { alarmState, seriesOf } from './dashboard-series.ts';

const graphSchema = z.object({
  type: z.literal('metric'),
  properties: z.object({
    title: z.string(),
    metrics: z.array(z.array(z.unknown())),
    stacked: z.boolean(),
    yAxis: z.object({ left: z.object({ label: z.string() }) }),
  }),
});
const searchedSchema = z.tuple([z.object({ expression: z.string(), label: z.string() })]);

/** Runs the sample for so many days, and draws what the dashboard would show at their end. */
export async function dashboardPage(days = 30): Promise<string> {
  const sample = join(projectDirectory, 'cli', 'sample');
  const loaded = loadAccountFolder(join(sample, 'account'));
  const { policies } = loadPolicies(join(sample, 'policies'));
  const recorded: RecordedMetric[] = [];
  const report = await simulate({
    loaded,
    policies: policies.map(({ policy }) => policy),
    days,
    seed: 1,
    // Now and then an instance does not shut down: a month in which nothing fails would show little.
    behaviour: { stopSeconds: (_instance, random) => (random.fraction() < 0.08 ? 7200 : random.between(20, 60)) },
    onMetric: (metric) => recorded.push(metric),
  });
  const [fromMs, untilMs] = [Date.parse(report.from), Date.parse(report.until)];
  const alarms = alarmResources(policies).Resources;
  return pageOf({
    title: `AMI Lifecycle: the dashboard after ${days} simulated days of the sample`,
    fromMs,
    untilMs,
    alarms: Object.values(alarms).flatMap(
      (alarm) => alarmState(alarm, recorded, { atMs: untilMs, region: loaded.region }) ?? [],
    ),
    panels: dashboardBody([]).widgets.flatMap((widget) => panelOf(widget, recorded) ?? []),
  });
}

function panelOf(widget: unknown, recorded: readonly RecordedMetric[]): Panel | undefined {
  const { title, metrics, stacked, yAxis } = graphSchema.safeParse(widget).data?.properties ?? {};
  if (title === undefined || metrics === undefined || yAxis === undefined) return undefined;
  const searched = metrics.flatMap((metric) => searchedSchema.safeParse(metric).data ?? []);
  const others = metrics.filter((metric) => !searchedSchema.safeParse(metric).success);
  return {
    title,
    unit: yAxis.left.label,
    isStacked: stacked ?? false,
    series: searched.flatMap(({ expression, label }) => seriesOf(expression, label, recorded)),
    notSimulated: [...new Set(others.map(([namespace]) => String(namespace)))],
  };
}
