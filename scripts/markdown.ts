/** A table of Markdown. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A figure that has a budget, and says where it does not keep it. */
export function within(text: (value: number) => string, value: number, budget: number): string {
  return value > budget ? `**${text(value)}, over budget**` : text(value);
}
