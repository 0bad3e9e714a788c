import { refuse } from '../service-failure.ts';

/** Who something is shared with: one entry for each account, group, organization or unit. */
interface Permission {
  UserId?: string | undefined;
  Group?: 'all' | undefined;
  OrganizationArn?: string | undefined;
  OrganizationalUnitArn?: string | undefined;
}

/** What a request adds and removes. Where both are empty nothing of them was sent, and the request asks for nothing. */
export function wantedChanges<Entry extends Permission>(
  changes: { Add?: Entry[] | undefined; Remove?: Entry[] | undefined } | undefined,
): { Add: Entry[]; Remove: Entry[] } {
  if (!changes) return refuse('InvalidParameterCombination', 'No attributes specified.');
  return { Add: changes.Add ?? [], Remove: changes.Remove ?? [] };
}

/** The permissions after some were added and some removed, none twice. */
export function changedPermissions<Entry extends Permission>(
  present: readonly Entry[],
  added: readonly Entry[],
  removed: readonly Entry[],
): Entry[] {
  const byHolder = new Map<string, Entry>();
  for (const entry of [...present, ...added]) byHolder.set(holderOf(entry), entry);
  for (const entry of removed) byHolder.delete(holderOf(entry));
  return [...byHolder.values()];
}

function holderOf(entry: Permission): string {
  return entry.UserId ?? entry.OrganizationArn ?? entry.OrganizationalUnitArn ?? entry.Group ?? '';
}
