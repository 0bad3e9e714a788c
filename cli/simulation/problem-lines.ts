import type { Problem } from './problems.ts';

/** Lines up to this many; --json tells all. */
const toldLines = 20;

/** What differs between problems of one kind: ids, instants, slots, executions and plain numbers. A Region's number does not. */
export const particulars =
  /\b(?:[a-z]+-[0-9a-f]{8,}|[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+Z|\d{8}T\d{4}Z)\b|(?<![\w-])\d+(?![\w-])/g;

/** For a person: one line for all problems that differ in nothing but the image, the time or a number. */
export function problemLines(problems: readonly Problem[]): string[] {
  const groups = [
    ...Map.groupBy(problems, ({ what, message }) => `${what}: ${message}`.replaceAll(particulars, '#')).values(),
  ];
  const lines = groups.slice(0, toldLines).flatMap(lineOf);
  const left = groups.slice(toldLines).reduce((sum, { length }) => sum + length, 0);
  return left > 0 ? [...lines, `and ${left} more; --json tells all`] : lines;
}

function lineOf(group: readonly Problem[]): string[] {
  const [first] = group;
  if (!first) return [];
  const sentence = `${first.at} ${first.what}: ${first.message}`;
  const lastDay = group.at(-1)?.at.slice(0, 10) ?? '';
  const until = first.at.startsWith(lastDay) ? '' : `, until ${lastDay}`;
  return [group.length === 1 ? sentence : `${sentence} (and ${group.length - 1} like it${until})`];
}
