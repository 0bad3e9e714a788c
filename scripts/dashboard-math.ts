import { stackName } from '../deploy/cloudformation.ts';
import { metricNamespace, metricOf } from '../shared/domain/metrics.ts';

/** A number as CloudWatch has it. */
export interface Measured {
  namespace: string;
  name: string;
  value: number;
  dimensions: Readonly<Record<string, string>>;
  atMs: number;
}

/** A metric of some dimensions, or what is computed of it, at the beginnings of its periods. */
export interface Line {
  dimensions: Readonly<Record<string, string>>;
  periodSeconds: number;
  points: ReadonlyMap<number, number>;
}

export interface Span {
  fromMs: number;
  /** Where the last period ends. */
  untilMs: number;
}

/** What a deploy fills in: the names of what is drawn. */
export interface Names {
  region: string;
  stack: string;
}

/** A text of the dashboard or of an alarm as it is once it is deployed; what the stack holds has its logical id for a name. */
export const filledIn = (text: string, { region, stack }: Names): string =>
  text
    .replaceAll(stackName, stack)
    .replaceAll('$' + '{AWS::Region}', region)
    .replaceAll(/\$\{(\w+)(?:\.\w+)?\}/g, '$1');

export interface Sources {
  recorded: readonly Measured[];
  span: Span;
  /** What an expression calls by an id. */
  ids: ReadonlyMap<string, Line>;
}

const tokenPattern = /\s*(?:('[^']*')|([A-Za-z]\w*)|(\d+)|([-+/(),[\]]))/y;

/**
 * What CloudWatch makes of an expression: the part of metric math that our dashboard and alarms use.
 * @throws Error for anything else, as a line that is wrong looks like one that is right
 */
export function linesOf(expression: string, sources: Sources): Line[] {
  const tokens = tokensOf(expression);
  let next = 0;
  const unknown = (): Error =>
    new Error(`${expression} is not understood at ${tokens[next] ?? 'its end'}; add it to scripts/dashboard-math.ts.`);
  const isTaken = (token: string): boolean => {
    if (tokens[next] !== token) return false;
    next++;
    return true;
  };
  const take = (token: string): void => {
    if (!isTaken(token)) throw unknown();
  };
  const number = (): number => {
    const value = Number(tokens[next++]);
    if (Number.isNaN(value)) throw unknown();
    return value;
  };
  const text = (): string => (tokens[next++] ?? '').slice(1, -1);

  const total = (): Line[] => {
    let lines = quotient();
    while (tokens[next] === '+' || tokens[next] === '-') {
      const sign = isTaken('-') ? -1 : 1;
      if (sign === 1) take('+');
      lines = added(lines, quotient(), sign);
    }
    return lines;
  };
  const quotient = (): Line[] => {
    const lines = factor();
    if (!isTaken('/')) return lines;
    const divisor = number();
    return lines.map((line) => ({ ...line, points: mapped(line.points, (value) => value / divisor) }));
  };
  const factor = (): Line[] => {
    const name = tokens[next++] ?? '';
    const known = sources.ids.get(name);
    if (known) return [known];
    take('(');
    const lines = called(name);
    take(')');
    return lines;
  };
  const list = (): Line[] => {
    take('[');
    const lines = total();
    while (isTaken(',')) lines.push(...total());
    take(']');
    return lines;
  };
  const called = (name: string): Line[] => {
    if (name === 'SUM') return summed(tokens[next] === '[' ? list() : total());
    if (name === 'FILL') {
      const lines = total();
      take(',');
      const missing = number();
      return lines.map((line) => filled(line, missing, sources.span));
    }
    if (name !== 'SEARCH') throw unknown();
    const search = text();
    take(',');
    const stat = text();
    take(',');
    return found(search, stat, number(), sources);
  };

  const lines = total();
  if (next < tokens.length) throw unknown();
  return lines;
}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < expression.length) {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(expression);
    if (!match) throw new Error(`${expression} is not understood at ${expression.slice(at)}.`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

/** How long what has stopped reporting is found (CloudWatch User Guide, search expressions). */
const searchedMs = 14 * 86_400_000;

/** One line for each set of values of the dimensions that the search is by. */
function found(search: string, stat: string, periodSeconds: number, { recorded, span }: Sources): Line[] {
  const [, set = '', name = ''] = /^\{([^}]+)\} MetricName="(\w+)"$/.exec(search) ?? [];
  const [namespace, ...keys] = set.split(',');
  if (namespace !== metricNamespace) throw new Error(`The search ${search} is not for a metric of ours.`);
  if (!metricOf(name).by.some((each) => each.join() === keys.join())) return [];
  const own = recorded.filter((each) => each.name === name && keys.every((key) => key in each.dimensions));
  const valuesOf = ({ dimensions }: Measured) => Object.fromEntries(keys.map((key) => [key, dimensions[key] ?? '']));
  return [...Map.groupBy(own, (each) => JSON.stringify(valuesOf(each))).values()].flatMap(([first, ...others]) =>
    first && [first, ...others].some(({ atMs }) => atMs >= span.untilMs - searchedMs)
      ? [lineOf([first, ...others], { stat, periodSeconds, dimensions: valuesOf(first), span })]
      : [],
  );
}

/** A statistic of what was measured, period by period. */
export function lineOf(
  measured: readonly Measured[],
  {
    stat,
    periodSeconds,
    dimensions,
    span: { untilMs },
  }: { stat: string; periodSeconds: number; dimensions: Line['dimensions']; span: Span },
): Line {
  const periodMs = periodSeconds * 1000;
  const begin = (atMs: number): number => untilMs - Math.ceil((untilMs - atMs) / periodMs) * periodMs;
  const periods = Map.groupBy(
    measured.filter(({ atMs }) => atMs < untilMs).toSorted((left, right) => left.atMs - right.atMs),
    ({ atMs }) => begin(atMs),
  );
  const points = [...periods].map(([atMs, each]): [number, number] => [
    atMs,
    statistic(
      stat,
      each.map(({ value }) => value),
    ),
  ]);
  return { dimensions, periodSeconds, points: new Map(points) };
}

function statistic(stat: string, values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  switch (stat) {
    case 'Sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'Maximum':
      return sorted.at(-1) ?? 0;
    case 'SampleCount':
      return values.length;
    case 'p50':
      return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
    default:
      throw new Error(`The statistic ${stat} is not drawn; add it to scripts/dashboard-math.ts.`);
  }
}

function filled(line: Line, missing: number, { fromMs, untilMs }: Span): Line {
  const points = new Map(line.points);
  const periodMs = line.periodSeconds * 1000;
  for (let atMs = untilMs - periodMs; atMs >= fromMs; atMs -= periodMs) {
    if (!points.has(atMs)) points.set(atMs, missing);
  }
  return { ...line, points: new Map([...points].sort(([left], [right]) => left - right)) };
}

/** One line; there is a point wherever one of them has one. */
function summed(lines: readonly Line[]): Line[] {
  const [first] = lines;
  if (!first) return [];
  const points = new Map<number, number>();
  for (const [atMs, value] of lines.flatMap((line) => [...line.points])) {
    points.set(atMs, (points.get(atMs) ?? 0) + value);
  }
  return [{ dimensions: {}, periodSeconds: first.periodSeconds, points }];
}

/** There is a point only where both have one. */
function added([left, ...more]: Line[], [right, ...others]: Line[], sign: number): Line[] {
  if (!left || !right || more.length + others.length > 0)
    throw new Error('Only two lines are added, not lists of them.');
  const points = [...left.points].flatMap(([atMs, value]): [number, number][] => {
    const other = right.points.get(atMs);
    return other === undefined ? [] : [[atMs, value + sign * other]];
  });
  return [{ ...left, points: new Map(points) }];
}

const mapped = (points: Line['points'], change: (value: number) => number): Line['points'] =>
  new Map([...points].map(([atMs, value]) => [atMs, change(value)]));
