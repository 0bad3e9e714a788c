import type { Filter, Tag } from '@aws-sdk/client-ec2';
import { answered } from '../copied.ts';
import { type FilterTable, filterTest } from '../filters.ts';
import { operationFile } from '../operation.ts';
import { page } from '../paging.ts';
import type { Kept } from '../state.ts';
import { type Call, seen } from '../world.ts';
import { type ResourceKind, refuseUnknown } from './identifiers.ts';

interface DescribeInput {
  Filters?: Filter[] | undefined;
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

interface Source<Description, Record extends Kept<Description>> {
  kind: ResourceKind;
  /** The identifiers asked for, and the wire name of their list. */
  ids: readonly string[] | undefined;
  idsName: string;
  records: ReadonlyMap<string, Record>;
  filters: FilterTable<Description>;
  /** The identifiers that the filters can at most let through, where an index knows; else undefined. */
  candidates?: (() => Iterable<string> | undefined) | undefined;
  /** Further conditions of the request. */
  where?: ((description: Description, record: Record) => boolean) | undefined;
  /** What changes by itself with time, such as progress. */
  present?: ((description: Description, record: Record) => Description) | undefined;
  /** Answers for an identifier without a record (a deregistered image); undefined: it is unknown. */
  absent?: ((id: string) => 'omitted' | Description | undefined) | undefined;
  most: number;
}

/** A listing of EC2: by identifiers (one unknown fails it all) or all, filtered, in pages. */
export function describe<Description extends { Tags?: Tag[] | undefined }, Record extends Kept<Description>>(
  call: Call,
  input: DescribeInput,
  source: Source<Description, Record>,
): { items: Description[]; nextToken: string | undefined } {
  const passes = filterTest(source.filters, input.Filters, operationFile(call.service, call.operation));
  const show = (id: string): Description | undefined => {
    const record = source.records.get(id);
    if (!record) {
      const left = source.absent?.(id);
      return left === 'omitted' ? undefined : left;
    }
    const description = seen(call, record);
    return description && source.present ? source.present(description, record) : description;
  };
  const matches = (id: string): boolean => {
    const description = show(id);
    if (!description || !passes(description)) return false;
    const record = source.records.get(id);
    return !record || !source.where || source.where(description, record);
  };

  const { ids, nextToken } = page(
    call,
    input,
    { idsGiven: source.ids ? source.idsName : undefined, most: source.most },
    () => {
      if (!source.ids) return [...(source.candidates?.() ?? source.records.keys())].filter(matches);
      const wanted = [...new Set(source.ids)];
      const unknown = wanted.filter((id) => !show(id) && source.absent?.(id) !== 'omitted');
      if (unknown.length > 0) refuseUnknown(source.kind, unknown);
      return wanted.filter(matches);
    },
  );
  // A resource may be gone by the time its page is asked for.
  return {
    items: ids
      .map(show)
      .filter((description) => description !== undefined)
      .map(answered),
    nextToken,
  };
}
