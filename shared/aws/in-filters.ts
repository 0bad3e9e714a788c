/** EC2 takes at most this many values in one filter. */
const filterValues = 200;

/** Values in parts, each of as many as one filter takes. */
export function inFilters(values: readonly string[]): string[][] {
  const count = Math.ceil(values.length / filterValues);
  return Array.from({ length: count }, (_, index) => values.slice(index * filterValues, (index + 1) * filterValues));
}
