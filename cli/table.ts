import { visible } from '../shared/domain/visible.ts';

/** A column's cells are aligned to the right when `right` says so. */
export interface Column {
  title: string;
  right?: boolean;
}

/** Lines of aligned columns, two spaces apart. The first line holds the titles; what a cell holds cannot leave its row. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(visible))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return lines.map((line) =>
    columns
      .map(({ right }, index) => {
        const cell = line[index] ?? '';
        const width = widths[index] ?? 0;
        return right ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
