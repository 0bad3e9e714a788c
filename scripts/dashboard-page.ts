import type { Series } from './dashboard-series.ts';

export interface Panel {
  title: string;
  unit: string;
  isStacked: boolean;
  series: Series[];
  /** What the widget shows besides, and a simulation has no numbers for. */
  notSimulated: string[];
}

export interface Page {
  title: string;
  fromMs: number;
  untilMs: number;
  alarms: { name: string; state: 'OK' | 'ALARM' }[];
  panels: Panel[];
}

const [width, height] = [620, 220];
const frame = { left: 52, right: 12, top: 10, bottom: 24 };
const colours = ['#2563eb', '#d97706', '#059669', '#dc2626', '#7c3aed', '#0891b2', '#be185d', '#4d7c0f'];
const dayMs = 86_400_000;

/** A page of its own: nothing is fetched, and nothing runs. */
export function pageOf({ title, alarms, panels, ...span }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; --line: #8884; --soft: #8889; }
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; }
h1 { font-size: 1.2rem; } h2 { font-size: .95rem; margin: 0 0 .4rem; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 34rem), 1fr)); gap: 1rem; }
section { border: 1px solid var(--line); border-radius: 6px; padding: .8rem; }
ul { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .4rem 0 0; padding: 0; font-size: .85rem; }
.alarms li::before { content: '● '; } .OK::before { color: #059669; } .ALARM::before { color: #dc2626; } .ALARM { font-weight: 600; }
svg { width: 100%; height: auto; } text { font-size: 11px; fill: currentColor; } .grid { stroke: var(--line); }
small, .empty { color: var(--soft); }
</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<section class="alarms"><h2>Alarms</h2><ul>
${alarms.map(({ name, state }) => `<li class="${state}">${escaped(name)}: ${state}</li>`).join('\n')}
</ul></section>
<br>
<main>
${panels.map((panel) => panelOf(panel, span)).join('\n')}
</main>
</body>
</html>
`;
}

function panelOf(
  { title, unit, isStacked, series, notSimulated }: Panel,
  span: { fromMs: number; untilMs: number },
): string {
  const shown = series
    .map(({ label, points }) => ({
      label,
      points: points.filter(({ atMs }) => atMs >= span.fromMs && atMs < span.untilMs),
    }))
    .filter(({ points }) => points.length > 0);
  const legend = shown.map(
    ({ label, points }, index) =>
      `<li><span style="color:${colourOf(index)}">■</span> ${escaped(label)} <small>last ${figure(points.at(-1)?.value ?? 0)}</small></li>`,
  );
  return `<section>
<h2>${escaped(title)} <small>(${escaped(unit)})</small></h2>
${shown.length > 0 ? chartOf(shown, isStacked, span) : '<p class="empty">Nothing in this time.</p>'}
<ul>${legend.join('')}</ul>
${notSimulated.length > 0 ? `<small>Not simulated: ${escaped(notSimulated.join(', '))}</small>` : ''}
</section>`;
}

function chartOf(
  series: readonly Series[],
  isStacked: boolean,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): string {
  const tops = isStacked
    ? [
        ...Map.groupBy(
          series.flatMap(({ points }) => points),
          ({ atMs }) => atMs,
        ).values(),
      ].map((points) => points.reduce((sum, { value }) => sum + value, 0))
    : series.flatMap(({ points }) => points.map(({ value }) => value));
  const step = stepFor(tops.reduce((most, top) => Math.max(most, top), 0));
  const most = step * 4;
  const x = (atMs: number): number =>
    frame.left + ((atMs - fromMs) / (untilMs - fromMs)) * (width - frame.left - frame.right);
  const y = (value: number): number => height - frame.bottom - (value / most) * (height - frame.top - frame.bottom);
  const lines = [0, 1, 2, 3, 4].map(
    (line) =>
      `<line class="grid" x1="${frame.left}" x2="${width - frame.right}" y1="${round(y(line * step))}" y2="${round(y(line * step))}"/><text x="${frame.left - 6}" y="${round(y(line * step) + 4)}" text-anchor="end">${figure(line * step)}</text>`,
  );
  const days: string[] = [];
  for (let atMs = fromMs; atMs < untilMs; atMs += 7 * dayMs) {
    days.push(`<text x="${round(x(atMs))}" y="${height - 6}">${new Date(atMs).toISOString().slice(5, 10)}</text>`);
  }
  const drawn = isStacked ? barsOf(series, x, y) : series.map((each, index) => lineOf(each, colourOf(index), x, y));
  return `<svg viewBox="0 0 ${width} ${height}" role="img">${[...lines, ...days, ...drawn].join('')}</svg>`;
}

type Scale = (value: number) => number;

function lineOf({ label, points }: Series, colour: string, x: Scale, y: Scale): string {
  const path = points.map(({ atMs, value }) => `${round(x(atMs))},${round(y(value))}`).join(' ');
  // A single point has no line.
  const dots = points.length > 60 ? [] : points;
  const marks = dots.map(
    ({ atMs, value }) => `<circle cx="${round(x(atMs))}" cy="${round(y(value))}" r="2" fill="${colour}"/>`,
  );
  return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${path}"/>${marks.join('')}<title>${escaped(label)}</title>`;
}

function barsOf(series: readonly Series[], x: Scale, y: Scale): string[] {
  const below = new Map<number, number>();
  const barWidth = Math.max(2, x(dayMs) - x(0) - 2);
  return series.flatMap(({ points }, index) =>
    points.map(({ atMs, value }) => {
      const base = below.get(atMs) ?? 0;
      below.set(atMs, base + value);
      const [top, bottom] = [y(base + value), y(base)];
      return `<rect x="${round(x(atMs))}" y="${round(top)}" width="${round(barWidth)}" height="${round(bottom - top)}" fill="${colourOf(index)}"/>`;
    }),
  );
}

/** A round number of which four reach the top. */
function stepFor(top: number): number {
  const least = Math.max(top, 1e-9) / 4;
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= least) ?? 10) * power;
}

const colourOf = (index: number): string => colours[index % colours.length] ?? 'currentColor';
const round = (value: number): number => Math.round(value * 10) / 10;
const figure = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 1 ? 2 : value < 10 ? 1 : 0, useGrouping: true });
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
