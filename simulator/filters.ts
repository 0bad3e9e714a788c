import { NotSimulated, refuse } from './service-failure.ts';

interface Tagged {
  Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined;
}
interface Filter {
  Name?: string | undefined;
  Values?: string[] | undefined;
}
type FilterValues = string | number | boolean | readonly (string | undefined)[] | undefined;

/** The filters that a listing knows, and what each looks at. `tag:<key>` and `tag-key` are known everywhere. */
export type FilterTable<Item> = Readonly<Record<string, (item: Item) => FilterValues>>;

/**
 * One test for all filters: values of one filter are alternatives, filters add up; `*` and `?` are wildcards, and case counts.
 * Throws NotSimulated for a filter that the table does not name.
 */
export function filterTest<Item extends Tagged>(
  table: FilterTable<Item>,
  filters: readonly Filter[] | undefined,
  addTo: string,
): (item: Item) => boolean {
  const tests = (filters ?? []).map((filter) => singleTest(table, filter, addTo));
  return (item) => tests.every((test) => test(item));
}

function singleTest<Item extends Tagged>(
  table: FilterTable<Item>,
  filter: Filter,
  addTo: string,
): (item: Item) => boolean {
  const name = filter.Name ?? '';
  const values = filter.Values ?? [];
  if (values.length === 0) refuse('InvalidParameterValue', `The filter '${name}' has no values.`);
  if (values.length > 200) refuse('FilterLimitExceeded', 'The maximum number of filter values in a request is 200.');
  const matches = valueTest(values);
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (item) => item.Tags?.some((tag) => tag.Key === key && matches(tag.Value ?? '')) ?? false;
  }
  if (name === 'tag-key') return (item) => item.Tags?.some((tag) => matches(tag.Key ?? '')) ?? false;
  const valuesOf = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!valuesOf) throw new NotSimulated(`the filter '${name}'`, `add it to the filters in ${addTo}`);
  return (item) => {
    const found = valuesOf(item);
    if (found === undefined) return false;
    if (typeof found === 'object') return found.some((value) => value !== undefined && matches(value));
    return matches(String(found));
  };
}

function valueTest(patterns: readonly string[]): (value: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !hasWildcard(pattern)));
  const wild = patterns.filter(hasWildcard).map(wildcardExpression);
  if (wild.length === 0) return (value) => exact.has(value);
  return (value) => exact.has(value) || wild.some((expression) => expression.test(value));
}

function hasWildcard(pattern: string): boolean {
  return /[*?\\]/.test(pattern);
}

/** A backslash makes the next character stand for itself. */
function wildcardExpression(pattern: string): RegExp {
  const source = pattern.replace(/\\?./gs, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    const literal = part.length === 2 ? part.slice(1) : part;
    return literal.replace(/[.*+?^${}()|[\]\\]/, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}

/**
 * The index terms of which an item must carry one, for the first filter that an index can answer; undefined if none can
 * and all items have to be looked at. `termOf` gives the term for a filter's name and one of its values.
 */
export function indexTerms(
  filters: readonly Filter[] | undefined,
  termOf: (name: string, value: string) => string | undefined,
): string[] | undefined {
  let best: string[] | undefined;
  for (const filter of filters ?? []) {
    const terms = (filter.Values ?? []).map((value) => termOf(filter.Name ?? '', value));
    const known = terms.filter((term) => term !== undefined);
    if (known.length === 0 || known.length < terms.length) continue;
    if (!best || rank(filter.Name) > rank(best[0])) best = known;
  }
  return best;
}

/** Names and sources of images are rare values; a policy's name is on thousands. */
function rank(term: string | undefined): number {
  if (!term) return 0;
  if (!term.startsWith('tag:')) return 3;
  return term.includes('source') || term.includes('slot') || term.includes('origin') ? 2 : 1;
}
