import type { Span } from './dashboard-math.ts';
import type { Series } from './dashboard-widgets.ts';

export interface Chart {
  unit: string;
  isStacked: boolean;
  series: readonly Series[];
  /** Drawn across. */
  lines: readonly { label: string; value: number }[];
}

const [width, height] = [400, 200];
const frame = { left: 50, right: 22, top: 8, bottom: 32 };
const colours = ['#2f7ed8', '#e07b00', '#1a9c6b', '#d6336c', '#8250df', '#0c8599', '#b08900', '#6b7280'];
const dayMs = 86_400_000;
/** The baseline, and three above it. */
const steps = 3;

/** The colour of a line, or of a kind of bar, and of its entry in the legend. */
export const colourOf = (index: number, series?: Series): string =>
  series?.color ?? colours[index % colours.length] ?? 'currentColor';

/** An SVG of itself: axes with their units, a grid, and what was measured. */
export function chartOf({ unit, isStacked, series, lines }: Chart, { fromMs, untilMs }: Span, title: string): string {
  const tops = isStacked
    ? [
        ...Map.groupBy(
          series.flatMap(({ points }) => points),
          ({ atMs }) => atMs,
        ).values(),
      ].map((points) => points.reduce((sum, { value }) => sum + value, 0))
    : series.flatMap(({ points }) => points.map(({ value }) => value));
  const isWhole = tops.every(Number.isInteger);
  const step = stepFor(Math.max(...tops, ...lines.map(({ value }) => value), 0), isWhole);
  const x = (atMs: number): number =>
    frame.left + ((atMs - fromMs) / (untilMs - fromMs)) * (width - frame.left - frame.right);
  const y = (value: number): number =>
    height - frame.bottom - (value / (step * steps)) * (height - frame.top - frame.bottom);
  const drawn = isStacked ? barsOf(series, x, y) : series.map((each, index) => lineOf(each, index, x, y));
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">`,
    ...Array.from({ length: steps + 1 }, (_, index) => gridLine(index * step, y)),
    ...daysOf({ fromMs, untilMs }, x),
    `<text transform="translate(10 ${(height - frame.bottom + frame.top) / 2}) rotate(-90)" text-anchor="middle">${unit}</text>`,
    ...drawn,
    ...lines.map(({ label, value }) => limit(label, y(value))),
    '</svg>',
  ].join('');
}

function gridLine(value: number, y: Scale): string {
  const at = round(y(value));
  return `<line class="grid" x1="${frame.left}" x2="${width - frame.right}" y1="${at}" y2="${at}"/><text x="${frame.left - 5}" y="${at + 3.5}" text-anchor="end">${figure(value)}</text>`;
}

function daysOf({ fromMs, untilMs }: Span, x: Scale): string[] {
  const everyMs = Math.max(1, Math.round((untilMs - fromMs) / dayMs / 5)) * dayMs;
  const days: string[] = [];
  for (let atMs = fromMs; atMs <= untilMs; atMs += everyMs) {
    const at = round(x(atMs));
    days.push(
      `<line class="grid" x1="${at}" x2="${at}" y1="${height - frame.bottom}" y2="${height - frame.bottom + 4}"/><text x="${at}" y="${height - frame.bottom + 15}" text-anchor="middle">${dayOf(atMs)}</text>`,
    );
  }
  const middle = (frame.left + width - frame.right) / 2;
  return [...days, `<text x="${middle}" y="${height - 3}" text-anchor="middle">day (UTC)</text>`];
}

const dayOf = (atMs: number): string =>
  new Date(atMs).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

function limit(label: string, at: number): string {
  const y = round(at);
  return `<line class="limit" x1="${frame.left}" x2="${width - frame.right}" y1="${y}" y2="${y}"/><text class="limit" x="${width - frame.right}" y="${y + 11}" text-anchor="end">${label}</text>`;
}

type Scale = (value: number) => number;

function lineOf({ points }: Series, index: number, x: Scale, y: Scale): string {
  const colour = colourOf(index);
  // Where lines run together, those beneath are seen at the edges.
  const breadth = Math.max(1.5, 4 - index);
  const path = points.map(({ atMs, value }) => `${round(x(atMs))},${round(y(value))}`).join(' ');
  // A single point has no line; many have no room for marks.
  const marked = points.length > 60 ? [] : points;
  const marks = marked.map(
    ({ atMs, value }) =>
      `<circle cx="${round(x(atMs))}" cy="${round(y(value))}" r="${round(breadth / 2 + 1)}" fill="${colour}"/>`,
  );
  return `<polyline fill="none" stroke="${colour}" stroke-width="${breadth}" points="${path}"/>${marks.join('')}`;
}

function barsOf(series: readonly Series[], x: Scale, y: Scale): string[] {
  const below = new Map<number, number>();
  const barWidth = Math.max(2, x(dayMs) - x(0) - 2);
  return series.flatMap((each, index) =>
    each.points.map(({ atMs, value }) => {
      const base = below.get(atMs) ?? 0;
      below.set(atMs, base + value);
      const [top, bottom] = [y(base + value), y(base)];
      return `<rect x="${round(x(atMs) + 1)}" y="${round(top)}" width="${round(barWidth)}" height="${round(bottom - top)}" fill="${colourOf(index, each)}"/>`;
    }),
  );
}

/** A round number of which three reach the top. */
function stepFor(top: number, isWhole: boolean): number {
  const least = Math.max(top, isWhole ? 1 : 0.01) / steps;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 2.5, 3, 5, 10].find((factor) => factor * power >= least) ?? 10) * power;
  return isWhole ? Math.ceil(step) : step;
}

const round = (value: number): number => Math.round(value * 10) / 10;

export const figure = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 1 ? 2 : value < 10 ? 1 : 0, useGrouping: true });
