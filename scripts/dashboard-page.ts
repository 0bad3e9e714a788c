import type { AlarmState } from './dashboard-alarms.ts';
import { type Chart, chartOf, colourOf, figure } from './dashboard-chart.ts';
import type { Span } from './dashboard-math.ts';

interface Placed {
  title: string;
  /** In CloudWatch's grid of 24 columns. */
  place: { x: number; y: number; width: number; height: number };
}

interface Graph extends Placed, Chart {
  /** What the widget shows besides, and a simulation has no numbers for. */
  notSimulated: readonly string[];
}

interface Alarms extends Placed {
  alarms: readonly { name: string; state: AlarmState | undefined }[];
}

export interface Page {
  title: string;
  span: Span;
  panels: readonly (Graph | Alarms)[];
}

/** A page of its own: nothing is fetched, and nothing runs. On a wide screen, all of it is seen at once. */
export function pageOf({ title, span, panels }: Page): string {
  const rows = Math.max(...panels.map(({ place }) => place.y + place.height));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; --soft: color-mix(in srgb, currentColor 65%, transparent); --line: color-mix(in srgb, currentColor 18%, transparent);
  --ok: light-dark(#18794e, #4cc38a); --bad: light-dark(#c62828, #ff8080); }
* { box-sizing: border-box; }
body { font: 13px/1.35 system-ui, sans-serif; margin: 0; padding: .6rem .8rem; }
h1 { font-size: 1rem; margin: 0 0 .5rem; } h2 { font-size: .85rem; margin: 0 0 .2rem; }
main { display: grid; gap: .5rem; }
section { border: 1px solid var(--line); border-radius: 6px; padding: .45rem .6rem; display: flex; flex-direction: column; min-width: 0; min-height: 0; }
ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0 .8rem; margin: .1rem 0 0; padding: 0; font-size: .72rem; }
small, .empty { color: var(--soft); }
svg { flex: 1; width: 100%; min-height: 0; } text { font-size: 10px; fill: currentColor; }
.grid { stroke: var(--line); } line.limit { stroke: var(--bad); stroke-dasharray: 4 3; } text.limit { fill: var(--bad); }
.alarms ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .25rem; font-size: .78rem; overflow: auto; }
.alarms li { border-inline-start: 4px solid var(--soft); padding: .1rem .4rem; } .alarms b { float: inline-end; font-weight: 400; }
.alarms .ok { border-color: var(--ok); } .ok b { color: var(--ok); }
.alarms .alarm { border-color: var(--bad); font-weight: 600; } .alarm b { color: var(--bad); font-weight: 600; }
@media (min-width: 75rem) {
  body { height: 100vh; min-height: 46rem; display: flex; flex-direction: column; }
  main { flex: 1; min-height: 0; grid-template-columns: repeat(24, minmax(0, 1fr)); grid-template-rows: repeat(${rows}, minmax(0, 1fr)); }
  section { grid-area: var(--at); }
}
</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<main>
${panels.map((panel) => panelOf(panel, span)).join('\n')}
</main>
</body>
</html>
`;
}

function panelOf(panel: Graph | Alarms, span: Span): string {
  const { x, y, width, height } = panel.place;
  const at = `style="--at: ${y + 1} / ${x + 1} / span ${height} / span ${width}"`;
  const heading = `<h2>${escaped(panel.title)}</h2>`;
  if ('alarms' in panel) {
    const alarms = panel.alarms.map(({ name, state }) => {
      const { className, text } = state === undefined ? { className: '', text: 'unknown' } : looks[state];
      return `<li class="${className}">${escaped(name)} <b>${text}</b></li>`;
    });
    return `<section class="alarms" ${at}>${heading}<ul>${alarms.join('')}</ul></section>`;
  }
  const series = panel.series.filter(({ points }) => points.length > 0);
  const legend = series.map(
    (each, index) =>
      `<li><span style="color:${colourOf(index, each)}">■</span> ${escaped(each.label)} <small>${figure(each.points.at(-1)?.value ?? 0)}</small></li>`,
  );
  const absent = panel.notSimulated.map((label) => `<li><small>${escaped(label)}: not simulated</small></li>`);
  const { unit, lines, isStacked } = panel;
  const labelled = lines.map(({ label, value }) => ({ label: escaped(label), value }));
  const chart = chartOf({ unit: escaped(unit), lines: labelled, isStacked, series }, span, escaped(panel.title));
  return `<section ${at}>${heading}
${series.length > 0 ? chart : '<p class="empty">Nothing in this time.</p>'}
<ul>${[...legend, ...absent].join('')}</ul></section>`;
}

const looks = {
  OK: { className: 'ok', text: 'OK' },
  ALARM: { className: 'alarm', text: 'ALARM' },
  'not simulated': { className: '', text: 'not simulated' },
} as const satisfies Record<AlarmState, object>;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
